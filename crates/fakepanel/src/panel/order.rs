//! An order that the panel has taken.

use crate::amount::{Amount, Rounding, ratio};
use crate::panel::outcome::Outcome;
use crate::settings::Delivery;

/// Where an order is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has not started.
    Pending,
    /// It has started.
    InProgress,
    /// It is delivered: nothing remains, or less than nothing where more was delivered.
    Completed {
        /// What remains, 0 or less.
        remains: i64,
    },
    /// A part of it is delivered.
    Partial {
        /// What remains, more than 0 and less than all.
        remains: i64,
    },
    /// Nothing of it is delivered.
    Canceled,
}

impl State {
    /// Whether it may still change by itself.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }

    /// The dialect's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "In progress",
            Self::Completed { .. } => "Completed",
            Self::Partial { .. } => "Partial",
            Self::Canceled => "Canceled",
        }
    }
}

/// An order that the panel has taken.
#[derive(Clone, Debug)]
pub struct Order {
    /// Counts the orders from 0. This one is unique.
    pub number: usize,
    /// What the customer knows it by. Not unique where [`crate::Fault::IdReuse`] happened.
    pub id: u64,
    /// Whose it is: the account's place in the settings.
    pub account: u16,
    /// What was ordered: the service's id.
    pub service: u64,
    /// What it is about: its link, or the user of a subscription.
    pub link: Box<str>,
    /// The request id it was placed with.
    pub request_id: Option<Box<str>>,
    /// Number of the request that placed it.
    pub request: u64,
    /// When it was accepted, in microseconds.
    pub accepted_us: u64,
    /// Units, all runs together.
    pub quantity: i64,
    /// What it cost when it was accepted.
    pub charge: Amount,
    /// What it costs now, after what was given back.
    pub net: Amount,
    /// Where it is.
    pub state: State,
    /// Whether its customer asked to cancel it.
    pub cancel_asked: bool,
    pub(crate) plan: Plan,
    /// Goes up when the plan changes: what was to come by the old one does not.
    pub(crate) version: u32,
}

/// What is to become of an order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) starts_us: u64,
    pub(crate) ends_us: u64,
    pub(crate) outcome: Outcome,
    /// From the end to a correction.
    pub(crate) correct_us: u64,
    pub(crate) start_count: u64,
}

impl Plan {
    /// What is to become of an order of so many units. `asked` outdoes what is drawn.
    pub(crate) fn draw(
        delivery: &Delivery,
        now_us: u64,
        quantity: i64,
        asked: Option<Outcome>,
        random: &mut fastrand::Rng,
    ) -> Self {
        let starts_us = now_us.saturating_add(delivery.start_us.draw(random));
        let ends_us = starts_us.saturating_add(delivery.run_us.draw(random));
        let correct_us = delivery.correct_us.draw(random);
        let start_count = delivery.start_count.draw(random);
        let drawn = random.u16(0..1_000);
        let rest = random.i64(1..=quantity.saturating_sub(1).max(1));
        let mut bound = 0_u16;
        let mut below = |share: u16| {
            bound = bound.saturating_add(share);
            drawn < bound
        };
        let outcome = if below(delivery.partial_per_mille) {
            Outcome::Partial(rest)
        } else if below(delivery.canceled_per_mille) {
            Outcome::Canceled
        } else if below(delivery.over_per_mille) {
            Outcome::Over((rest / 10).max(1))
        } else if below(delivery.corrected_per_mille) {
            Outcome::Corrected(rest)
        } else {
            Outcome::Completed
        };
        let outcome = asked.unwrap_or(outcome).within(quantity);
        Self { starts_us, ends_us, outcome, correct_us, start_count }
    }

    /// Where an order of so many units ends by it, when it does.
    pub(crate) const fn end(&self) -> Option<State> {
        match self.outcome {
            Outcome::Completed | Outcome::Corrected(_) => Some(State::Completed { remains: 0 }),
            Outcome::Partial(remains) => Some(State::Partial { remains }),
            Outcome::Canceled => Some(State::Canceled),
            Outcome::Over(more) => Some(State::Completed { remains: more.saturating_neg() }),
            Outcome::Stuck | Outcome::Pending => None,
        }
    }
}

impl Order {
    /// What remains at a moment of its present state.
    pub fn remains(&self, now_us: u64) -> i64 {
        match self.state {
            State::Pending | State::Canceled => self.quantity,
            State::Completed { remains } | State::Partial { remains } => remains,
            State::InProgress => self.quantity.saturating_sub(self.delivered(now_us)),
        }
    }

    /// What is delivered while it is in progress: as much of what will be as of its time is over.
    fn delivered(&self, now_us: u64) -> i64 {
        let whole = match self.plan.outcome {
            Outcome::Partial(rest) => self.quantity.saturating_sub(rest),
            Outcome::Canceled => 0,
            // Half of it, and no further.
            Outcome::Stuck => self.quantity / 2,
            _ => self.quantity,
        };
        let Plan { starts_us, ends_us, .. } = self.plan;
        let over = i128::from(now_us.clamp(starts_us, ends_us).saturating_sub(starts_us));
        let all = i128::from(ends_us.saturating_sub(starts_us));
        let delivered = i128::from(whole).saturating_mul(over).checked_div(all).unwrap_or(0);
        i64::try_from(delivered).unwrap_or(whole)
    }

    /// What it costs in a state.
    pub(crate) fn cost(&self, state: State, decimals: u32, rounding: Rounding) -> Amount {
        match state {
            State::Canceled => Amount::ZERO,
            State::Partial { remains } => {
                let done = self.quantity.saturating_sub(remains);
                ratio(self.charge, done, self.quantity, decimals, rounding).unwrap_or(self.charge)
            }
            _ => self.charge,
        }
    }

    /// What there was before it, as the panel tells it: nothing until it has started.
    pub(crate) const fn start_count(&self) -> u64 {
        match self.state {
            State::Pending => 0,
            _ => self.plan.start_count,
        }
    }
}
