//! The state machine of an order: which event moves it where, what its money does, and what has to
//! happen besides.
//!
//! Pure: [`apply`] takes an order and an event and returns the order after it. Whoever stores the
//! result does so guarded by the state and fence it was computed from.

use super::order::{Order, OrderShape};
use super::state::State;
use crate::invariants::may_follow;
use crate::ledger::{Posting, TransferKind};
use crate::limits::COUNT_MAX;
use crate::money::delivered_share;
use crate::{Micros, Timestamp};

/// What shows that a provider has not taken an order whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// The provider knows our request id and says it is new.
    RequestIdNew,
    /// The provider's balance shows, read twice, that it was not charged.
    BalanceUnmoved,
    /// A person looked.
    Person,
}

/// Why a person has to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The provider uses a status that is not known.
    StatusUnknown,
    /// The provider says that it has no such order.
    OrderMissing,
    /// The provider charged something else than expected.
    CostDiffers,
    /// The figures are impossible.
    FiguresImpossible,
    /// Pieces of evidence contradict each other.
    EvidenceContradicts,
}

/// Something that happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker takes it to place it at a provider.
    Claimed,
    /// A person takes it; no provider is involved.
    TakenByHand,
    /// The call to the provider surely sent nothing.
    NotSent,
    /// The provider has accepted it under a known id.
    Accepted,
    /// The provider has surely refused it.
    Rejected {
        /// Whether another way to fulfil it is left.
        another_way: bool,
    },
    /// The call may have been heard, and there is no answer.
    AnswerLost,
    /// It is shown that the provider did not take it.
    ShownNotAccepted(NotAccepted),
    /// It is shown that the provider took it, under an unknown id.
    ShownAccepted,
    /// Nothing was found out in time, and the house bears the risk.
    WrittenOff,
    /// Delivery goes on.
    Progress {
        /// The counter before delivery, when reported.
        start_count: Option<i64>,
        /// Units left, when reported.
        remains: Option<i64>,
    },
    /// Delivered.
    Completed {
        /// The counter before delivery, when reported.
        start_count: Option<i64>,
        /// Zero, or below for over-delivery, when reported.
        remains: Option<i64>,
    },
    /// Ended with `remains` units not delivered.
    Partial {
        /// Units not delivered: above zero and below the quantity.
        remains: i64,
    },
    /// Ended, nothing delivered.
    Canceled,
    /// The customer, or an operator for them, asks to cancel.
    CancelAsked,
    /// Something does not fit.
    Doubted(Doubt),
    /// A part of it starts and takes `charge` with it.
    PartStarted {
        /// The part's charge.
        charge: Micros,
    },
    /// No more parts will start.
    PartsStopped,
    /// All its parts have ended.
    PartsEnded {
        /// How the whole ended.
        state: State,
        /// Units not delivered.
        remains: i64,
    },
}

impl Event {
    /// Whether it can happen to an order whose parts are orders of their own. Such an order is
    /// never delivered itself, so nothing about delivery concerns it.
    const fn concerns_parents(self) -> bool {
        matches!(
            self,
            Self::CancelAsked
                | Self::PartStarted { .. }
                | Self::PartsStopped
                | Self::PartsEnded { .. }
        )
    }
}

/// What has to happen beside the money of the customer. All of it is the business of whoever
/// fulfils the order; staff need none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Place it (again).
    Dispatch,
    /// Book what the provider charges.
    ProviderCharged,
    /// Book what the provider gives back for the units not delivered.
    ProviderGaveBack,
    /// Pause the provider and look for evidence.
    Resolve,
    /// Ask the provider to cancel; may be repeated.
    ForwardCancel,
    /// Keep an open item: should it prove accepted, the cost is ours.
    OpenSuspense,
    /// Put it before a person.
    AskPerson,
}

/// An order after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The order as it is now.
    pub order: Order,
    /// Movements of the customer's money.
    pub postings: Vec<Posting>,
    /// What has to happen besides.
    pub effects: Vec<Effect>,
}

/// Why an event does not move an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The event does not apply to the state.
    #[error("an order that is {} cannot take this step", .0.name())]
    NotNow(State),
    /// The remains do not fit the quantity.
    #[error("remains: must be above 0 and below the quantity, {quantity}")]
    Remains {
        /// The quantity.
        quantity: i64,
    },
    /// A count is out of range.
    #[error("start count and remains: must be whole numbers below {COUNT_MAX}")]
    Count,
    /// A correction would take money from the customer.
    #[error("a finished order is corrected only in the customer's favour")]
    Favour,
    /// The parts would cost more than the whole holds.
    #[error("the part costs more than the order still holds")]
    PartTooDear,
}

/// Short name for what [`apply`] refuses with.
pub type Refused = TransitionError;

/// Applies `event` to `order` at `now`.
///
/// # Errors
/// [`TransitionError`] when the event is not legal; the order is unchanged then.
pub fn apply(order: &Order, event: &Event, now: Timestamp) -> Result<Change, TransitionError> {
    use State as S;
    let state = order.state;
    if is_parent(order) && !event.concerns_parents() {
        return Err(TransitionError::NotNow(state));
    }
    let mut step = Step::new(order, now);
    match (*event, state) {
        (Event::Claimed, S::Pending) if !order.cancel_requested => {
            step.order.fence = order.fence.saturating_add(1);
            step.go(S::Dispatching);
        }
        (Event::TakenByHand, S::Pending) => step.go(S::Submitted),
        (Event::NotSent, S::Dispatching) => step.go_and(S::Pending, Effect::Dispatch),
        (Event::Accepted, S::Dispatching | S::Unknown | S::Review) => {
            step.go_and(S::Submitted, Effect::ProviderCharged);
        }
        // Its cost was booked when it was shown to be accepted; now the id is known.
        (Event::Accepted, S::SubmittedNoId) => step.go(S::Submitted),
        (Event::Rejected { another_way: true }, S::Dispatching) => {
            step.go_and(S::Pending, Effect::Dispatch);
        }
        (Event::Rejected { another_way: false }, S::Dispatching) => step.cancel(),
        (Event::AnswerLost, S::Dispatching) => step.go_and(S::Unknown, Effect::Resolve),
        (Event::ShownNotAccepted(_), S::Unknown | S::Review) => {
            step.go_and(S::Pending, Effect::Dispatch);
        }
        (Event::ShownAccepted, S::Unknown | S::Review) => {
            step.go_and(S::SubmittedNoId, Effect::ProviderCharged);
        }
        (Event::WrittenOff, S::Unknown) => {
            step.cancel();
            step.effect(Effect::OpenSuspense);
        }
        (Event::Progress { start_count, remains }, s) if is_delivering(s) => {
            step.counts(start_count, remains)?;
            if remains.is_some_and(|remains| remains > order.quantity) {
                return Err(TransitionError::Remains { quantity: order.quantity });
            }
            step.go(S::InProgress);
        }
        (Event::Completed { start_count, remains }, s) if is_delivering(s) => {
            if remains.is_some_and(|remains| remains > 0) {
                return Err(TransitionError::Remains { quantity: order.quantity });
            }
            step.counts(start_count, Some(remains.unwrap_or(0)))?;
            step.settle(S::Completed, order.charge)?;
        }
        (Event::Partial { remains }, s) if is_delivering(s) => step.partial(remains)?,
        (Event::Partial { remains }, S::Completed | S::Partial) => {
            step.partial(remains)?;
        }
        (Event::Canceled, s) if is_delivering(s) => {
            step.cancel();
            if s != S::Review {
                step.effect(Effect::ProviderGaveBack);
            }
        }
        (Event::Canceled, S::Completed | S::Partial) => step.correct(S::Canceled, Micros::ZERO)?,
        (Event::CancelAsked, S::Pending) => step.cancel(),
        (Event::CancelAsked, s) if !s.is_terminal() => {
            step.order.cancel_requested = true;
            if matches!(s, S::Submitted | S::InProgress) {
                step.effect(Effect::ForwardCancel);
            }
        }
        (Event::Doubted(_), s) if !s.is_terminal() && s != S::Review => {
            step.go_and(S::Review, Effect::AskPerson);
        }
        (Event::PartStarted { charge }, S::Pending | S::InProgress) if is_parent(order) => {
            if charge > order.held() {
                return Err(TransitionError::PartTooDear);
            }
            step.release(charge);
            step.go(S::InProgress);
        }
        (Event::PartsStopped, s) if is_parent(order) && !s.is_terminal() => {
            step.release(order.held());
        }
        // Once more when a part was corrected after the whole had ended.
        (Event::PartsEnded { state, remains }, s)
            if is_parent(order) && state.is_terminal() && may_follow(s, state) =>
        {
            step.release(order.held());
            step.order.remains = remains;
            step.end(state);
        }
        _ => return Err(TransitionError::NotNow(state)),
    }
    Ok(step.done())
}

/// States in which somebody delivers, or a person says what became of the delivery.
const fn is_delivering(state: State) -> bool {
    matches!(state, State::Submitted | State::SubmittedNoId | State::InProgress | State::Review)
}

const fn is_parent(order: &Order) -> bool {
    !matches!(order.shape, OrderShape::Single)
}

/// The change under construction.
struct Step {
    order: Order,
    before: Order,
    postings: Vec<Posting>,
    effects: Vec<Effect>,
    now: Timestamp,
}

impl Step {
    fn new(order: &Order, now: Timestamp) -> Self {
        let mut after = order.clone();
        after.changed = now;
        Self { order: after, before: order.clone(), postings: Vec::new(), effects: Vec::new(), now }
    }

    fn go(&mut self, state: State) {
        self.order.state = state;
    }

    fn go_and(&mut self, state: State, effect: Effect) {
        self.go(state);
        self.effect(effect);
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn end(&mut self, state: State) {
        self.order.state = state;
        self.order.ended = Some(self.order.ended.unwrap_or(self.now));
    }

    fn counts(
        &mut self,
        start_count: Option<i64>,
        remains: Option<i64>,
    ) -> Result<(), TransitionError> {
        let start_fits = start_count.is_none_or(|count| (0..=COUNT_MAX).contains(&count));
        let remains_fits = remains.is_none_or(|count| (-COUNT_MAX..=COUNT_MAX).contains(&count));
        if !start_fits || !remains_fits {
            return Err(TransitionError::Count);
        }
        self.order.start_count = start_count.or(self.order.start_count);
        self.order.remains = remains.unwrap_or(self.order.remains);
        Ok(())
    }

    fn release(&mut self, amount: Micros) {
        self.postings.extend(Posting::of(TransferKind::Release, amount));
        let released = self.order.released.raw().saturating_add(amount.raw());
        self.order.released = Micros::new(released);
    }

    /// Ends an open order: `earned` of its charge is captured, the rest goes back.
    fn settle(&mut self, state: State, earned: Micros) -> Result<(), TransitionError> {
        let rest = self.order.held().checked_sub(earned).filter(|rest| *rest >= Micros::ZERO);
        let rest = rest.ok_or(TransitionError::PartTooDear)?;
        self.postings.extend(Posting::of(TransferKind::Capture, earned));
        self.order.captured = earned;
        self.release(rest);
        self.end(state);
        Ok(())
    }

    fn cancel(&mut self) {
        self.release(self.order.held());
        self.order.remains = self.order.quantity;
        self.end(State::Canceled);
    }

    fn partial(&mut self, remains: i64) -> Result<(), TransitionError> {
        let quantity = self.before.quantity;
        let out_of_range = TransitionError::Remains { quantity };
        if remains <= 0 || remains >= quantity {
            return Err(out_of_range);
        }
        let delivered = quantity.checked_sub(remains).ok_or(out_of_range)?;
        let earned =
            delivered_share(self.before.charge, delivered, quantity).ok_or(out_of_range)?;
        if self.before.state.is_terminal() {
            self.correct(State::Partial, earned)?;
        } else {
            self.settle(State::Partial, earned)?;
            self.effect(Effect::ProviderGaveBack);
        }
        self.order.remains = remains;
        Ok(())
    }

    /// Corrects a finished order so that only `earned` of its charge stays with the house.
    fn correct(&mut self, state: State, earned: Micros) -> Result<(), TransitionError> {
        let back = self.order.captured.checked_sub(earned).ok_or(TransitionError::Favour)?;
        let worse = state == State::Canceled && self.before.state != State::Canceled;
        if back < Micros::ZERO || (back == Micros::ZERO && !worse) {
            return Err(TransitionError::Favour);
        }
        self.postings.extend(Posting::of(TransferKind::Refund, back));
        self.order.captured = earned;
        self.order.released =
            self.order.released.checked_add(back).ok_or(TransitionError::Favour)?;
        if state == State::Canceled {
            self.order.remains = self.order.quantity;
        }
        self.end(state);
        Ok(())
    }

    fn done(self) -> Change {
        debug_assert_eq!(crate::invariants::order_money(&self.order), Ok(()));
        Change { order: self.order, postings: self.postings, effects: self.effects }
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
