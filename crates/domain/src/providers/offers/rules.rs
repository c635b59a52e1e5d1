//! The operator's rules for what becomes of differences.

use super::markup::{Markup, MarkupError};
use crate::Micros;
use crate::limits::MISSING_LISTS_MAX;
use crate::names::named;

/// What becomes of the rate of a service when its cost moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateRule {
    /// It is made anew from the cost, up and down. A service that others fulfil too keeps its rate
    /// until it would be under all their costs.
    Follow,
    /// It stays, and is made anew when it would be under cost.
    Raise,
    /// It stays, and the service is taken off sale when it would be under cost.
    TakeOff,
}

/// Whether something is taken over without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is.
    Apply,
    /// It waits for one.
    Propose,
}

named!(RateRule { Follow => "follow", Raise => "raise", TakeOff => "take_off" });
named!(Taking { Apply => "apply", Propose => "propose" });

/// The rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncRules {
    /// A cost that moves by at most so many percent is taken over.
    pub small_percent: i64,
    /// A cost that moves by more than so many percent is a spike; between the two a person is asked.
    pub spike_percent: i64,
    /// What becomes of rates.
    pub rates: RateRule,
    /// How rates are made.
    pub markup: Markup,
    /// Whether new limits are taken over.
    pub limits: Taking,
    /// Whether a service that is gone is taken out of use.
    pub gone: Taking,
    /// Whether one that is back is taken into use again.
    pub back: Taking,
    /// In how many whole lists in a row a service must be missing to be gone.
    pub gone_after: i64,
    /// A list in which more than so many percent of the services are missing that we know is not
    /// believed.
    pub lost_percent: i64,
    /// Nor is one of which so many percent cannot be read.
    pub broken_percent: i64,
}

impl Default for SyncRules {
    /// Cautious ones: small moves are taken over, nothing is sold under cost, and whatever might be a
    /// mistake waits for a person.
    fn default() -> Self {
        Self {
            small_percent: 10,
            spike_percent: 50,
            rates: RateRule::Raise,
            markup: Markup {
                points: 2_000,
                fixed: Micros::ZERO,
                least: Micros::ZERO,
                step: Micros::new(100),
            },
            limits: Taking::Apply,
            gone: Taking::Apply,
            back: Taking::Propose,
            gone_after: 3,
            lost_percent: 20,
            broken_percent: 1,
        }
    }
}

/// What is wrong with rules. Each text names the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// The bounds of moves contradict each other.
    #[error("small and spike percent: need 0 <= small <= spike")]
    Moves,
    /// No percentage.
    #[error("lost and broken percent: must be 0 to 100")]
    Percent,
    /// Too few or too many lists.
    #[error("gone after: must be 1 to {MISSING_LISTS_MAX} lists")]
    GoneAfter,
    /// The markup is wrong.
    #[error(transparent)]
    Markup(#[from] MarkupError),
}

impl SyncRules {
    /// Checks rules before they are stored.
    ///
    /// # Errors
    /// The first [`RulesError`] found.
    pub fn check(&self) -> Result<(), RulesError> {
        if self.small_percent < 0 || self.small_percent > self.spike_percent {
            return Err(RulesError::Moves);
        }
        let percents = [self.lost_percent, self.broken_percent];
        if !percents.iter().all(|percent| (0..=100).contains(percent)) {
            return Err(RulesError::Percent);
        }
        if !(1..=MISSING_LISTS_MAX).contains(&self.gone_after) {
            return Err(RulesError::GoneAfter);
        }
        Ok(self.markup.check()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_contradict_themselves_are_refused() {
        let good = SyncRules::default();
        assert_eq!(good.check(), Ok(()));
        let markup = Markup { points: -1, ..good.markup };
        for (bad, error) in [
            (SyncRules { small_percent: 51, ..good }, RulesError::Moves),
            (SyncRules { small_percent: -1, ..good }, RulesError::Moves),
            (SyncRules { lost_percent: 101, ..good }, RulesError::Percent),
            (SyncRules { broken_percent: -1, ..good }, RulesError::Percent),
            (SyncRules { gone_after: 0, ..good }, RulesError::GoneAfter),
            (SyncRules { markup, ..good }, RulesError::Markup(MarkupError::Points)),
        ] {
            assert_eq!(bad.check(), Err(error));
        }
    }
}
