//! `cargo xtask test`: all tests, with what they need.

use std::path::Path;

use crate::step::{self, Failure};
use crate::{cargo, postgres, python};

/// The interpreter with the clients that the tests drive the counter with.
const PYTHON: &str = "TESTKIT_PYTHON";

/// The engine that the use cases are tested on; SQLite when it is not set.
const ENGINE: &str = "TRADECOUNTER_TEST_ENGINE";

/// How many random sequences are compared with the model on PostgreSQL, where a database of one's own
/// for each takes the longest.
const SEQUENCES: &str = "12";

pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let python = python::ready(root)?;
    postgres::ready()?;
    // Two steps, one build: the second finds everything compiled except the documentation tests.
    // Told apart, a slow build is not taken for a slow test.
    step::run("build the tests", cargo(root).args(["test", "--workspace", "--no-run"]))?;
    step::run(
        "run the tests",
        // One run shows every failure, not the first crate's only.
        cargo(root).args(["test", "--workspace", "--no-fail-fast"]).env(PYTHON, python),
    )?;
    step::run(
        "run the tests of the use cases on PostgreSQL",
        cargo(root)
            .args(["test", "--package", "counter", "--no-fail-fast"])
            .env(ENGINE, "postgres")
            .env("PROPTEST_CASES", SEQUENCES),
    )
}
