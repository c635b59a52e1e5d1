//! The state machine of an order: which event moves it where, what its money does, and what has to
//! happen besides.
//!
//! Pure: [`apply`] takes an order and an event and returns the order after it. Whoever stores the
//! result does so guarded by the state and fence it was computed from.

use super::event::{Change, Effect, Event, TransitionError};
use super::order::{Order, OrderShape};
use super::state::State;
use super::step::Step;
use crate::invariants::may_follow;
use crate::{Micros, Timestamp};

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
        (Event::Pulled, S::Pending) if !order.cancel_requested => {
            step.order.fence = order.fence.saturating_add(1);
            step.go(S::Submitted);
        }
        // What was delivered stays delivered: who takes it next delivers what remains.
        (Event::GivenBack, S::Submitted | S::InProgress | S::Review) => step.try_again(),
        (Event::NotSent, S::Dispatching) => step.try_again(),
        (Event::Accepted, S::Dispatching | S::Unknown | S::Review) => {
            step.go_and(S::Submitted, Effect::ProviderCharged);
        }
        // Its cost was booked when it was shown to be accepted; now the id is known.
        (Event::Accepted, S::SubmittedNoId) => step.go(S::Submitted),
        (Event::Rejected { another_way: true }, S::Dispatching) => step.try_again(),
        // Also by an answer that came late.
        (Event::Rejected { another_way: false }, S::Dispatching | S::Unknown | S::Review) => {
            step.cancel();
        }
        (Event::AnswerLost, S::Dispatching) => step.go_and(S::Unknown, Effect::Resolve),
        (Event::ShownNotAccepted(_), S::Unknown | S::Review) => step.try_again(),
        (Event::ShownAccepted, S::Unknown | S::Review) => {
            step.go_and(S::SubmittedNoId, Effect::ProviderCharged);
        }
        (Event::TryFound, S::Review) => step.order.fence = order.fence.saturating_add(1),
        (Event::WrittenOff, S::Unknown | S::Review) => {
            step.cancel();
            step.effect(Effect::OpenSuspense);
        }
        (Event::Progress { start_count, remains }, s) if is_delivering(s) => {
            step.counts(start_count, remains)?;
            step.go(S::InProgress);
        }
        (Event::Completed { start_count, remains }, s) if is_delivering(s) => {
            if remains.is_some_and(|remains| remains > 0) {
                return Err(TransitionError::Undelivered);
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
        (Event::Canceled, S::Completed | S::Partial) => {
            step.correct(S::Canceled, order.quantity, Micros::ZERO)?;
        }
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

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
