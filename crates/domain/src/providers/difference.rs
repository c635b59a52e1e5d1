//! What may explain that a provider's balance is not what our books say.

use super::costs::last_decimal;
use super::{Attempt, AttemptState};
use crate::Micros;

/// How an attempt would explain a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explains {
    /// It was charged for, though we believe that the provider does not have it.
    Charged,
    /// What it cost came back, though nobody told us.
    CameBack,
}

/// Which of `attempts` alone would explain that the balance is `off` from what is booked: below zero
/// when something is missing. Roundings of the provider's last decimal count as the same.
pub fn explaining<'a>(
    off: Micros,
    decimals: Option<i64>,
    attempts: &'a [Attempt],
) -> Vec<(&'a Attempt, Explains)> {
    let unit = last_decimal(decimals.unwrap_or(2)).raw().unsigned_abs();
    let is_off_by = |amount: Micros| {
        off != Micros::ZERO
            && off.raw().unsigned_abs().abs_diff(amount.raw().unsigned_abs()) <= unit
    };
    let explains = |attempt: &'a Attempt| {
        use AttemptState as A;
        let how = match attempt.state {
            A::NotSent | A::Refused | A::NotAccepted | A::Lost | A::Open => Explains::Charged,
            A::Accepted | A::AcceptedNoId => Explains::CameBack,
        };
        let fits = match how {
            Explains::Charged => off < Micros::ZERO && is_off_by(attempt.expected_cost),
            Explains::CameBack => off > Micros::ZERO && is_off_by(attempt.cost),
        };
        fits.then_some((attempt, how))
    };
    attempts.iter().filter_map(explains).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountId, AttemptId, OrderId, ProviderId, RouteId, Timestamp};

    fn attempt(id: i64, state: AttemptState, cost: i64) -> Attempt {
        let taken = matches!(state, AttemptState::Accepted);
        Attempt {
            id: AttemptId(id),
            order: OrderId(id),
            account: AccountId(1),
            number: 1,
            provider: ProviderId(1),
            route: RouteId(1),
            expected_cost: Micros::new(cost),
            cost: Micros::new(if taken { cost } else { 0 }),
            state,
            upstream_id: None,
            evidence: None,
            followed: false,
            started: Timestamp(0),
            changed: Timestamp(0),
        }
    }

    #[test]
    fn what_is_missing_was_charged_and_what_is_too_much_came_back() {
        let attempts = [
            attempt(1, AttemptState::NotAccepted, 900_000),
            attempt(2, AttemptState::Accepted, 900_000),
            attempt(3, AttemptState::Refused, 905_000),
            attempt(4, AttemptState::Lost, 2_000_000),
        ];
        let found = |off, decimals| {
            let found = explaining(Micros::new(off), decimals, &attempts);
            found.iter().map(|(attempt, how)| (attempt.id.0, *how)).collect::<Vec<_>>()
        };
        assert_eq!(found(-900_000, Some(5)), [(1, Explains::Charged)]);
        assert_eq!(found(-900_000, Some(2)), [(1, Explains::Charged), (3, Explains::Charged)]);
        assert_eq!(found(900_005, Some(5)), [(2, Explains::CameBack)]);
        assert_eq!(found(0, Some(2)), []);
        assert_eq!(found(-7, Some(5)), []);
    }
}
