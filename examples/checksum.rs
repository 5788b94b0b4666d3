//! Prints the SHA-256 sum of every regular file under the given directories,
//! the way `sha256sum` does:
//!
//! ```text
//! cargo run --release --example checksum -- DIR > sums && sha256sum --quiet -c sums
//! ```
//!
//! A pipeline of bounded channels with parallel workers, which still prints in order:
//! each job carries the sender of its own one-slot reply channel, and the printer is
//! sent the receivers in the order of the walk.
//!
//! ```text
//! walk --- path, reply sender ---> workers --- sum ---> print
//!   \--------------- reply receivers, in order ---------->/
//! ```

use std::ffi::OsString;
use std::fs::{self, File, FileType};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use std::{env, thread};

use rendez::{bounded, select, tick, Receiver, Sender};
use sha2::{Digest, Sha256};

/// How many files may be under way. This bounds the memory, and is large so that
/// the other workers have something to do while one hashes a big file.
const WINDOW: usize = 1024;
/// Small enough that the hash finds in the cache what `read` has just put there.
const PIECE: usize = 128 * 1024;

type Outcome = (PathBuf, io::Result<[u8; 32]>);
type Job = (PathBuf, Sender<Outcome>);

fn main() -> ExitCode {
    let roots: Vec<OsString> = env::args_os().skip(1).collect();
    if roots.is_empty() {
        say("usage: checksum DIR...\n");
        return ExitCode::from(2);
    }
    let (jobs, todo) = bounded(WINDOW);
    let (order, replies) = bounded(WINDOW);
    let (alive, quit) = bounded(0); // nothing is sent: dropping `alive` is the message
    let bytes = &AtomicU64::new(0);
    let printed = thread::scope(|s| {
        s.spawn(move || walk(roots, &jobs, &order));
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            let (todo, quit) = (todo.clone(), quit.clone());
            s.spawn(move || work(&todo, &quit, bytes));
        }
        let _alive = alive; // until the printer is done, be it because it cannot print
        print(replies, bytes)
    });
    match printed {
        Ok(true) => return ExitCode::SUCCESS,
        Err(e) if e.kind() != ErrorKind::BrokenPipe => say(&format!("checksum: stdout: {e}\n")),
        _ => {}
    }
    ExitCode::FAILURE
}

/// Sends out what `find ROOT... -type f` finds, each directory sorted by name.
/// Returns `None` early if the printer is gone.
fn walk(roots: Vec<OsString>, jobs: &Sender<Job>, order: &Sender<Receiver<Outcome>>) -> Option<()> {
    let stat = |root: OsString| {
        let kind = fs::symlink_metadata(&root).map(|meta| meta.file_type());
        (root, kind)
    };
    let roots: Vec<_> = roots.into_iter().map(stat).collect();
    // The directories on the current path, each with those of its entries still to come.
    let mut levels = vec![(PathBuf::new(), roots.into_iter())];
    while let Some((dir, entries)) = levels.last_mut() {
        let Some((name, kind)) = entries.next() else {
            levels.pop();
            continue;
        };
        let path = dir.join(name);
        let failure = match kind {
            Ok(kind) if kind.is_file() => {
                let (reply, outcome) = bounded(1);
                order.send(outcome).ok()?;
                jobs.send((path, reply)).ok()?;
                continue;
            }
            Ok(kind) if kind.is_dir() => match list(&path) {
                Ok(entries) => {
                    levels.push((path, entries.into_iter()));
                    continue;
                }
                Err(e) => e,
            },
            Ok(_) => continue, // a symbolic link, a socket, ...
            Err(e) => e,
        };
        let (reply, outcome) = bounded(1);
        reply.send((path, Err(failure))).ok()?;
        order.send(outcome).ok()?;
    }
    Some(())
}

/// The sorted entries of a directory; not as `DirEntry`s, which would keep it open.
fn list(dir: &Path) -> io::Result<Vec<(OsString, io::Result<FileType>)>> {
    let named = |entry: fs::DirEntry| (entry.file_name(), entry.file_type());
    let mut entries = fs::read_dir(dir)?.map(|entry| entry.map(named)).collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
}

fn work(todo: &Receiver<Job>, quit: &Receiver<()>, bytes: &AtomicU64) {
    let mut buffer = vec![0; PIECE];
    for (path, reply) in todo {
        let sum = hash(&path, &mut buffer, quit, bytes);
        let _ = reply.send((path, sum)); // fails if the printer is gone
    }
}

fn hash(path: &Path, buffer: &mut [u8], quit: &Receiver<()>, bytes: &AtomicU64) -> io::Result<[u8; 32]> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    loop {
        select! {
            recv(quit) -> _ => return Err(ErrorKind::BrokenPipe.into()),
            default => {}
        }
        match file.read(buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(n) => {
                hasher.update(&buffer[..n]);
                bytes.fetch_add(n as u64, Relaxed);
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Returns whether all files could be read; an error if the sums cannot be written.
fn print(replies: Receiver<Receiver<Outcome>>, bytes: &AtomicU64) -> io::Result<bool> {
    let mut out = BufWriter::with_capacity(PIECE, io::stdout());
    let progress = io::stderr().is_terminal() && !io::stdout().is_terminal();
    let ticks = tick(Duration::from_millis(100));
    let (mut all, mut files) = (true, 0u64);
    for reply in replies {
        let (path, sum) = loop {
            select! {
                recv(reply) -> outcome => break outcome.expect("a worker answers every job"),
                recv(ticks) -> _ => {
                    out.flush()?;
                    if progress {
                        say(&format!("{files} files, {} MB", bytes.load(Relaxed) / 1_000_000));
                    }
                }
            }
        };
        let (mark, name) = escape(&path);
        match sum {
            Ok(sum) => {
                files += 1;
                let hex = sum.map(|byte| {
                    let digit = |d: u8| b"0123456789abcdef"[usize::from(d)];
                    [digit(byte >> 4), digit(byte & 15)]
                });
                out.write_all(&[mark, hex.as_flattened(), b"  ", &name, b"\n"].concat())?;
            }
            Err(e) => {
                all = false;
                say(&format!("checksum: {}: {e}\n", String::from_utf8_lossy(&name)));
            }
        }
    }
    out.flush()?;
    if progress {
        say("");
    }
    Ok(all)
}

/// A name with a backslash or a line break is written on one line, which a mark announces.
fn escape(path: &Path) -> (&'static [u8], Vec<u8>) {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut name = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        match byte {
            b'\\' => name.extend(b"\\\\"),
            b'\n' => name.extend(b"\\n"),
            b'\r' => name.extend(b"\\r"),
            _ => name.push(byte),
        }
    }
    (if name.len() > bytes.len() { b"\\" } else { b"" }, name)
}

/// Writes to stderr, on a terminal in place of the progress shown there.
fn say(text: &str) {
    let mut stderr = io::stderr();
    let erase = if stderr.is_terminal() { "\r\x1b[K" } else { "" };
    let _ = stderr.write_all(format!("{erase}{text}").as_bytes());
}
