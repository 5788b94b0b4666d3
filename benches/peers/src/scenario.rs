//! The scenarios and their names, `KIND_CAP`.

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
    Paced,
    SelRx,
    SelBoth,
    SelPoll,
    SelReady,
    /// One of so many receivers in one select is active.
    SelWide(usize),
}

/// `None`: unbounded.
pub type Cap = Option<usize>;

#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    pub name: &'static str,
    pub family: Family,
    pub kind: Kind,
    pub cap: Cap,
}

/// Every scenario, in the order of the table.
pub const NAMES: &[&str] = &[
    "pingpong_0",
    "pingpong_1",
    "pingpong_128",
    "spsc_0",
    "spsc_1",
    "spsc_128",
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
    "mpmc_4096",
    "mpmc_inf",
    "mpmc32_0",
    "mpmc32_128",
    "seq_1",
    "seq_128",
    "oneshot_1",
    "paced_0",
    "paced_16",
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
    pub fn parse(name: &str) -> Option<Scenario> {
        let name = *NAMES.iter().find(|known| **known == name)?;
        let (mut family, rest) = if let Some(rest) = name.strip_prefix("act_") {
            (Family::OneThread, rest)
        } else if let Some(rest) = name.strip_prefix("amt_") {
            (Family::TwoThreads, rest)
        } else {
            (Family::Threads, name)
        };
        let (kind, cap) = rest.split_once('_')?;
        if kind.starts_with("sel") {
            family = Family::Select;
        }
        let kind = match kind {
            "pingpong" => Kind::PingPong,
            "spsc" => Kind::Crowd(1, 1),
            "mpsc" => Kind::Crowd(4, 1),
            "spmc" => Kind::Crowd(1, 4),
            "mpmc" => Kind::Crowd(4, 4),
            "mpmc32" => Kind::Crowd(32, 32),
            "mpmc1000" => Kind::Crowd(1000, 1000),
            "seq" => Kind::Seq,
            "oneshot" => Kind::OneShot,
            "paced" => Kind::Paced,
            "selrx" => Kind::SelRx,
            "selboth" => Kind::SelBoth,
            "selpoll" => Kind::SelPoll,
            "selready" => Kind::SelReady,
            "selwide10" => Kind::SelWide(10),
            "selwide1000" => Kind::SelWide(1000),
            _ => return None,
        };
        let cap = match cap {
            "inf" => None,
            number => Some(number.parse().ok()?),
        };
        Some(Scenario { name, family, kind, cap })
    }

    /// The first guess of a calibration.
    pub fn first_count(&self) -> u64 {
        match self.kind {
            Kind::Paced => 50,
            Kind::Crowd(producers, _) if producers > 4 => 200 * producers as u64,
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
    fn every_name_parses() {
        for name in NAMES {
            assert!(Scenario::parse(name).is_some(), "{name}");
        }
    }

    #[test]
    fn patterns() {
        assert!(matches("spsc_*,mpmc_0", "spsc_128"));
        assert!(matches("*_0", "act_spsc_0"));
        assert!(!matches("spsc_1", "spsc_128"));
    }
}
