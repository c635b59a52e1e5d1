//! The one clock of the proofs.

use std::time::Instant;

/// Now, for telling how long something took.
#[expect(clippy::disallowed_methods, reason = "measures, decides nothing")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
