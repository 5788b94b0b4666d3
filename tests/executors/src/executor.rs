//! The executors, as one.

use futures::future::join_all;
use futures::task::SpawnExt;
use std::future::{poll_fn, Future};
use std::pin::Pin;
use std::task::Poll;

pub type Task<R> = Pin<Box<dyn Future<Output = R> + Send>>;

#[derive(Clone, Copy, Debug)]
pub enum Executor {
    TokioCurrentThread,
    TokioMultiThread,
    Smol,
    Futures,
}

impl Executor {
    /// Runs tasks side by side to their ends.
    pub fn run<R: Send + 'static>(self, tasks: Vec<Task<R>>) -> Vec<R> {
        match self {
            Executor::TokioCurrentThread => tokio(tokio::runtime::Builder::new_current_thread().enable_time().build(), tasks),
            Executor::TokioMultiThread => tokio(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build(), tasks),
            Executor::Smol => smol::block_on(join_all(tasks.into_iter().map(smol::spawn))),
            Executor::Futures => {
                let pool = futures::executor::ThreadPool::builder().pool_size(2).create().unwrap();
                let tasks = tasks.into_iter().map(|task| pool.spawn_with_handle(task).unwrap());
                futures::executor::block_on(join_all(tasks))
            }
        }
    }

    /// Runs one.
    pub fn run_one<R: Send + 'static>(self, task: impl Future<Output = R> + Send + 'static) -> R {
        self.run(vec![Box::pin(task)]).pop().unwrap()
    }
}

fn tokio<R: Send + 'static>(runtime: std::io::Result<tokio::runtime::Runtime>, tasks: Vec<Task<R>>) -> Vec<R> {
    let runtime = runtime.unwrap();
    let tasks: Vec<_> = tasks.into_iter().map(|task| runtime.spawn(task)).collect();
    runtime.block_on(async { join_all(tasks).await.into_iter().map(Result::unwrap).collect() })
}

/// Lets others run.
pub async fn yield_now() {
    let mut woken = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut woken, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Ends when the task is woken. Something that was polled before has to do that.
pub async fn woken() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}

/// A test for each executor.
macro_rules! on_every_executor {
    ($($(#[$attr:meta])* $name:ident => $body:expr;)*) => {
        $($(#[$attr])* mod $name {
            use super::*;
            on_every_executor!(@tests $body; tokio_current_thread TokioCurrentThread, tokio_multi_thread TokioMultiThread, smol Smol, futures Futures);
        })*
    };
    (@tests $body:expr; $($name:ident $executor:ident),*) => {
        $(#[test]
        fn $name() {
            let body: fn($crate::executor::Executor) = $body;
            $crate::common::watched_for(LIMIT, move || body($crate::executor::Executor::$executor));
        })*
    };
}
pub(crate) use on_every_executor;
