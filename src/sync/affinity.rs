//! On which processors the threads of this process may run, where the one that asks is bound to a single one: the others may not be.

/// How many processors all threads together may use, if this one may use but one. `None`: this one may use several, and has a share of their time; or it cannot
/// be found out.
#[cfg(target_os = "linux")]
#[cold]
pub(super) fn of_all_threads() -> Option<u32> {
    use std::fs::{read_dir, read_to_string};

    let allowed = |directory: &std::path::Path| Some(mask(&read_to_string(directory.join("status")).ok()?));
    if count(&allowed("/proc/thread-self".as_ref())?) != 1 {
        return None;
    }
    let mut all = Vec::new();
    for thread in read_dir("/proc/self/task").ok()?.flatten() {
        unite(&mut all, &allowed(&thread.path()).unwrap_or_default()); // it may have ended meanwhile
    }
    Some(count(&all))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn of_all_threads() -> Option<u32> {
    None
}

/// The digits of the line `Cpus_allowed:` in a thread's status, the last one first; each stands for four processors.
#[cfg(any(target_os = "linux", test))]
fn mask(status: &str) -> Vec<u32> {
    let digits = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed:")).unwrap_or_default();
    digits.chars().rev().filter_map(|digit| digit.to_digit(16)).collect()
}

#[cfg(any(target_os = "linux", test))]
fn unite(all: &mut Vec<u32>, mask: &[u32]) {
    all.resize(all.len().max(mask.len()), 0);
    all.iter_mut().zip(mask).for_each(|(all, digit)| *all |= digit);
}

#[cfg(any(target_os = "linux", test))]
fn count(mask: &[u32]) -> u32 {
    mask.iter().map(|digit| digit.count_ones()).sum()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::{count, mask, unite};

    #[test]
    fn masks_are_united() {
        let mut all = mask("Name:\ta\nCpus_allowed:\t00000001,80000000\nCpus_allowed_list:\t31-32\n");
        assert_eq!(count(&all), 2);
        unite(&mut all, &mask("Cpus_allowed:\tc1\n"));
        assert_eq!(count(&all), 5);
        assert_eq!(count(&mask("no such line")), 0);
    }
}
