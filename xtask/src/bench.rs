//! `cargo xtask bench`: speed, as ratios measured side by side in one run.

use std::path::Path;
use std::process::Command;

use crate::cargo;
use crate::flags::Bench;
use crate::step::{self, Failure};

pub(crate) fn run(root: &Path, options: &Bench) -> Result<(), Failure> {
    // It has no way to be asked that ends well; what counts is that it can be started.
    if Command::new("wrk").arg("-v").output().is_err() {
        return Err(Failure::new(
            "the load generator is missing; install it: apt-get install --yes wrk",
        ));
    }
    let mut command = cargo(root);
    command.args(["run", "--release", "--package", "bench", "--"]);
    let numbers = [("--seconds", options.seconds), ("--rounds", options.rounds)];
    for (name, value) in numbers {
        if let Some(value) = value {
            command.args([name, &value.to_string()]);
        }
    }
    if let Some(file) = &options.json {
        command.args(["--json", file]);
    }
    step::run("measure", &mut command)
}
