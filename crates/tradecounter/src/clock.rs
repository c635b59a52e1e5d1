//! The one clock of the product.

use domain::Timestamp;

/// Now.
#[expect(clippy::disallowed_methods, reason = "this is the one clock that is passed on")]
pub(crate) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// A moment as people and programs read it, UTC, to the second.
pub(crate) fn shown(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.0)
        .map_or_else(|_| at.0.to_string(), |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}
