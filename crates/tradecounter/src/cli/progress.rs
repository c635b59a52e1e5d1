//! Progress of long work, for a person who watches; a log file gets the result.

use std::io::{IsTerminal, Write};

/// Rows between two lines: a few a second.
const ROWS: u64 = 100_000;

/// The line on standard error that tells how far the work is.
pub(crate) struct Watched {
    watched: bool,
    told: Option<u64>,
}

impl Watched {
    /// Nothing is told unless standard error is a terminal.
    pub(crate) fn new() -> Self {
        Self { watched: std::io::stderr().is_terminal(), told: None }
    }

    /// Tells what is done now, when enough rows have passed since it was last told.
    pub(crate) fn tell(&mut self, what: &str, rows: u64) {
        if self.watched && rows.abs_diff(self.told.unwrap_or(0)) >= ROWS {
            self.told = Some(rows);
            let short: String = what.chars().take(76).collect();
            eprint!("\r{short:<76}");
            // A terminal that cannot be written to is no reason to stop.
            drop(std::io::stderr().flush());
        }
    }

    /// Ends the line.
    pub(crate) fn end(&mut self) {
        if self.told.take().is_some() {
            eprintln!();
        }
    }
}
