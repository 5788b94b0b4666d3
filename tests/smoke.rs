//! Every capacity and every number of peers, once.

use std::thread;
fn run(cap: Option<usize>, s: usize, r: usize, n: usize) {
    let (tx, rx) = match cap {
        Some(c) => rendez::bounded(c),
        None => rendez::unbounded(),
    };
    let t0 = std::time::Instant::now();
    let sum: usize = thread::scope(|sc| {
        for i in 0..s {
            let tx = tx.clone();
            sc.spawn(move || {
                for k in 0..n / s {
                    tx.send(i * n + k).unwrap()
                }
            });
        }
        drop(tx);
        let hs: Vec<_> = (0..r)
            .map(|_| {
                let rx = rx.clone();
                sc.spawn(move || rx.iter().count())
            })
            .collect();
        hs.into_iter().map(|h| h.join().unwrap()).sum()
    });
    assert_eq!(sum, n / s * s);
    eprintln!("{cap:?} {s}x{r}: {:.1} ns", t0.elapsed().as_nanos() as f64 / n as f64);
}
#[test]
fn all() {
    for cap in [Some(0), Some(1), Some(3), Some(64), Some(128), Some(4096), None] {
        for (s, r) in [(1, 1), (4, 1), (1, 4), (4, 4), (32, 32)] {
            run(cap, s, r, 400_000);
        }
    }
}
