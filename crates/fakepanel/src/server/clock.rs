//! The time that a served panel is told.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970 that never go back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    began: Instant,
    began_us: u64,
}

#[expect(clippy::disallowed_methods, reason = "the edge: the panel itself is told the time")]
impl Clock {
    pub(crate) fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { began: Instant::now(), began_us: u64::try_from(since.as_micros()).unwrap_or(0) }
    }

    pub(crate) fn now_us(&self) -> u64 {
        let passed = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.began_us.saturating_add(passed)
    }
}
