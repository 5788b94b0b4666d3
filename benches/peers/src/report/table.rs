//! The Markdown table.

use std::fmt::Write as _;

use super::{figure, median, Ratio, Report, Row};
use crate::imp::{Impl, OURS};
use crate::run::{Cell, PATIENCE};
use crate::{floor, machine};

pub fn markdown(report: &Report, caption: &str, plot: &str) -> String {
    let shown = columns(report);
    let mut text = format!("# rendez beside its peers\n\n{caption}.\n\n");
    let versions = machine::versions(&shown, report.go.as_deref());
    let _ =
        writeln!(text, "Versions: {versions}. Made by the program in `benches/peers`; its README has the command, and how to read this.\n");
    let _ = writeln!(text, "![rendez beside its peers]({plot})\n");
    text.push_str(
        "Each cell: wall ns per message (CPU ns per message, user and system, all threads). \
         `*`: the fastest that can block. Wall: rendez / the fastest peer, with its range over \
         the rounds. CPU: rendez / the peer that takes the least CPU. Below 1, rendez is \
         better.\n\n",
    );
    grid(&mut text, report, &shown);
    let failed = |row: &Row| row.cells.iter().any(|cell| cell.failures() > 0);
    if report.rows.iter().any(failed) {
        let _ = writeln!(
            text,
            "\n†n: so many runs hung or did not deliver every message. From {PATIENCE} on the \
             figures are of the runs that ended well, and out of the comparison."
        );
    }
    let _ = writeln!(text, "\n{}", summary(report));
    groups(&mut text, report);
    text.push_str("\n## What this machine can do at best\n\n| | ns | range |\n|---|---:|---|\n");
    for (index, (name, _)) in floor::FIGURES.iter().enumerate() {
        let values: Vec<f64> = report.rows.iter().filter_map(|row| *row.floor.get(index)?).collect();
        let _ = writeln!(text, "| {name} | {} |", floor_cell(&values));
    }
    text
}

fn floor_cell(values: &[f64]) -> String {
    let Some(middle) = median(values.to_vec()) else {
        return "- | needs two CPUs".into();
    };
    let low = values.iter().copied().fold(f64::MAX, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    format!("{} | {}-{}", figure(middle), figure(low), figure(high))
}

/// The implementations that ran anything.
fn columns(report: &Report) -> Vec<Impl> {
    let ran = |imp: &&Impl| report.rows.iter().any(|row| row.cell(imp.name).is_some());
    report.imps.iter().filter(ran).copied().collect()
}

fn grid(text: &mut String, report: &Report, shown: &[Impl]) {
    text.push_str("| scenario |");
    for imp in shown {
        let floor = imp.floor.map_or(String::new(), |does| format!(" ({does})"));
        let _ = write!(text, " {}{floor} |", imp.name);
    }
    text.push_str(" wall | CPU |\n|---|");
    text.push_str(&"---:|".repeat(shown.len() + 2));
    text.push('\n');
    for row in &report.rows {
        let _ = write!(text, "| {} |", row.scenario.name);
        for imp in shown {
            let said = row.cell(imp.name).map_or(String::new(), |c| cell(row, c));
            let _ = write!(text, " {said} |");
        }
        let _ = match row.ratio() {
            Some(r) => writeln!(text, " {:.2} {} ({:.2}-{:.2}) | {:.2} {} |", r.wall, r.peer, r.range.0, r.range.1, r.cpu, r.cheapest),
            None => writeln!(text, " | |"),
        };
    }
}

fn cell(row: &Row, cell: &Cell) -> String {
    let mark = match cell.failures() {
        0 => String::new(),
        failures => format!(" †{failures}"),
    };
    let Some(sample) = cell.median() else {
        return format!("-{mark}");
    };
    let star = if row.fastest() == Some(cell.imp.name) { "\\*" } else { "" };
    format!("{}{star} ({}){mark}", figure(sample.wall), figure(sample.cpu))
}

/// In how many rows rendez is first, and by how much overall.
pub fn summary(report: &Report) -> String {
    match standing(&report.rows.iter().collect::<Vec<_>>()) {
        Some(Standing { first, met, mean, .. }) => {
            format!("{OURS} is first in {first} of {met} rows; geometric mean of the ratios {mean:.2}.")
        }
        None => format!("No row has both {OURS} and a peer."),
    }
}

/// The same for each kind of row.
fn groups(text: &mut String, report: &Report) {
    let mut groups: Vec<(String, Vec<&Row>)> = Vec::new();
    for row in &report.rows {
        let group = row.scenario.group();
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, rows)) => rows.push(row),
            None => groups.push((group, vec![row])),
        }
    }
    text.push_str("\n| rows | first in | geometric mean | best | worst |\n|---|---:|---:|---|---|\n");
    for (group, rows) in &groups {
        if let Some(Standing { first, met, mean, best, worst }) = standing(rows) {
            let _ = writeln!(text, "| {group} | {first} of {met} | {mean:.2} | {best} | {worst} |");
        }
    }
}

/// How rendez stands in some rows, by the ratios of wall time.
struct Standing {
    first: usize,
    met: usize,
    mean: f64,
    best: String,
    worst: String,
}

fn standing(rows: &[&Row]) -> Option<Standing> {
    let met: Vec<&&Row> = rows.iter().filter(|row| row.has_match()).collect();
    let first = met.iter().filter(|row| row.fastest() == Some(OURS)).count();
    let ratios: Vec<(&str, Ratio)> = met.iter().filter_map(|row| Some((row.scenario.name.as_str(), row.ratio()?))).collect();
    let by_wall = |a: &&(&str, Ratio), b: &&(&str, Ratio)| a.1.wall.total_cmp(&b.1.wall);
    let said = |(name, ratio): &(&str, Ratio)| format!("{name}: {:.2} {}", ratio.wall, ratio.peer);
    Some(Standing {
        first,
        met: met.len(),
        mean: (ratios.iter().map(|(_, ratio)| ratio.wall.ln()).sum::<f64>() / ratios.len() as f64).exp(),
        best: said(ratios.iter().min_by(by_wall)?),
        worst: said(ratios.iter().max_by(by_wall)?),
    })
}
