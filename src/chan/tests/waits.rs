//! That a side's limit and its patience reach its waits, and how seldom who need not wait gives way.

use super::channel;
use crate::chan::spill::Spill;
use crate::sync::{processors, Deadline};
use crate::wait::spin::AWAKE;
use crate::wait::{turn, Patience};
use crate::{unbounded, Sender};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

/// A wait that runs into its timeout leaves a lesson, unless its side must not stay awake at all; the other side's limit does not matter.
#[test]
fn a_limit_of_zero_goes_to_sleep_at_once() {
    const SHORT: Duration = Duration::from_millis(1);
    for cap in [0, 1] {
        for sending in [true, false] {
            for sleepy in [true, false] {
                let (tx, rx) = crate::bounded(cap);
                match sending == sleepy {
                    true => tx.set_spin_limit(Duration::ZERO),
                    false => rx.set_spin_limit(Duration::ZERO),
                }
                if sending {
                    (0..cap).for_each(|i| tx.send(i).expect("room"));
                }
                let spin = tx.0.chan().spin(sending);
                let before = format!("{spin:?}");
                if sending {
                    tx.send_timeout(9, SHORT).expect_err("no room");
                } else {
                    rx.recv_timeout(SHORT).expect_err("no value");
                }
                assert_eq!(format!("{spin:?}") == before, sleepy, "capacity {cap}, sending {sending}");
            }
        }
    }
}

/// At capacity 0 a wait begins with a moment, of a select, too: where nobody comes it becomes longer.
#[test]
fn a_wait_for_a_meeting_begins_with_a_moment() {
    const SHORT: Duration = Duration::from_millis(1);
    let meetings: [_; 2] = std::array::from_fn(|_| crate::rendezvous::<u8>());
    let [(tx, rx), (_tx, other)] = &meetings;
    let grows = |wait: &dyn Fn()| {
        let moments = |tx: &crate::Sender<u8>| [true, false].map(|sending| tx.0.chan().spin(sending).moment()).iter().sum::<u32>();
        let moment = || meetings.iter().map(|(tx, _)| moments(tx)).sum::<u32>();
        let before = moment();
        wait();
        moment() > before
    };
    let all_grow = grows(&|| assert!(tx.send_timeout(1, SHORT).is_err()))
        && grows(&|| assert!(rx.recv_timeout(SHORT).is_err()))
        && grows(&|| {
            let mut select = crate::Select::new();
            select.recv(rx);
            select.recv(other);
            assert!(select.select_timeout(SHORT).is_err());
        });
    assert!(all_grow || processors() == 1); // who waits there gives way at once
}

/// Where nobody receives, a send gives way a few times in all, however many there are.
#[test]
fn sends_behind_the_ring_give_way_at_each_doubling() {
    let mut spill = Spill::new();
    let long = (1..100_000).filter(|_| spill.push(())).count();
    assert_eq!(long, 10, "from 128 on, at each doubling");
    assert!(spill.reset().is_none(), "not empty yet");
    spill.values.clear();
    spill.reset();
    // A burst of the same length is let pass, until that was forgotten.
    let bursts: Vec<usize> = (0..12)
        .map(|_| {
            let long = (0..1_000).filter(|_| spill.push(())).count();
            spill.values.clear();
            spill.reset();
            long
        })
        .collect();
    assert_eq!(bursts[..6], [0; 6]);
    assert!(bursts[6..].iter().all(|long| *long <= 3), "{bursts:?}");
    assert!(bursts[6..].iter().any(|long| *long > 0), "{bursts:?}");
}

/// Who sends or receives for long without a wait looks at the clock from time to time, to offer its processor; but not who only tries.
#[test]
fn who_need_not_wait_offers_its_processor() {
    let offers = |operations: [&dyn Fn(); 2]| {
        operations.map(|operation| {
            let before = turn::offers();
            (0..128).for_each(|_| operation());
            turn::offers() - before
        })
    };
    let (strong, _other) = channel::<u32>(Some(128)).expect("few slots");
    let chan = strong.chan();
    let waits: [&dyn Fn(); 2] =
        [&|| chan.send(1, Deadline::NEVER).expect("room"), &|| assert_eq!(chan.recv(Deadline::NEVER).expect("a value"), 1)];
    let tries: [&dyn Fn(); 2] = [&|| chan.try_send(1).expect("room"), &|| assert_eq!(chan.try_recv().expect("a value"), 1)];
    for (operations, all) in [(waits, 8), (tries, 0)] {
        let laps: Vec<[u32; 2]> = (0..64).map(|_| offers(operations)).collect();
        assert_eq!(laps.iter().fold([0; 2], |[a, b], [x, y]| [a + x, b + y]), [all; 2]);
    }
}

/// A task whose side has no other handle, and the other side several, does not leave the lock alone.
#[test]
fn the_only_one_of_its_side_is_waited_for() {
    let (tx, rx) = channel::<()>(Some(1)).unwrap();
    assert_eq!((tx.patience(), rx.patience()), (Patience::Task, Patience::Task));
    let other = tx.clone();
    assert_eq!((tx.patience(), rx.patience()), (Patience::Task, Patience::TaskAlone));
    drop(other);
    assert_eq!((tx.patience(), rx.patience()), (Patience::Task, Patience::Task));
    let other = rx.clone();
    assert_eq!((tx.patience(), rx.patience()), (Patience::TaskAlone, Patience::Task));
    drop(other);
}

/// Who waits for one that has lost its processor as it copies a value, in or out, stays awake once, as in any wait.
#[test]
fn a_wait_for_a_frozen_peer_is_awake_no_longer_than_another() {
    for (cap, sending) in [(1, false), (128, false), (1, true), (128, true)] {
        let (strong, _other) = channel::<usize>(Some(cap)).expect("little memory");
        let chan = strong.chan();
        (0..cap).filter(|_| sending).for_each(|value| chan.try_send(value).expect("room"));
        let frozen_read = sending.then(|| chan.ring.reserve_read(|| ()).expect("a value").0);
        let frozen_write = (!sending).then(|| chan.ring.reserve_write(|| ()).expect("room").0);
        let before = AWAKE.get();
        let deadline = Deadline::after(Duration::from_millis(5));
        assert!(if sending { chan.send(9, deadline).is_err() } else { chan.recv(deadline).is_err() });
        let awake = AWAKE.get() - before;
        let _ = (frozen_read.map(|slot| slot.take()), frozen_write.map(|slot| slot.publish(1)));
        // None where it gives way at once, on one processor.
        assert_eq!(awake, u32::from(processors() > 1), "{cap}, {sending}");
    }
}

/// Who comes to a channel that is closed and drained is told so, and does not wait for anybody before.
#[test]
fn who_comes_to_a_closed_channel_does_not_wait() {
    let (strong, _other) = channel::<u8>(Some(4)).expect("few slots");
    let chan = strong.chan();
    chan.close();
    let spin = || format!("{:?}", chan.spin(false));
    let before = spin();
    assert!(chan.recv(Deadline::NEVER).is_err());
    assert_eq!(spin(), before);
}

/// On an unbounded channel a thread does so where very many values wait; a task, or a select, which may be one's, never.
#[test]
fn no_task_stays_awake_for_a_receiver_to_catch_up() {
    const MANY: usize = 2_000;
    let awake = |send: &dyn Fn(&Sender<usize>)| {
        let (tx, _rx) = unbounded();
        let before = AWAKE.get();
        send(&tx);
        assert_eq!(tx.len(), MANY);
        AWAKE.get() - before
    };
    let by_thread = awake(&|tx| (0..MANY).for_each(|value| tx.send(value).expect("open")));
    assert_eq!(by_thread > 0, processors() > 1);
    let by_select = awake(&|tx| {
        for value in 0..MANY {
            crate::select! { send(tx, value) -> sent => sent.expect("open") }
        }
    });
    let by_task = awake(&|tx| {
        let mut values = (0..MANY).collect();
        let sent = pin!(tx.send_many_async(&mut values)).poll(&mut Context::from_waker(Waker::noop()));
        assert!(sent.is_ready());
    });
    assert_eq!([by_select, by_task], [0, 0]);
}
