//! An account's money, and every movement of it.

use crate::amount::Amount;

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// An order was accepted, or corrected upwards. With the order's number.
    Charge(usize),
    /// An order was not delivered in whole. With the order's number.
    Refund(usize),
    /// Somebody else spent, or was given back, from the same account.
    Noise,
    /// The balance was set by hand.
    Adjustment,
}

/// A movement of an account's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Movement {
    /// When, in microseconds.
    pub at_us: u64,
    /// Why.
    pub cause: Cause,
    /// What the balance changed by: below zero for what was spent.
    pub change: Amount,
    /// The balance after it.
    pub balance: Amount,
}

/// An account's money.
#[derive(Clone, Debug)]
pub struct Purse {
    /// What it had at the beginning.
    pub opening: Amount,
    /// What it has.
    pub balance: Amount,
    /// All that moved, in its order.
    pub movements: Vec<Movement>,
}

impl Purse {
    pub(crate) const fn new(opening: Amount) -> Self {
        Self { opening, balance: opening, movements: Vec::new() }
    }

    pub(crate) fn apply(&mut self, at_us: u64, cause: Cause, change: Amount) {
        self.balance = self.balance.plus(change);
        self.movements.push(Movement { at_us, cause, change, balance: self.balance });
    }

    /// What it had at a moment, after all that moved then.
    pub fn balance_at(&self, at_us: u64) -> Amount {
        let before = self.movements.partition_point(|movement| movement.at_us <= at_us);
        let last = before.checked_sub(1).and_then(|at| self.movements.get(at));
        last.map_or(self.opening, |movement| movement.balance)
    }

    /// The sum of the changes of one kind.
    pub fn sum(&self, kind: impl Fn(Cause) -> bool) -> Amount {
        let of_kind = self.movements.iter().filter(|movement| kind(movement.cause));
        of_kind.fold(Amount::ZERO, |sum, movement| sum.plus(movement.change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_balance_of_every_moment_is_known() {
        let mut purse = Purse::new(Amount::new(100));
        purse.apply(10, Cause::Charge(0), Amount::new(-30));
        purse.apply(10, Cause::Noise, Amount::new(-5));
        purse.apply(20, Cause::Refund(0), Amount::new(30));
        let at = |us| purse.balance_at(us).raw();
        assert_eq!([at(9), at(10), at(19), at(20), at(99)], [100, 65, 65, 95, 95]);
        assert_eq!(purse.sum(|cause| matches!(cause, Cause::Charge(_))).raw(), -30);
    }
}
