//! What became of lost answers.

use domain::providers::AttemptState;

/// What became of the lost answers of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often it was tried.
    pub trials: u64,
    /// Lost answers that were found out about, rightly.
    pub right: u64,
    /// And wrongly.
    pub wrong: u64,
    /// Those that counted as not accepted, and that the panel had taken, and given back in whole before
    /// anybody knew: as if it never had.
    pub undone: u64,
    /// Those that were left to people.
    pub review: u64,
    /// How long one was unknown at most, in microseconds of the virtual clock, to a few seconds.
    pub slowest_us: u64,
}

/// Whether a panel has an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It never had.
    No,
    /// It had, and has given it back in whole.
    Undone,
    /// It has.
    Yes,
}

impl Tally {
    /// Lost answers in all.
    pub const fn lost(&self) -> u64 {
        self.found().saturating_add(self.review)
    }

    /// Those that were found out about without a person, in tenths of a percent.
    pub fn resolved(&self) -> u64 {
        self.found().saturating_mul(1_000).checked_div(self.lost()).unwrap_or(0)
    }

    const fn found(&self) -> u64 {
        self.right.saturating_add(self.wrong).saturating_add(self.undone)
    }

    /// Counts what was thought of a lost answer, beside what is true.
    pub(super) fn count(&mut self, thought: AttemptState, taken: Taken) {
        use AttemptState::{Accepted, AcceptedNoId, Lost, NotAccepted, NotSent, Open, Refused};
        let place = match (thought, taken) {
            (Open | Lost, _) => &mut self.review,
            (Accepted | AcceptedNoId, Taken::Yes | Taken::Undone) => &mut self.right,
            (NotSent | Refused | NotAccepted, Taken::No) => &mut self.right,
            (NotSent | Refused | NotAccepted, Taken::Undone) => &mut self.undone,
            _ => &mut self.wrong,
        };
        *place = place.saturating_add(1);
    }

    pub(super) fn add(&mut self, other: &Self) {
        let Self { trials, right, wrong, undone, review, slowest_us } = other;
        self.trials = self.trials.saturating_add(*trials);
        self.right = self.right.saturating_add(*right);
        self.wrong = self.wrong.saturating_add(*wrong);
        self.undone = self.undone.saturating_add(*undone);
        self.review = self.review.saturating_add(*review);
        self.slowest_us = self.slowest_us.max(*slowest_us);
    }
}
