//! What users cannot see.

use super::CancelToken;

#[test]
fn links_to_dead_children_are_thrown_away() {
    let root = CancelToken::new();
    let alive: Vec<_> = (0..10).map(|_| root.child()).collect();
    (0..1000).for_each(|_| drop(root.child()));
    let links = root.0.node.children.1.len();
    assert!(links <= 2 * alive.len() + 2, "{links} links");
}
