//! What a message costs as the work around it grows: more slots, bytes, channels, waiters, arms.

use std::fmt::Write as _;
use std::fs;

use crate::args::Options;
use crate::child::Launcher;
use crate::imp::Impl;
use crate::machine;
use crate::report::{figure, Row};
use crate::run::{measure, prepare_go};
use crate::scenario::{matches, Scenario};

/// One table: the scenarios that come of `pattern` with each number in the place of `N`.
struct Series {
    title: &'static str,
    pattern: &'static str,
    steps: &'static [usize],
}

const fn series(title: &'static str, pattern: &'static str, steps: &'static [usize]) -> Series {
    Series { title, pattern, steps }
}

const SLOTS: &[usize] = &[1, 16, 256, 4096, 65536];
const BYTES: &[usize] = &[8, 64, 256, 1024, 4096, 16384, 65536];
const CROWD: &[usize] = &[2, 10, 100, 1000];

const ALL: &[Series] = &[
    series("Slots: one thread fills the channel and empties it", "seq_N", SLOTS),
    series("Slots: two threads", "spsc_N", SLOTS),
    series("Bytes a message: one thread", "seq_1_Nb", BYTES),
    series("Bytes a message: two threads, capacity 0", "spsc_0_Nb", BYTES),
    series("Bytes a message: two threads, capacity 16", "spsc_16_Nb", BYTES),
    series("Open channels, one of them in use by one thread", "idleN_1", &[1, 10, 100, 1000]),
    series("Receiving threads at one sender, capacity 0", "spmcN_0", CROWD),
    series("Receiving threads at one sender, capacity 1", "spmcN_1", CROWD),
    series("Sending threads at one receiver, capacity 0", "mpscN_0", CROWD),
    series("Sending threads at one receiver, capacity 1", "mpscN_1", CROWD),
    series("Receiving tasks at one sender, one thread, capacity 1", "act_spmcN_1", CROWD),
    series("Sending tasks at one receiver, one thread, capacity 1", "act_mpscN_1", CROWD),
    series("Arms of a select made once, one of them active", "selwideN_1", CROWD),
];

impl Series {
    fn scenario(&self, step: usize) -> Scenario {
        let name = self.pattern.replacen('N', &step.to_string(), 1);
        Scenario::parse(&name).unwrap_or_else(|| panic!("{name} is no scenario"))
    }

    /// An implementation a row, a step a column, and how many times the first the last is.
    fn table(&self, rows: &[Row], imps: &[Impl]) -> String {
        let mut text = format!("\n## {}\n\n`{}`\n\n| N |", self.title, self.pattern);
        for step in self.steps {
            let _ = write!(text, " {step} |");
        }
        let _ = writeln!(text, " last / first |\n|---|{}", "---:|".repeat(self.steps.len() + 1));
        for imp in imps {
            let medians: Vec<_> = rows.iter().map(|row| row.cell(imp.name)?.median()).collect();
            if medians.iter().all(Option::is_none) {
                continue;
            }
            let _ = write!(text, "| {} |", imp.name);
            for median in &medians {
                let _ = match median {
                    Some(ns) => write!(text, " {} ({}) |", figure(ns.wall), figure(ns.cpu)),
                    None => write!(text, " |"),
                };
            }
            let _ = match (medians.first(), medians.last()) {
                (Some(Some(first)), Some(Some(last))) => writeln!(text, " {:.1} |", last.wall / first.wall),
                _ => writeln!(text, " |"),
            };
        }
        text
    }
}

pub fn run(options: &Options) -> Result<(), String> {
    let mut imps = options.imps();
    let go = prepare_go(&mut imps);
    let launcher = Launcher::new(options);
    let mut text = format!(
        "# What a message costs as the work grows\n\n{}.\n\nVersions: {}.\n\nEach cell: wall ns per message (CPU ns per message, user and system, \
         all threads).\n",
        options.caption(),
        machine::versions(&imps, go.as_deref()),
    );
    for series in ALL.iter().filter(|series| matches(&options.scenarios, series.pattern)) {
        let mut rows = Vec::new();
        for step in series.steps {
            let row = measure(&series.scenario(*step), &imps, options, &launcher);
            println!("{}", row.to_line());
            rows.push(row);
        }
        text.push_str(&series.table(&rows, &imps));
    }
    fs::create_dir_all(&options.out).map_err(|error| error.to_string())?;
    let path = options.out.join(options.stem("growth") + ".md");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::Sample;
    use crate::imp;
    use crate::measure::Tally;
    use crate::run::Cell;

    #[test]
    fn every_step_is_a_scenario_that_ours_runs() {
        for series in ALL {
            for step in series.steps {
                let scenario = series.scenario(*step);
                // The large ones differ from the small ones only in their number.
                if scenario.bytes.unwrap_or(8).max(*step) <= 100 {
                    let run = imp::run(imp::OURS, &scenario, 200, 8).unwrap_or_else(|| panic!("{} is not there", scenario.name));
                    assert_eq!(run.tally, Tally::of_all(200), "{}", scenario.name);
                }
            }
        }
    }

    #[test]
    fn a_table_has_a_column_for_each_step() {
        let series = series("Arms", "selwideN_1", &[2, 10]);
        let cell =
            |at: usize, wall| Cell { imp: imp::ALL[at], count: 1, failed_before: 0, samples: vec![Some(Sample { wall, cpu: 2.0 * wall })] };
        let row = |step, cells| Row { scenario: series.scenario(step), cells, floor: Vec::new() };
        let rows = [row(2, vec![cell(0, 10.0), cell(1, 5.0)]), row(10, vec![cell(0, 30.0)])];
        let table = series.table(&rows, &imp::ALL[..3]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[5..],
            [
                "| N | 2 | 10 | last / first |",
                "|---|---:|---:|---:|",
                "| rendez | 10 (20) | 30 (60) | 3.0 |",
                "| crossbeam | 5.0 (10) | | |"
            ]
        );
    }
}
