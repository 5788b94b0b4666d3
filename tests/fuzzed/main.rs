//! What the fuzzers run (`fuzz/`), run on what they have kept, and on random bytes.
//!
//! `RENDEZ_STRESS` sets how many random byte strings, `RENDEZ_SEED` which.

mod bytes;
#[path = "../common/mod.rs"]
mod common;
mod ops;
mod ring;
mod select;

use common::Rng;
use std::fs;
use std::path::Path;

/// Runs the kept inputs of a target, then as many random ones. The kept ones are not in the published package, and there are several packages
/// of which this is a test.
fn replay(target: &str, run: fn(&[u8])) {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let kept = |dir: &Path| dir.join("fuzz/corpus").join(target);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(kept).find(|dir| dir.exists());
    for entry in kept.map(|dir| fs::read_dir(dir).expect("a directory")).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        eprintln!("{}", path.display());
        run(&fs::read(path).expect("bytes"));
    }
    let seed: u64 = number("RENDEZ_SEED", u64::from(std::process::id()));
    eprintln!("RENDEZ_SEED={seed}");
    let mut rng = Rng::new(seed);
    for _ in 0..number("RENDEZ_STRESS", 20_000) {
        let data: Vec<u8> = (0..rng.below(120)).map(|_| rng.below(256) as u8).collect();
        run(&data);
    }
}

#[test]
fn operations_answer_as_specified() {
    replay("ops", ops::run);
}

#[test]
fn selects_win_what_is_ready() {
    replay("select", select::run);
}

#[test]
fn the_ring_gives_back_what_was_put_in() {
    replay("ring", ring::run);
}
