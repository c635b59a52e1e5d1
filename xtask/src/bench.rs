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
    let packages = ["--package", "tradecounter", "--package", "bench"];
    step::run("build", cargo(root).args(["build", "--release"]).args(packages))?;
    let built = |name: &str| root.join("target/release").join(name);
    let mut command = Command::new(built("bench"));
    command.current_dir(root).arg("--program").arg(built("tradecounter"));
    let numbers = [
        ("--seconds", options.seconds),
        ("--rounds", options.rounds),
        ("--orders", options.orders),
        ("--followed", options.followed),
    ];
    for (name, value) in numbers {
        if let Some(value) = value {
            command.args([name, &value.to_string()]);
        }
    }
    let texts =
        [("--only", &options.only), ("--json", &options.json), ("--document", &options.document)];
    for (name, value) in texts {
        if let Some(value) = value {
            command.args([name, value]);
        }
    }
    step::run("measure", &mut command)
}
