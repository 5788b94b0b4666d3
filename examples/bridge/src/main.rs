//! Lines are read by a thread, looked up by tokio tasks, and printed by a thread: the same handles serve both worlds.
//!
//! ```text
//! printf 'one\ntwo\n' | cargo run --manifest-path examples/bridge/Cargo.toml
//!
//! thread ── send ──▶ recv_async ── tasks ── send_async ──▶ recv ── thread
//! ```
//!
//! A thread waits with `send` and `recv`, a task with `send_async` and `recv_async`. A blocking call in a task would hold up the executor's thread; a
//! channel cannot know where it is called from, so this is the one rule to keep.

use rendez::{bounded, select_async, Receiver, Sender};
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

/// Something that takes a while and does not need a thread meanwhile.
async fn look_up(word: &str) -> String {
    tokio::time::sleep(Duration::from_millis(5)).await;
    word.to_uppercase()
}

/// Answers how many lines it has done.
async fn serve(lines: Receiver<(usize, String)>, answers: Sender<(usize, String)>) -> usize {
    let mut done = 0;
    loop {
        select_async! {
            recv(lines) -> line => {
                let Ok((number, line)) = line else { return done }; // the reader has finished
                if answers.send_async((number, look_up(&line).await)).await.is_err() {
                    return done; // the printer has gone
                }
                done += 1;
            },
            future(tokio::time::sleep(Duration::from_secs(10))) -> () => eprintln!("still waiting for a line"),
        }
    }
}

/// Prints in order what comes in any.
fn print(answers: Receiver<(usize, String)>) -> io::Result<()> {
    let mut all: Vec<_> = answers.iter().collect();
    all.sort();
    all.iter().try_for_each(|(number, line)| writeln!(io::stdout(), "{number}: {line}"))
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> io::Result<()> {
    let (to_tasks, lines) = bounded(4);
    let (answers, to_printer) = bounded(0);
    let reader = thread::spawn(move || {
        for (number, line) in io::stdin().lines().map_while(Result::ok).enumerate() {
            if to_tasks.send((number + 1, line)).is_err() {
                break;
            }
        }
    });
    let printer = thread::spawn(move || print(to_printer));
    let tasks: Vec<_> = (0..3).map(|_| tokio::spawn(serve(lines.clone(), answers.clone()))).collect();
    drop((lines, answers)); // the tasks have theirs
    let mut done = 0;
    for task in tasks {
        done += task.await?;
    }
    reader.join().expect("the reader does not panic");
    printer.join().expect("the printer does not panic")?; // it ends when the last task has: no task is held up by this
    println!("{done} lines");
    Ok(())
}
