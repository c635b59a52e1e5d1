//! Real client libraries of the field, in the interpreter that `cargo xtask test` set up.

use std::process::{Command, Stdio};

/// A Python interpreter with the client libraries.
#[derive(Clone, Debug)]
pub struct Python {
    path: String,
}

impl Python {
    /// The interpreter that `cargo xtask test` names in `TESTKIT_PYTHON`.
    #[expect(clippy::disallowed_methods, reason = "set by the test command, not configuration")]
    pub fn from_test_command() -> Self {
        let path = std::env::var("TESTKIT_PYTHON");
        let path = path.expect("TESTKIT_PYTHON is not set: run the tests with `cargo xtask test`");
        Self { path }
    }

    /// Runs a script; it must succeed. Returns what it printed.
    pub fn run(&self, script: &str, arguments: &[&str]) -> String {
        let output = Command::new(&self.path)
            .args(["-c", script])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }
}
