//! The thread of all timers could not be started, once, for want of memory: the first who waited for an instant was told so by a panic. Nobody ever tried
//! again: whoever waited later slept on beyond its time, for ever.
#![cfg(all(target_os = "linux", not(miri)))] // limits what memory a process of its own has

use crate::common::task::poll;
use rendez::{after, rendezvous, select_async};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::pin;
use std::process::Command;
use std::sync::{mpsc, Arc};
use std::task::{Wake, Waker};
use std::time::Duration;

const NAME: &str = "clock_unborn::a_later_wait_starts_the_clock";
const INSIDE: &str = "RENDEZ_CLOCK_UNBORN";

struct Told(mpsc::Sender<()>);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(());
    }
}

/// Limits the memory of this process to `bytes`.
fn limit(bytes: &str) {
    let to_this = format!("--pid={}", std::process::id());
    assert!(Command::new("prlimit").args([&to_this, &format!("--as={bytes}:")]).status().unwrap().success());
}

/// How much it has.
fn size() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:")).unwrap();
    1024 * line.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
}

fn child() {
    let (told, woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(Told(told)));
    let (_tx, rx) = rendezvous::<()>();
    let timed = || async {
        select_async! { recv(rx) -> _ => (), default(Duration::from_millis(10)) => () }
    };
    let timer = after(Duration::from_millis(10));
    let mut recv = pin!(timer.recv_async());
    // Enough for all but the stack of a thread.
    limit(&(size() + (1 << 20)).to_string());
    let refused = [
        catch_unwind(AssertUnwindSafe(|| poll(pin!(timed()), &waker).is_pending())),
        catch_unwind(AssertUnwindSafe(|| poll(recv.as_mut(), &waker).is_pending())),
    ];
    limit("unlimited");
    assert!(refused.iter().all(Result::is_err), "a thread could be started");
    let mut later = pin!(timed());
    assert!(poll(later.as_mut(), &waker).is_pending());
    woken.recv_timeout(Duration::from_secs(60)).expect("no timers any more");
    while poll(recv.as_mut(), &waker).is_pending() {
        woken.recv_timeout(Duration::from_secs(60)).expect("nothing came of the other");
    }
}

#[test]
fn a_later_wait_starts_the_clock() {
    if std::env::var_os(INSIDE).is_some() {
        return child();
    }
    if Command::new("prlimit").arg("--version").output().is_err() {
        return;
    }
    let this = std::env::current_exe().unwrap();
    let output = Command::new(this).args(["--exact", NAME, "--nocapture"]).env_remove("RUST_BACKTRACE").env(INSIDE, "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
