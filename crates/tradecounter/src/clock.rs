//! The one clock of the product.

use domain::Timestamp;
use std::sync::OnceLock;
use std::time::Instant;

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is the one clock that is passed on")]
pub(crate) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// The time since the program began, added to the time when it did: it never goes back, nor jumps when
/// somebody sets the clock. For what is waited for.
#[expect(clippy::disallowed_methods, reason = "this is the one clock that is passed on")]
pub(crate) fn steady() -> Timestamp {
    static BEGAN: OnceLock<(Timestamp, Instant)> = OnceLock::new();
    let (at, began) = BEGAN.get_or_init(|| (now(), Instant::now()));
    let passed = i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX);
    Timestamp(at.0.saturating_add(passed))
}

/// A moment as people and programs read it, UTC, to the second.
pub(crate) fn shown(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
