//! A select that is sent to another thread may win there, and may be dropped there with what it won. What cannot leave its thread stays at home.

#![allow(unsafe_code)] // handles that outlive a select of two threads

use rendez::{bounded, Receiver, Select};
use std::marker::PhantomData;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::{mpsc, Barrier};
use std::thread::{self, ThreadId};

/// What may be dropped on its own thread only.
struct Local(ThreadId, PhantomData<Rc<()>>);

impl Local {
    fn new() -> Local {
        Local(thread::current().id(), PhantomData)
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

/// Where two threads have added operations neither is at home in those of the other.
#[test]
fn a_receive_given_up_by_who_did_not_add_it_drops_nothing_there() {
    let (_keep, own) = bounded::<u8>(1);
    let own = Box::into_raw(Box::new(own));
    let mut select: Select<'static> = Select::new();
    // SAFETY: it is freed below, after the select has gone.
    select.recv(unsafe { &*own });
    let (give, take) = mpsc::channel();
    let meet = &Barrier::new(2);
    thread::scope(|scope| {
        scope.spawn(move || {
            let (tx, local) = bounded(1);
            let local: *mut Receiver<Local> = Box::into_raw(Box::new(local));
            tx.send(Local::new()).unwrap();
            // SAFETY: freed below, after the select has gone.
            select.recv(unsafe { &*local });
            give.send(select).unwrap();
            meet.wait();
            // SAFETY: made above, and the select has gone.
            drop(unsafe { Box::from_raw(local) });
        });
        let mut select = take.recv().unwrap();
        // The value is leaked: it is not ours.
        let given_up = catch_unwind(AssertUnwindSafe(|| drop(select.select())));
        drop(select);
        meet.wait();
        given_up.unwrap();
    });
    // SAFETY: as for the other.
    drop(unsafe { Box::from_raw(own) });
}
