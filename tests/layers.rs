//! The order of the modules, read from the source: who may import whom, who may speak to the machine, where unsafe code may be; that each unsafe block and
//! each ordering says why it is right; and that a directory of many files has a table of them.

use std::fs;
use std::path::{Path, PathBuf};

/// Every module and its layer. A module imports from lower layers and from itself.
const LAYERS: &[(&str, Layer)] = &[
    ("sync", Layer::Wall),
    ("error", Layer::Wall),
    ("wait", Layer::Parts),
    ("ring", Layer::Parts),
    ("chan", Layer::Channel),
    ("time", Layer::Waits),
    ("select", Layer::Waits),
    ("arms", Layer::Handles),
    ("cancel", Layer::Handles),
    ("construct", Layer::Handles),
    ("dynamic", Layer::Handles),
    ("guide", Layer::Handles), // words only
    ("iter", Layer::Handles),
    ("macros", Layer::Handles),
    ("receiver", Layer::Handles),
    ("select_rt", Layer::Handles),
    ("sender", Layer::Handles),
    ("task", Layer::Handles),
    ("lib", Layer::Root),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    /// The machine, and the words for what went wrong.
    Wall,
    /// The ring knows nothing of waiting, and waiting nothing of the ring.
    Parts,
    /// Ring and waiting joined.
    Channel,
    /// What else one can wait for.
    Waits,
    /// What users hold. These meet: a sender makes weak senders, a receiver makes iterators.
    Handles,
    /// Re-exports everything.
    Root,
}

impl Layer {
    fn may_import(self, other: Layer) -> bool {
        other < self || (self == Layer::Handles && other == Layer::Handles)
    }
}

/// Names of the machine, which stay behind the wall. What comes through it (`crate::sync::Instant`) is checked apart.
const MACHINE: &[&str] = &["std::sync", "core::sync", "std::thread", "loom::", "std::time", "core::time"];

struct File {
    /// Relative to `src`.
    path: PathBuf,
    /// Without comments, in the same lines.
    code: String,
    text: String,
}

impl File {
    /// The directory or file at the top of `src` to which it belongs.
    fn module(&self) -> String {
        let first = self.path.iter().next().expect("a path").to_string_lossy();
        first.trim_end_matches(".rs").to_owned()
    }

    /// Tests and models may say what they like, with a reason where `unreasoned` wants one.
    fn is_test(&self) -> bool {
        let name = self.path.file_name().expect("a file");
        name == "tests.rs" || name == "models.rs" || self.path.iter().any(|part| part == "models" || part == "tests")
    }
}

/// The line without a comment. A `//` within a string counts as one only at a word's start, which no string of ours has.
fn code_of(line: &str) -> &str {
    match line.trim_start().starts_with("//") {
        true => "",
        false => line.split(" //").next().unwrap_or(line),
    }
}

fn read(dir: &Path, root: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(dir).expect("the source is here") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            read(&path, root, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            files.push(file(path.strip_prefix(root).expect("within"), &text));
        }
    }
}

fn files() -> Vec<File> {
    let files = files_in("src");
    assert!(files.len() >= LAYERS.len(), "only {} files were found", files.len());
    files
}

fn files_in(directory: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut files = Vec::new();
    read(&root, &root, &mut files);
    files
}

fn layer(module: &str) -> Option<Layer> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

/// The line of a byte of the code; comments have left their lines empty.
fn line(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The first names of the paths that begin at `rest`, which follows `crate::`: one, or those of a list in braces.
fn first_names(rest: &str) -> Vec<&str> {
    let Some(list) = rest.strip_prefix('{') else {
        return vec![name_at(rest)];
    };
    let (mut names, mut depth, mut start) = (Vec::new(), 0, true);
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => start = true,
            c if start && (c.is_alphabetic() || c == '_') => {
                names.push(name_at(&list[at..]));
                start = false;
            }
            _ => {}
        }
    }
    names
}

fn name_at(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The module of a name under `crate::`. What is no module is re-exported by the root, and so belongs to the handles.
fn layer_of_name(name: &str) -> Layer {
    match name {
        "__select" => Layer::Handles,
        "lib" => Layer::Root,
        name => layer(name).unwrap_or(Layer::Handles),
    }
}

/// Whether `word` stands at `at` by itself, not as the end of a longer name.
fn stands_alone(code: &str, at: usize) -> bool {
    !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// What `file` imports from above. `$crate::` in a macro is the user's path, not an import.
fn upward(file: &File) -> Vec<String> {
    let own = file.module();
    let Some(from) = layer(&own) else { return Vec::new() };
    let mut wrong = Vec::new();
    for (at, found) in file.code.match_indices("crate::") {
        if file.code[..at].ends_with('$') || !stands_alone(&file.code, at) {
            continue;
        }
        for name in first_names(&file.code[at + found.len()..]) {
            if name != own && !from.may_import(layer_of_name(name)) {
                wrong.push(format!("{}:{}: `{own}` imports `{name}`", file.path.display(), line(&file.code, at)));
            }
        }
    }
    // `super::` from a directory's own file, or twice from one below, leaves the module without saying `crate`.
    let depth = file.path.iter().count() - usize::from(file.path.file_name().is_some_and(|name| name == "mod.rs"));
    let out = "super::".repeat(depth.max(1));
    if from != Layer::Root && file.code.contains(&out) {
        wrong.push(format!("{}: leaves its module by `{out}`; say `crate::`", file.path.display()));
    }
    wrong
}

/// What `file` says of the machine without the wall.
fn past_the_wall(file: &File) -> Vec<String> {
    if file.module() == "sync" {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for word in MACHINE {
        for (at, _) in file.code.match_indices(word).filter(|(at, _)| stands_alone(&file.code, *at)) {
            wrong.push(format!("{}:{}: `{word}` outside the wall", file.path.display(), line(&file.code, at)));
        }
    }
    if file.code.contains("Instant::now") && !imports_instant(&file.code) {
        wrong.push(format!("{}: `Instant::now` that is not `crate::sync::Instant`", file.path.display()));
    }
    wrong
}

fn imports_instant(code: &str) -> bool {
    code.lines().any(|line| line.trim_start().starts_with("use crate::sync::") && line.contains("Instant"))
}

/// Unsafe code in a file that does not say it has some.
fn unannounced(file: &File) -> Option<String> {
    let unsafe_code = ["unsafe {", "unsafe fn", "unsafe impl"].iter().any(|word| file.code.contains(word));
    (unsafe_code && !file.code.contains("allow(unsafe_code)"))
        .then(|| format!("{}: unsafe code without `allow(unsafe_code)`", file.path.display()))
}

/// How far above a line its reason may stand: within one statement and what is said of it.
const NEAR: usize = 7;

/// The lines of code in which one of `words` stands and that have no comment with `reason`: in themselves, or nearby above in the same function.
fn without(file: &File, words: &[&str], reason: &str) -> Vec<String> {
    let text: Vec<&str> = file.text.lines().collect();
    let needs = |line: &&str| words.iter().any(|word| line.match_indices(word).any(|(at, _)| stands_alone(line, at)));
    let lines = file.code.lines().enumerate().filter(|(_, line)| needs(line));
    let bare = lines.filter(|(at, _)| {
        let above = (0..*at).rev().take(NEAR).take_while(|line| !code_of(text[*line]).contains("fn ")).map(|line| text[line]);
        !std::iter::once(text[*at]).chain(above).any(|line| line.contains("//") && line.contains(reason))
    });
    bare.map(|(at, line)| format!("{}:{}: no {reason} for `{}`", file.path.display(), at + 1, line.trim())).collect()
}

/// Orderings and unsafe blocks without their reason. What stands in for atomics in a model takes its orderings from its caller.
fn unreasoned(file: &File) -> Vec<String> {
    let orderings = ["Ordering::Relaxed", "Ordering::Acquire", "Ordering::Release", "Ordering::AcqRel", "Ordering::SeqCst"];
    let stand_in = ["sync/model_atomic.rs", "sync/loom.rs"].map(Path::new).contains(&file.path.as_path());
    let orderings = if stand_in { vec![] } else { without(file, &orderings, "ORDERING: ") };
    [orderings, without(file, &["unsafe {", "unsafe impl"], "SAFETY: ")].concat()
}

/// Reasons of unsafe code that only point elsewhere, and to nothing, where the function asks its caller for no promise: "the caller's promise", and "as above"
/// if there is no reason nearby above in it.
fn unfounded(file: &File) -> Vec<String> {
    let text: Vec<&str> = file.text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let begins = |line: &str| code_of(line).match_indices("fn ").any(|(at, _)| stands_alone(line, at));
    let mut wrong = Vec::new();
    for (at, line) in text.iter().enumerate() {
        let Some((_, reason)) = line.split_once("// SAFETY: ") else { continue };
        let function = (0..at).rev().find(|above| begins(text[*above]) && indent(text[*above]) < indent(line));
        let near = &text[function.map_or(0, |function| function + 1).max(at.saturating_sub(NEAR))..at];
        let promised = function.is_some_and(|function| text[function].contains("unsafe fn "));
        let above = reason.starts_with("as above") && !near.iter().any(|above| above.contains("SAFETY: "));
        if !promised && (above || reason.starts_with("the caller's promise")) {
            wrong.push(format!("{}:{}: a reason that points to none: `{}`", file.path.display(), at + 1, line.trim()));
        }
    }
    wrong
}

/// The files of a directory that the table in its `mod.rs` does not have.
fn unlisted(files: &[File], directory: &str) -> Vec<String> {
    let head = files.iter().find(|file| file.path == Path::new(directory).join("mod.rs")).expect("a head");
    let table: String = head.text.lines().filter(|line| line.starts_with("//! |")).collect();
    let names = files.iter().filter(|file| file.module() == directory && !file.is_test()).filter_map(|file| file.path.file_stem());
    let missing = names.map(|name| name.to_string_lossy()).filter(|name| name != "mod" && !table.contains(&format!("`{name}`")));
    missing.map(|name| format!("{directory}/mod.rs has no `{name}`")).collect()
}

fn check<I: IntoIterator<Item = String>>(rule: impl Fn(&File) -> I) {
    check_in(files().iter().filter(|file| !file.is_test()), rule);
}

fn check_in<'a, I: IntoIterator<Item = String>>(files: impl Iterator<Item = &'a File>, rule: impl Fn(&File) -> I) {
    let wrong: Vec<String> = files.flat_map(rule).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_module_has_a_layer() {
    check(|file| layer(&file.module()).is_none().then(|| format!("`{}` is in no layer: add it to the table", file.module())));
    for (module, _) in LAYERS {
        assert!(files().iter().any(|file| file.module() == *module), "`{module}` of the table is gone");
    }
}

#[test]
fn a_module_imports_from_below_only() {
    check(upward);
}

#[test]
fn only_the_wall_names_the_machine() {
    check(past_the_wall);
}

#[test]
fn unsafe_code_is_announced() {
    check(unannounced);
}

fn file(path: impl Into<PathBuf>, text: &str) -> File {
    let code = text.lines().map(code_of).collect::<Vec<_>>().join("\n");
    File { path: path.into(), code, text: text.to_owned() }
}

#[test]
fn unsafe_blocks_and_orderings_have_reasons() {
    let others: Vec<File> = ["tests", "benches", "examples", "fuzz"].into_iter().flat_map(files_in).collect();
    let others = others.iter().filter(|file| file.path != Path::new("layers.rs")); // this file, which says what is wrong
    check_in(files().iter().chain(others), |file| [unreasoned(file), unfounded(file)].concat());
}

#[test]
fn directories_of_many_files_have_a_table() {
    let files = files();
    let missing: Vec<String> = ["chan", "wait"].into_iter().flat_map(|directory| unlisted(&files, directory)).collect();
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
}

#[test]
fn the_rules_see_what_they_forbid() {
    for (path, code) in [
        ("ring/mod.rs", "use crate::wait::Spin;"),
        ("wait/mod.rs", "use crate::{sync::Cell, chan::{self, Chan}};"),
        ("time/mod.rs", "fn f() { crate::select::run() }"),
        ("chan/mod.rs", "use crate::{\n    error::RecvError,\n    Receiver,\n};"),
        ("error.rs", "use crate::chan;"),
        ("chan/mod.rs", "use super::time::Timer;"),
        ("chan/send.rs", "use super::super::time::Timer;"),
        ("sync/mod.rs", "use crate::error::RecvError;"),
    ] {
        assert_eq!(upward(&file(path, code)).len(), 1, "{path}: {code}");
    }
    for (path, code) in [
        ("chan/mod.rs", "use crate::ring::Ring; // not crate::time::Timer\n/// [`crate::Sender`]"),
        ("chan/send.rs", "use super::Chan;"),
        ("sender.rs", "use crate::{Receiver, time};"),
        ("macros.rs", "$crate::__select!()"),
        ("ring/hold.rs", "use crate::ring::position::CLOSED;"),
    ] {
        assert_eq!(upward(&file(path, code)), [""; 0]);
    }
    for code in
        ["use std::sync::Arc;", "std::thread::park();", "loom::model(f);", "use core::sync::atomic;", "Instant::now()", "use std::time::*;"]
    {
        assert_eq!(past_the_wall(&file("chan/mod.rs", code)).len(), 1, "{code}");
        assert!(past_the_wall(&file("sync/std.rs", code)).is_empty());
        assert!(past_the_wall(&file("chan/mod.rs", &format!("/// {code}\n//! {code}"))).is_empty());
    }
    assert!(past_the_wall(&file("time/mod.rs", "use crate::sync::{Duration, Instant};\nInstant::now()")).is_empty());
    assert!(unannounced(&file("iter.rs", "unsafe { f() }")).is_some());
    assert!(unannounced(&file("iter.rs", "#![allow(unsafe_code)]\nunsafe { f() }")).is_none());
    for (wrong, code) in [
        (1, "x.load(Ordering::Relaxed)"),
        (0, "x.load(Ordering::Relaxed) // ORDERING: a hint"),
        (0, "// ORDERING: a hint\n// of two lines\nx\n    .load(Ordering::Relaxed)"),
        (1, "fn f() {\n    // ORDERING: a hint\n}\nfn g() {\n    x.load(Ordering::Relaxed)\n}"),
        (1, "// in what order\nx.load(Ordering::Relaxed)"),
        (0, "match a.cmp(&b) { Ordering::Less => {} }"),
        (1, "unsafe { f() }"),
        (0, "// SAFETY: checked above\nunsafe { f() }"),
        (1, "unsafe impl Send for X {}\n"),
        (0, "/// # Safety\nunsafe fn f() {}"),
    ] {
        assert_eq!(unreasoned(&file("ring/mod.rs", code)).len(), wrong, "{code}");
    }
    for (wrong, code) in [
        (1, "fn f() {\n    // SAFETY: as above.\n    unsafe { g() }\n}"),
        (1, "// SAFETY: checked\nfn f() {\n    // SAFETY: as above.\n    unsafe { g() }\n}"),
        (0, "fn f() {\n    // SAFETY: checked\n    unsafe { g() }\n    // SAFETY: as above; twice\n    unsafe { g() }\n}"),
        (0, "// SAFETY: atomic\nunsafe impl Send for X {}\n// SAFETY: as above.\nunsafe impl Sync for X {}"),
        (1, "fn f() {\n    // SAFETY: the caller's promise.\n    unsafe { g() }\n}"),
        (1, "unsafe fn e() {}\nfn f() {\n    // SAFETY: the caller's promise.\n    unsafe { g() }\n}"),
        (0, "unsafe fn f(\n    x: u8,\n) {\n    // SAFETY: the caller's promise.\n    unsafe { g() }\n}"),
        (0, "unsafe fn f() {\n    // SAFETY: as above.\n    unsafe { g() }\n}"),
    ] {
        assert_eq!(unfounded(&file("ring/mod.rs", code)).len(), wrong, "{code}");
    }
    let head = file("chan/mod.rs", "//! | a | `send` |\n//! `recv`");
    let listed = [head, file("chan/send.rs", ""), file("chan/recv.rs", ""), file("chan/tests.rs", "")];
    assert_eq!(unlisted(&listed, "chan"), ["chan/mod.rs has no `recv`"]);
}
