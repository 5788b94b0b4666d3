//! Measures rendez beside its peers. `peers` without arguments says how.

use std::process::{exit, ExitCode};

use peers::args::{number, Options, USAGE};
use peers::measure::Tally;
use peers::scenario::{self, Scenario};
use peers::{child, fairness, floor, go, growth, imp, memory, run};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.first().map(String::as_str) {
        Some("one") => one(&args[1..]),
        Some("run") => Options::parse(&args[1..]).and_then(|options| run::run(&options)),
        Some("fairness") => Options::parse(&args[1..]).and_then(|options| fairness::run(&options)),
        Some("growth") => Options::parse(&args[1..]).and_then(|options| growth::run(&options)),
        Some("memory") => Options::parse(&args[1..]).and_then(|options| memory::run(&options)),
        Some("memory-of") => memory::one(&args[1..]),
        Some("shares") => fairness::one(&args[1..]),
        Some("floor") => {
            floor::print();
            Ok(())
        }
        Some("list") => {
            list();
            Ok(())
        }
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn one(args: &[String]) -> Result<(), String> {
    let [name, scenario, count, payload @ ..] = args else {
        return Err(USAGE.into());
    };
    if !imp::ALL.iter().any(|imp| imp.name == name) {
        return Err(format!("{name} is no implementation"));
    }
    let scenario = Scenario::parse(scenario).ok_or(format!("{scenario} is no scenario"))?;
    let count: u64 = number("COUNT", count)?;
    let payload = payload.first().map_or(Ok(8), |p| number("PAYLOAD", p))?;
    if count == 0 {
        return Err("COUNT: at least one message".into());
    }
    if name == imp::GO {
        return go::replace_this_process(scenario.shape(), count, scenario.bytes.unwrap_or(payload));
    }
    let Some(run) = imp::run(name, &scenario, count, payload) else {
        eprintln!("{name} has no {} at {payload} bytes", scenario.name);
        exit(child::UNSUPPORTED)
    };
    let want = Tally::of_all(count);
    if run.tally != want {
        return Err(format!("{name} {}: received {:?}, expected {want:?}", scenario.name, run.tally));
    }
    let per = |time: std::time::Duration| time.as_nanos() as f64 / count as f64;
    println!("{:.2} {:.2} {}", per(run.wall), per(run.cpu), run.tally.count);
    Ok(())
}

fn list() {
    for imp in imp::ALL {
        println!("{}", imp.name);
    }
    println!();
    for name in scenario::NAMES {
        println!("{name}");
    }
}
