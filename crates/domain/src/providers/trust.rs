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
}
