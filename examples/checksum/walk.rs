//! The walk: finds what `find ROOT... -type f` finds, each directory sorted by name.

use crate::{Job, Place};
use rendez::{bounded, Sender};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

/// Answers `None` if the printer is gone.
pub fn walk(roots: Vec<PathBuf>, jobs: &Sender<Job>, order: &Sender<Place>) -> Option<()> {
    roots.into_iter().try_for_each(|root| {
        let kind = fs::symlink_metadata(&root).map(|meta| meta.file_type());
        below(root, kind, jobs, order)
    })
}

/// Sends every file to the workers, and its place to the printer. `None` if that is gone.
fn below(path: PathBuf, kind: io::Result<FileType>, jobs: &Sender<Job>, order: &Sender<Place>) -> Option<()> {
    match kind {
        Ok(kind) if kind.is_dir() => {
            if let Ok(entries) = list(&path) {
                return entries.into_iter().try_for_each(|(path, kind)| below(path, kind, jobs, order));
            }
        }
        Ok(kind) if !kind.is_file() => return Some(()), // a symbolic link, a socket, ...
        _ => {}
    }
    // What cannot be looked at or listed goes there too: the worker is told why.
    let (reply, sum) = bounded(1);
    order.send((path.clone(), sum)).ok()?;
    jobs.send((path, reply)).ok()
}

/// The sorted entries of a directory; not as `DirEntry`s, which would keep it open.
fn list(dir: &Path) -> io::Result<Vec<(PathBuf, io::Result<FileType>)>> {
    let entries = fs::read_dir(dir)?.map(|entry| entry.map(|entry| (entry.path(), entry.file_type())));
    let mut entries = entries.collect::<io::Result<Vec<_>>>()?;
    entries.sort_unstable_by(|a, b| a.0.as_os_str().cmp(b.0.as_os_str()));
    Ok(entries)
}
