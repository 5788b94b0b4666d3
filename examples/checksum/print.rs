//! The printer: waits for the sums in the order of the walk, and writes out what it has every now and then while it waits.

use crate::Place;
use rendez::{select, tick, Receiver};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Duration;

/// Answers whether all files could be read; an error if the sums cannot be written.
pub fn print(places: Receiver<Place>) -> io::Result<bool> {
    let mut out = BufWriter::with_capacity(128 * 1024, io::stdout());
    let flush = tick(Duration::from_millis(100));
    let mut all = true;
    for (path, reply) in places {
        let sum = loop {
            select! {
                recv(reply) -> sum => break sum.expect("a worker answers every job"),
                recv(flush) -> _ => out.flush()?,
            }
        };
        match sum {
            Ok(sum) => out.write_all(&line(&path, sum))?,
            Err(e) => {
                all = false;
                eprintln!("checksum: {}: {e}", path.display());
            }
        }
    }
    out.flush()?;
    Ok(all)
}

/// A name with a backslash or a line break is written on one line, which a mark announces.
fn line(path: &Path, sum: [u8; 32]) -> Vec<u8> {
    let name = path.as_os_str().as_encoded_bytes();
    let mut escaped = Vec::with_capacity(name.len());
    for &byte in name {
        match byte {
            b'\\' => escaped.extend(br"\\"),
            b'\n' => escaped.extend(br"\n"),
            b'\r' => escaped.extend(br"\r"),
            other => escaped.push(other),
        }
    }
    let mark: &[u8] = if escaped.len() > name.len() { b"\\" } else { b"" };
    let hex = sum.map(|byte| [byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
    [mark, hex.as_flattened(), b"  ", &escaped, b"\n"].concat()
}
