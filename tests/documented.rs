//! Every public item says what it does, and shows it: read from the source, as `missing_docs` asks only for some text.

use std::fs;
use std::path::Path;

/// What is public to users; the rest of `pub` is behind `doc(hidden)`.
const FILES: &[&str] = &[
    "cancel/mod.rs",
    "construct.rs",
    "dynamic/mod.rs",
    "dynamic/operation.rs",
    "dynamic/ready.rs",
    "error/capacity.rs",
    "error/recv.rs",
    "error/select.rs",
    "error/send.rs",
    "iter.rs",
    "macros/mod.rs",
    "receiver/mod.rs",
    "receiver/state.rs",
    "receiver/weak.rs",
    "sender/mod.rs",
    "sender/state.rs",
    "sender/weak.rs",
    "task/closed.rs",
    "task/dynamic.rs",
    "task/many.rs",
    "task/recv.rs",
    "task/send.rs",
    "task/sink.rs",
    "task/stream.rs",
];

struct Item {
    name: String,
    signature: String,
    doc: String,
    /// Whether it names its caller when it panics.
    tracks: bool,
}

/// The public items of a file, each with the comment before it. One without a comment of its own that is in a macro's body is left out, as is what is hidden.
fn items(text: &str) -> Vec<Item> {
    let (mut items, mut doc, mut hidden, mut tracks, mut lines) = (Vec::new(), String::new(), false, false, text.lines());
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if let Some(text) = code.strip_prefix("///") {
            doc.push_str(text);
            doc.push('\n');
            continue;
        }
        if code.starts_with('#') {
            hidden |= code.contains("doc(hidden)") || code.contains("not(doc)");
            tracks |= code.contains("track_caller");
            continue;
        }
        let item = code.strip_prefix("pub ").or(code.starts_with("macro_rules! ").then_some(code));
        let item = item.map(|item| item.trim_start_matches("const ").trim_start_matches("unsafe "));
        let named =
            item.and_then(|item| ["fn ", "struct ", "enum ", "trait ", "macro_rules! "].iter().find_map(|kind| item.strip_prefix(kind)));
        if let Some(named) = named.filter(|_| !hidden && (!code.starts_with("macro") || !doc.is_empty())) {
            let name = named.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
            let mut signature = code.to_owned();
            while !signature.contains(['{', ';']) {
                signature.push_str(lines.next().unwrap_or("{"));
            }
            items.push(Item { name, signature, doc: doc.clone(), tracks });
        }
        doc.clear();
        (hidden, tracks) = (false, false);
    }
    items
}

/// What is missing.
fn faults(item: &Item) -> Vec<&'static str> {
    let mut faults = Vec::new();
    let mut rule = |wanted: bool, heading: &str, fault| {
        if wanted && !item.doc.contains(heading) {
            faults.push(fault);
        }
    };
    let returns = item.signature.split_once("->").map_or("", |(_, returns)| returns.trim());
    let is_fn = item.signature.contains("fn ");
    let waits_by = is_fn
        && !item.name.starts_with("is_")
        && !returns.starts_with("CancelToken")
        && ["_timeout", "_deadline", "_async"].iter().any(|end| item.name.ends_with(end));
    let fallible = returns.starts_with("Result<");
    rule(true, "\n ```\n", "no example");
    rule(fallible, "# Errors", "returns a `Result` and has no `# Errors`");
    rule(item.tracks, "# Panics", "can panic and has no `# Panics`");
    rule(waits_by || returns.contains("Future<"), "# Cancel safety", "can be cancelled and has no `# Cancel safety`");
    // What is done begins with what it does: "Sends", "Tells".
    let verb = item.doc.split_whitespace().next().is_some_and(|word| word.trim_end_matches('.').ends_with('s') && word != "As");
    if !verb && (is_fn || item.signature.starts_with("macro")) {
        faults.push("does not begin with a verb");
    }
    faults
}

#[test]
fn every_public_item_is_explained_and_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut missing = Vec::new();
    let mut count = 0;
    for file in FILES {
        let text = fs::read_to_string(root.join(file)).expect("the source is here");
        for item in items(&text) {
            count += 1;
            missing.extend(faults(&item).into_iter().map(|fault| format!("{file}: `{}`: {fault}", item.name)));
        }
    }
    assert!(count > 100, "only {count} items were found");
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn the_rules_see_what_is_missing() {
    let fault = |text: &str| items(text).iter().flat_map(faults).collect::<Vec<_>>();
    assert_eq!(fault("/// Says.\npub fn f() {"), ["no example"]);
    assert_eq!(fault("/// As `g`.\n///\n/// ```\n/// f();\n/// ```\npub fn f() {"), ["does not begin with a verb"]);
    assert_eq!(
        fault("/// Says.\n///\n/// ```\n/// f();\n/// ```\npub fn f(\n    a: u8,\n) -> Result<u8, E> {"),
        ["returns a `Result` and has no `# Errors`"]
    );
    assert_eq!(
        fault("/// Says.\n/// ```\n/// ```\n/// # Errors\n    pub fn f_timeout(&self) -> Result<u8, E> {"),
        ["can be cancelled and has no `# Cancel safety`"]
    );
    assert_eq!(fault("/// Says.\n/// ```\n/// ```\n#[track_caller]\npub fn f() {"), ["can panic and has no `# Panics`"]);
    assert_eq!(fault("#[doc(hidden)]\npub struct S;\npub(crate) fn f() {}\nfn g() {}"), [""; 0]);
}
