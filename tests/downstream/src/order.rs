//! A log with two writers, whose first line has to come first.

use super::channel;
use loom::thread;
use rendez::rendezvous;

/// With `wait` the second writer waits until the first line was written.
fn model(wait: bool) {
    loom::model(move || {
        let (log, lines) = channel(2);
        let (written, first) = rendezvous();
        let header = log.clone();
        let writer = thread::spawn(move || {
            header.send(1).unwrap();
            if wait {
                written.send(()).unwrap();
            }
        });
        if wait {
            first.recv().unwrap();
        }
        log.send(2).unwrap();
        assert_eq!((lines.recv(), lines.recv()), (Ok(1), Ok(2)), "lines are out of order");
        writer.join().unwrap();
    });
}

#[test]
fn seeded() {
    model(false);
}

#[test]
fn mended() {
    model(true);
}
