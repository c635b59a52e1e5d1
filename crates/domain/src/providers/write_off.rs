//! Orders that are written off: for long nobody could tell whether a provider has them, so the customer
//! has the money back and the house bears what the provider may charge (docs/adr/0028).
//!
//! What the house takes on is drawn on its *ambiguity* expense, and a day's budget bounds it. What it
//! came to is booked there when somebody finds out.

use super::{Attempt, AttemptState};
use crate::catalogue::WhenUnknown;
use crate::limits::ASKED_FOR_US;
use crate::money::multiplied;
use crate::names::named;
use crate::orders::{Order, State};
use crate::{AccountId, AttemptId, Micros, OrderId, ProviderId, Timestamp};

/// What is known of an order that was written off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WriteOffState {
    /// Nobody can tell yet whether the provider has it.
    Open,
    /// The provider does not have it: it has cost nothing.
    NotAccepted,
    /// The provider has it: what it charges is ours.
    Accepted,
}

named!(WriteOffState {
    Open => "open",
    NotAccepted => "not_accepted",
    Accepted => "accepted",
});

/// What moves the ambiguity expense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AmbiguityKind {
    /// An order was written off, and is expected to cost so much at worst.
    Drawn,
    /// The provider does not have it: what was drawn comes back.
    Returned,
    /// The provider has it, and it costs something else than was drawn.
    Adjustment,
}

named!(AmbiguityKind {
    Drawn => "drawn",
    Returned => "returned",
    Adjustment => "adjustment",
});

/// An entry of the ambiguity expense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AmbiguityEntry {
    /// Why.
    pub kind: AmbiguityKind,
    /// How the expense moves, in our currency.
    pub amount: Micros,
}

/// An order that was written off: an open item until it is known what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOff {
    /// The attempt of which nobody could tell.
    pub attempt: AttemptId,
    /// Its order.
    pub order: OrderId,
    /// Whose order that is.
    pub account: AccountId,
    /// Who may have it.
    pub provider: ProviderId,
    /// What is known of it.
    pub state: WriteOffState,
    /// What the customer was given back.
    pub refunded: Micros,
    /// What was drawn for it: the cost that was expected, in our currency.
    pub risk: Micros,
    /// What it has cost by the entries of the ambiguity expense, in our currency.
    pub cost: Micros,
    /// The UTC day whose budget it was drawn on, counted from 1970-01-01.
    pub day: i64,
    /// What was drawn on that day with it.
    pub drawn: Micros,
    /// What the budget of a day was.
    pub budget: Micros,
    /// When it was written off.
    pub opened: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// When an order is written off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOffTerms {
    /// For how long nobody could tell, from the attempt on, in microseconds.
    pub after_us: i64,
    /// How long the order has to be before a person, and so is asked for no more, in microseconds.
    pub quiet_us: i64,
    /// What may be drawn in a UTC day, in our currency; zero: nothing is written off.
    pub daily: Micros,
}

/// An order whose answer was lost, and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Overdue<'a> {
    /// The order.
    pub order: &'a Order,
    /// The attempt.
    pub attempt: &'a Attempt,
    /// Whether another attempt of the order may be placed too.
    pub rival: bool,
    /// Whether the provider is asked for it again under the same request id.
    pub asked_again: bool,
    /// What one unit of the provider's currency is worth in ours.
    pub exchange: Micros,
    /// What the service says.
    pub when_unknown: WhenUnknown,
    /// What was drawn on this day so far.
    pub drawn: Micros,
}

/// What is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing, for now.
    Nothing,
    /// A person looks; whoever asks for it again stops.
    AskPerson,
    /// It is written off.
    WriteOff {
        /// What it is expected to cost at worst, in our currency.
        risk: Micros,
    },
}

/// What is done at `now` about an order whose answer was lost.
///
/// It is put before a person first: then nobody asks for it again, and what was on its way has arrived
/// before it is written off. Where it is not written off, an order that is asked for again is left
/// alone for as long as it is: an answer to that is better than what a person can find out.
pub fn overdue(known: Overdue<'_>, terms: &WriteOffTerms, now: Timestamp) -> Due {
    let Overdue { order, attempt, .. } = known;
    let is_lost = attempt.state == AttemptState::Lost && attempt.number == order.fence;
    let age = since(attempt.started, now);
    let is_forgotten = known.asked_again && age >= ASKED_FOR_US;
    if !is_lost || known.rival || (age < terms.after_us && !is_forgotten) {
        return Due::Nothing;
    }
    let risk = risk(known, terms).filter(|_| age >= terms.after_us);
    match (order.state, risk) {
        (State::Unknown, None) if known.asked_again && !is_forgotten => Due::Nothing,
        (State::Unknown, _) => Due::AskPerson,
        (State::Review, Some(risk)) if since(order.changed, now) >= terms.quiet_us => {
            Due::WriteOff { risk }
        }
        _ => Due::Nothing,
    }
}

/// What it is expected to cost at worst, where that may be borne.
fn risk(known: Overdue<'_>, terms: &WriteOffTerms) -> Option<Micros> {
    let most = known.when_unknown.most()?;
    let risk = multiplied(known.attempt.expected_cost, known.exchange)?;
    let drawn = known.drawn.checked_add(risk)?;
    let within = terms.daily > Micros::ZERO && risk <= most && drawn <= terms.daily;
    within.then_some(risk)
}

const fn since(at: Timestamp, now: Timestamp) -> i64 {
    now.0.saturating_sub(at.0)
}

/// Microseconds of a UTC day.
const DAY_US: i64 = 86_400_000_000;

impl WriteOff {
    /// An order that is written off under `attempt`, after `drawn` was drawn on the same day.
    pub fn new(known: Overdue<'_>, risk: Micros, terms: &WriteOffTerms, now: Timestamp) -> Self {
        let Overdue { order, attempt, .. } = known;
        Self {
            attempt: attempt.id,
            order: order.id,
            account: order.account,
            provider: attempt.provider,
            state: WriteOffState::Open,
            refunded: order.held(),
            risk,
            cost: risk,
            day: Self::day(now),
            drawn: Micros::new(known.drawn.raw().saturating_add(risk.raw())),
            budget: terms.daily,
            opened: now,
            changed: now,
        }
    }

    /// The UTC day that a moment belongs to, counted from 1970-01-01.
    pub const fn day(now: Timestamp) -> i64 {
        now.0.div_euclid(DAY_US)
    }

    /// The item once its attempt is known to be `attempt`, and what is booked then; `cost` is what the
    /// provider has charged for it, in our currency. Nothing while nothing is known, or when it was
    /// known.
    pub fn known(
        &self,
        attempt: AttemptState,
        cost: Micros,
        now: Timestamp,
    ) -> Option<(Self, Option<AmbiguityEntry>)> {
        let (state, cost) = match attempt {
            AttemptState::Open | AttemptState::Lost => return None,
            AttemptState::Accepted | AttemptState::AcceptedNoId => (WriteOffState::Accepted, cost),
            _ => (WriteOffState::NotAccepted, Micros::ZERO),
        };
        if state == self.state || self.state == WriteOffState::Accepted {
            return None;
        }
        let amount = Micros::new(cost.raw().saturating_sub(self.cost.raw()));
        let kind = match state {
            WriteOffState::Accepted => AmbiguityKind::Adjustment,
            _ => AmbiguityKind::Returned,
        };
        let entry = (amount != Micros::ZERO).then_some(AmbiguityEntry { kind, amount });
        Some((Self { state, cost, changed: now, ..self.clone() }, entry))
    }
}

#[cfg(test)]
#[path = "write_off_tests.rs"]
mod tests;
