//! How long the engine waits for what.

/// How long what is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Microseconds that a late answer gets before a balance decides about it.
    pub grace_us: i64,
    /// Microseconds between two reads of a balance that must be the same.
    pub between_reads_us: i64,
    /// Least microseconds between two questions about the same order.
    pub poll_least_us: i64,
}

impl Default for Timing {
    /// Two minutes: longer than the slowest panels take that ask their own upstream first, whatever
    /// became of the connection. Ten seconds. And as often as resellers look.
    fn default() -> Self {
        Self {
            grace_us: 120_000_000,
            between_reads_us: 10_000_000,
            poll_least_us: domain::limits::POLL_LEAST_US,
        }
    }
}
