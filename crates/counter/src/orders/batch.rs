//! The batch of orders that is forming.

use super::place::{Memory, PlaceOrder, place_orders};
use crate::accounts::Standing;
use crate::batch::{Batched, Queue, Seen};
use crate::{Counter, Failure};
use domain::orders::OrderRefusal;
use domain::{OrderId, Timestamp};
use store::{DbError, StoreError, Tx};

/// What placing an order comes to: its id, a refusal, or the store's trouble.
pub type Placed = Result<OrderId, Failure<OrderRefusal>>;

/// Orders that wait for the next unit.
pub(crate) type AddQueue = Queue<PlaceOrder, Placed>;

impl Batched for PlaceOrder {
    type Answer = Placed;

    fn queue(counter: &Counter) -> &AddQueue {
        &counter.adds
    }

    fn carry_out(
        counter: &Counter,
        tx: &mut dyn Tx,
        seen: &Seen,
        batch: &[Self],
        now: Timestamp,
    ) -> Result<Vec<Placed>, DbError> {
        let seconds = counter.settings.duplicate_window_seconds;
        let memory = Memory {
            catalogue: &seen.catalogue,
            access: Standing { known: &counter.access, epoch: seen.access_epoch },
            recent: (seconds > 0).then_some((&*counter.recent, seconds)),
        };
        let answers = place_orders(tx, memory, batch, now)?;
        Ok(answers.into_iter().map(|answer| answer.map_err(Failure::Refused)).collect())
    }

    fn failed(error: StoreError) -> Placed {
        Err(Failure::Store(error))
    }
}

impl Counter {
    /// Places an order; resolves after it is durable. It joins the batch that is forming.
    ///
    /// # Errors
    /// [`OrderRefusal`] when a rule says no; nothing is charged or stored then.
    pub async fn place_order(&self, order: PlaceOrder, now: Timestamp) -> Placed {
        let placed = crate::batch::submit(self, order, now).await;
        if placed.is_ok() {
            self.came.notify_one();
        }
        placed
    }

    /// Resolves when an order was placed in this process since it last did. For one who waits: orders
    /// that come by other ways, or to other nodes, have to be looked for all the same.
    pub async fn order_came(&self) {
        self.came.notified().await;
    }
}
