//! `cargo xtask test`: all tests, with what they need.

use std::path::Path;

use crate::step::{self, Failure};
use crate::{cargo, python};

/// The interpreter with the clients that the tests drive the counter with.
const PYTHON: &str = "TESTKIT_PYTHON";

pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let python = python::ready(root)?;
    // Two steps, one build: the second finds everything compiled except the documentation tests.
    // Told apart, a slow build is not taken for a slow test.
    step::run("build the tests", cargo(root).args(["test", "--workspace", "--no-run"]))?;
    step::run(
        "run the tests",
        // One run shows every failure, not the first crate's only.
        cargo(root).args(["test", "--workspace", "--no-fail-fast"]).env(PYTHON, python),
    )
}
