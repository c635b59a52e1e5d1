//! The batch that is forming: requests that wait for the writer are placed together.

use super::place::{PlaceOrder, Window, place_orders};
use crate::catalogue::Catalogue;
use crate::{Counter, Failure};
use domain::orders::OrderRefusal;
use domain::{OrderId, Timestamp};
use parking_lot::Mutex;
use std::sync::Arc;
use store::{DbError, Store, StoreError, Tx, Unit};
use tokio::sync::oneshot;

/// What placing an order comes to: its id, a refusal, or the store's trouble.
pub type Placed = Result<OrderId, Failure<OrderRefusal>>;

/// Most orders in one unit: bounds its rows, and how long the first waits for the last.
const ORDERS_PER_UNIT: usize = 128;

/// Most orders that may wait; more are refused at once, so that a stalled disk is answered and
/// not piled up behind.
const ORDERS_WAITING: usize = 4_096;

#[derive(Debug)]
struct Waiting {
    order: PlaceOrder,
    now: Timestamp,
    caller: oneshot::Sender<Placed>,
}

/// Orders that wait for the next unit.
#[derive(Debug, Default)]
pub(crate) struct AddQueue {
    forming: Mutex<Forming>,
}

#[derive(Debug, Default)]
struct Forming {
    waiting: Vec<Waiting>,
    /// Whether a unit that will take them is queued.
    queued: bool,
}

impl AddQueue {
    /// Adds an order. Says whether a unit must be queued for it; nothing when there is no room.
    fn push(&self, waiting: Waiting) -> Option<bool> {
        let mut forming = self.forming.lock();
        if forming.waiting.len() >= ORDERS_WAITING {
            return None;
        }
        forming.waiting.push(waiting);
        Some(!std::mem::replace(&mut forming.queued, true))
    }

    /// Takes the orders of one unit; the flag says that some are left, which need another.
    fn take(&self) -> (Vec<Waiting>, bool) {
        let mut forming = self.forming.lock();
        let count = forming.waiting.len().min(ORDERS_PER_UNIT);
        let rest = forming.waiting.split_off(count);
        let taken = std::mem::replace(&mut forming.waiting, rest);
        forming.queued = !forming.waiting.is_empty();
        (taken, forming.queued)
    }
}

/// The unit that places whatever waits when the writer comes to it.
struct PlaceBatch {
    counter: Counter,
    taken: bool,
    callers: Vec<oneshot::Sender<Placed>>,
    orders: Vec<PlaceOrder>,
    now: Timestamp,
    answers: Vec<Result<OrderId, OrderRefusal>>,
}

impl PlaceBatch {
    fn queue(counter: &Counter) {
        counter.store.submit(Box::new(Self {
            counter: counter.clone(),
            taken: false,
            callers: Vec::new(),
            orders: Vec::new(),
            now: Timestamp(0),
            answers: Vec::new(),
        }));
    }

    /// Takes what waits, once: an engine that runs the unit again must place the same orders.
    fn take(&mut self) {
        if self.taken {
            return;
        }
        self.taken = true;
        let (waiting, more) = self.counter.adds.take();
        if more {
            Self::queue(&self.counter);
        }
        for Waiting { order, now, caller } in waiting {
            // One clock for the batch: the latest of its requests.
            self.now = self.now.max(now);
            self.orders.push(order);
            self.callers.push(caller);
        }
    }
}

impl Unit for PlaceBatch {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), DbError> {
        self.take();
        let catalogue: &Catalogue = &self.counter.catalogue;
        let snapshot = catalogue.current(tx)?;
        let window = Window { seconds: self.counter.settings.duplicate_window_seconds };
        self.answers = place_orders(tx, &snapshot, window, &self.orders, self.now)?;
        Ok(())
    }

    fn finish(mut self: Box<Self>, outcome: Result<(), StoreError>) {
        // A unit that was refused by a full queue has taken nothing yet: its orders are answered
        // all the same.
        self.take();
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        for caller in std::mem::take(&mut self.callers) {
            let answer = match (&outcome, answers.next()) {
                (Ok(()), Some(answer)) => answer.map_err(Failure::Refused),
                (Ok(()), None) => Err(Failure::Store(StoreError::Closed)),
                (Err(error), _) => Err(Failure::Store(error.clone())),
            };
            // A caller that has gone away gets no answer; its order stands all the same.
            drop(caller.send(answer));
        }
    }
}

impl Counter {
    /// Places an order; resolves after it is durable. It joins the batch that is forming.
    ///
    /// # Errors
    /// [`OrderRefusal`] when a rule says no; nothing is charged or stored then.
    pub async fn place_order(&self, order: PlaceOrder, now: Timestamp) -> Placed {
        let (caller, answer) = oneshot::channel();
        match self.adds.push(Waiting { order, now, caller }) {
            Some(true) => PlaceBatch::queue(self),
            Some(false) => {}
            None => return Err(Failure::Store(StoreError::Full)),
        }
        answer.await.unwrap_or(Err(Failure::Store(StoreError::Closed)))
    }

    /// The store that the counter works on.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The snapshot of the catalogue, for use cases that need it inside their unit.
    pub(crate) fn catalogue_cache(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue)
    }
}
