//! How often orders may be tried again at a provider.

use crate::Timestamp;
use crate::limits::{RETRY_ANYWAY_US, RETRY_TENTHS_MAX, RETRY_TENTHS_START};

/// What a retry takes from the budget, in tenths.
const RETRY: i64 = 10;

/// The retries that a provider has left. Each success brings a tenth of one, so that over time at most
/// one request in eleven is a retry, however many orders wait for one. When nothing is left, one now
/// and then goes through all the same: else orders that all wait for a retry would wait for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBudget {
    tenths: i64,
    anyway: Timestamp,
}

impl RetryBudget {
    /// The budget of a provider that is called from `now` on.
    pub const fn new(now: Timestamp) -> Self {
        Self { tenths: RETRY_TENTHS_START, anyway: now }
    }

    /// An order was answered.
    pub fn succeeded(&mut self) {
        self.tenths = self.tenths.saturating_add(1).min(RETRY_TENTHS_MAX);
    }

    /// Takes one retry; false when there is none, and the order has to wait.
    #[must_use]
    pub const fn take(&mut self, now: Timestamp) -> bool {
        if self.tenths >= RETRY {
            self.tenths = self.tenths.saturating_sub(RETRY);
            return true;
        }
        let due = now.0.saturating_sub(self.anyway.0) >= RETRY_ANYWAY_US;
        if due {
            self.anyway = now;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(0);

    fn left(budget: &mut RetryBudget) -> i64 {
        let taken = std::iter::from_fn(|| budget.take(NOW).then_some(())).count();
        i64::try_from(taken).unwrap()
    }

    #[test]
    fn ten_successes_bring_one_retry() {
        let mut budget = RetryBudget::new(NOW);
        assert_eq!(left(&mut budget), RETRY_TENTHS_START / RETRY);
        (0..9).for_each(|_| budget.succeeded());
        assert_eq!(left(&mut budget), 0);
        budget.succeeded();
        assert_eq!(left(&mut budget), 1);
    }

    #[test]
    fn a_long_good_time_saves_up_no_storm() {
        let mut budget = RetryBudget::new(NOW);
        (0..100_000).for_each(|_| budget.succeeded());
        assert_eq!(left(&mut budget), RETRY_TENTHS_MAX / RETRY);
    }

    #[test]
    fn without_successes_one_goes_through_now_and_then() {
        let mut budget = RetryBudget::new(NOW);
        left(&mut budget);
        let taken: Vec<bool> =
            (1..=4).map(|n| budget.take(Timestamp(RETRY_ANYWAY_US * n / 2))).collect();
        assert_eq!(taken, [false, true, false, true]);
    }
}
