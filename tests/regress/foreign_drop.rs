//! A select that is sent to another thread may win there, and may be dropped there with what it won. What cannot leave its thread stays at home.

use rendez::{bounded, Select};
use std::rc::Rc;
use std::sync::Barrier;
use std::thread::{self, ThreadId};

/// What may be dropped on its own thread only.
struct Local(ThreadId, #[allow(dead_code)] Rc<()>);

impl Local {
    fn new() -> Local {
        Local(thread::current().id(), Rc::new(()))
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        assert_eq!(self.0, thread::current().id());
    }
}

/// A send that is given up ends a hold, behind which the last receiver had to leave what was there.
#[test]
fn a_send_given_up_elsewhere_drops_nothing_there() {
    let (tx, rx) = bounded(3);
    let meet = &Barrier::new(2);
    tx.send(Local::new()).unwrap();
    let mut select = Select::new();
    select.send(&tx);
    thread::scope(|scope| {
        let other = scope.spawn(move || {
            let won = select.select();
            meet.wait();
            meet.wait();
            drop(won);
        });
        meet.wait();
        tx.send(Local::new()).unwrap();
        drop(rx);
        meet.wait();
        other.join().unwrap();
    });
}
