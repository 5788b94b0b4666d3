//! The table of shares.

use std::fmt::Write as _;
use std::fs;

use super::{Cell, Shape};
use crate::args::Options;
use crate::imp::Impl;
use crate::machine;

type Row = (Shape, Vec<(Impl, Option<Cell>)>);

fn said(cell: &Option<Cell>) -> String {
    match cell {
        None => "failed".into(),
        Some(Cell { least: (sent, received), worst, rate }) => {
            format!("{sent:.2} {received:.2}, {:.1} ms, {:.1} M/s", worst / 1e6, rate / 1e6)
        }
    }
}

/// One line for the terminal.
pub fn line(shape: &Shape, cells: &[(Impl, Option<Cell>)]) -> String {
    let mut line = format!("{:<13}", shape.name);
    for (imp, cell) in cells {
        let _ = write!(line, "  {}: {}", imp.name, said(cell));
    }
    line
}

pub fn write(rows: &[Row], imps: &[Impl], go: Option<&str>, options: &Options) -> Result<(), String> {
    let ran = |imp: &&Impl| rows.iter().any(|(_, cells)| cells.iter().any(|(known, _)| known.name == imp.name));
    let imps: Vec<Impl> = imps.iter().filter(ran).copied().collect();
    let mut text = format!(
        "# How evenly threads are served\n\n{}, {} cores{}; rounds: {}, of {} s; {}.\n\nVersions: {}.\n\n\
         So many producers x consumers at that capacity, all as fast as they can; `sel`: each in a select over four channels. A cell: the smallest \
         share of a producer and of a consumer in any round, where 1 is an equal part; the longest time from one operation of a thread to its next, \
         in runs of their own, since the clock slows them; million messages in a second.\n\n",
        machine::cpu_model(),
        machine::cores(),
        if options.pin { ", pinned to one" } else { "" },
        options.rounds,
        options.seconds,
        machine::date(),
        machine::versions(&imps, go),
    );
    text.push_str("| |");
    imps.iter().for_each(|imp| {
        let _ = write!(text, " {} |", imp.name);
    });
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(imps.len()));
    for (shape, cells) in rows {
        let _ = write!(text, "| {} |", shape.name);
        for imp in &imps {
            let cell = cells.iter().find(|(known, _)| known.name == imp.name);
            let _ = write!(text, " {} |", cell.map_or(String::new(), |(_, cell)| said(cell)));
        }
        text.push('\n');
    }
    fs::create_dir_all(&options.out).map_err(|error| error.to_string())?;
    let path = options.out.join(if options.pin { "fairness-pinned.md" } else { "fairness.md" });
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}
