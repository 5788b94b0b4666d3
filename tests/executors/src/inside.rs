//! The futures inside the selects, timeouts and collections of others, which poll and drop them as they please: nothing is lost there either.

use crate::executor::{on_every_executor, yield_now, Executor, Task};
use futures::future::{select, Either};
use futures::stream::FuturesUnordered;
use futures::{pin_mut, FutureExt, SinkExt, StreamExt};
use rendez::{bounded, unbounded, Receiver, RecvError, Sender};
use std::future::Future;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);
const N: u32 = 1_000;

on_every_executor! {
    a_select_of_tokio => tokio_select;
    a_select_of_futures => futures_select;
    a_timeout => timeout;
    unordered_futures => unordered;
    streams_and_sinks => forward;
    a_thousand_tasks => crowd;
    a_blocking_call_is_seen_by_its_name => blocking;
}

fn make<T>(cap: Option<usize>) -> (Sender<T>, Receiver<T>) {
    cap.map_or_else(unbounded, bounded)
}

const CAPS: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];

/// Ends after some polls, so that what it is selected with is dropped in every state.
async fn soon(n: u32) {
    for _ in 0..n % 4 {
        yield_now().await;
    }
}

/// Sends `0..N`, each by `send` as often as it takes: that gives back what it did not send.
async fn send_all<F: Future<Output = Option<u32>>>(tx: Sender<u32>, send: impl Fn(Sender<u32>, u32) -> F) {
    for n in 0..N {
        let mut left = Some(n);
        while let Some(value) = left {
            left = send(tx.clone(), value).await;
            if left.is_some() {
                yield_now().await;
            }
        }
    }
}

/// Receives all by `recv`, which may give up.
async fn receive_all<F: Future<Output = Option<Result<u32, RecvError>>>>(rx: Receiver<u32>, recv: impl Fn(Receiver<u32>, u32) -> F) -> u32 {
    let mut next = 0;
    for n in 0.. {
        match recv(rx.clone(), n).await {
            Some(Ok(value)) => {
                assert_eq!(value, next);
                next += 1;
            }
            Some(Err(RecvError)) => break,
            None => yield_now().await,
        }
    }
    next
}

/// Runs both sides as tasks, at every capacity.
fn both<A, B>(executor: Executor, send: fn(Sender<u32>, u32) -> A, recv: fn(Receiver<u32>, u32) -> B)
where
    A: Future<Output = Option<u32>> + Send + 'static,
    B: Future<Output = Option<Result<u32, RecvError>>> + Send + 'static,
{
    for cap in CAPS {
        let (tx, rx) = make(cap);
        let sending: Task<u32> = Box::pin(send_all(tx, send).map(|()| N));
        let receiving: Task<u32> = Box::pin(receive_all(rx, recv));
        assert_eq!(executor.run(vec![sending, receiving]), [N, N], "capacity {cap:?}");
    }
}

fn tokio_select(executor: Executor) {
    async fn send(tx: Sender<u32>, value: u32) -> Option<u32> {
        let send = tx.send_async(value);
        tokio::pin!(send);
        tokio::select! {
            result = send.as_mut() => { result.unwrap(); None }
            () = soon(value) => send.cancel(),
        }
    }
    async fn recv(rx: Receiver<u32>, n: u32) -> Option<Result<u32, RecvError>> {
        tokio::select! {
            result = rx.recv_async() => Some(result),
            () = soon(n) => None,
        }
    }
    both(executor, send, recv);
}

fn futures_select(executor: Executor) {
    async fn send(tx: Sender<u32>, value: u32) -> Option<u32> {
        let (send, soon) = (tx.send_async(value), soon(value).fuse());
        pin_mut!(send, soon);
        futures::select! {
            result = send.as_mut() => { result.unwrap(); None }
            () = soon => send.cancel(),
        }
    }
    async fn recv(rx: Receiver<u32>, n: u32) -> Option<Result<u32, RecvError>> {
        let (recv, soon) = (rx.recv_async(), soon(n).fuse());
        pin_mut!(recv, soon);
        futures::select_biased! {
            result = recv => Some(result),
            () = soon => None,
        }
    }
    both(executor, send, recv);
}

/// tokio's own timeout where there is its clock, and smol's timer elsewhere.
fn timeout(executor: Executor) {
    async fn within<F: Future>(time: Duration, future: F) -> Option<F::Output> {
        if tokio::runtime::Handle::try_current().is_ok() {
            return tokio::time::timeout(time, future).await.ok();
        }
        pin_mut!(future);
        match select(future, smol::Timer::after(time)).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
    }
    async fn send(tx: Sender<u32>, value: u32) -> Option<u32> {
        let send = tx.send_async(value);
        pin_mut!(send);
        match within(Duration::from_micros(u64::from(value % 8)), send.as_mut()).await {
            Some(result) => result.map(|()| None).unwrap(),
            None => send.cancel(),
        }
    }
    async fn recv(rx: Receiver<u32>, n: u32) -> Option<Result<u32, RecvError>> {
        within(Duration::from_micros(u64::from(n % 8)), rx.recv_async()).await
    }
    both(executor, send, recv);
}

/// Many sends and many receives of one task, in one collection each; half of the receives are dropped with it, and lose nothing.
fn unordered(executor: Executor) {
    for cap in CAPS {
        let (tx, rx) = make(cap);
        let sending: Task<u64> = Box::pin(async move {
            let mut sends: FuturesUnordered<_> = (0..N).map(|n| tx.send_async(n)).collect();
            while let Some(result) = sends.next().await {
                result.unwrap();
            }
            0
        });
        let receiving: Task<u64> = Box::pin(async move {
            let mut sum = 0;
            for _ in 0..2 {
                let mut receives: FuturesUnordered<_> = (0..N / 2).map(|_| rx.recv_async()).collect();
                for _ in 0..N / 4 {
                    sum += u64::from(receives.next().await.unwrap().unwrap());
                }
            }
            while let Ok(value) = rx.recv_async().await {
                sum += u64::from(value);
            }
            sum
        });
        let sum = u64::from(N) * u64::from(N - 1) / 2;
        assert_eq!(executor.run(vec![sending, receiving]), [0, sum], "capacity {cap:?}");
    }
}

/// Values go through two channels, by the methods of the `futures` crate.
fn forward(executor: Executor) {
    for cap in CAPS {
        let ((tx, from), (to, rx)) = (make(cap), make(cap));
        let tasks: Vec<Task<u32>> = vec![
            Box::pin(async move {
                let mut sink = Box::pin(tx.into_sink());
                let mut values = futures::stream::iter((0..N).map(Ok));
                sink.send_all(&mut values).await.unwrap();
                sink.close().await.unwrap();
                N
            }),
            Box::pin(from.into_stream().map(Ok).forward(to.into_sink()).map(|result| result.map_or(0, |()| N))),
            Box::pin(async move { rx.stream().enumerate().all(|(i, n)| async move { i as u32 == n }).await.into() }),
        ];
        assert_eq!(executor.run(tasks), [N, N, 1], "capacity {cap:?}");
    }
}

fn crowd(executor: Executor) {
    for cap in CAPS {
        let (tx, rx) = make::<u32>(cap);
        let mut tasks: Vec<Task<u32>> = Vec::new();
        for _ in 0..500 {
            let (tx, rx) = (tx.clone(), rx.clone());
            tasks.push(Box::pin(async move {
                for _ in 0..20 {
                    tx.send_async(1).await.unwrap();
                }
                0
            }));
            tasks.push(Box::pin(async move {
                let mut got = 0;
                while let Ok(n) = rx.recv_async().await {
                    got += n;
                }
                got
            }));
        }
        drop((tx, rx));
        assert_eq!(executor.run(tasks).into_iter().sum::<u32>(), 10_000, "capacity {cap:?}");
    }
}

/// What blocks a thread has no `async` in its name, and goes where the executor has threads for it.
fn blocking(executor: Executor) {
    let (tx, rx) = bounded(0);
    let got = executor.run_one(async move {
        let receive = move || rx.recv();
        if tokio::runtime::Handle::try_current().is_ok() {
            let blocked = tokio::task::spawn_blocking(receive);
            tx.send_async(1).await.unwrap();
            blocked.await.unwrap()
        } else {
            let blocked = smol::unblock(receive);
            tx.send_async(1).await.unwrap();
            blocked.await
        }
    });
    assert_eq!(got, Ok(1));
}
