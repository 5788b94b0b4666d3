//! The plot: one panel for each scenario, one bar for each implementation.
//!
//! Figures of one panel lie up to a thousand times apart. So a bar is drawn relative to the
//! fastest of its panel and cut where it says no more; the number beside it stays exact.

use std::fmt::Write as _;

use super::{figure, Report, Row};
use crate::child::Sample;
use crate::imp::OURS;
use crate::run::Cell;

/// Bars are cut at so many times the fastest.
const CUT: f64 = 4.0;

const COLUMNS: usize = 3;
const PANEL: f64 = 390.0;
const NAME: f64 = 98.0;
const BAR: f64 = 170.0;
const LINE: f64 = 15.0;
const TITLE: f64 = 20.0;
const GAP: f64 = 14.0;
const TOP: f64 = 78.0;

// Plain rules, then those of the dark scheme: custom properties would be nicer, but not every
// viewer of SVG knows them.
const STYLE: &str = "\
text { font: 11px ui-sans-serif, system-ui, sans-serif; fill: #1f2328 }
.head { font-size: 17px; font-weight: 600 }
.title { font-size: 12px; font-weight: 600 }
.faint { fill: #59636e }
.name { text-anchor: end }
.bold { font-weight: 600 }
.back { fill: #ffffff }
.peer { fill: #a8b1bb }
.ours { fill: #0969da }
.floor { fill: none; stroke: #a8b1bb; stroke-dasharray: 2 2 }
.cpu { fill: #59636e }
.mark { stroke: #d1242f; stroke-dasharray: 1 2 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.faint { fill: #9198a1 }
.back { fill: #0d1117 }
.peer { fill: #4d5560 }
.ours { fill: #58a6ff }
.floor { stroke: #4d5560 }
.cpu { fill: #9198a1 }
.mark { stroke: #f85149 }
}
";

pub fn svg(report: &Report, caption: &str) -> String {
    let whole: f64 = report.rows.iter().map(height).sum();
    let mut panels = String::new();
    let (mut column, mut y, mut bottom) = (0, 0.0, 0.0_f64);
    for row in &report.rows {
        // Read downwards: a column is full when it has its part of the whole.
        if y > 0.0 && column + 1 < COLUMNS && y + height(row) / 2.0 > whole / COLUMNS as f64 {
            column += 1;
            y = 0.0;
        }
        let x = GAP + column as f64 * (PANEL + GAP);
        panel(&mut panels, row, x, TOP + y);
        y += height(row);
        bottom = bottom.max(y);
    }
    let width = GAP + (PANEL + GAP) * (column as f64 + 1.0).max(2.0);
    let total = TOP + bottom + GAP;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{total}\" \
         viewBox=\"0 0 {width} {total}\" role=\"img\" aria-label=\"rendez beside its peers\">\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"back\" width=\"100%\" height=\"100%\"/>\n"
    );
    text(&mut svg, "head", GAP, 26.0, "rendez beside its peers");
    text(&mut svg, "faint", GAP, 44.0, caption);
    text(
        &mut svg,
        "faint",
        GAP,
        60.0,
        &format!(
            "Bar: wall time against the fastest that can block (the line), cut at {CUT} times. \
             Thin bar: CPU time. Numbers: ns per message (CPU)."
        ),
    );
    svg + &panels + "</svg>\n"
}

fn height(row: &Row) -> f64 {
    TITLE + row.cells.len() as f64 * LINE + GAP
}

fn panel(svg: &mut String, row: &Row, x: f64, y: f64) {
    text(svg, "title", x, y + 12.0, &row.scenario.name);
    let fastest = row.fastest().and_then(|name| row.cell(name)?.median()).map(|sample| sample.wall);
    let first = y + TITLE;
    for (index, cell) in row.cells.iter().enumerate() {
        let at = first + index as f64 * LINE;
        let bold = if cell.imp.name == OURS { "name bold" } else { "name" };
        text(svg, bold, x + NAME, at + 10.0, cell.imp.name);
        match (cell.median(), fastest) {
            (Some(sample), Some(one)) => bar(svg, cell, sample, one, x + NAME + 6.0, at),
            _ => text(svg, "faint", x + NAME + 6.0, at + 10.0, "did not finish"),
        }
    }
    let mark = x + NAME + 6.0 + BAR / CUT;
    let end = first + row.cells.len() as f64 * LINE;
    let _ = writeln!(svg, "<line class=\"mark\" x1=\"{mark:.1}\" y1=\"{first:.1}\" x2=\"{mark:.1}\" y2=\"{end:.1}\"/>");
}

fn bar(svg: &mut String, cell: &Cell, sample: Sample, one: f64, x: f64, y: f64) {
    let length = |ns: f64| (ns / one).min(CUT) / CUT * BAR;
    let class = match cell.imp {
        imp if imp.floor.is_some() => "floor",
        imp if imp.name == OURS => "ours",
        _ => "peer",
    };
    let wall = length(sample.wall);
    let cpu = length(sample.cpu);
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{wall:.1}\" height=\"8\"/>\
         <rect class=\"cpu\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{cpu:.1}\" height=\"2\"/>",
        y + 1.0,
        y + 10.0,
    );
    let cut = if sample.wall > CUT * one { "» " } else { "" };
    let failures = match cell.failures() {
        0 => String::new(),
        failures => format!(" †{failures}"),
    };
    let said = format!("{cut}{} ({}){failures}", figure(sample.wall), figure(sample.cpu));
    text(svg, "faint", x + wall.max(cpu) + 5.0, y + 10.0, &said);
}

fn text(svg: &mut String, class: &str, x: f64, y: f64, what: &str) {
    let what = what.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(svg, "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{what}</text>");
}
