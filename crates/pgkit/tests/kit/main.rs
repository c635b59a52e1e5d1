//! The servers and the proxy, as tests meet them.
//!
//! One program for all of it: each further one would be linked on its own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod once;
mod proxy;
mod server;

use std::process::Command;
use std::time::Duration;

/// What a program printed, without the last line break.
#[derive(Debug)]
struct Printed {
    stdout: String,
    stderr: String,
}

/// Runs `psql`, as little of it as can be.
fn psql(url: &str, arguments: &[&str]) -> Printed {
    let output = Command::new("psql").args(["-AtqX", url]).args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    Printed { stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Asks again and again until it is so; a minute at most.
#[expect(clippy::disallowed_methods, reason = "another process cannot be awaited, only asked")]
fn until(what: &str, mut ask: impl FnMut() -> bool) {
    for _ in 0..6_000 {
        if ask() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("a minute has passed without {what}");
}
