//! `cargo xtask test`: all tests, with what they need.

use std::path::Path;

use crate::step::{self, Failure};
use crate::suite::{self, Job};
use crate::{cargo, postgres, python};

/// The interpreter with the clients that the tests drive the counter with.
const PYTHON: &str = "TESTKIT_PYTHON";

/// The package of the use cases, whose tests run on both engines.
const USE_CASES: &str = "counter";

/// The engine that the use cases are tested on; SQLite when it is not set.
const ENGINE: &str = "TRADECOUNTER_TEST_ENGINE";

/// How many random sequences are compared with the model on PostgreSQL, where a database of one's own
/// for each takes the longest.
const SEQUENCES: &str = "12";

pub(crate) fn run(root: &Path) -> Result<(), Failure> {
    let python = python::ready(root)?;
    postgres::ready()?;
    // Told apart, a slow build is not taken for a slow test.
    step::run("build the tests", cargo(root).args(["test", "--workspace", "--no-run"]))?;
    let python = vec![(PYTHON, python.to_string_lossy().into_owned())];
    let on_postgres =
        vec![(ENGINE, "postgres".to_owned()), ("PROPTEST_CASES", SEQUENCES.to_owned())];
    let mut jobs = Vec::new();
    for program in suite::programs(root)? {
        if program.package == USE_CASES {
            jobs.push(Job { program: program.clone(), environment: on_postgres.clone() });
        }
        jobs.push(Job { program, environment: python.clone() });
    }
    step::note("run the tests");
    // One run shows every failure, not the first program's only.
    let tested = suite::run(jobs);
    let documented = step::run(
        "run the examples of the documentation",
        cargo(root).args(["test", "--workspace", "--doc", "--no-fail-fast"]),
    );
    tested.and(documented)
}
