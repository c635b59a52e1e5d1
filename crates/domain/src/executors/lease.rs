//! Leases: who has an order, and until when without a word.

use crate::names::named;
use crate::orders::{Order, State};
use crate::{AccountId, ExecutorId, OrderId, Timestamp};

/// Where a lease stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LeaseState {
    /// The executor has the order.
    Live,
    /// The executor has said nothing for too long. It may still deliver and report; nobody else gets
    /// the order unless a person says so.
    Expired,
    /// The order has ended.
    Done,
    /// A person has given the order back.
    Released,
}

named!(LeaseState {
    Live => "live",
    Expired => "expired",
    Done => "done",
    Released => "released",
});

impl LeaseState {
    /// Whether the order is its executor's and has not ended.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Live | Self::Expired)
    }

    /// Whether the order is, or was until its end, its executor's.
    pub const fn is_own(self) -> bool {
        !matches!(self, Self::Released)
    }
}

/// An order in the hands of an executor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderLease {
    /// The order.
    pub order: OrderId,
    /// The order's number under it: tells one pull from the next.
    pub fence: i64,
    /// Whose order it is.
    pub account: AccountId,
    /// Who has it.
    pub executor: ExecutorId,
    /// Where it stands.
    pub state: LeaseState,
    /// When the order was pulled.
    pub taken: Timestamp,
    /// Until when it is kept without a word.
    pub until: Timestamp,
}

impl OrderLease {
    /// The lease after its executor has said something, which left the order as `order`: kept for
    /// another term of `minutes`, unless the order has ended.
    #[must_use]
    pub fn reported(&self, order: &Order, minutes: i64, now: Timestamp) -> Self {
        let (state, until) = if order.state.is_terminal() {
            (LeaseState::Done, self.until)
        } else {
            // Never shorter: an executor whose term was cut keeps what it was promised.
            (LeaseState::Live, self.until.max(now.plus_minutes(minutes)))
        };
        Self { state, until, ..self.clone() }
    }

    /// Whether its time is over, and nobody has said so yet.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == LeaseState::Live && self.until <= now
    }

    /// Whether it fits its order: while it is open, its executor delivers or a person decides.
    pub fn fits(&self, order: &Order) -> bool {
        let delivering =
            matches!(order.state, State::Submitted | State::InProgress | State::Review);
        let same = order.id == self.order && order.account == self.account;
        same && match self.state {
            LeaseState::Live | LeaseState::Expired => delivering && order.fence == self.fence,
            LeaseState::Done => order.state.is_terminal() && order.fence == self.fence,
            LeaseState::Released => true,
        }
    }
}
