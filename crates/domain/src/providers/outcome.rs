//! What the outcome of an attempt means for the attempt and for its order.
//!
//! Only evidence moves an order whose answer was lost, and evidence counts whenever it comes: a
//! late answer is believed whoever it reaches. Where it contradicts what was believed before, a
//! person decides (docs/adr/0024).

use super::{Attempt, AttemptState};
use crate::Micros;
use crate::orders::{Doubt, Event, NotAccepted, Order, State};

/// What was found out about an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Surely no byte of it was sent.
    NotSent,
    /// The provider has surely refused it.
    Refused {
        /// Whether another way to fulfil the order is left.
        another_way: bool,
    },
    /// It cannot be sent to the provider, now or later, so nothing of it was.
    Unsendable {
        /// Whether another way to fulfil the order is left.
        another_way: bool,
    },
    /// The provider has it under an id.
    Accepted {
        /// The provider's id.
        upstream_id: String,
        /// What it said that the order costs, in its currency.
        cost: Option<Micros>,
    },
    /// The provider has it; under which id is not known.
    AcceptedNoId,
    /// There was no answer that says anything.
    Lost,
    /// Nothing that could be gathered shows what became of it.
    Undecided,
    /// It is shown that the provider does not have it.
    NotAccepted(NotAccepted),
}

/// What is known when something is found out.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The order as it is.
    pub order: &'a Order,
    /// The attempt as it is.
    pub attempt: &'a Attempt,
    /// Whether another attempt has the provider's id that was found.
    pub id_taken: bool,
    /// Whether another attempt of the order may be placed too.
    pub rival: bool,
    /// Whether the provider may have been asked for it again under the same request id: what came of
    /// one call says nothing of the others then, unless it is the id.
    pub asked_again: bool,
    /// Whether the order was written off under this attempt: the house has taken on whatever it comes to.
    pub written_off: bool,
    /// Whether tries may be missing in the books: an older copy of the database was put in its place since
    /// the attempt began.
    pub others_missing: bool,
}

/// How what was found out fits what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It was not known yet.
    News,
    /// It proves an earlier verdict wrong, and no harm was done.
    Healed,
    /// The order was written off, and the provider has it: the house bears the cost, and nobody has to
    /// decide anything.
    Borne,
    /// It contradicts what is known: a person has to decide.
    Contradiction,
}

/// What is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The state of the attempt.
    pub state: AttemptState,
    /// The provider's id of the order, once it is known.
    pub upstream_id: Option<String>,
    /// Whether the order is followed at the provider.
    pub followed: bool,
    /// What the provider has charged, when that was not booked yet.
    pub charge: Option<Micros>,
    /// The steps of the order, in order.
    pub steps: Vec<Event>,
    /// How it fits.
    pub fit: Fit,
}

/// What is to be written when something was found out about an attempt; nothing when it was known,
/// or says less than what is known.
pub fn settle(known: Known<'_>, found: &Found) -> Option<Settled> {
    match found {
        Found::Lost => lost(known),
        Found::Undecided => undecided(known),
        Found::NotSent | Found::Refused { .. } | Found::Unsendable { .. }
            if known.asked_again && known.attempt.state == AttemptState::Lost =>
        {
            None
        }
        Found::NotSent => {
            absent(known, AttemptState::NotSent, NotAccepted::NothingSent, Event::NotSent)
        }
        Found::Refused { another_way } => {
            let rejected = Event::Rejected { another_way: *another_way };
            absent(known, AttemptState::Refused, NotAccepted::Refused, rejected)
        }
        Found::Unsendable { another_way } => {
            let rejected = Event::Rejected { another_way: *another_way };
            absent(known, AttemptState::NotSent, NotAccepted::NothingSent, rejected)
        }
        Found::NotAccepted(evidence) => {
            let shown = Event::ShownNotAccepted(*evidence);
            absent(known, AttemptState::NotAccepted, *evidence, shown)
        }
        Found::AcceptedNoId => accepted_no_id(known),
        Found::Accepted { upstream_id, cost } => accepted(known, upstream_id, *cost),
    }
}

fn lost(known: Known<'_>) -> Option<Settled> {
    if known.attempt.state != AttemptState::Open {
        return None;
    }
    let steps = if is_under_way(known) { vec![Event::AnswerLost] } else { Vec::new() };
    Some(news(AttemptState::Lost, steps))
}

/// A person has to look. The attempt stays as it is: it is counted as one that may be there.
fn undecided(known: Known<'_>) -> Option<Settled> {
    let is_unknown = known.order.state == State::Unknown && is_current(known);
    if !is_unknown || known.attempt.state != AttemptState::Lost {
        return None;
    }
    Some(news(AttemptState::Lost, vec![Event::Doubted(Doubt::NothingShows)]))
}

/// The provider does not have it. `at_once` is the step of an order that is being placed.
fn absent(
    known: Known<'_>,
    state: AttemptState,
    evidence: NotAccepted,
    at_once: Event,
) -> Option<Settled> {
    if !known.attempt.state.is_unknown() {
        return None;
    }
    let order = known.order.state;
    // With no other way left, a refusal that came late ends the order as one in time does.
    let late = match at_once {
        Event::Rejected { another_way: false } => at_once,
        _ => Event::ShownNotAccepted(evidence),
    };
    let steps = match order {
        State::Dispatching if is_under_way(known) => match at_once {
            Event::ShownNotAccepted(_) => vec![Event::AnswerLost, at_once],
            _ => vec![at_once],
        },
        State::Unknown if is_current(known) => vec![late],
        State::Review if is_current(known) && leaves_review(known, evidence) => vec![late],
        _ => Vec::new(),
    };
    Some(news(state, steps))
}

/// Whether an order that is before a person is taken away again: by what a person says, and by what is
/// certain of the only try by which somebody may have it.
fn leaves_review(known: Known<'_>, evidence: NotAccepted) -> bool {
    match evidence {
        NotAccepted::Person => true,
        NotAccepted::NothingSent | NotAccepted::Refused => !known.rival && !known.others_missing,
        NotAccepted::RequestIdNew | NotAccepted::BalanceUnmoved => false,
    }
}

fn accepted_no_id(known: Known<'_>) -> Option<Settled> {
    if !known.attempt.state.is_unknown() {
        return None;
    }
    let mut steps = match known.order.state {
        State::Dispatching if is_under_way(known) => vec![Event::AnswerLost, Event::ShownAccepted],
        State::Unknown | State::Review if is_current(known) => vec![Event::ShownAccepted],
        _ => Vec::new(),
    };
    let fit = match steps.is_empty() {
        false => Fit::News,
        true if is_borne(known) => Fit::Borne,
        true => Fit::Contradiction,
    };
    if fit == Fit::Contradiction {
        steps = doubt(known.order);
    }
    let charge = charge(known, None);
    let state = AttemptState::AcceptedNoId;
    Some(Settled { state, upstream_id: None, followed: false, charge, steps, fit })
}

fn accepted(known: Known<'_>, upstream_id: &str, cost: Option<Micros>) -> Option<Settled> {
    if known.attempt.state == AttemptState::Accepted {
        return None;
    }
    if known.id_taken {
        return id_taken(known, cost);
    }
    let order = known.order;
    let (steps, fit) = match order.state {
        _ if known.rival || !is_current(known) => (doubt(order), Fit::Contradiction),
        State::Dispatching | State::Unknown | State::SubmittedNoId | State::Review => {
            (vec![Event::Accepted], Fit::News)
        }
        // It was believed not to be there, and nobody has placed it again yet.
        State::Pending => {
            let doubted = Event::Doubted(Doubt::EvidenceContradicts);
            (vec![doubted, Event::Accepted], Fit::Healed)
        }
        _ if is_borne(known) => (Vec::new(), Fit::Borne),
        _ => (doubt(order), Fit::Contradiction),
    };
    Some(Settled {
        state: AttemptState::Accepted,
        upstream_id: Some(upstream_id.to_owned()),
        followed: matches!(fit, Fit::News | Fit::Healed),
        charge: charge(known, cost),
        steps,
        fit,
    })
}

/// The provider gave the id of another order: it has this one too, but nobody can follow it.
fn id_taken(known: Known<'_>, cost: Option<Micros>) -> Option<Settled> {
    if known.attempt.state == AttemptState::AcceptedNoId {
        return None;
    }
    let mut steps = match known.order.state {
        State::Dispatching if is_under_way(known) => vec![Event::AnswerLost, Event::ShownAccepted],
        State::Unknown if is_current(known) => vec![Event::ShownAccepted],
        _ => Vec::new(),
    };
    steps.extend(doubt(known.order));
    let (state, charge) = (AttemptState::AcceptedNoId, charge(known, cost));
    let fit = Fit::Contradiction;
    Some(Settled { state, upstream_id: None, followed: false, charge, steps, fit })
}

/// The steps of an order whose provider has given its id to another one: what is said under it may be
/// about either from now on, so it is followed no more. None where it has ended, or a person has it.
pub fn id_shared(order: &Order) -> Vec<Event> {
    doubt(order)
}

/// Puts an order before a person, unless it is there or has ended.
fn doubt(order: &Order) -> Vec<Event> {
    if order.state.is_terminal() || order.state == State::Review {
        return Vec::new();
    }
    vec![Event::Doubted(Doubt::EvidenceContradicts)]
}

/// Whether the order was written off under this attempt, and stands as it was left then.
fn is_borne(known: Known<'_>) -> bool {
    known.written_off && known.order.state == State::Canceled && is_current(known)
}

fn charge(known: Known<'_>, cost: Option<Micros>) -> Option<Micros> {
    let booked = known.attempt.state == AttemptState::AcceptedNoId;
    (!booked).then_some(cost.unwrap_or(known.attempt.expected_cost))
}

/// Whether the order is as this attempt has made it.
fn is_current(known: Known<'_>) -> bool {
    known.order.fence == known.attempt.number
}

fn is_under_way(known: Known<'_>) -> bool {
    is_current(known) && known.order.state == State::Dispatching
}

const fn news(state: AttemptState, steps: Vec<Event>) -> Settled {
    Settled { state, upstream_id: None, followed: false, charge: None, steps, fit: Fit::News }
}
