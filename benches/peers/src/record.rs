//! Every single run, in a file that a later run can go on from.
//!
//! One line a run: scenario, implementation, round, messages, wall and CPU nanoseconds per message. The machine's own figures are an
//! implementation called `floor`, whose round is the figure's index.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::str::FromStr;

use crate::args::{target_dir, Options};
use crate::child::Sample;
use crate::imp::ALL;
use crate::report::Row;
use crate::run::Cell;
use crate::scenario::Scenario;

const COLUMNS: &str = "scenario\timpl\tround\tmessages\twall_ns\tcpu_ns";
const FLOOR: &str = "floor";
/// The round of a run that failed while its length was sought.
const BEFORE: &str = "before";
const FAILED: &str = "failed";

pub struct Record {
    path: PathBuf,
    head: String,
    rows: Vec<Row>,
}

impl Record {
    /// Starts anew, or with what is there already.
    pub fn open(options: &Options) -> Result<Record, String> {
        let path = target_dir().join(format!("{}.tsv", options.stem("peers")));
        let head = format!(
            "# rounds {}, seconds {}, {} bytes, of {}\n{COLUMNS}\n",
            options.rounds, options.seconds, options.payload, options.imps
        );
        let rows = match std::fs::read_to_string(&path) {
            Ok(text) if options.resume => {
                let lines = text.strip_prefix(&head).ok_or(format!("{}: made with other options", path.display()))?;
                read(lines).ok_or(format!("{}: not a record", path.display()))?
            }
            _ => Vec::new(),
        };
        Ok(Record { path, head, rows })
    }

    pub fn has(&self, scenario: &str) -> bool {
        self.rows.iter().any(|row| row.scenario.name == scenario)
    }

    /// Takes a scenario in, and writes the file.
    pub fn add(&mut self, row: Row) -> Result<(), String> {
        self.rows.push(row);
        let text = self.head.clone() + &self.rows.iter().map(lines).collect::<String>();
        std::fs::write(&self.path, text).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    pub fn take(&mut self, scenario: &str) -> Option<Row> {
        let at = self.rows.iter().position(|row| row.scenario.name == scenario)?;
        Some(self.rows.swap_remove(at))
    }
}

fn lines(row: &Row) -> String {
    let mut text = String::new();
    let name = &row.scenario.name;
    for cell in &row.cells {
        for _ in 0..cell.failed_before {
            let _ = writeln!(text, "{name}\t{}\t{BEFORE}\t{}\t{FAILED}\t{FAILED}", cell.imp.name, cell.count);
        }
        for (round, sample) in cell.samples.iter().enumerate() {
            let figures = sample.map_or(format!("{FAILED}\t{FAILED}"), |s| format!("{:.2}\t{:.2}", s.wall, s.cpu));
            let _ = writeln!(text, "{name}\t{}\t{round}\t{}\t{figures}", cell.imp.name, cell.count);
        }
    }
    for (index, figure) in row.floor.iter().enumerate() {
        let figure = figure.map_or("-".into(), |ns| format!("{ns:.2}"));
        let _ = writeln!(text, "{name}\t{FLOOR}\t{index}\t-\t{figure}\t-");
    }
    text
}

/// `None`: this is no record.
fn read(text: &str) -> Option<Vec<Row>> {
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines() {
        let [name, imp, round, count, wall, cpu] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
        if rows.last().is_none_or(|row| row.scenario.name != name) {
            rows.push(Row { scenario: Scenario::parse(name)?, cells: Vec::new(), floor: Vec::new() });
        }
        let row = rows.last_mut()?;
        if imp == FLOOR {
            row.floor.push(f64::from_str(wall).ok());
            continue;
        }
        if row.cells.last().is_none_or(|cell| cell.imp.name != imp) {
            let imp = *ALL.iter().find(|known| known.name == imp)?;
            row.cells.push(Cell { imp, count: count.parse().ok()?, failed_before: 0, samples: Vec::new() });
        }
        let cell = row.cells.last_mut()?;
        if round == BEFORE {
            cell.failed_before += 1;
        } else if wall == FAILED {
            cell.samples.push(None);
        } else {
            cell.samples.push(Some(Sample { wall: wall.parse().ok()?, cpu: cpu.parse().ok()? }));
        }
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let sample = |wall, cpu| Some(Sample { wall, cpu });
        let cell = |at: usize, failed_before, samples: &[Option<Sample>]| Cell {
            imp: ALL[at],
            count: 1000,
            failed_before,
            samples: samples.to_vec(),
        };
        let row = |name, cells, floor: &[Option<f64>]| Row { scenario: Scenario::parse(name).expect(name), cells, floor: floor.to_vec() };
        let rows = [
            row("spsc_0", vec![cell(0, 0, &[sample(70.25, 140.5), None]), cell(3, 2, &[None, sample(1.0, 2.0)])], &[Some(117.0), None]),
            row("spsc_128_1024b", vec![cell(1, 0, &[sample(9.0, 9.0)])], &[Some(1.5)]),
        ];
        let text: String = rows.iter().map(lines).collect();
        let again = read(&text).expect("a record");
        assert_eq!(again.iter().map(lines).collect::<String>(), text);
        assert_eq!(again[0].cells[1].failures(), 3);
        assert_eq!(again[0].floor, [Some(117.0), None]);
        assert_eq!(again[1].scenario.bytes, Some(1024));
        assert_eq!(again[1].cells[0].imp.name, ALL[1].name);
        assert!(read("spsc_0\tnobody\t0\t1\t1\t1\n").is_none());
        assert!(read("half a li").is_none());
    }
}
