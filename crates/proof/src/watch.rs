//! The clocks of the proofs.

use domain::Timestamp;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, for telling how long something took.
#[expect(clippy::disallowed_methods, reason = "measures, decides nothing")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time of day, for what is written beside a program that goes by it.
#[expect(clippy::disallowed_methods, reason = "another process has the same clock")]
pub(crate) fn time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Lets a while pass.
#[expect(clippy::disallowed_methods, reason = "a kill at any moment waits for no event")]
pub(crate) fn pass(while_: Duration) {
    std::thread::sleep(while_);
}
