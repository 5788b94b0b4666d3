//! The command line.

use std::path::PathBuf;

pub const USAGE: &str = "\
peers run [options]     measure, and write a table and a plot
  --rounds N            rounds, each with every implementation in turn (5)
  --seconds S           how long one run should take (0.5)
  --impl A,B            only these implementations (patterns with *)
  --scenario A,B        only these scenarios (patterns with *)
  --payload BYTES       8, 64 or 256 (8)
  --pin                 everything on one CPU
  --out DIR             where the files go (target/)
peers one IMPL SCENARIO COUNT [PAYLOAD]
                        one run in this process; prints wall ns per message,
                        CPU ns per message, messages
peers fairness [options]
                        how evenly threads are served, and the longest wait
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
    pub out: PathBuf,
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Options, String> {
        let mut options =
            Options { rounds: 5, seconds: 0.5, imps: "*".into(), scenarios: "*".into(), payload: 8, pin: false, out: target_dir() };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            if flag == "--pin" {
                options.pin = true;
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
                _ => return Err(format!("{flag} is not known")),
            }
        }
        if options.rounds == 0 || !(0.001..=60.0).contains(&options.seconds) {
            return Err("at least one round, of 0.001 to 60 seconds".into());
        }
        Ok(options)
    }
}

/// Where built and measured things go: this package's own `target/`.
pub fn target_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target")
}

pub fn number<N: std::str::FromStr>(what: &str, text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("{what}: {text} is not a number"))
}
