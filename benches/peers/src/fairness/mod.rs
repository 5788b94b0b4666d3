//! How evenly threads are served: what each of equal threads gets in a second, and the longest that one waited.

mod race;
mod table;

use std::time::Duration;

use crate::args::{number, Options};
use crate::child::{self, Failure, Launcher};
use crate::imp::{self, Impl, GO};
use crate::run::prepare_go;
use crate::scenario::matches;
use race::{plain, selecting, Part, Parts};

/// So many threads on each side of one channel, or of four in a select.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub name: &'static str,
    pub threads: usize,
    pub cap: usize,
    pub select: bool,
}

const fn shape(name: &'static str, threads: usize, cap: usize, select: bool) -> Shape {
    Shape { name, threads, cap, select }
}

const SHAPES: &[Shape] = &[
    shape("2x2_0", 2, 0, false),
    shape("2x2_1", 2, 1, false),
    shape("2x2_128", 2, 128, false),
    shape("4x4_0", 4, 0, false),
    shape("4x4_1", 4, 1, false),
    shape("4x4_128", 4, 128, false),
    shape("32x32_0", 32, 0, false),
    shape("32x32_1", 32, 1, false),
    shape("32x32_128", 32, 128, false),
    shape("sel2x2_0", 2, 0, true),
    shape("sel2x2_1", 2, 1, true),
    shape("sel2x2_128", 2, 128, true),
    shape("sel4x4_0", 4, 0, true),
    shape("sel4x4_1", 4, 1, true),
    shape("sel4x4_128", 4, 128, true),
    shape("sel32x32_0", 32, 0, true),
    shape("sel32x32_1", 32, 1, true),
    shape("sel32x32_128", 32, 128, true),
];

/// What one implementation gave its threads: the worst of all rounds.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    /// The smallest share of a producer, and of a consumer; 1 is an equal part.
    pub least: (f64, f64),
    /// The longest time from one operation of a thread to its next, in nanoseconds, from runs of their own.
    pub worst: f64,
    /// Messages in a second.
    pub rate: f64,
}

impl Cell {
    fn join(self, other: Cell) -> Cell {
        Cell {
            least: (self.least.0.min(other.least.0), self.least.1.min(other.least.1)),
            worst: self.worst.max(other.worst),
            rate: self.rate.max(other.rate),
        }
    }
}

/// One run in this process: `IMPL SHAPE SECONDS CLOCK`, where CLOCK is 0 or 1. Prints what each producer sent, what each consumer received,
/// and the longest wait.
pub fn one(args: &[String]) -> Result<(), String> {
    let [name, shape, seconds, clock] = args else {
        return Err("IMPL SHAPE SECONDS CLOCK".into());
    };
    let shape = *SHAPES.iter().find(|known| known.name == shape).ok_or(format!("{shape} is no shape"))?;
    let (time, clock) = (Duration::from_secs_f64(number("SECONDS", seconds)?), clock == "1");
    let run = match name.as_str() {
        "rendez" if shape.select => selecting::<imp::rendez::Rendez>,
        "rendez" => plain::<imp::rendez::Rendez>,
        "crossbeam" if shape.select => selecting::<imp::crossbeam::Crossbeam>,
        "crossbeam" => plain::<imp::crossbeam::Crossbeam>,
        "flume" if !shape.select => plain::<imp::flume::Flume>,
        "kanal" if !shape.select => plain::<imp::kanal::Kanal>,
        "crossfire" if !shape.select => plain::<imp::crossfire::mpmc::Bounded>,
        "loole" if !shape.select => plain::<imp::loole::Loole>,
        "async-channel" if !shape.select => plain::<imp::async_channel::AsyncChannel>,
        _ => |_, _, _| None,
    };
    let Some(Parts { sent, received }) = run(shape, time, clock) else {
        std::process::exit(child::UNSUPPORTED);
    };
    let total = |parts: &[Part]| parts.iter().map(|part| part.count).sum::<u64>();
    if total(&sent) != total(&received) {
        return Err(format!("{name} {}: {} sent, {} received", shape.name, total(&sent), total(&received)));
    }
    for parts in [&sent, &received] {
        println!("{}", parts.iter().map(|part| part.count.to_string()).collect::<Vec<_>>().join(" "));
    }
    let worst = sent.iter().chain(&received).map(|part| part.worst).max().unwrap_or_default();
    println!("{}", worst.as_nanos());
    Ok(())
}

pub fn run(options: &Options) -> Result<(), String> {
    let mut imps = options.imps();
    let go = prepare_go(&mut imps);
    let launcher = Launcher::new(options);
    let mut rows = Vec::new();
    for shape in SHAPES.iter().filter(|shape| matches(&options.scenarios, shape.name)) {
        let mut cells: Vec<(Impl, Option<Cell>)> = Vec::new();
        for _ in 0..options.rounds {
            for imp in &imps {
                match measure(imp.name, shape, options.seconds, &launcher) {
                    Ok(cell) => match cells.iter_mut().find(|(known, _)| known.name == imp.name) {
                        Some((_, Some(known))) => *known = known.join(cell),
                        Some(_) => {}
                        None => cells.push((*imp, Some(cell))),
                    },
                    Err(Failure::Unsupported) => {}
                    Err(Failure::Broken(why)) => {
                        eprintln!("{} {}: {why}", imp.name, shape.name);
                        cells.retain(|(known, _)| known.name != imp.name);
                        cells.push((*imp, None));
                    }
                }
            }
        }
        println!("{}", table::line(shape, &cells));
        rows.push((*shape, cells));
    }
    table::write(&rows, &imps, go.as_deref(), options)
}

/// Counts without a clock, then the longest wait with one.
fn measure(name: &str, shape: &Shape, seconds: f64, launcher: &Launcher) -> Result<Cell, Failure> {
    let seconds_text = seconds.to_string();
    let ask = |clock| {
        let args = [shape.name, &seconds_text, clock];
        if name == GO {
            launcher.go(&args)
        } else {
            launcher.me(&[&["shares", name], &args[..]].concat())
        }
    };
    let counted = ask("0")?;
    let clocked = ask("1")?;
    let bad = |_| Failure::Broken(format!("not a result: {counted}"));
    let shares = |line: &str| -> Result<(f64, f64), Failure> {
        let counts: Vec<f64> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>().map_err(bad)?;
        let total: f64 = counts.iter().sum();
        let least = counts.iter().copied().fold(f64::MAX, f64::min);
        Ok((least * counts.len() as f64 / total, total))
    };
    let mut lines = counted.lines();
    let (sent, total) = shares(lines.next().unwrap_or_default())?;
    let (received, _) = shares(lines.next().unwrap_or_default())?;
    let worst = clocked.lines().nth(2).unwrap_or_default().parse().map_err(bad)?;
    Ok(Cell { least: (sent, received), worst, rate: total / seconds })
}
