//! A bank whose accounts belong to one thread: no lock, no shared state, and every request is a message.
//!
//! ```text
//! clients ── request, with the sender of its reply ──▶ bank
//!        ◀────────── the reply, in a channel for one value
//! ```
//!
//! A reply channel has one place, so the bank never waits for a client: one that has gone away costs it nothing. A client waits for its reply a bounded
//! time.

use rendez::{bounded, Receiver, Sender};
use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

enum Request {
    Transfer { from: &'static str, to: &'static str, amount: u64, reply: Sender<Result<(), String>> },
    Balances { reply: Sender<BTreeMap<&'static str, u64>> },
}

/// Serves until the last client is gone.
fn bank(requests: Receiver<Request>) {
    let mut accounts = BTreeMap::from([("alice", 100), ("bob", 0), ("carol", 0)]);
    for request in requests {
        match request {
            Request::Transfer { from, to, amount, reply } => {
                let has = accounts.get(from).copied().unwrap_or(0);
                let done = if has < amount {
                    Err(format!("{from} has {has}, not {amount}"))
                } else {
                    *accounts.entry(from).or_default() -= amount;
                    *accounts.entry(to).or_default() += amount;
                    Ok(())
                };
                let _ = reply.send(done); // the client may have gone away
            }
            Request::Balances { reply } => drop(reply.send(accounts.clone())),
        }
    }
}

/// A client's end: asks, and waits for the answer, both at most a second.
fn ask<R>(bank: &Sender<Request>, request: impl FnOnce(Sender<R>) -> Request) -> Result<R, String> {
    let patience = Duration::from_secs(1);
    let (reply, answer) = bounded(1);
    bank.send_timeout(request(reply), patience).map_err(|error| error.to_string())?;
    answer.recv_timeout(patience).map_err(|error| error.to_string())
}

fn main() -> Result<(), String> {
    let (requests, inbox) = bounded(8);
    let server = thread::spawn(move || bank(inbox));
    thread::scope(|s| {
        for to in ["bob", "carol"] {
            let bank = &requests;
            s.spawn(move || {
                for _ in 0..20 {
                    ask(bank, |reply| Request::Transfer { from: "alice", to, amount: 2, reply }).unwrap().unwrap();
                }
            });
        }
    });
    let refused = ask(&requests, |reply| Request::Transfer { from: "alice", to: "bob", amount: 21, reply })?;
    println!("{}", refused.unwrap_err());
    for (name, balance) in ask(&requests, |reply| Request::Balances { reply })? {
        println!("{name}: {balance}");
    }
    drop(requests); // the last client goes, and the bank with it
    server.join().map_err(|_| "the bank panicked".into())
}
