//! Runs everything: implementations in turn within a round, several rounds.
//!
//! What happens to the machine in a minute then happens to all of them alike, and the ratio of
//! two columns means something even where the figures themselves drift.

use crate::args::Options;
use crate::child::{Failure, Launcher, Sample};
use crate::go;
use crate::imp::{Impl, GO};
use crate::record::Record;
use crate::report::{self, Report, Row};
use crate::scenario::{matches, Scenario, NAMES};

/// One implementation in one scenario.
#[derive(Debug)]
pub struct Cell {
    pub imp: Impl,
    /// Messages of one run.
    pub count: u64,
    /// Runs of the calibration that hung or lost messages.
    pub failed_before: usize,
    /// One for each round; `None`: that run hung or lost messages.
    pub samples: Vec<Option<Sample>>,
}

/// A cell that fails this often is left alone.
pub const PATIENCE: usize = 2;

pub fn run(options: &Options) -> Result<(), String> {
    let mut imps = options.imps();
    let scenarios: Vec<Scenario> =
        NAMES.iter().filter(|name| matches(&options.scenarios, name)).filter_map(|name| Scenario::parse(name)).collect();
    let go = prepare_go(&mut imps);
    if imps.is_empty() || scenarios.is_empty() {
        return Err("nothing to run: see `peers list`".into());
    }
    let launcher = Launcher::new(options);
    let mut record = Record::open(options)?;
    for scenario in &scenarios {
        if record.has(&scenario.name) {
            continue;
        }
        let row = measure(scenario, &imps, options, &launcher);
        println!("{}", row.to_line());
        record.add(row)?;
    }
    let rows = scenarios.iter().filter_map(|scenario| record.take(&scenario.name)).collect();
    report::write(&Report { imps, rows, go }, options)
}

/// One scenario, so that its runs lie in the same minutes.
pub fn measure(scenario: &Scenario, imps: &[Impl], options: &Options, launcher: &Launcher) -> Row {
    let calibrated = |imp: &Impl| calibrate(*imp, scenario, options, launcher);
    let mut cells: Vec<Cell> = imps.iter().filter_map(calibrated).collect();
    for _ in 0..options.rounds {
        for cell in &mut cells {
            let failed = cell.samples.iter().filter(|s| s.is_none()).count();
            if failed >= PATIENCE {
                cell.samples.push(None);
                continue;
            }
            let run = launcher.one(cell.imp.name, scenario, cell.count, options.payload);
            cell.samples.push(run.map_err(|f| warn(cell.imp, scenario, &f)).ok());
        }
    }
    let floor = launcher.floor().unwrap_or_default();
    Row { scenario: scenario.clone(), cells, floor }
}

/// Builds the Go program, or takes its column out.
pub fn prepare_go(imps: &mut Vec<Impl>) -> Option<String> {
    if !imps.iter().any(|imp| imp.name == GO) {
        return None;
    }
    match go::prepare() {
        Ok(version) => Some(version),
        Err(why) => {
            eprintln!("left out: go ({why})");
            imps.retain(|imp| imp.name != GO);
            None
        }
    }
}

/// Finds how many messages fill one run. `None`: this implementation has no such scenario.
fn calibrate(imp: Impl, scenario: &Scenario, options: &Options, launcher: &Launcher) -> Option<Cell> {
    let mut cell = Cell { imp, count: scenario.first_count(), failed_before: 0, samples: Vec::new() };
    let most = scenario.most_messages(scenario.bytes.unwrap_or(options.payload));
    let target = options.seconds * 1e9;
    let mut count = cell.count;
    // A short run can be slower for each message than a long one, so it is not trusted to say
    // how many more would fit: it is made longer step by step.
    while cell.failed_before < PATIENCE {
        let sample = match launcher.one(imp.name, scenario, count, options.payload) {
            Ok(sample) => sample,
            Err(Failure::Unsupported) => return None,
            Err(failure) => {
                warn(imp, scenario, &failure);
                cell.failed_before += 1;
                continue;
            }
        };
        let took = (sample.wall * count as f64).max(1.0);
        let wanted = (count as f64 * (target / took).clamp(0.01, 30.0)) as u64;
        cell.count = count;
        count = wanted.clamp(scenario.first_count().min(100), most);
        if took > target / 5.0 || count == cell.count {
            cell.count = count;
            break;
        }
    }
    // After failures: the longest run that ended well.
    Some(cell)
}

fn warn(imp: Impl, scenario: &Scenario, failure: &Failure) {
    if let Failure::Broken(why) = failure {
        let why = why.lines().last().unwrap_or_default();
        eprintln!("{} {}: {why}", imp.name, scenario.name);
    }
}
