//! Asks several sources at once and takes what comes in time: a fan-in with a timeout and a cancellation.
//!
//! ```text
//! archive ──┐
//! index   ──┼─ one channel ──▶ collector ── after two seconds, or when all have answered: cancel ──▶ every source
//! mirror  ──┘
//! ```
//!
//! A source that still works when the time is over learns it from the token's `done()`, which is one more arm of its select; none is left behind.

use rendez::{bounded, select, CancelToken, Sender};
use std::thread;
use std::time::Duration;

struct Hit {
    source: &'static str,
    line: String,
}

/// Sends its hits, unless the search is over. Answers whether it got all of them out.
fn search(source: &'static str, pages: &[&str], word: &str, hits: &Sender<Hit>, token: &CancelToken) -> bool {
    for page in pages.iter().filter(|page| page.contains(word)) {
        select! {
            send(hits, Hit { source, line: page.to_string() }) -> sent => if sent.is_err() { return false },
            recv(token.done()) -> _ => return false,
        }
    }
    true
}

fn main() {
    let word = "channel";
    let deadline = CancelToken::new().child_timeout(Duration::from_secs(2));
    let (hits, found) = bounded(1);
    let mut lines = Vec::new();
    thread::scope(|s| {
        let (archive, index) = (hits.clone(), hits.clone());
        let token = &deadline;
        let threads = [
            ("archive", s.spawn(move || search("archive", &["a channel of water", "a bridge"], word, &archive, token))),
            ("index", s.spawn(move || search("index", &["channel, 12", "chapter, 3", "channel, 48"], word, &index, token))),
            (
                "mirror",
                s.spawn(move || {
                    let _hits = hits; // it never answers, and would keep the channel open for ever
                    token.done().recv().is_ok()
                }),
            ),
        ];
        loop {
            select! {
                recv(found) -> hit => match hit {
                    Ok(hit) => lines.push(format!("{}: {}", hit.source, hit.line)),
                    Err(_) => break, // every source has answered
                },
                recv(deadline.done()) -> _ => break, // it is late
            }
        }
        deadline.cancel(); // tells the rest, if it was not the deadline itself
        for (name, thread) in threads {
            if !thread.join().expect("no source panics") {
                println!("{name}: no answer in time");
            }
        }
    });
    lines.sort();
    lines.iter().for_each(|line| println!("{line}"));
}
