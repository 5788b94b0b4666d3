//! The workers: each takes the next file, and answers with its sum.

use crate::{Job, Sum};
use rendez::{Receiver, Sender};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// Small enough that the hash finds in the cache what `read` has just put there.
const PIECE: usize = 128 * 1024;

pub fn work(todo: Receiver<Job>) {
    let mut buffer = vec![0; PIECE];
    for (path, reply) in todo {
        let sum = hash(&path, &mut buffer, &reply);
        let _ = reply.send(sum); // fails if the printer is gone
    }
}

fn hash(path: &Path, buffer: &mut [u8], reply: &Sender<Sum>) -> Sum {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    while !reply.is_closed() {
        match file.read(buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(n) => hasher.update(&buffer[..n]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Err(ErrorKind::BrokenPipe.into()) // nobody wants it any more
}
