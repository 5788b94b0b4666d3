//! What a table must say about where it was made.

use std::process::Command;

use crate::imp::Impl;

const MANIFEST: &str = include_str!("../Cargo.toml");

/// The first line a command prints, or "unknown".
fn ask(program: &str, args: &[&str]) -> String {
    Command::new(program)
        .args(args)
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|text| text.lines().next().map(str::to_owned))
        .unwrap_or_else(|| "unknown".into())
}

pub fn date() -> String {
    ask("date", &["-u", "+%Y-%m-%d %H:%M UTC"])
}

pub fn rustc() -> String {
    ask("rustc", &["--version"])
}

pub fn cpu_model() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    info.lines()
        .find(|line| line.starts_with("model name"))
        .and_then(|line| line.split_once(':'))
        .map_or("unknown CPU".into(), |(_, model)| model.trim().into())
}

pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The exact version that the manifest asks for.
pub fn version_of(package: &str) -> Option<&'static str> {
    let line = MANIFEST.lines().find(|line| line.split_once(" = ").is_some_and(|(name, _)| name == package))?;
    let (_, rest) = line.split_once("\"=")?;
    rest.split('"').next()
}

/// The versions of these implementations, each package once.
pub fn versions(imps: &[Impl], go: Option<&str>) -> String {
    let mut packages: Vec<&str> = imps.iter().filter_map(|imp| imp.package).collect();
    packages.dedup();
    let mut said: Vec<String> = packages.into_iter().filter_map(|package| Some(format!("{package} {}", version_of(package)?))).collect();
    said.extend(go.map(str::to_owned));
    said.push(rustc());
    said.join(", ")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_peer_has_an_exact_version() {
        for package in crate::imp::ALL.iter().filter_map(|imp| imp.package) {
            assert_eq!(super::version_of(package).is_some(), package != "rendez");
        }
    }
}
