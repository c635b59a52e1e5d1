//! What our books at a provider begin with, where open orders never end all at once.
//!
//! The first balance that is read while nothing is open there is what they begin with, and a provider's
//! first orders wait a moment for it. Where that does not happen, it gets no new orders for some seconds, once: its open orders are asked for,
//! the balance is read twice, and they are asked for again. When nothing has moved in between, no order
//! can have come back without our knowing.

use super::lane::{Lane, Readiness};
use super::resolve::{Phase, REFRESH_ORDERS, Read};
use super::{Action, Engine, plus};
use domain::providers::ProviderState;
use domain::{Micros, ProviderId, Timestamp};

/// For how long the first orders of a provider wait for it, at most.
pub(super) const FIRST_US: i64 = 5_000_000;

/// For how long a provider is held up for it, at most.
const HELD_US: i64 = 60_000_000;

/// After what time it is tried again, at first and at most.
const AGAIN_US: i64 = 900_000_000;
const AGAIN_MAX_US: i64 = 86_400_000_000;

/// How old a balance may be that shows that the provider tells it.
const TOLD_US: i64 = 120_000_000;

impl Lane {
    /// Whether its first orders wait for the balance that our books begin with, while nothing is open
    /// there.
    pub(super) fn awaits_beginning(&self, now: Timestamp) -> bool {
        now < self.resolver.first_until
            && self.provider.reported.is_none()
            && self.provider.balance_decimals.is_some()
            && self.purse.may_be_told()
            && self.is_quiet()
            && (!self.follow.read || self.follow.is_settled())
    }

    /// Whether the provider gets no orders because it is to be seen what our books begin with.
    pub(super) fn wants_beginning(&self, now: Timestamp) -> bool {
        let until = plus(self.resolver.begin_at, HELD_US);
        self.resolver.begin_at <= now
            && now < until
            && self.readiness == Readiness::Ready
            && self.provider.reported.is_none()
            && !self.is_strange()
            && self.provider.balance_decimals.is_some()
            && self.provider.state != ProviderState::Off
            && self.lost.is_empty()
            && self.purse.last.is_some_and(|(asked, _)| now < plus(asked, TOLD_US))
            && self.follow.len() <= REFRESH_ORDERS
    }

    /// Tries it again later when it could not be seen in time.
    pub(super) fn put_off_beginning(&mut self, now: Timestamp) {
        if plus(self.resolver.begin_at, HELD_US) <= now {
            self.try_beginning_later(now);
        }
    }

    /// Where it cannot be seen once, it can seldom be seen soon after, and orders wait for it.
    fn try_beginning_later(&mut self, now: Timestamp) {
        let doubled = 1_i64.checked_shl(self.resolver.begin_tries.min(16)).unwrap_or(1);
        self.resolver.begin_at = plus(now, AGAIN_US.saturating_mul(doubled).min(AGAIN_MAX_US));
        self.resolver.begin_tries = self.resolver.begin_tries.saturating_add(1);
    }
}

impl Engine {
    /// Takes the balance for what our books begin with, when nothing has moved.
    pub(super) fn begin_books(
        &mut self,
        id: ProviderId,
        first: Read,
        second: Micros,
        now: Timestamp,
    ) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let Phase::Books { after, .. } = lane.resolver.phase else { return };
        lane.resolver.phase = Phase::Idle;
        lane.try_beginning_later(now);
        let is_still = first.balance == second
            && first.booked == lane.provider.booked
            && lane.follow.read
            && lane.follow.stale(after) == 0
            && lane.is_quiet();
        if is_still {
            let read = lane.balance_read(second, first.asked, Some(first.booked), now);
            self.actions.push(Action::RecordBalance(read));
            self.next_setup = now;
        }
    }
}
