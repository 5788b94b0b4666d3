//! From samples to files: a table, a plot, and every single run.

mod plot;
mod table;

use std::fmt::Write as _;
use std::fs;

use crate::args::Options;
use crate::child::Sample;
use crate::imp::{Impl, OURS};
use crate::machine;
use crate::run::{Cell, PATIENCE};
use crate::scenario::Scenario;

pub struct Report {
    pub imps: Vec<Impl>,
    pub rows: Vec<Row>,
    /// For each figure of the floor, one value a scenario.
    pub floors: Vec<Vec<f64>>,
    pub go: Option<String>,
}

pub struct Row {
    pub scenario: Scenario,
    pub cells: Vec<Cell>,
}

/// rendez against the best peer of a row; below 1, rendez is the faster.
pub struct Ratio {
    pub peer: &'static str,
    pub wall: f64,
    /// The smallest and the largest of the rounds.
    pub range: (f64, f64),
    /// The same of CPU time, against the peer that takes the least of it.
    pub cpu: f64,
    pub cheapest: &'static str,
}

impl Cell {
    /// Runs that hung or lost messages, those of the calibration among them.
    pub fn failures(&self) -> usize {
        let in_rounds = self.samples.iter().filter(|sample| sample.is_none());
        self.failed_before + in_rounds.count()
    }

    /// A figure to compare with: one that blocks, and gets through.
    fn competes(&self) -> bool {
        !self.imp.floor && self.failures() < PATIENCE
    }

    /// Medians of wall and CPU; `None` where no run ended well.
    pub fn median(&self) -> Option<Sample> {
        let good = || self.samples.iter().flatten();
        Some(Sample { wall: median(good().map(|s| s.wall).collect())?, cpu: median(good().map(|s| s.cpu).collect())? })
    }
}

impl Row {
    pub fn new(scenario: Scenario, cells: Vec<Cell>) -> Row {
        Row { scenario, cells }
    }

    pub fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.imp.name == name)
    }

    /// Whether rendez and somebody else are here.
    pub fn has_match(&self) -> bool {
        self.cell(OURS).is_some() && self.peers().any(|(cell, _)| cell.imp.name != OURS)
    }

    fn peers(&self) -> impl Iterator<Item = (&Cell, Sample)> {
        self.cells.iter().filter(|cell| cell.competes()).filter_map(|cell| Some((cell, cell.median()?)))
    }

    pub fn fastest(&self) -> Option<&'static str> {
        self.peers().min_by(|(_, a), (_, b)| a.wall.total_cmp(&b.wall)).map(|(cell, _)| cell.imp.name)
    }

    pub fn ratio(&self) -> Option<Ratio> {
        let ours = self.cell(OURS).filter(|cell| cell.competes())?;
        let mine = ours.median()?;
        let others = || self.peers().filter(|(cell, _)| cell.imp.name != OURS);
        let (peer, best) = others().min_by(|(_, a), (_, b)| a.wall.total_cmp(&b.wall))?;
        let (cheapest, least) = others().min_by(|(_, a), (_, b)| a.cpu.total_cmp(&b.cpu))?;
        let by_round = ours.samples.iter().zip(&peer.samples).filter_map(|(a, b)| Some(a.as_ref()?.wall / b.as_ref()?.wall));
        let range = by_round.fold((f64::MAX, 0.0_f64), |(low, high), ratio| (low.min(ratio), high.max(ratio)));
        Some(Ratio { peer: peer.imp.name, wall: mine.wall / best.wall, range, cpu: mine.cpu / least.cpu, cheapest: cheapest.imp.name })
    }

    /// One line for the terminal, the fastest first.
    pub fn to_line(&self) -> String {
        let mut cells: Vec<_> = self.cells.iter().filter_map(|cell| Some((cell.imp.name, cell.median()?))).collect();
        cells.sort_by(|(_, a), (_, b)| a.wall.total_cmp(&b.wall));
        let mut line = format!("{:<17}", self.scenario.name);
        for (name, sample) in cells {
            let star = if self.fastest() == Some(name) { "*" } else { "" };
            let _ = write!(line, "  {name}{star} {} ({})", figure(sample.wall), figure(sample.cpu));
        }
        line
    }
}

pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some((values[middle - 1] + values[middle]) / 2.0),
    }
}

/// Nanoseconds, with a decimal only where it can mean something.
pub fn figure(ns: f64) -> String {
    if ns < 9.95 {
        format!("{ns:.1}")
    } else {
        format!("{ns:.0}")
    }
}

pub fn write(report: &Report, options: &Options) -> Result<(), String> {
    let mut stem = "peers".to_owned();
    if options.pin {
        stem.push_str("-pinned");
    }
    if options.payload != 8 {
        let _ = write!(stem, "-{}", options.payload);
    }
    let caption = format!(
        "{}, {} core{}{}; {} bytes a message; median of {} rounds of about {} s; {}",
        machine::cpu_model(),
        machine::cores(),
        if machine::cores() == 1 { "" } else { "s" },
        if options.pin { ", pinned to one" } else { "" },
        options.payload,
        options.rounds,
        options.seconds,
        machine::date(),
    );
    let table = table::markdown(report, &caption);
    println!("\n{}", table::summary(report));
    fs::create_dir_all(&options.out).map_err(|error| error.to_string())?;
    for (extension, text) in [("md", table), ("svg", plot::svg(report, &caption)), ("tsv", every_run(report))] {
        let path = options.out.join(format!("{stem}.{extension}"));
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }
    let failed = |row: &&Row| row.cell(OURS).is_some_and(|cell| cell.failures() > 0);
    let failed: Vec<&str> = report.rows.iter().filter(failed).map(|row| row.scenario.name).collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("{OURS} did not get through: {}", failed.join(", ")))
    }
}

fn every_run(report: &Report) -> String {
    let mut text = "scenario\timpl\tround\tmessages\twall_ns\tcpu_ns\n".to_owned();
    for row in &report.rows {
        for cell in &row.cells {
            for (round, sample) in cell.samples.iter().enumerate() {
                let figures = sample.map_or("failed\tfailed".into(), |s| format!("{:.2}\t{:.2}", s.wall, s.cpu));
                let _ = writeln!(text, "{}\t{}\t{round}\t{}\t{figures}", row.scenario.name, cell.imp.name, cell.count);
            }
        }
    }
    text
}
