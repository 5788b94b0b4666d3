//! What all loom models share. The models themselves stand beside what they model. (M1 to M25 in their descriptions: see the end of `docs/proof.md`.)

use crate::sync::model_atomic::{begin, set_mode, Mode};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Explores `f` in the two modes that are for all models, with the quick bound, or the one in `RENDEZ_LOOM_PREEMPTIONS`, and says how much that was.
pub(crate) fn model(name: &str, f: impl Fn() + Send + Sync + 'static) {
    let f = Arc::new(f);
    for mode in [Mode::Interleavings, Mode::Orders] {
        let f = f.clone();
        explore(name, mode, move || f());
    }
}

/// Explores `f`, which is about SeqCst.
pub(crate) fn litmus(name: &str, f: impl Fn() + Send + Sync + 'static) {
    explore(name, Mode::TotalOrder, f);
}

fn explore(name: &str, mode: Mode, f: impl Fn() + Send + Sync + 'static) {
    set_mode(mode);
    let bound = std::env::var("RENDEZ_LOOM_PREEMPTIONS").map_or(2, |text| text.parse().expect("a number"));
    let limit = std::env::var("RENDEZ_LOOM_SECONDS").map_or(100, |text| text.parse().expect("a number"));
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(bound);
    builder.max_branches = 10_000;
    builder.checkpoint_interval = 1_000;
    builder.max_duration = Some(Duration::from_secs(limit));
    let executions = Arc::new(AtomicUsize::new(0));
    let (counted, start) = (executions.clone(), Instant::now());
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed); // ORDERING: a count
        begin();
        f();
    });
    let incomplete = if start.elapsed().as_secs() >= limit { "  INCOMPLETE" } else { "" };
    let n = executions.load(Ordering::Relaxed); // ORDERING: as above
    let seconds = start.elapsed().as_secs_f64();
    println!("model {name}, {mode:?}: {n} executions in {seconds:.1} s (bound {bound}){incomplete}");
}
