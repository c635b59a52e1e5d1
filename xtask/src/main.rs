//! The house's own commands, run as `cargo xtask <command>`; one file each.
//!
//! Dependencies stay few: whoever clones the repository waits for this crate before anything else.
#![expect(clippy::print_stdout, reason = "a command line tool: standard output is its progress")]
#![expect(clippy::print_stderr, reason = "a command line tool: standard error is its refusals")]

mod bench;
mod flags;
mod lint;
mod postgres;
mod proof;
mod python;
mod step;
mod suite;
mod test;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use flags::{Xtask, XtaskCmd};
use step::Failure;

fn main() -> ExitCode {
    let command = Xtask::from_env_or_exit().subcommand;
    match run(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &XtaskCmd) -> Result<(), Failure> {
    let root = workspace_root()?;
    match command {
        XtaskCmd::Test(_) => test::run(&root),
        XtaskCmd::Lint(_) => lint::run(&root),
        XtaskCmd::Races(options) => proof::races(&root, options),
        XtaskCmd::Goodput(options) => proof::goodput(&root, options),
        XtaskCmd::Crash(options) => proof::crash(&root, options),
        XtaskCmd::Chain(options) => proof::chain(&root, options),
        XtaskCmd::Faults(options) => proof::faults(&root, options),
        XtaskCmd::Failover(options) => proof::failover(&root, options),
        XtaskCmd::Powercut(options) => proof::powercut(&root, options),
        XtaskCmd::Sim(options) => proof::sim(&root, options),
        XtaskCmd::Bench(options) => bench::run(&root, options),
    }
}

/// Asked for when running, not when compiling: a checkout that has been moved keeps working.
fn workspace_root() -> Result<PathBuf, Failure> {
    environment("CARGO_MANIFEST_DIR")
        .map(PathBuf::from)
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_path_buf)
        .ok_or_else(|| Failure::new("start this through cargo: cargo xtask <command>"))
}

/// The cargo that runs us, so that every step uses one toolchain.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(environment("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

#[expect(clippy::disallowed_methods, reason = "not the product: reads what cargo tells its tools")]
fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}
