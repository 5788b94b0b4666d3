//! Every public item says what it does, and shows it: read from the source, as `missing_docs` asks only for some text. And the README promises what the
//! crate's documentation does.
//!
//! What is public is what `lib.rs` hands out, the methods of those types wherever they are, and the macros: so a new one is looked at without being listed
//! here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The names that `lib.rs` hands out.
fn exported(lib: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for statement in lib.split("\npub use ").skip(1) {
        let path = statement.split(';').next().unwrap_or_default();
        let list = path.rsplit("::").next().unwrap_or_default().trim_matches(['{', '}']);
        assert!(!list.contains('*') && !list.contains(" as "), "`pub use {path}`: each name is said here, and as it is in its module");
        names.extend(list.split(',').map(|name| name.trim_matches(|c: char| c.is_whitespace() || c == '{' || c == '}').to_owned()));
    }
    names.remove("");
    names
}

/// The modules that users can name; what is hidden is none.
fn public_modules(lib: &str) -> Vec<&str> {
    let after = lib.split("\npub mod ").collect::<Vec<_>>();
    let hidden = |before: &str| before.rsplit("\n\n").next().unwrap_or_default().lines().rev().take(3).any(|line| line == "#[doc(hidden)]");
    let pairs = after.windows(2).filter(|pair| !hidden(pair[0]));
    pairs.map(|pair| pair[1].split([';', ' ']).next().unwrap_or_default()).collect()
}

/// Every file of the source that users' code may come from, by its path below `src`.
fn sources(dir: &Path, below: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).expect("the source is here") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "models" {
            sources(&path, &format!("{below}{name}/"), files);
        } else if name.ends_with(".rs") && name != "tests.rs" && name != "models.rs" {
            files.push((format!("{below}{name}"), fs::read_to_string(&path).expect("text")));
        }
    }
}

struct Item {
    name: String,
    signature: String,
    /// Of a function.
    body: String,
    doc: String,
    /// Whether it names its caller when it panics.
    tracks: bool,
}

/// The type for which an `impl` at the head of a line is, unless that is of a trait.
fn implemented(header: &str) -> Option<&str> {
    let mut rest = header.strip_prefix("impl")?;
    if rest.starts_with('<') {
        let mut depth = 0;
        let close = rest.find(|c| {
            depth += i32::from(c == '<') - i32::from(c == '>');
            depth == 0
        })?;
        rest = &rest[close + 1..];
    }
    let named = rest.strip_prefix(' ').filter(|rest| !rest.contains(" for "))?;
    named.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').next()
}

/// The items of a file that are `exported` by name, or are methods of a type that is, or macros for users; each with the comment before it. Of a macro's body
/// the methods count, whatever the type will be. What is hidden does not.
fn items(text: &str, exported: &BTreeSet<String>) -> Vec<Item> {
    let (mut items, mut doc, mut attributes, mut lines) = (Vec::new(), String::new(), String::new(), text.lines());
    let mut within: Option<(String, bool)> = None; // the line at which an `impl` ends, and whether its type is users'
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        let indent = &line[..line.len() - code.len()];
        if let Some(text) = code.strip_prefix("///") {
            doc.push_str(text);
            doc.push('\n');
            continue;
        }
        if code.starts_with('#') {
            attributes.push_str(code);
            continue;
        }
        if within.as_ref().is_some_and(|(end, _)| end == line) {
            within = None;
        }
        if let Some(name) = implemented(code) {
            within = Some((format!("{indent}}}"), name.starts_with('$') || exported.contains(name)));
        }
        let item = code.strip_prefix("pub ").or(code.starts_with("macro_rules! ").then_some(code));
        let of_fn = |item: &&str| item.starts_with("fn ") || item.starts_with("unsafe ");
        let item = item.map(|item| item.strip_prefix("const ").filter(of_fn).unwrap_or(item));
        let item = item.map(|item| item.trim_start_matches("async ").trim_start_matches("unsafe "));
        let kinds = ["const ", "fn ", "struct ", "enum ", "union ", "trait ", "type ", "static ", "macro_rules! "];
        let named = item.and_then(|item| kinds.iter().find_map(|kind| item.strip_prefix(kind)));
        if let Some(named) = named {
            let name = named.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
            let is_public = match &within {
                Some((_, is_users)) => *is_users,
                None if code.starts_with("macro") => attributes.contains("macro_export"),
                None => exported.contains(&name),
            };
            let hidden = attributes.contains("doc(hidden)") || attributes.contains("not(doc)");
            let mut signature = code.to_owned();
            while !signature.contains(['{', ';']) {
                signature.push_str(lines.next().unwrap_or("{"));
            }
            if is_public && !hidden {
                let is_fn = !code.starts_with("macro") && signature.contains("fn ");
                let end = format!("{indent}}}");
                let body = lines.clone().take_while(|line| is_fn && *line != end).collect::<Vec<_>>().join("\n");
                items.push(Item { name, signature, body, doc: doc.clone(), tracks: attributes.contains("track_caller") });
            }
        }
        doc.clear();
        attributes.clear();
    }
    items
}

/// Whether it says in its first paragraph that it waits.
fn says_it_waits(doc: &str) -> bool {
    let first = doc.split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric())).collect();
    let waits = |at: usize| ["waits", "Waits", "waiting"].contains(&words[at]) && (at == 0 || words[at - 1] != "without");
    (0..words.len()).any(waits)
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
    let is_macro = item.signature.starts_with("macro");
    let is_fn = !is_macro && item.signature.contains("fn ");
    // A token with a deadline is made at once.
    let waits = is_fn && item.body.contains("Deadline::") && !returns.starts_with("CancelToken");
    let has_lasting = |text: &str| ["Future", "Stream", "Sink"].iter().any(|kind| text.contains(kind));
    let lasts = if is_fn { has_lasting(returns) } else { !is_macro && has_lasting(&item.name) };
    let cancelled = waits || lasts || ((is_fn || is_macro) && says_it_waits(&item.doc));
    let fallible = returns.starts_with("Result<");
    rule(true, "\n ```\n", "no example");
    rule(fallible, "# Errors", "returns a `Result` and has no `# Errors`");
    rule(item.tracks, "# Panics", "can panic and has no `# Panics`");
    rule(cancelled, "# Cancel safety", "waits and has no `# Cancel safety`");
    // What is done begins with what it does: "Sends", "Tells".
    let verb = item.doc.split_whitespace().next().is_some_and(|word| word.trim_end_matches('.').ends_with('s') && word != "As");
    if !verb && (is_fn || is_macro) {
        faults.push("does not begin with a verb");
    }
    faults
}

#[test]
fn every_public_item_is_explained_and_shown() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files);
    let lib = &files.iter().find(|(path, _)| path == "lib.rs").expect("the root").1;
    assert_eq!(public_modules(lib), ["guide"], "what is in a public module is not looked at: hand it out by `pub use`");
    let exported = exported(lib);
    let mut unseen = exported.clone();
    let mut missing = Vec::new();
    let mut count = 0;
    for (file, text) in &files {
        for item in items(text, &exported) {
            count += 1;
            unseen.remove(&item.name);
            missing.extend(faults(&item).into_iter().map(|fault| format!("{file}: `{}`: {fault}", item.name)));
        }
    }
    assert!(unseen.is_empty(), "handed out by `lib.rs`, and not found: {unseen:?}");
    assert!(count > 130, "only {count} items were found");
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn what_is_public_is_found() {
    let lib =
        "mod a;\npub use a::{A,\n    B};\npub use b::c::f;\n#[doc(hidden)]\n#[path = \"x.rs\"]\npub mod hidden;\n\n/// G.\npub mod g;\n";
    let exported = exported(lib);
    assert_eq!(exported.iter().collect::<Vec<_>>(), ["A", "B", "f"]);
    assert_eq!(public_modules(lib), ["g"]);
    let names = |text: &str| items(text, &exported).into_iter().map(|item| item.name).collect::<Vec<_>>();
    assert_eq!(names("pub struct A;\npub struct C;\npub fn f() {}\npub fn g() {}\npub(crate) fn f() {}\nfn f() {}"), ["A", "f"]);
    assert_eq!(
        names("impl<T: Into<u8>> B<T> {\n    pub fn b() {\n    }\n    fn c() {}\n}\nimpl C {\n    pub fn d() {}\n}\npub fn e() {}"),
        ["b"]
    );
    assert_eq!(
        names("macro_rules! m {\n    () => {\n        impl<$($a,)? T> $name {\n            pub fn m() {}\n        }\n    };\n}"),
        ["m"]
    );
    assert_eq!(names("impl Clone for A {\n    pub fn g() {}\n}\n#[macro_export]\nmacro_rules! n {\n}\nmacro_rules! o {\n}"), ["n"]);
    assert_eq!(names("#[doc(hidden)]\npub struct A;\n#[doc(hidden)]\n#[macro_export]\nmacro_rules! n {\n}"), [""; 0]);
}

#[test]
fn the_rules_see_what_is_missing() {
    let exported = ["f", "f_timeout", "F", "AFuture"].map(str::to_owned).into();
    let fault = |text: &str| items(text, &exported).iter().flat_map(faults).collect::<Vec<_>>();
    assert_eq!(fault("/// Says.\npub fn f() {"), ["no example"]);
    assert_eq!(fault("/// As `g`.\n///\n/// ```\n/// f();\n/// ```\npub fn f() {"), ["does not begin with a verb"]);
    assert_eq!(
        fault("/// Says.\n///\n/// ```\n/// f();\n/// ```\npub fn f(\n    a: u8,\n) -> Result<u8, E> {"),
        ["returns a `Result` and has no `# Errors`"]
    );
    assert_eq!(fault("/// Says.\n/// ```\n/// ```\n#[track_caller]\npub fn f() {"), ["can panic and has no `# Panics`"]);
    let waits = ["waits and has no `# Cancel safety`"];
    let by_time =
        "/// Says.\n/// ```\n/// ```\n/// # Errors\npub fn f_timeout(&self) -> Result<u8, E> {\n    self.g(Deadline::after(t))\n}";
    assert_eq!(fault(by_time), waits);
    assert_eq!(fault("/// Says.\n/// ```\n/// ```\npub fn f(&self) -> SendFuture<'_, T> {\n}"), waits);
    assert_eq!(fault("/// Sends it, waiting\n/// for room.\n///\n/// ```\n/// ```\npub fn f() {\n}"), waits);
    assert_eq!(fault("/// A future.\n///\n/// ```\n/// ```\npub struct AFuture;"), waits);
    assert_eq!(fault("/// Sends without waiting.\n///\n/// It waits for nobody.\n///\n/// ```\n/// ```\npub fn f() {\n}"), [""; 0]);
    assert_eq!(fault("/// Waits.\n///\n/// # Cancel safety\n/// Safe.\n///\n/// ```\n/// ```\npub fn f() {\n}"), [""; 0]);
}

/// The items of a list of guarantees, without what is a link.
fn guarantees(text: &str, from: &str) -> Vec<String> {
    let (_, section) = text.split_once(from).expect("a section with guarantees");
    let lines = section.lines().map(str::trim).take_while(|line| !line.starts_with("# ") && !line.starts_with("## "));
    let mut guarantees: Vec<String> = Vec::new();
    let mut within = false;
    for line in lines {
        within = line.starts_with("- **") || (within && !line.is_empty());
        match guarantees.last_mut() {
            Some(last) if within && !line.starts_with("- **") => *last = format!("{last} {line}"),
            _ if within => guarantees.push(line.to_owned()),
            _ => {}
        }
    }
    guarantees.iter().map(|text| without_links(text)).collect()
}

/// `[text](where)`, `[text][where]` and `[text]` become `text`.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let (shown, after) = link.split_once(']').expect("a link that ends");
        plain.extend([before, shown]);
        let target = [('(', ')'), ('[', ']')].iter().find_map(|(open, close)| after.strip_prefix(*open)?.split_once(*close));
        rest = target.map_or(after, |(_, after)| after);
    }
    plain + rest
}

#[test]
fn the_readme_promises_what_the_crate_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("text");
    let lib: String =
        read("src/lib.rs").lines().map_while(|line| line.strip_prefix("//!")).fold(String::new(), |text, line| text + line + "\n");
    let (here, there) = (guarantees(&lib, " # Guarantees"), guarantees(&read("README.md"), "## The contract"));
    assert!(here.len() > 8, "only {} guarantees were found", here.len());
    assert_eq!(here, there, "`src/lib.rs` and `README.md` have one list of guarantees");
    assert_eq!(without_links("a [b](c::d) (see [`e!`]) [f][g]."), "a b (see `e!`) f.");
}
