//! The commonest mistakes in a `select!`: each is answered by a message that points at the user's own text.
//!
//! The expected texts are those of one compiler; others word their own messages differently. So this runs where `RENDEZ_UI` is set.

#[test]
fn mistakes_are_explained_where_they_are() {
    if std::env::var_os("RENDEZ_UI").is_none() {
        return eprintln!("not compared: RENDEZ_UI is not set");
    }
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
