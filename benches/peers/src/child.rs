//! One run as a process of its own, so that no run inherits the threads or the heap of another.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::args::Options;
use crate::scenario::Scenario;
use crate::{go, imp};

/// The exit status that says: this implementation has no such scenario.
pub const UNSUPPORTED: i32 = 3;

/// Without any CPU time for so long, a run will never end.
const ASLEEP: Duration = Duration::from_secs(3);

/// Nanoseconds per message.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    pub wall: f64,
    pub cpu: f64,
}

#[derive(Debug)]
pub enum Failure {
    Unsupported,
    /// It ran past the limit, or did not deliver every message.
    Broken(String),
}

/// How every child of this report is started.
#[derive(Clone, Copy, Debug)]
pub struct Launcher {
    pub pin: bool,
    pub limit: Duration,
}

impl Launcher {
    pub fn new(options: &Options) -> Launcher {
        Launcher { pin: options.pin, limit: Duration::from_secs_f64(5.0 + 50.0 * options.seconds) }
    }

    pub fn one(&self, name: &str, scenario: &Scenario, count: u64, payload: usize) -> Result<Sample, Failure> {
        let (count, payload) = (count.to_string(), scenario.bytes.unwrap_or(payload).to_string());
        let scenario = scenario.shape();
        let output =
            if name == imp::GO { self.go(&[scenario, &count, &payload]) } else { self.me(&["one", name, scenario, &count, &payload]) }?;
        let mut numbers = output.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(wall)), Some(Ok(cpu))) => Ok(Sample { wall, cpu }),
            _ => Err(Failure::Broken(format!("not a result: {output}"))),
        }
    }

    /// The machine's figures; `None` for one that this machine cannot give.
    pub fn floor(&self) -> Result<Vec<Option<f64>>, Failure> {
        let output = self.me(&["floor"])?;
        Ok(output.split_whitespace().map(|f| f.parse().ok()).collect())
    }

    /// This program again, with these arguments: what it wrote.
    pub fn me(&self, args: &[&str]) -> Result<String, Failure> {
        self.output(&this_program(), args)
    }

    /// The Go program.
    pub fn go(&self, args: &[&str]) -> Result<String, Failure> {
        self.output(&go::program().to_string_lossy(), args)
    }

    fn output(&self, program: &str, args: &[&str]) -> Result<String, Failure> {
        let mut command = if self.pin {
            let mut taskset = Command::new("taskset");
            taskset.args(["-c", "0", program]);
            taskset
        } else {
            Command::new(program)
        };
        let mut child = command
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::Broken(format!("{program}: {error}")))?;
        let status = wait(&mut child, self.limit).map_err(Failure::Broken)?;
        if status.code() == Some(UNSUPPORTED) {
            return Err(Failure::Unsupported);
        }
        if !status.success() {
            return Err(Failure::Broken(text(child.stderr.take())));
        }
        Ok(text(child.stdout.take()))
    }
}

/// `Err`: it had to be killed, and why. Looks rarely, since looking takes CPU from what is measured.
fn wait(child: &mut Child, limit: Duration) -> Result<ExitStatus, String> {
    let began = Instant::now();
    let mut last_work = (began, None);
    let why = loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => sleep(Duration::from_millis(10)),
            Err(error) => break error.to_string(),
        }
        let now = Instant::now();
        if now - began > limit {
            break format!("not done after {:.0} s", limit.as_secs_f64());
        }
        // Slow is not hung: some channels fall into a state a hundred times slower, and get through.
        if now - last_work.0 > ASLEEP {
            let work = cpu_ticks(child.id());
            if work.is_some() && work == last_work.1 {
                break format!("all threads asleep for {:.0} s", ASLEEP.as_secs_f64());
            }
            last_work = (now, work);
        }
    };
    // Errors here mean that it has just ended by itself.
    let _ = child.kill();
    let _ = child.wait();
    Err(why)
}

/// CPU time of another process in the system's ticks; `None` where the system does not say.
fn cpu_ticks(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold spaces; user and system time are the 12th and 13th after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut field = || fields.next()?.parse::<u64>().ok();
    Some(field()? + field()?)
}

/// What a child wrote: a few lines at most, so the pipe holds them until it has ended.
fn text(pipe: Option<impl Read>) -> String {
    let mut text = String::new();
    if let Some(mut pipe) = pipe {
        // What is not text is no result either.
        let _ = pipe.read_to_string(&mut text);
    }
    text.trim().into()
}

fn this_program() -> String {
    std::env::current_exe().expect("no path of this program").to_string_lossy().into_owned()
}
