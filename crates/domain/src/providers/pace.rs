//! How fast a provider is called.

use crate::Timestamp;
use crate::limits::{PACE_LATE_US, PER_SECOND_MAX};

/// One call, in millionths: a rate of 1 per second brings one of them each microsecond.
const CALL: i64 = 1_000_000;

/// Lets so many calls a second through, evenly. Whole numbers only, so no rate drifts.
///
/// Who wakes a little late, as timers do, may catch up, so that the rate is reached. But no calls are
/// saved up over a pause: what follows is as even as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    credit: i64,
    last: Timestamp,
}

impl Pace {
    /// A pace whose first call may be made at `now`.
    pub const fn new(now: Timestamp) -> Self {
        Self { credit: CALL, last: now }
    }

    /// Takes one call at `per_second`. The rate may change from call to call.
    ///
    /// # Errors
    /// When the next one may be made; never, where nothing may.
    pub fn take(&mut self, per_second: i64, now: Timestamp) -> Result<(), Timestamp> {
        let rate = per_second.min(PER_SECOND_MAX);
        let Some(between) = CALL.checked_div(rate).filter(|_| rate > 0) else {
            return Err(Timestamp(i64::MAX));
        };
        // A clock that was set back brings nothing, and nothing is waited for.
        let passed = now.0.saturating_sub(self.last.0).max(0);
        self.last = now;
        let late = between.saturating_add(PACE_LATE_US);
        let most = if passed > late { CALL } else { rate.saturating_mul(late) };
        let earned = rate.saturating_mul(passed);
        self.credit = self.credit.saturating_add(earned).min(most.max(CALL));
        if self.credit >= CALL {
            self.credit = self.credit.saturating_sub(CALL);
            return Ok(());
        }
        let missing = CALL.saturating_sub(self.credit);
        let wait = missing.saturating_add(rate).saturating_sub(1).checked_div(rate).unwrap_or(0);
        Err(Timestamp(now.0.saturating_add(wait)))
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
