//! What happened, as a number that two runs of a seed share, and in words when somebody asks.

use domain::Timestamp;
use std::fmt::{self, Write};

/// Longest line that is kept, in bytes.
const LINE: usize = 1_500;

/// What happened.
#[derive(Debug)]
pub(crate) struct Trace {
    hash: u64,
    told: bool,
    lines: Vec<String>,
}

/// Hashes what is written (FNV-1a).
struct Hashing(u64);

impl Write for Hashing {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}

impl Trace {
    /// `told`: whether it is kept in words too.
    pub(crate) const fn new(told: bool) -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, told, lines: Vec::new() }
    }

    /// Something happened at a moment.
    pub(crate) fn note(&mut self, now_us: u64, what: fmt::Arguments<'_>) {
        let mut hashing = Hashing(self.hash);
        // Never fails: nothing is written anywhere.
        let _ = write!(hashing, "{now_us} {what}");
        self.hash = hashing.0;
        self.say(now_us, what);
    }

    /// The same, for the words alone.
    pub(crate) fn say(&mut self, now_us: u64, what: fmt::Arguments<'_>) {
        if self.told {
            let mut line = format!("{:>12} {what}", Timestamp(now_us.cast_signed()).0);
            line.truncate(line.floor_char_boundary(LINE));
            self.lines.push(line);
        }
    }

    pub(crate) const fn hash(&self) -> u64 {
        self.hash
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}
