//! An arm that was ready and has been lost to another operation says nothing about the others.

use crate::common::{several_processors, watched, Counter};
use rendez::{bounded, never, select};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Where there is one processor, who always has something to do leaves the others a moment in each of its turns: a value takes a tenth of a second then, and
/// seconds where another program is busy.
fn how_many() -> usize {
    if several_processors() {
        2_000
    } else {
        5
    }
}

/// One arm always has room, so there never is nothing to do; the other's values go to somebody else between the look and the win.
#[test]
fn a_select_with_room_does_not_take_its_default() {
    watched(|| {
        let (rounds, (contested, values)) = (how_many(), bounded(0));
        let (tx, rx) = bounded(1);
        let (sent, taken) = (Counter::new(), Counter::new());
        let open = AtomicBool::new(true);
        let (took, gave) = (|| taken.add(1), || sent.add(1));
        let is_open = || open.load(Ordering::Relaxed); // ORDERING: only when to stop
        thread::scope(|s| {
            s.spawn(|| {
                for _ in 0..rounds {
                    select! { // has no value until it has won: who wants one has to call it
                        send(contested, ()) -> res => res.unwrap(),
                        recv(never::<()>()) -> _ => unreachable!(),
                    }
                    gave();
                }
                open.store(false, Ordering::Relaxed); // ORDERING: as above
            });
            s.spawn(|| {
                while is_open() {
                    match values.try_recv() {
                        Ok(()) => took(),
                        Err(_) => thread::yield_now(),
                    }
                }
            });
            while is_open() {
                select! {
                    send(tx, ()) -> res => {
                        res.unwrap();
                        rx.recv().unwrap();
                    }
                    recv(values) -> value => {
                        value.unwrap();
                        took();
                    }
                    send(contested, ()) -> res => {
                        res.unwrap();
                        gave();
                    }
                    default => panic!("there was room"),
                }
            }
        });
        assert_eq!(sent.get(), taken.get());
    });
}
