//! Prints the SHA-256 sum of every regular file below what it is given, as `sha256sum` does: a pipeline with parallel workers that prints in order.
//!
//! ```text
//! cargo run --release --example checksum -- DIR > sums && sha256sum --quiet -c sums
//!
//! walk ─── path, reply sender ──▶ workers ─── sum ──▶ print
//!     └─────── reply receivers, in order ──────────────▶
//! ```
//!
//! A printer that cannot print drops the receivers of the replies: workers see their reply closed, even within a large file, and the walk cannot send.

mod hash;
mod print;
mod walk;

use rendez::{bounded, Receiver, Sender};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, io, thread};

/// How many files may be under way: enough that the other workers have something to do while one is busy with a large file.
const WINDOW: usize = 1024;

type Sum = io::Result<[u8; 32]>;
/// A file, and where its sum goes to.
type Job = (PathBuf, Sender<Sum>);
/// A file, and where its sum comes from.
type Place = (PathBuf, Receiver<Sum>);

fn main() -> ExitCode {
    let roots: Vec<PathBuf> = env::args_os().skip(1).map(PathBuf::from).collect();
    if roots.is_empty() {
        eprintln!("usage: checksum PATH...");
        return ExitCode::from(2);
    }
    let (jobs, todo) = bounded(WINDOW);
    let (order, places) = bounded(WINDOW);
    let printed = thread::scope(|s| {
        s.spawn(move || walk::walk(roots, &jobs, &order));
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let todo = todo.clone();
            s.spawn(move || hash::work(todo));
        }
        print::print(places)
    });
    match printed {
        Ok(true) => return ExitCode::SUCCESS,
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => eprintln!("checksum: stdout: {e}"),
        _ => {}
    }
    ExitCode::FAILURE
}
