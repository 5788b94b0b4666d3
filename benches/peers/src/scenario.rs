//! The scenarios and their names, `KIND_CAP` or `KIND_CAP_BYTESb`.

use std::time::Duration;

/// Who waits, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Threads on plain channels.
    Threads,
    /// Threads that select.
    Select,
    /// Tasks, all on one thread.
    OneThread,
    /// Tasks on two worker threads.
    TwoThreads,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PingPong,
    /// So many producers and consumers on one channel.
    Crowd(usize, usize),
    Seq,
    OneShot,
    /// The producer sleeps so long before each message.
    Paced(Duration),
    /// As `Seq`, on one of so many open channels.
    Idle(usize),
    SelRx,
    SelBoth,
    SelPoll,
    SelReady,
    /// One of so many receivers in one select is active.
    SelWide(usize),
}

/// `None`: unbounded.
pub type Cap = Option<usize>;

#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub family: Family,
    pub kind: Kind,
    pub cap: Cap,
    /// The size of a message, where the name gives one.
    pub bytes: Option<usize>,
}

/// Every scenario, in the order of the table.
pub const NAMES: &[&str] = &[
    "pingpong_0",
    "pingpong_1",
    "pingpong_128",
    "spsc_0",
    "spsc_0_1024b",
    "spsc_1",
    "spsc_128",
    "spsc_128_1024b",
    "spsc_4096",
    "spsc_inf",
    "mpsc_0",
    "mpsc_1",
    "mpsc_128",
    "mpsc_4096",
    "mpsc_inf",
    "spmc_0",
    "spmc_1",
    "spmc_128",
    "spmc_4096",
    "mpmc_0",
    "mpmc_1",
    "mpmc_128",
    "mpmc_128_1024b",
    "mpmc_4096",
    "mpmc_inf",
    "mpmc32_0",
    "mpmc32_1",
    "mpmc32_128",
    "seq_1",
    "seq_128",
    "oneshot_1",
    "paced_0",
    "paced_16",
    "paced1000_0",
    "selrx_0",
    "selrx_1",
    "selrx_128",
    "selboth_0",
    "selboth_1",
    "selboth_128",
    "selpoll_1",
    "selready_1",
    "selwide10_1",
    "selwide1000_1",
    "act_pingpong_0",
    "act_pingpong_1",
    "act_pingpong_128",
    "act_spsc_0",
    "act_spsc_1",
    "act_spsc_128",
    "act_mpsc_0",
    "act_mpsc_1",
    "act_mpsc_128",
    "act_mpmc_0",
    "act_mpmc_1",
    "act_mpmc_128",
    "act_mpmc1000_16",
    "amt_pingpong_0",
    "amt_pingpong_1",
    "amt_pingpong_128",
    "amt_spsc_0",
    "amt_spsc_1",
    "amt_spsc_128",
    "amt_mpsc_0",
    "amt_mpsc_1",
    "amt_mpsc_128",
    "amt_mpmc_0",
    "amt_mpmc_1",
    "amt_mpmc_128",
    "amt_mpmc1000_16",
];

impl Scenario {
    /// `None`: no such kind. Any number of threads, channels, arms and slots will do; the table's are [`NAMES`].
    pub fn parse(name: &str) -> Option<Scenario> {
        let (mut family, rest) = if let Some(rest) = name.strip_prefix("act_") {
            (Family::OneThread, rest)
        } else if let Some(rest) = name.strip_prefix("amt_") {
            (Family::TwoThreads, rest)
        } else {
            (Family::Threads, name)
        };
        let mut parts = rest.split('_');
        let (kind, cap) = (parts.next()?, parts.next()?);
        let bytes = match parts.next() {
            None => None,
            Some(bytes) => Some(bytes.strip_suffix('b')?.parse().ok()?),
        };
        if parts.next().is_some() {
            return None;
        }
        if kind.starts_with("sel") {
            family = Family::Select;
        }
        let (word, number) = kind.split_at(kind.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        let number: Option<usize> = if number.is_empty() { None } else { Some(number.parse().ok().filter(|n| *n > 0)?) };
        let many = number.unwrap_or(4);
        let kind = match word {
            "mpsc" => Kind::Crowd(many, 1),
            "spmc" => Kind::Crowd(1, many),
            "mpmc" => Kind::Crowd(many, many),
            "paced" => Kind::Paced(Duration::from_micros(number.unwrap_or(50) as u64)),
            "idle" => Kind::Idle(number?),
            "selwide" => Kind::SelWide(number?),
            _ if number.is_some() => return None,
            "pingpong" => Kind::PingPong,
            "spsc" => Kind::Crowd(1, 1),
            "seq" => Kind::Seq,
            "oneshot" => Kind::OneShot,
            "selrx" => Kind::SelRx,
            "selboth" => Kind::SelBoth,
            "selpoll" => Kind::SelPoll,
            "selready" => Kind::SelReady,
            _ => return None,
        };
        let cap = match cap {
            "inf" => None,
            number => Some(number.parse().ok()?),
        };
        Some(Scenario { name: name.to_owned(), family, kind, cap, bytes })
    }

    /// The name without the size of a message.
    pub fn shape(&self) -> &str {
        match self.bytes {
            Some(_) => self.name.rsplit_once('_').map_or(&self.name, |(shape, _)| shape),
            None => &self.name,
        }
    }

    /// The kind of row it is, for a summary.
    pub fn group(&self) -> String {
        match (self.family, self.kind) {
            (_, Kind::Seq | Kind::OneShot | Kind::Idle(_)) => return "one thread".into(),
            (_, Kind::Paced(_)) => return "threads, a paced sender".into(),
            (Family::Threads, _) if self.bytes.is_some() => return "threads, larger messages".into(),
            (Family::Select, _) => return "select".into(),
            (Family::OneThread, _) => return "tasks on one thread".into(),
            (Family::TwoThreads, _) => return "tasks on two threads".into(),
            (Family::Threads, _) => {}
        }
        match self.cap {
            Some(cap @ 0..=1) => format!("threads, capacity {cap}"),
            Some(_) => "threads, larger capacities".into(),
            None => "threads, unbounded".into(),
        }
    }

    /// The first guess of a calibration.
    pub fn first_count(&self) -> u64 {
        match self.kind {
            Kind::Paced(_) => 50,
            Kind::Crowd(producers, consumers) => 2_000.max(20 * producers.max(consumers) as u64),
            _ => 2_000,
        }
    }

    /// The most messages one run may send: an unbounded channel may come to hold all of them.
    pub fn most_messages(&self, payload: usize) -> u64 {
        match self.cap {
            Some(_) => 1 << 32,
            None => (512 << 20) / (payload as u64 + 24),
        }
    }
}

/// Whether a comma-separated list of patterns, where `*` stands for anything, has one for `name`.
pub fn matches(patterns: &str, name: &str) -> bool {
    fn glob(pattern: &[u8], name: &[u8]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some((b'*', rest)) => (0..=name.len()).any(|skip| glob(rest, &name[skip..])),
            Some((c, rest)) => name.first() == Some(c) && glob(rest, &name[1..]),
        }
    }
    patterns.split(',').any(|pattern| glob(pattern.trim().as_bytes(), name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_and_is_there_once() {
        for (index, name) in NAMES.iter().enumerate() {
            assert!(Scenario::parse(name).is_some(), "{name}");
            assert!(!NAMES[..index].contains(name), "{name}");
        }
    }

    #[test]
    fn a_name_says_what_runs() {
        let of = |name| Scenario::parse(name).map(|s| (s.family, s.kind, s.cap, s.bytes));
        let micros = Duration::from_micros;
        assert_eq!(of("mpsc_1"), Some((Family::Threads, Kind::Crowd(4, 1), Some(1), None)));
        assert_eq!(of("spmc100_inf"), Some((Family::Threads, Kind::Crowd(1, 100), None, None)));
        assert_eq!(of("act_mpmc1000_16"), Some((Family::OneThread, Kind::Crowd(1000, 1000), Some(16), None)));
        assert_eq!(of("amt_spsc_0"), Some((Family::TwoThreads, Kind::Crowd(1, 1), Some(0), None)));
        assert_eq!(of("paced_0"), Some((Family::Threads, Kind::Paced(micros(50)), Some(0), None)));
        assert_eq!(of("paced1000_0"), Some((Family::Threads, Kind::Paced(micros(1000)), Some(0), None)));
        assert_eq!(of("selwide10_1"), Some((Family::Select, Kind::SelWide(10), Some(1), None)));
        assert_eq!(of("spsc_128_1024b"), Some((Family::Threads, Kind::Crowd(1, 1), Some(128), Some(1024))));
        for wrong in ["spsc", "spsc2_1", "mpmc0_1", "idle_1", "spsc_1_8", "spsc_1_8b_8b", "spsc_x", "what_1", ""] {
            assert!(Scenario::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(Scenario::parse("spsc_128_1024b").expect("parses").shape(), "spsc_128");
        assert_eq!(Scenario::parse("act_spsc_1").expect("parses").shape(), "act_spsc_1");
        assert_eq!(Scenario::parse("spsc_128").expect("parses").group(), "threads, larger capacities");
        assert_eq!(Scenario::parse("spsc_128_1024b").expect("parses").group(), "threads, larger messages");
    }

    #[test]
    fn patterns() {
        assert!(matches("spsc_*,mpmc_0", "spsc_128"));
        assert!(matches("*_0", "act_spsc_0"));
        assert!(!matches("spsc_1", "spsc_128"));
    }
}
