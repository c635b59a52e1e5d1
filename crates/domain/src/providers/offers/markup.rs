//! The rate of a service from its cost.

use crate::Micros;
use crate::limits::{MARKUP_POINTS_MAX, RATE_STEP_MAX};
use crate::money::multiplied;

/// How a rate is made from a cost. All amounts are of our currency and per 1,000 units, or for a package
/// of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markup {
    /// Added to the cost, in basis points: hundredths of a percent.
    pub points: i64,
    /// Added after that.
    pub fixed: Micros,
    /// The least that is earned, whatever the two come to.
    pub least: Micros,
    /// The rate is rounded up to a multiple of this; zero for none.
    pub step: Micros,
}

/// What is wrong with a markup. Each text names the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MarkupError {
    /// The percentage is out of range.
    #[error("markup: must be 0 to 100000 percent")]
    Points,
    /// An amount is below zero.
    #[error("fixed, least and step: must not be negative")]
    Negative,
    /// The step is too large.
    #[error("step: must be at most {RATE_STEP_MAX}")]
    Step,
}

const WHOLE: i64 = 10_000;
const MILLIONTHS_OF_A_POINT: i64 = 100;

impl Markup {
    /// Checks a markup before it is stored.
    ///
    /// # Errors
    /// The first [`MarkupError`] found.
    pub fn check(&self) -> Result<(), MarkupError> {
        if !(0..=MARKUP_POINTS_MAX).contains(&self.points) {
            return Err(MarkupError::Points);
        }
        if self.fixed < Micros::ZERO || self.least < Micros::ZERO || self.step < Micros::ZERO {
            return Err(MarkupError::Negative);
        }
        if self.step > RATE_STEP_MAX {
            return Err(MarkupError::Step);
        }
        Ok(())
    }

    /// The rate for a cost: never below the cost. Nothing when a figure is negative or the result does
    /// not fit.
    pub fn rate(&self, cost: Micros) -> Option<Micros> {
        self.check().ok()?;
        let factor = WHOLE.saturating_add(self.points).saturating_mul(MILLIONTHS_OF_A_POINT);
        let marked = multiplied(cost, Micros::new(factor))?.checked_add(self.fixed)?;
        let rate = marked.max(cost.checked_add(self.least)?);
        let Some(over) = rate.raw().checked_rem(self.step.raw()).filter(|over| *over > 0) else {
            return Some(rate);
        };
        rate.checked_add(self.step)?.checked_sub(Micros::new(over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn markup(points: i64, fixed: i64, least: i64, step: i64) -> Markup {
        let [fixed, least, step] = [fixed, least, step].map(Micros::new);
        Markup { points, fixed, least, step }
    }

    #[test]
    fn rates_are_rounded_up_to_the_step() {
        for (markup, cost, rate) in [
            (markup(0, 0, 0, 0), 123_457, 123_457),
            (markup(2_500, 0, 0, 0), 100_001, 125_002),
            (markup(2_500, 10_000, 0, 0), 100_000, 135_000),
            (markup(2_500, 10_000, 0, 10_000), 100_000, 140_000),
            (markup(2_500, 0, 0, 5_000), 100_000, 125_000),
            // A percentage of little is less than what has to be earned.
            (markup(2_500, 0, 50_000, 0), 1_000, 51_000),
            (markup(10_000_000, 0, 0, 0), 1, 1_001),
            (markup(0, 0, 0, 10_000), 0, 0),
        ] {
            assert_eq!(markup.rate(Micros::new(cost)), Some(Micros::new(rate)), "{markup:?}");
        }
        assert_eq!(markup(1, 0, 0, 0).rate(Micros::MAX), None);
        assert_eq!(markup(0, 0, 0, 0).rate(Micros::new(-1)), None);
    }

    #[test]
    fn what_is_no_markup_is_refused() {
        for (bad, error) in [
            (markup(-1, 0, 0, 0), MarkupError::Points),
            (markup(MARKUP_POINTS_MAX + 1, 0, 0, 0), MarkupError::Points),
            (markup(0, -1, 0, 0), MarkupError::Negative),
            (markup(0, 0, -1, 0), MarkupError::Negative),
            (markup(0, 0, 0, -1), MarkupError::Negative),
            (markup(0, 0, 0, RATE_STEP_MAX.raw() + 1), MarkupError::Step),
        ] {
            assert_eq!(bad.check(), Err(error));
            assert_eq!(bad.rate(Micros::new(1)), None);
        }
    }

    proptest! {
        #[test]
        fn a_rate_is_never_below_cost_and_never_more_than_a_step_too_high(
            points in 0_i64..50_000, fixed in 0_i64..1_000_000, least in 0_i64..1_000_000,
            step in 0_i64..1_000_000, cost in 0_i64..1_000_000_000
        ) {
            let exact = markup(points, fixed, least, 0).rate(Micros::new(cost)).unwrap();
            let rate = markup(points, fixed, least, step).rate(Micros::new(cost)).unwrap();
            prop_assert!(exact.raw() >= cost.saturating_add(least));
            prop_assert!(rate >= exact && rate.raw().saturating_sub(exact.raw()) <= step);
            prop_assert_eq!(rate.raw().checked_rem(step).unwrap_or(0), 0);
        }
    }
}
