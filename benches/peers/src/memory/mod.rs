//! How much memory channels, waiters and futures take.

pub mod alloc;
mod futures;
mod take;

use std::fmt::Write as _;
use std::fs;

use crate::args::Options;
use crate::child::{self, Failure, Launcher};
use crate::imp::async_channel::AsyncChannel;
use crate::imp::crossbeam::Crossbeam;
use crate::imp::crossfire::mpmc;
use crate::imp::flume::Flume;
use crate::imp::kanal::{Kanal, KanalTasks};
use crate::imp::loole::Loole;
use crate::imp::rendez::Rendez;
use crate::imp::{std_mpsc, tokio, Impl, GO};
use crate::machine;
use crate::run::prepare_go;
use take::{blocking, burst, tasks, Figures};

/// The figures in the order in which a child prints them, and what their columns are called.
const COLUMNS: &[&str] = &[
    "channel, 0",
    "1",
    "64",
    "unbounded",
    "allocations (64)",
    "both handles",
    "thread in `send`",
    "in `recv`",
    "task in `send`",
    "in `recv`",
    "future of `send`",
    "of `recv`",
    "burst: most",
    "burst: left",
];

/// One implementation in this process: one line of figures, `-` for what it does not have.
pub fn one(args: &[String]) -> Result<(), String> {
    let [name] = args else {
        return Err("memory-of IMPL".into());
    };
    alloc::start();
    let none = || vec![None; 2];
    let [threads, tasks, futures, burst] = match name.as_str() {
        "rendez" => [blocking::<Rendez, Rendez>(), tasks::<Rendez>(), futures::rendez(), burst::<Rendez>()],
        "crossbeam" => [blocking::<Crossbeam, Crossbeam>(), none(), none(), burst::<Crossbeam>()],
        "flume" => [blocking::<Flume, Flume>(), tasks::<Flume>(), futures::flume(), burst::<Flume>()],
        "kanal" => [blocking::<Kanal, Kanal>(), tasks::<KanalTasks>(), futures::kanal(), burst::<Kanal>()],
        "crossfire" => {
            [blocking::<mpmc::Bounded, mpmc::Unbounded>(), tasks::<mpmc::Bounded>(), futures::crossfire(), burst::<mpmc::Unbounded>()]
        }
        "loole" => [blocking::<Loole, Loole>(), tasks::<Loole>(), futures::loole(), burst::<Loole>()],
        "async-channel" => {
            [blocking::<AsyncChannel, AsyncChannel>(), tasks::<AsyncChannel>(), futures::async_channel(), burst::<AsyncChannel>()]
        }
        "tokio" => {
            [blocking::<tokio::Bounded, tokio::Unbounded>(), tasks::<tokio::Bounded>(), futures::tokio(), burst::<tokio::Unbounded>()]
        }
        "std" => [blocking::<std_mpsc::Bounded, std_mpsc::Unbounded>(), none(), none(), burst::<std_mpsc::Unbounded>()],
        _ => std::process::exit(child::UNSUPPORTED),
    };
    let figures = [threads, tasks, futures, burst].concat();
    println!("{}", figures.iter().map(|figure| figure.map_or("-".into(), |bytes| format!("{bytes:.1}"))).collect::<Vec<_>>().join(" "));
    Ok(())
}

pub fn run(options: &Options) -> Result<(), String> {
    let mut imps = options.imps();
    let go = prepare_go(&mut imps);
    let launcher = Launcher::new(options);
    let mut rows: Vec<(Impl, Figures)> = Vec::new();
    for imp in &imps {
        let output = if imp.name == GO { launcher.go(&["memory", "1"]) } else { launcher.me(&["memory-of", imp.name]) };
        match output {
            Ok(line) => rows.push((*imp, read(&line))),
            Err(Failure::Unsupported) => {}
            Err(Failure::Broken(why)) => eprintln!("{}: {why}", imp.name),
        }
    }
    imps.retain(|imp| rows.iter().any(|(known, _)| known.name == imp.name));
    let text = markdown(&rows, &machine::versions(&imps, go.as_deref()));
    println!("{text}");
    fs::create_dir_all(&options.out).map_err(|error| error.to_string())?;
    let path = options.out.join(options.stem("memory") + ".md");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

fn read(line: &str) -> Figures {
    line.split_whitespace().map(|figure| figure.parse().ok()).collect()
}

fn markdown(rows: &[(Impl, Figures)], versions: &str) -> String {
    let mut text = format!(
        "# Memory\n\n{}. Versions: {versions}.\n\nBytes, as asked of the allocator, for messages of 8 bytes. Channel: an open one that nobody uses, by \
         capacity. Thread, task: what each that waits adds on the heap, besides its stack or its future. Future: its size. Burst: {} \
         messages sent through an unbounded channel before the first is received; bytes for each at most, and all that the empty channel keeps. Go: \
         what its heap grows by; a waiting goroutine is counted with its stack.\n\n| |",
        machine::date(),
        take::BURST,
    );
    for column in COLUMNS {
        let _ = write!(text, " {column} |");
    }
    let _ = writeln!(text, "\n|---|{}", "---:|".repeat(COLUMNS.len()));
    for (imp, figures) in rows {
        let _ = write!(text, "| {} |", imp.name);
        for figure in figures {
            let _ = match figure {
                Some(bytes) => write!(text, " {} |", said(*bytes)),
                None => write!(text, " |"),
            };
        }
        text.push('\n');
    }
    text
}

/// Bytes to the nearest one, but for the few that are means.
fn said(bytes: f64) -> String {
    if bytes.fract() == 0.0 || bytes >= 100.0 {
        format!("{bytes:.0}")
    } else {
        format!("{bytes:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_every_column() {
        let figures = [blocking::<Rendez, Rendez>(), tasks::<Rendez>(), futures::rendez(), burst::<Rendez>()].concat();
        assert_eq!(figures.len(), COLUMNS.len());
    }

    #[test]
    fn a_table_of_what_was_printed() {
        let table = markdown(&[(crate::imp::ALL[0], read("128.0 - 2.5 1000.7"))], "rendez");
        assert!(table.ends_with("| rendez | 128 | | 2.5 | 1001 |\n"), "{table}");
    }
}
