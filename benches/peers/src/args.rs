//! The command line.

use std::path::PathBuf;

use crate::imp::{Impl, ALL};
use crate::machine;
use crate::scenario::matches;

pub const USAGE: &str = "\
peers run [options]     measure, and write a table and a plot
  --rounds N            rounds, each with every implementation in turn (5)
  --seconds S           how long one run should take (0.5)
  --impl A,B            only these implementations (patterns with *)
  --scenario A,B        only these scenarios (patterns with *)
  --payload BYTES       8, 64, 256, 1024, 4096, 16384 or 65536 (8)
  --pin                 everything on one CPU
  --resume              keep the scenarios that an earlier run has finished
  --out DIR             where the table and the plot go (target/)
  --name STEM           what they are called (peers)
peers one IMPL SCENARIO COUNT [PAYLOAD]
                        one run in this process; prints wall ns per message,
                        CPU ns per message, messages
peers fairness [options]
                        how evenly threads are served, and the longest wait
peers growth [options]  what a message costs as the work around it grows
peers memory [options]  bytes of channels, waiters and futures
peers floor             what this machine can do at best
peers list              the names of implementations and scenarios";

#[derive(Debug)]
pub struct Options {
    pub rounds: usize,
    pub seconds: f64,
    pub imps: String,
    pub scenarios: String,
    pub payload: usize,
    pub pin: bool,
    pub resume: bool,
    pub out: PathBuf,
    pub name: Option<String>,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Options, String> {
        let mut options = Options {
            rounds: 5,
            seconds: 0.5,
            imps: "*".into(),
            scenarios: "*".into(),
            payload: 8,
            pin: false,
            resume: false,
            out: target_dir(),
            name: None,
        };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            match flag.as_str() {
                "--pin" => options.pin = true,
                "--resume" => options.resume = true,
                _ => {}
            }
            if ["--pin", "--resume"].contains(&flag.as_str()) {
                continue;
            }
            let value = args.next().ok_or(format!("{flag} wants a value"))?;
            match flag.as_str() {
                "--rounds" => options.rounds = number(flag, value)?,
                "--seconds" => options.seconds = number(flag, value)?,
                "--impl" => options.imps = value.clone(),
                "--scenario" => options.scenarios = value.clone(),
                "--payload" => options.payload = number(flag, value)?,
                "--out" => options.out = value.into(),
                "--name" => options.name = Some(value.clone()),
                _ => return Err(format!("{flag} is not known")),
            }
        }
        if options.rounds == 0 || !(0.001..=60.0).contains(&options.seconds) {
            return Err("at least one round, of 0.001 to 60 seconds".into());
        }
        Ok(options)
    }

    /// The implementations that take part.
    pub fn imps(&self) -> Vec<Impl> {
        ALL.iter().filter(|imp| matches(&self.imps, imp.name)).copied().collect()
    }

    /// What a report's files are called, without their ending.
    pub fn stem(&self, default: &str) -> String {
        let mut stem = self.name.clone().unwrap_or_else(|| default.into());
        if self.pin {
            stem.push_str("-pinned");
        }
        if self.payload != 8 {
            stem.push_str(&format!("-{}", self.payload));
        }
        stem
    }

    /// Where a report was made and how, for its head.
    pub fn caption(&self) -> String {
        format!(
            "{}, {} core{}{}; {} bytes a message; median of {} rounds of about {} s; {}",
            machine::cpu_model(),
            machine::cores(),
            if machine::cores() == 1 { "" } else { "s" },
            if self.pin { ", pinned to one" } else { "" },
            self.payload,
            self.rounds,
            self.seconds,
            machine::date(),
        )
    }
}

/// Where built and measured things go: this package's own `target/`.
pub fn target_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target")
}

pub fn number<N: std::str::FromStr>(what: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{what}: {text} is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_understood() {
        let options = parse("--rounds 3 --seconds 0.1 --pin --payload 1024 --impl rendez,k*").expect("parses");
        assert_eq!((options.rounds, options.seconds, options.pin, options.resume), (3, 0.1, true, false));
        assert_eq!(options.imps().iter().map(|imp| imp.name).collect::<Vec<_>>(), ["rendez", "kanal"]);
        assert_eq!(options.stem("peers"), "peers-pinned-1024");
        assert_eq!(parse("--resume --name figures").expect("parses").stem("peers"), "figures");
    }

    #[test]
    fn nonsense_is_refused() {
        for line in ["--rounds", "--rounds x", "--rounds 0", "--seconds 0", "--colour red"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
