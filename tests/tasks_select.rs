//! `select_async!`: what it takes, who wins, and that who does not win loses nothing.

mod common;

use common::task::{block_on, poll, Count};
use common::watched;
use rendez::{after, bounded, never, select, select_async, tick, unbounded, Receiver, RecvError, SendError, Sender};
use std::cell::Cell;
use std::future::{pending, poll_fn, ready, Future};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn every_kind_of_arm_wins() {
    block_on(async {
        let (tx, rx) = bounded(1);
        let got = select_async! {
            send(tx, 1) -> res => { res.unwrap(); "sent" }
            recv(rx) -> _ => "received",
        };
        assert_eq!(got, "sent");
        assert_eq!(select_async! { recv(rx) -> msg => msg, future(pending()) -> out => out }, Ok(1));
        assert_eq!(select_async! { recv(rx) -> msg => msg.unwrap(), future(ready(2)) -> out => out }, 2);
        assert_eq!(select_async! { recv(rx) -> msg => msg.unwrap(), default => 3 }, 3);
        assert_eq!(select_async! { recv(rx) -> msg => msg.unwrap(), default(Duration::from_millis(1)) => 4 }, 4);
        assert_eq!(select_async! { recv(rx) -> _, if false => 0, future(ready(0)) -> _, if false => 0, else => 5 }, 5);
        drop(tx);
        assert_eq!(select_async! { recv(rx) -> msg => msg, default => Ok(0) }, Err(RecvError));
    });
}

#[test]
fn switched_off_arms_do_nothing() {
    block_on(async {
        let evaluated = Cell::new(0);
        let count = |n: i32| evaluated.set(evaluated.get() + n);
        let rx = || {
            count(1);
            never::<i32>()
        };
        select_async! {
            recv(rx()) -> _, if false => unreachable!(),
            future({ count(10); ready(()) }) -> (), if false => unreachable!(),
            default(Duration::from_millis(1)) => count(100),
        }
        assert_eq!(evaluated.get(), 100);
        select_async! {
            recv(rx()) -> _, if true => unreachable!(),
            future({ count(10); ready(7) }) -> n, if true => assert_eq!(n, 7),
        }
        assert_eq!(evaluated.get(), 111);
    });
}

#[test]
#[should_panic(expected = "every arm of the select is switched off, and it has neither `default` nor `else`")]
fn all_off_is_a_mistake() {
    block_on(async {
        select_async! { recv(never::<()>()) -> _, if false => (), future(ready(())) -> (), if false => () }
    });
}

#[test]
fn bodies_leave_as_they_like() {
    async fn first_even(rx: &Receiver<u32>, done: &Receiver<()>) -> Result<u32, RecvError> {
        loop {
            select_async! {
                recv(rx) -> msg => {
                    let n = msg?;
                    if n % 2 == 1 {
                        continue;
                    }
                    return Ok(ready(n).await);
                }
                recv(done) -> _ => break,
            }
        }
        Ok(0)
    }
    block_on(async {
        let (tx, rx) = unbounded();
        let (stop, done) = bounded(1);
        [1, 3, 4].into_iter().for_each(|n| tx.send(n).unwrap());
        assert_eq!(first_even(&rx, &done).await, Ok(4));
        drop(tx);
        assert_eq!(first_even(&rx, &done).await, Err(RecvError));
        stop.send(()).unwrap();
        assert_eq!(first_even(&never(), &done).await, Ok(0));
    });
}

#[test]
fn a_message_may_be_awaited_or_fail() {
    async fn send_parsed(tx: &Sender<i32>, text: &str) -> Result<(), std::num::ParseIntError> {
        select_async! { send(tx, ready(text).await.parse()?) -> res => { res.unwrap(); Ok(()) } }
    }
    for cap in [0, 1] {
        let (tx, rx) = bounded(cap);
        let receiver = thread::spawn(move || rx.recv());
        block_on(async {
            assert!(send_parsed(&tx, "x").await.is_err());
            assert_eq!(send_parsed(&tx, "5").await, Ok(()));
        });
        assert_eq!(receiver.join().unwrap(), Ok(5), "capacity {cap}: the failed send took nothing");
    }
}

#[test]
fn futures_are_gone_when_the_body_runs() {
    block_on(async {
        let mut text = String::from("a");
        let (tx, rx) = bounded(1);
        tx.send('b').unwrap();
        select_async! {
            biased;
            recv(rx) -> c => text.push(c.unwrap()),
            future(async { text.push('c'); pending::<()>().await }) -> () => text.push('d'),
        }
        assert_eq!(text, "ab");
        select_async! {
            future(async { text.push('c') }) -> () => text.push('d'),
            recv(rx) -> _ => text.clear(),
        }
        assert_eq!(text, "abcd");
    });
}

#[test]
fn biased_tries_in_the_given_order() {
    block_on(async {
        let (tx, rx) = bounded(1);
        tx.send(()).unwrap();
        for _ in 0..100 {
            select_async! { biased; future(ready(())) -> () => (), recv(rx) -> _ => unreachable!() }
            select_async! { biased; recv(rx) -> _ => tx.send(()).unwrap(), future(ready(())) -> () => unreachable!() }
            select_async! { biased; recv(never::<()>()) -> _ => unreachable!(), future(ready(())) -> () => (), recv(rx) -> _ => unreachable!() }
        }
    });
}

#[test]
fn arms_that_are_ready_win_alike() {
    const ROUNDS: usize = 3_000;
    block_on(async {
        let (tx, rx) = bounded(1);
        let (other_tx, other) = bounded(1);
        tx.send(()).unwrap();
        other_tx.send(()).unwrap();
        let mut wins = [0; 4];
        for _ in 0..ROUNDS {
            let won = select_async! {
                recv(rx) -> _ => { tx.send(()).unwrap(); 0 }
                future(ready(())) -> () => 1,
                recv(other) -> _ => { other_tx.send(()).unwrap(); 2 }
                future(ready(())) -> () => 3,
            };
            wins[won] += 1;
        }
        // A quarter each, give or take six standard deviations.
        assert!(wins.iter().all(|&n| (608..=892).contains(&n)), "{wins:?}");
    });
}

#[test]
fn a_future_wins_only_while_no_channel_has() {
    // A peer performs the channel's arm while the future is pending; then the future becomes ready too.
    let (tx, rx) = bounded(0);
    let (_, waker) = Count::new();
    let open = Cell::new(false);
    let polls = Cell::new(0);
    let gate = || {
        poll_fn(|_| {
            polls.set(polls.get() + 1);
            if open.get() {
                Poll::Ready("future")
            } else {
                Poll::Pending
            }
        })
    };
    let mut both = pin!(async {
        select_async! { recv(rx) -> msg => msg.unwrap(), future(gate()) -> out => out }
    });
    assert_eq!(poll(both.as_mut(), &waker), Poll::Pending);
    assert_eq!(tx.try_send("channel"), Ok(()));
    open.set(true);
    assert_eq!(poll(both.as_mut(), &waker), Poll::Ready("channel"));
    assert_eq!(polls.get(), 1, "not polled once the channel had won");
}

#[test]
fn no_peer_commits_while_a_future_is_polled() {
    let (tx, rx) = bounded(0);
    let (_, waker) = Count::new();
    let round = Cell::new(0);
    let future = poll_fn(|_| {
        round.set(round.get() + 1);
        assert!(tx.try_send(1).is_err(), "in no queue");
        if round.get() == 2 {
            Poll::Ready(2)
        } else {
            Poll::Pending
        }
    });
    let mut both = pin!(async {
        select_async! { recv(rx) -> msg => msg.unwrap(), future(future) -> out => out }
    });
    assert_eq!(poll(both.as_mut(), &waker), Poll::Pending);
    assert_eq!(poll(both.as_mut(), &waker), Poll::Ready(2));
}

#[test]
fn a_future_may_be_borrowed_and_polled_on() {
    block_on(async {
        let (tx, rx) = bounded(1);
        let mut count = 0;
        let mut long = pin!(poll_fn(|cx| {
            count += 1;
            cx.waker().wake_by_ref();
            if count < 3 {
                Poll::Pending
            } else {
                Poll::Ready("done")
            }
        }));
        let mut received = 0;
        let out = loop {
            let _ = tx.try_send(());
            select_async! {
                biased;
                future(&mut long) -> out => break out,
                recv(rx) -> _ => received += 1,
            }
        };
        assert_eq!((out, received), ("done", 2));
    });
}

#[test]
fn a_dropped_select_hands_its_value_to_the_next_receiver() {
    let (tx, rx) = bounded(0);
    let (_, waker) = Count::new();
    let other = rx.clone();
    {
        let mut first = pin!(async {
            select_async! { recv(never::<i32>()) -> _ => 0, recv(rx) -> msg => msg.unwrap() }
        });
        assert_eq!(poll(first.as_mut(), &waker), Poll::Pending);
        assert_eq!(tx.try_send(1), Ok(()));
    }
    assert_eq!(other.try_recv(), Ok(1));
}

#[test]
fn a_dropped_select_passes_its_wake_up_on() {
    let (tx, rx) = bounded(1);
    let (_, waker) = Count::new();
    let (count, second_waker) = Count::new();
    let mut second = pin!(rx.recv_async());
    {
        let mut first = pin!(async {
            select_async! { recv(rx) -> msg => msg, recv(never()) -> msg => msg }
        });
        assert_eq!(poll(first.as_mut(), &waker), Poll::Pending);
        assert_eq!(poll(second.as_mut(), &second_waker), Poll::Pending);
        tx.send(1).unwrap();
        assert_eq!(count.get(), 0);
    }
    assert_eq!(count.get(), 1);
    assert_eq!(poll(second, &second_waker), Poll::Ready(Ok(1)));
}

#[test]
fn large_values_and_many_arms() {
    block_on(async {
        let (tx, rx) = bounded::<[u64; 100]>(0);
        let sender = thread::spawn(move || tx.send([7; 100]).is_ok());
        let got = select_async! { recv(rx) -> msg => msg.unwrap(), recv(never()) -> msg => msg.unwrap() };
        assert_eq!(got, [7; 100]);
        assert!(sender.join().unwrap());
        let (tx, rx) = bounded(1);
        tx.send(1).unwrap();
        macro_rules! many {
            ($($x:tt)*) => { select_async! { $(recv(never::<i32>()) -> _, if { let _ = stringify!($x); true } => 0,)* recv(rx) -> msg => msg.unwrap() } };
        }
        assert_eq!(
            many!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32
                33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63),
            1
        );
    });
}

#[test]
fn timers_end_selects() {
    watched(|| {
        block_on(async {
            let begin = Instant::now();
            let wait = Duration::from_millis(5);
            select_async! { recv(after(wait)) -> when => assert!(when.unwrap() >= begin + wait), recv(never::<()>()) -> _ => unreachable!() }
            let ticks = tick(wait);
            for _ in 0..2 {
                select_async! { recv(ticks) -> when => assert!(when.is_ok()), default(LONG) => unreachable!() }
            }
            select_async! { recv(after(LONG)) -> _ => unreachable!(), default(wait) => () }
            assert!(begin.elapsed() >= 4 * wait);
        });
    });
}

#[test]
fn selects_of_threads_and_tasks_meet() {
    watched(|| {
        const N: u32 = 2_000;
        for cap in [0, 1, 2] {
            let ((a_tx, a_rx), (b_tx, b_rx)) = (bounded(cap), bounded(cap));
            let task = thread::spawn(move || {
                block_on(async {
                    let (mut sent, mut sum) = (0, 0);
                    let mut got = 0;
                    while sent < N || got < N {
                        select_async! {
                            send(a_tx, sent) -> res, if sent < N => { res.unwrap(); sent += 1 }
                            recv(b_rx) -> msg, if got < N => { sum += msg.unwrap(); got += 1 }
                        }
                    }
                    sum
                })
            });
            let (mut sent, mut got, mut sum) = (0, 0, 0);
            while sent < N || got < N {
                select! {
                    send(b_tx, sent) -> res, if sent < N => { res.unwrap(); sent += 1 }
                    recv(a_rx) -> msg, if got < N => { sum += msg.unwrap(); got += 1 }
                }
            }
            assert_eq!((task.join().unwrap(), sum), (N * (N - 1) / 2, N * (N - 1) / 2), "capacity {cap}");
        }
    });
}

#[test]
fn a_default_calls_a_select_that_waits() {
    watched(|| {
        let (tx, rx) = bounded(0);
        let sender = thread::spawn(move || select! { send(tx, 1) -> res => res, recv(never::<()>()) -> _ => unreachable!() });
        let got = block_on(async {
            loop {
                select_async! { recv(rx) -> msg => break msg, default => thread::yield_now() }
            }
        });
        assert_eq!((got, sender.join().unwrap()), (Ok(1), Ok(())));
    });
}

#[test]
fn closed_arms_give_the_message_back() {
    block_on(async {
        let (tx, rx) = bounded(0);
        drop(rx);
        assert_eq!(select_async! { send(tx, String::from("x")) -> res => res, default => Ok(()) }, Err(SendError("x".into())));
    });
}

#[test]
fn the_future_goes_where_its_arms_may_go() {
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    let (tx, rx) = bounded(1);
    let sent = is_send(async {
        select_async! {
            recv(rx) -> msg => msg.unwrap(),
            send(tx, ready(1).await) -> res => { ready(res).await.unwrap(); 2 }
            future(ready(String::new())) -> _, if false => 3,
        }
    });
    assert_eq!(block_on(sent), 2);
    // And where they may not, it works all the same.
    let (tx, rx) = bounded(1);
    tx.send(Rc::new(4)).unwrap();
    assert_eq!(
        block_on(async {
            select_async! { recv(rx) -> msg => *msg.unwrap(), default => 0 }
        }),
        4
    );
}
