//! From samples to files: a table and a plot.

mod plot;
mod table;

use std::fmt::Write as _;
use std::fs;

use crate::args::Options;
use crate::child::Sample;
use crate::imp::{Impl, OURS};
use crate::run::{Cell, PATIENCE};
use crate::scenario::Scenario;

pub struct Report {
    pub imps: Vec<Impl>,
    pub rows: Vec<Row>,
    pub go: Option<String>,
}

pub struct Row {
    pub scenario: Scenario,
    pub cells: Vec<Cell>,
    /// The machine's own figures in the same minutes, in the order of [`crate::floor::FIGURES`]; a missing one cannot be had.
    pub floor: Vec<Option<f64>>,
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
        self.imp.floor.is_none() && self.failures() < PATIENCE
    }

    /// Medians of wall and CPU; `None` where no run ended well.
    pub fn median(&self) -> Option<Sample> {
        let good = || self.samples.iter().flatten();
        Some(Sample { wall: median(good().map(|s| s.wall).collect())?, cpu: median(good().map(|s| s.cpu).collect())? })
    }
}

impl Row {
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
    let (stem, caption) = (options.stem("peers"), options.caption());
    let table = table::markdown(report, &caption, &format!("{stem}.svg"));
    println!("\n{}", table::summary(report));
    fs::create_dir_all(&options.out).map_err(|error| error.to_string())?;
    for (extension, text) in [("md", table), ("svg", plot::svg(report, &caption))] {
        let path = options.out.join(format!("{stem}.{extension}"));
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }
    let failed = |row: &&Row| row.cell(OURS).is_some_and(|cell| cell.failures() > 0);
    let failed: Vec<&str> = report.rows.iter().filter(failed).map(|row| row.scenario.name.as_str()).collect();
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!("{OURS} did not get through: {}", failed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imp::ALL;

    fn cell(name: &str, walls: &[Option<f64>]) -> Cell {
        let imp = *ALL.iter().find(|imp| imp.name == name).expect(name);
        let samples = walls.iter().map(|wall| wall.map(|wall| Sample { wall, cpu: 2.0 * wall })).collect();
        Cell { imp, count: 1, failed_before: 0, samples }
    }

    fn row(cells: Vec<Cell>) -> Row {
        Row { scenario: Scenario::parse("spsc_0").expect("parses"), cells, floor: vec![Some(117.0), None] }
    }

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn a_ratio_is_to_the_best_that_blocks_and_gets_through() {
        let row = row(vec![
            cell("rendez", &[Some(60.0), Some(50.0), Some(40.0)]),
            cell("kanal", &[Some(100.0), Some(110.0), Some(90.0)]),
            cell("flume", &[Some(1.0), None, None]),
            cell("rtrb", &[Some(2.0), Some(2.0), Some(2.0)]),
        ]);
        let ratio = row.ratio().expect("a match");
        assert_eq!((ratio.peer, ratio.wall, ratio.cpu, ratio.cheapest), ("kanal", 0.5, 0.5, "kanal"));
        assert!((ratio.range.0 - 40.0 / 90.0).abs() < 1e-9 && (ratio.range.1 - 0.6).abs() < 1e-9, "{:?}", ratio.range);
        assert_eq!(row.fastest(), Some("rendez"));
        assert_eq!(
            row.to_line().split_whitespace().collect::<Vec<_>>().join(" "),
            "spsc_0 flume 1.0 (2.0) rtrb 2.0 (4.0) rendez* 50 (100) kanal 100 (200)"
        );
    }

    #[test]
    fn a_row_that_ours_failed_has_no_ratio() {
        let row = row(vec![cell("rendez", &[Some(1.0), None, None]), cell("kanal", &[Some(2.0)])]);
        assert!(row.ratio().is_none());
        assert_eq!(row.fastest(), Some("kanal"));
    }

    #[test]
    fn the_files_say_what_was_measured() {
        let imps = ["rendez", "kanal", "flume"].map(|name| *ALL.iter().find(|imp| imp.name == name).expect(name)).to_vec();
        let rows = vec![row(vec![cell("rendez", &[Some(50.0)]), cell("kanal", &[Some(100.0)]), cell("flume", &[None, None])])];
        let report = Report { imps, rows, go: None };
        let table = table::markdown(&report, "a machine", "peers.svg");
        assert!(table.contains("| spsc_0 | 50\\* (100) | 100 (200) | - †2 | 0.50 kanal (0.50-0.50) | 0.50 kanal |"), "{table}");
        assert!(table.contains("first in 1 of 1 rows; geometric mean of the ratios 0.50"), "{table}");
        assert!(table.contains("| threads, capacity 0 | 1 of 1 | 0.50 | spsc_0: 0.50 kanal | spsc_0: 0.50 kanal |"), "{table}");
        assert!(table.contains("| cache line there and back | 117 | 117-117 |"), "{table}");
        let plot = plot::svg(&report, "<a machine>");
        assert!(plot.starts_with("<svg ") && plot.ends_with("</svg>\n") && plot.contains("&lt;a machine>"), "{plot}");
        assert!(plot.contains("prefers-color-scheme: dark") && plot.contains("did not finish"), "{plot}");
    }
}
