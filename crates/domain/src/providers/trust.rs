//! Whether a provider's balance may be believed.

use crate::Micros;

/// How long a provider's balance has been what our books explain. An amount that comes or goes without
/// our knowing may be the price of an order whose answer was lost, so a balance on which that happens
/// is no evidence. It does not happen once only, so it shows in reads from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    quiet: i64,
}

impl Trust {
    /// The trust after so many reads in a row that were explained; none at first.
    pub const fn new(quiet: i64) -> Self {
        Self { quiet }
    }

    /// Reads in a row that were explained.
    pub const fn quiet(self) -> i64 {
        self.quiet
    }

    /// Notes a read of the balance while nothing was under way. `slack` is how far our books may be off
    /// by roundings.
    pub fn read(&mut self, float: Micros, balance: Micros, slack: Micros) {
        let off = float.raw().abs_diff(balance.raw());
        let explained = i64::try_from(off).is_ok_and(|off| off <= slack.raw());
        self.quiet = if explained { self.quiet.saturating_add(1) } else { 0 };
    }

    /// Whether the balance is believed, where so many reads are asked for
    /// ([`crate::limits::TRUST_READS`] unless an operator vouches for it).
    pub const fn holds(self, reads: i64) -> bool {
        self.quiet >= reads
    }
}

/// What our books say of a balance that was asked for a moment ago, in the provider's currency. What
/// has moved since then may be in it or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// What is booked now.
    pub booked: Micros,
    /// What was booked since as taken from it.
    pub taken: Micros,
    /// What was booked since as added to it.
    pub added: Micros,
    /// What attempts without an outcome may cost.
    pub unknown: Micros,
    /// The most that may have come back without our books having it: the costs of the open orders.
    pub open: Micros,
    /// How far our books may be off by roundings.
    pub slack: Micros,
}

impl Books {
    /// Whether they explain the balance: nothing else need have moved it.
    pub const fn explain(&self, balance: Micros) -> bool {
        let Self { booked, taken, added, unknown, open, slack } = self;
        let lost = unknown.raw().saturating_add(added.raw()).saturating_add(slack.raw());
        let won = open.raw().saturating_add(taken.raw()).saturating_add(slack.raw());
        booked.raw().saturating_sub(lost) <= balance.raw()
            && balance.raw() <= booked.raw().saturating_add(won)
    }

    /// What our books begin with, once they are to begin with this balance; nothing, when that is what
    /// they say. A deposit that staff have noted (`by_hand`, their sum) and that has not arrived there
    /// is none the less one, so nothing is taken back for it.
    pub const fn beginning(&self, balance: Micros, by_hand: Micros) -> Option<Micros> {
        let missing = balance.raw().saturating_sub(self.booked.raw());
        let noted = by_hand.raw() > 0 && missing < 0;
        if missing == 0 || noted { None } else { Some(Micros::new(missing)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_difference_and_all_begins_anew() {
        let mut trust = Trust::new(8);
        let mut read = |balance, slack| {
            trust.read(Micros::new(1_000), Micros::new(balance), Micros::new(slack));
            (trust.quiet(), trust.holds(10))
        };
        assert_eq!(read(1_000, 0), (9, false));
        assert_eq!(read(1_010, 10), (10, true));
        assert_eq!(read(990, 10), (11, true));
        assert_eq!(read(989, 10), (0, false));
        assert_eq!(read(i64::MIN, i64::MAX), (0, false));
        assert_eq!(read(1_000, 0), (1, false));
        assert!(Trust::new(0).holds(0), "an operator vouches for it");
    }
    #[test]
    fn what_moves_while_it_is_asked_for_is_no_difference() {
        let explains = |books: Books, balance| books.explain(Micros::new(balance));
        let quiet = Books { booked: Micros::new(100), slack: Micros::new(1), ..Books::default() };
        let each = [98, 99, 100, 101, 102].map(|balance| explains(quiet, balance));
        assert_eq!(each, [false, true, true, true, false]);
        // An order was charged while the balance was asked for, before or after it was told.
        let taken = Books { taken: Micros::new(10), ..quiet };
        assert!(explains(taken, 110) && explains(taken, 100) && !explains(taken, 90));
        let added = Books { added: Micros::new(10), ..quiet };
        assert!(explains(added, 90) && explains(added, 100) && !explains(added, 110));
        let unknown = Books { unknown: Micros::new(10), ..quiet };
        assert!(explains(unknown, 90) && !explains(unknown, 110));
        let open = Books { open: Micros::new(10), ..quiet };
        assert!(explains(open, 110) && !explains(open, 90));
    }

    #[test]
    fn a_deposit_on_its_way_is_not_taken_back() {
        let books = Books { booked: Micros::new(100), ..Books::default() };
        let begin = |balance, by_hand| books.beginning(Micros::new(balance), Micros::new(by_hand));
        assert_eq!(begin(130, 0), Some(Micros::new(30)));
        assert_eq!(begin(130, 100), Some(Micros::new(30)), "it was there before");
        assert_eq!(begin(80, 0), Some(Micros::new(-20)), "the panel gives credit");
        assert_eq!(begin(0, 100), None);
        assert_eq!(begin(100, 100), None);
    }
}
