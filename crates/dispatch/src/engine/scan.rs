//! Looking for orders that wait.

use super::{Action, Engine, plus};
use counter::fulfilment::Waiting;
use domain::{OrderId, Timestamp};

/// Between two looks at what has come in, while something does.
pub(super) const SCAN_US: i64 = 100_000;

/// The same while nothing does: what other nodes take waits for it. What this one takes is told.
pub(super) const IDLE_US: i64 = 200_000;

/// Between two looks at all that waits.
const FULL_SCAN_US: i64 = 30_000_000;

/// Orders looked at in one go.
const SCAN_ORDERS: i64 = 1_000;

/// How far below the newest order newcomers are looked for: nodes give ids out of blocks of their
/// own, so a lower one may come after a higher one.
const SCAN_BACK: i64 = 8_192;

/// Where the reading of orders that wait has come to.
#[derive(Debug)]
pub(super) struct Scan {
    /// Above which order it goes on, when it is in the middle.
    pub(super) after: Option<OrderId>,
    pub(super) newest: OrderId,
    pub(super) next: Timestamp,
    pub(super) next_full: Timestamp,
    /// Before this moment it is not listened to who has orders: they are looked for often enough.
    pub(super) listens: Timestamp,
}

impl Scan {
    /// Nothing was read yet.
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { after: None, newest: OrderId(0), next: now, next_full: now, listens: now }
    }
}

impl Engine {
    pub(super) fn look_for_orders(&mut self, now: Timestamp) {
        let after = match self.scan.after {
            Some(after) => after,
            None if self.scan.next_full <= now => {
                self.scan.next_full = plus(now, FULL_SCAN_US);
                OrderId(0)
            }
            None if self.scan.next <= now => {
                OrderId(self.scan.newest.0.saturating_sub(SCAN_BACK).max(0))
            }
            None => return,
        };
        self.busy.scan = true;
        self.actions.push(Action::ReadWaiting { after, limit: SCAN_ORDERS });
    }

    pub(super) fn waiting(&mut self, orders: Vec<Waiting>, more: Option<OrderId>, now: Timestamp) {
        self.busy.scan = false;
        self.scan.after = more;
        let newest = orders.last().map(|order| order.order).max(more);
        self.scan.newest = newest.unwrap_or(OrderId(0)).max(self.scan.newest);
        let came = self.queue.read(orders) || more.is_some();
        self.scan.next = plus(now, if came { SCAN_US } else { IDLE_US });
    }
}
