//! The futures of a walk.

use crate::book::{number, Value};
use crate::channel::Channel;
use crate::program::{Kind, Side};
use rendez::{select_async, Select, SendError};
use std::collections::VecDeque;
use std::future::{pending, poll_fn, Future};
use std::pin::{pin, Pin};
use std::task::Poll;

pub type Fut = Pin<Box<dyn Future<Output = ()>>>;

/// A future that waits for these sides of these channels.
pub fn future<const N: usize>(kind: Kind, first: (Channel<N>, Side), second: (Channel<N>, Side)) -> Fut {
    let (side, other) = (first.1, second.1);
    match kind {
        Kind::Dynamic | Kind::InVain => Box::pin(dynamic(vec![first, second], kind == Kind::Dynamic)),
        Kind::Race => Box::pin(race(one(first), one(second))),
        Kind::Select | Kind::Beside => {
            let beside = kind == Kind::Beside;
            match (side, other) {
                (Side::Sends, Side::Sends) => Box::pin(select_send(first.0, second.0, beside)),
                (Side::Receives, Side::Receives) => Box::pin(select_recv(first.0, second.0, beside)),
                (Side::Sends, Side::Receives) => Box::pin(select_both(second.0, first.0, beside)),
                (Side::Receives, Side::Sends) => Box::pin(select_both(first.0, second.0, beside)),
            }
        }
        Kind::Many if side == Side::Sends => Box::pin(send_many(first.0)),
        Kind::Many => Box::pin(recv_many(first.0)),
        Kind::Stream if side == Side::Receives => Box::pin(stream(first.0)),
        Kind::One | Kind::Stream => one(first),
    }
}

fn one<const N: usize>((channel, side): (Channel<N>, Side)) -> Fut {
    match side {
        Side::Sends => Box::pin(async move {
            let number = number();
            channel.sent(number, channel.tx.send_async(Value::new(number)).await);
        }),
        Side::Receives => Box::pin(async move {
            channel.received(channel.rx.recv_async().await);
        }),
    }
}

async fn send_many<const N: usize>(to: Channel<N>) {
    let numbers = [number(), number()];
    let mut values: VecDeque<_> = numbers.map(Value::new).into();
    let _ = to.tx.send_many_async(&mut values).await;
    let (done, left) = numbers.split_at(numbers.len() - values.len());
    done.iter().for_each(|number| to.sent(*number, Ok(())));
    left.iter().zip(values).for_each(|(number, value)| to.sent(*number, Err(SendError(value))));
}

async fn recv_many<const N: usize>(from: Channel<N>) {
    let mut values = Vec::new();
    let _ = from.rx.recv_many_async(&mut values, 2).await;
    from.received(values);
}

async fn stream<const N: usize>(from: Channel<N>) {
    let mut stream = pin!(from.rx.stream());
    for _ in 0..2 {
        from.received(poll_fn(|cx| futures_core::Stream::poll_next(stream.as_mut(), cx)).await);
    }
}

async fn select_send<const N: usize>(a: Channel<N>, b: Channel<N>, beside: bool) {
    let number = number();
    select_async! {
        biased;
        send(a.tx, Value::new(number)) -> res => a.sent(number, res),
        send(b.tx, Value::new(number)) -> res => b.sent(number, res),
        future(pending()) -> never, if beside => never,
    }
}

async fn select_recv<const N: usize>(a: Channel<N>, b: Channel<N>, beside: bool) {
    select_async! {
        biased;
        recv(a.rx) -> msg => a.received(msg),
        recv(b.rx) -> msg => b.received(msg),
        future(pending()) -> never, if beside => never,
    }
}

async fn select_both<const N: usize>(from: Channel<N>, to: Channel<N>, beside: bool) {
    let number = number();
    select_async! {
        biased;
        recv(from.rx) -> msg => from.received(msg),
        send(to.tx, Value::new(number)) -> res => to.sent(number, res),
        future(pending()) -> never, if beside => never,
    }
}

async fn dynamic<const N: usize>(arms: Vec<(Channel<N>, Side)>, completes: bool) {
    let mut select = Select::new_biased();
    arms.iter().for_each(|(channel, side)| channel.add(*side, &mut select));
    let won = select.select_async().await;
    let (channel, side) = &arms[won.index()];
    channel.end(*side, won, completes);
}

async fn race(mut a: Fut, mut b: Fut) {
    poll_fn(|cx| match a.as_mut().poll(cx) {
        Poll::Pending => b.as_mut().poll(cx),
        over => over,
    })
    .await
}
