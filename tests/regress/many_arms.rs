//! How long a wait had been awake was counted in pauses. The looks between them were not: where a select has many arms one look takes longer than the whole
//! wait was to.
#![cfg(target_os = "linux")]

use rendez::{bounded, Select};
use std::time::Duration;

/// Nanoseconds for which this thread was on a processor, up to its last sleep.
fn on_processor() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

/// What a wait in vain takes of a processor: the least of a few.
fn price(limit: Option<Duration>) -> Duration {
    const ARMS: usize = 2_000;
    let channels: Vec<_> = (0..ARMS).map(|_| bounded::<u8>(1)).collect();
    (0..5)
        .map(|_| {
            // A new first channel has learned nothing.
            let (_tx, first) = bounded::<u8>(1);
            if let Some(limit) = limit {
                first.set_spin_limit(limit);
            }
            let mut select = Select::new();
            select.recv(&first);
            channels.iter().for_each(|(_, rx)| _ = select.recv(rx));
            std::thread::sleep(Duration::from_millis(1)); // what was done so far is counted then
            let before = on_processor();
            assert!(select.select_timeout(Duration::from_millis(20)).is_err());
            std::thread::sleep(Duration::from_millis(1));
            Duration::from_nanos(on_processor() - before)
        })
        .min()
        .unwrap()
}

#[test]
fn a_wait_of_many_arms_is_awake_no_longer_than_another() {
    let (mut asleep, mut default) = (Duration::MAX, Duration::MAX);
    // What else the machine does makes both longer: so the least of each, until that will do.
    let within = (0..20).any(|_| {
        asleep = asleep.min(price(Some(Duration::ZERO)));
        default = default.min(price(None));
        default < asleep + asleep / 4 + Duration::from_micros(200)
    });
    assert!(within, "{asleep:?} without staying awake, {default:?} with");
}
