//! Senders as sinks: what is sent at once, what is on its way, and what a closed one gives back.

mod common;

use common::task::{block_on, Count};
use common::watched;
use futures_sink::Sink;
use rendez::{bounded, unbounded, IntoSink, SendError, SendSink, Sender};
use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{pin, Pin};
use std::task::{Context, Poll, Waker};
use std::thread;

fn ready<S: Sink<T, Error = SendError<T>>, T>(sink: Pin<&mut S>, waker: &Waker) -> Poll<Result<(), SendError<T>>> {
    sink.poll_ready(&mut Context::from_waker(waker))
}

fn flush<S: Sink<T, Error = SendError<T>>, T>(sink: Pin<&mut S>, waker: &Waker) -> Poll<Result<(), SendError<T>>> {
    sink.poll_flush(&mut Context::from_waker(waker))
}

fn close<S: Sink<T, Error = SendError<T>>, T>(sink: Pin<&mut S>) -> Poll<Result<(), SendError<T>>> {
    sink.poll_close(&mut Context::from_waker(Waker::noop()))
}

async fn send_all<S: Sink<u32, Error = SendError<u32>>>(sink: S, values: impl Iterator<Item = u32>) {
    let mut sink = pin!(sink);
    for value in values {
        poll_fn(|cx| sink.as_mut().poll_ready(cx)).await.unwrap();
        sink.as_mut().start_send(value).unwrap();
    }
    poll_fn(|cx| sink.as_mut().poll_close(cx)).await.unwrap();
}

#[test]
fn sinks_send_all_in_order_and_end() {
    watched(|| {
        for cap in [Some(0), Some(1), Some(3), None] {
            let (tx, rx) = cap.map_or_else(unbounded, bounded);
            thread::scope(|s| {
                s.spawn(move || {
                    block_on(send_all(tx.sink(), 0..500));
                    block_on(send_all(tx.into_sink(), 500..1000));
                });
                assert!(rx.iter().eq(0..1000), "capacity {cap:?}");
            });
        }
    });
}

#[test]
fn there_is_room_for_one_more_than_the_channel_holds() {
    for cap in [0, 1, 3] {
        let (tx, rx) = bounded(cap);
        let (count, waker) = Count::new();
        let mut sink = pin!(tx.sink());
        for value in 0..=cap {
            assert_eq!(flush(sink.as_mut(), &waker), Poll::Ready(Ok(())));
            assert_eq!(ready(sink.as_mut(), &waker), Poll::Ready(Ok(())));
            assert_eq!(sink.as_mut().start_send(value), Ok(()));
        }
        assert_eq!(ready(sink.as_mut(), &waker), Poll::Pending);
        assert_eq!(flush(sink.as_mut(), &waker), Poll::Pending);
        assert_eq!(rx.try_recv(), Ok(0));
        assert_eq!(count.get(), 1, "a receive wakes it");
        assert_eq!(flush(sink.as_mut(), &waker), Poll::Ready(Ok(())));
        assert!(rx.try_iter().eq(1..=cap));
    }
}

#[test]
fn what_has_room_is_sent_without_a_flush() {
    let (tx, rx) = bounded(1);
    assert_eq!(pin!(tx.sink()).start_send(1), Ok(()));
    assert_eq!(rx.try_recv(), Ok(1));
    // At capacity 0 it goes to a receiver that waits.
    let (tx, rx) = bounded(0);
    let mut recv = pin!(rx.recv_async());
    assert!(common::task::poll(recv.as_mut(), Waker::noop()).is_pending());
    assert_eq!(pin!(tx.into_sink()).start_send(2), Ok(()));
    assert_eq!(common::task::poll(recv.as_mut(), Waker::noop()), Poll::Ready(Ok(2)));
}

#[test]
fn a_closed_channel_gives_the_value_back() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|_| tx.send(0).unwrap());
        let (count, waker) = Count::new();
        let mut sink = pin!(tx.into_sink());
        assert_eq!(sink.as_mut().start_send(1), Ok(()));
        assert_eq!(flush(sink.as_mut(), &waker), Poll::Pending);
        drop(rx);
        assert_eq!(count.get(), 1);
        assert_eq!(flush(sink.as_mut(), &waker), Poll::Ready(Err(SendError(1))));
        assert_eq!(ready(sink.as_mut(), &waker), Poll::Ready(Ok(())), "nothing is on its way");
        assert_eq!(sink.as_mut().start_send(2), Err(SendError(2)));
        assert_eq!(close(sink.as_mut()), Poll::Ready(Ok(())));
    }
}

#[test]
fn closing_ends_the_sink_and_not_the_channel() {
    let (tx, rx) = bounded(0);
    let mut first = pin!(tx.clone().into_sink());
    {
        let mut second = pin!(tx.sink());
        assert_eq!(second.as_mut().start_send(1), Ok(()));
        assert_eq!(close(second.as_mut()), Poll::Pending);
        assert_eq!(rx.try_recv(), Ok(1));
        assert_eq!(close(second.as_mut()), Poll::Ready(Ok(())));
        assert_eq!(second.as_mut().start_send(2), Err(SendError(2)));
    }
    drop(tx);
    assert!(!rx.is_closed());
    assert_eq!(close(first.as_mut()), Poll::Ready(Ok(())));
    assert!(rx.is_closed(), "the last handle was inside");
    assert_eq!(first.start_send(3), Err(SendError(3)));
}

#[test]
fn what_is_on_its_way_can_be_had_back() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        let mut sink = pin!(tx.sink());
        for n in 0..=cap {
            assert_eq!(sink.as_mut().cancel(), None);
            sink.as_mut().start_send(n.to_string()).unwrap();
        }
        let last = cap.to_string();
        assert_eq!(flush(sink.as_mut(), Waker::noop()), Poll::Pending);
        assert_eq!(sink.as_mut().cancel(), Some(last.clone()));
        assert_eq!(sink.as_mut().start_send(last.clone()), Ok(()), "and sent again");
        assert_eq!(flush(sink.as_mut(), Waker::noop()), Poll::Pending);
        assert_eq!(rx.try_recv().as_deref(), Ok("0"));
        if cap == 1 {
            assert_eq!(flush(sink.as_mut(), Waker::noop()), Poll::Ready(Ok(())));
        }
        assert_eq!(sink.as_mut().cancel(), None, "it was sent");
        assert_eq!(flush(sink.as_mut(), Waker::noop()), Poll::Ready(Ok(())));
    }
}

#[test]
fn a_dropped_sink_leaves_its_queue() {
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        (0..cap).for_each(|_| tx.send(0).unwrap());
        let (count, waker) = Count::new();
        {
            let mut sink = pin!(tx.sink());
            sink.as_mut().start_send(1).unwrap();
            assert_eq!(flush(sink.as_mut(), &waker), Poll::Pending);
        }
        assert_eq!(rx.try_iter().sum::<i32>(), 0, "the value went with the sink");
        assert_eq!(count.get(), 0);
    }
}

#[test]
#[should_panic(expected = "a value was put into a sink that was not ready")]
fn a_second_value_on_its_way_is_a_mistake() {
    let (tx, _rx) = bounded(0);
    let mut sink = pin!(tx.sink());
    sink.as_mut().start_send(1).unwrap();
    let _ = sink.start_send(2);
}

#[test]
fn sinks_go_where_their_values_may_go() {
    fn is_send<T: Send + Sync>(_: T) {}
    let (tx, _rx): (Sender<Cell<i32>>, _) = bounded(0);
    is_send::<SendSink<'_, _>>(tx.sink());
    is_send::<IntoSink<_>>(tx.clone().into_sink());
    assert_eq!(format!("{:?}", tx.into_sink()), "IntoSink { .. }");
}
