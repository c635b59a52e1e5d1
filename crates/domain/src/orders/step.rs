//! An order on its way through one step of its state machine.

use super::event::{Change, Effect, TransitionError};
use super::order::{Order, OrderShape};
use super::state::State;
use crate::ledger::{Posting, TransferKind};
use crate::limits::COUNT_MAX;
use crate::money::delivered_share;
use crate::{Micros, Timestamp};

/// The change under construction.
pub(super) struct Step {
    pub(super) order: Order,
    before: Order,
    postings: Vec<Posting>,
    effects: Vec<Effect>,
    now: Timestamp,
}

impl Step {
    pub(super) fn new(order: &Order, now: Timestamp) -> Self {
        let mut after = order.clone();
        after.changed = now;
        Self { order: after, before: order.clone(), postings: Vec::new(), effects: Vec::new(), now }
    }

    pub(super) fn go(&mut self, state: State) {
        self.order.state = state;
    }

    pub(super) fn go_and(&mut self, state: State, effect: Effect) {
        self.go(state);
        self.effect(effect);
    }

    /// Back to where it can be taken again; but whoever asked to cancel it meanwhile has it
    /// cancelled, now that it is sure that nobody works on it.
    pub(super) fn try_again(&mut self) {
        if self.before.cancel_requested {
            self.cancel();
        } else {
            self.go_and(State::Pending, Effect::Dispatch);
        }
    }

    pub(super) fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    pub(super) fn end(&mut self, state: State) {
        self.order.state = state;
        self.order.ended = Some(self.order.ended.unwrap_or(self.now));
    }

    pub(super) fn counts(
        &mut self,
        start_count: Option<i64>,
        remains: Option<i64>,
    ) -> Result<(), TransitionError> {
        if !start_count.is_none_or(|count| (0..=COUNT_MAX).contains(&count)) {
            return Err(TransitionError::StartCount);
        }
        let quantity = self.before.quantity;
        if remains.is_some_and(|remains| remains > quantity) {
            return Err(TransitionError::TooMuchLeft { quantity });
        }
        if remains.is_some_and(|remains| remains < -COUNT_MAX) {
            return Err(TransitionError::TooLittleLeft);
        }
        self.order.start_count = start_count.or(self.order.start_count);
        self.order.remains = remains.unwrap_or(self.order.remains);
        Ok(())
    }

    pub(super) fn release(&mut self, amount: Micros) {
        self.postings.extend(Posting::of(TransferKind::Release, amount));
        let released = self.order.released.raw().saturating_add(amount.raw());
        self.order.released = Micros::new(released);
    }

    /// Ends an open order: `earned` of its charge is captured, the rest goes back.
    pub(super) fn settle(&mut self, state: State, earned: Micros) -> Result<(), TransitionError> {
        let rest = self.order.held().checked_sub(earned).filter(|rest| *rest >= Micros::ZERO);
        let rest = rest.ok_or(TransitionError::PartTooDear)?;
        self.postings.extend(Posting::of(TransferKind::Capture, earned));
        self.order.captured = earned;
        self.release(rest);
        self.end(state);
        Ok(())
    }

    pub(super) fn cancel(&mut self) {
        self.release(self.order.held());
        self.order.remains = self.order.quantity;
        self.end(State::Canceled);
    }

    pub(super) fn partial(&mut self, remains: i64) -> Result<(), TransitionError> {
        let quantity = self.before.quantity;
        let out_of_range = TransitionError::Remains { quantity };
        if remains <= 0 || remains >= quantity {
            return Err(out_of_range);
        }
        let delivered = quantity.checked_sub(remains).ok_or(out_of_range)?;
        let earned =
            delivered_share(self.before.charge, delivered, quantity).ok_or(out_of_range)?;
        if self.before.state.is_terminal() {
            self.correct(State::Partial, remains, earned)?;
        } else {
            self.settle(State::Partial, earned)?;
            self.effect(Effect::ProviderGaveBack);
        }
        self.order.remains = remains;
        Ok(())
    }

    /// Corrects a finished order: `remains` units were not delivered after all, and only `earned` of
    /// its charge stays with the house. What counts is the delivery: its worth may be less than a
    /// micro, and nothing moves then.
    pub(super) fn correct(
        &mut self,
        state: State,
        remains: i64,
        earned: Micros,
    ) -> Result<(), TransitionError> {
        let back = self.order.captured.checked_sub(earned).ok_or(TransitionError::Favour)?;
        if back < Micros::ZERO || remains <= self.before.remains {
            return Err(TransitionError::Favour);
        }
        self.postings.extend(Posting::of(TransferKind::Refund, back));
        self.order.captured = earned;
        self.order.released =
            self.order.released.checked_add(back).ok_or(TransitionError::Favour)?;
        self.order.remains = remains;
        self.end(state);
        Ok(())
    }

    pub(super) fn done(self) -> Change {
        debug_assert_eq!(crate::invariants::order_money(&self.order), Ok(()));
        debug_assert!(
            self.order.shape != OrderShape::Single
                || crate::invariants::order_delivery(&self.order).is_ok(),
            "{:?}",
            self.order
        );
        Change { order: self.order, postings: self.postings, effects: self.effects }
    }
}
