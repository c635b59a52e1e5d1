//! The batch that is forming: requests of one kind that wait for the writer are carried out
//! together, in the order they came.

use crate::Counter;
use crate::catalogue::Snapshot;
use domain::Timestamp;
use parking_lot::Mutex;
use std::sync::Arc;
use store::tables::meta;
use store::{DbError, StoreError, Tx, Unit};
use tokio::sync::oneshot;

/// Most requests in one unit: bounds its rows, and how long the first waits for the last. Few enough
/// that the callers of one unit are answered and ask again while the next is carried out: with all
/// of them in one, either the writer or everybody else has nothing to do.
const REQUESTS_PER_UNIT: usize = 64;

/// Most requests that may wait; more are refused at once, so that a stalled disk is answered and
/// not piled up behind.
const REQUESTS_WAITING: usize = 4_096;

/// What a unit sees of what is kept in memory.
pub(crate) struct Seen {
    /// The catalogue.
    pub(crate) catalogue: Arc<Snapshot>,
    /// The epoch of keys and the standing of accounts.
    pub(crate) access_epoch: i64,
}

/// A kind of request that is carried out in batches.
pub(crate) trait Batched: Sized + Send + 'static {
    /// What its caller is told.
    type Answer: Send + 'static;

    /// Where requests of this kind wait.
    fn queue(counter: &Counter) -> &Queue<Self, Self::Answer>;

    /// Carries a batch out; answers in order.
    fn carry_out(
        counter: &Counter,
        tx: &mut dyn Tx,
        seen: &Seen,
        batch: &[Self],
        now: Timestamp,
    ) -> Result<Vec<Self::Answer>, DbError>;

    /// What its caller is told when the store fails.
    fn failed(error: StoreError) -> Self::Answer;
}

/// Requests that wait for the next unit.
#[derive(Debug)]
pub(crate) struct Queue<R, A> {
    forming: Mutex<Forming<R, A>>,
}

#[derive(Debug)]
struct Forming<R, A> {
    waiting: Vec<Waiting<R, A>>,
    /// Whether a unit that will take them is queued.
    queued: bool,
}

#[derive(Debug)]
struct Waiting<R, A> {
    request: R,
    now: Timestamp,
    caller: oneshot::Sender<A>,
}

impl<R, A> Default for Queue<R, A> {
    fn default() -> Self {
        Self { forming: Mutex::new(Forming { waiting: Vec::new(), queued: false }) }
    }
}

impl<R, A> Queue<R, A> {
    /// Adds a request. Says whether a unit must be queued for it; nothing when there is no room.
    fn push(&self, waiting: Waiting<R, A>) -> Option<bool> {
        let mut forming = self.forming.lock();
        if forming.waiting.len() >= REQUESTS_WAITING {
            return None;
        }
        forming.waiting.push(waiting);
        Some(!std::mem::replace(&mut forming.queued, true))
    }

    /// Takes the requests of one unit; the flag says that some are left, which need another.
    fn take(&self) -> (Vec<Waiting<R, A>>, bool) {
        let mut forming = self.forming.lock();
        let count = forming.waiting.len().min(REQUESTS_PER_UNIT);
        let rest = forming.waiting.split_off(count);
        let taken = std::mem::replace(&mut forming.waiting, rest);
        forming.queued = !forming.waiting.is_empty();
        (taken, forming.queued)
    }
}

/// The unit that carries out whatever waits when the writer comes to it.
struct Batch<R: Batched> {
    counter: Counter,
    taken: bool,
    /// Whether requests are left, which need another unit.
    more: bool,
    callers: Vec<oneshot::Sender<R::Answer>>,
    requests: Vec<R>,
    /// Whether prices or keys have changed in the middle of an earlier run.
    moved: bool,
    /// The catalogue as the unit saw it.
    catalogue: Option<Arc<Snapshot>>,
    now: Timestamp,
    answers: Vec<R::Answer>,
}

impl<R: Batched> Batch<R> {
    fn queue(counter: &Counter) {
        counter.store.submit(Box::new(Self {
            counter: counter.clone(),
            taken: false,
            more: false,
            callers: Vec::new(),
            requests: Vec::new(),
            moved: false,
            catalogue: None,
            now: Timestamp(0),
            answers: Vec::new(),
        }));
    }

    /// Takes what waits, once: an engine that runs the unit again must do the same again.
    fn take(&mut self) {
        if self.taken {
            return;
        }
        self.taken = true;
        let (waiting, more) = R::queue(&self.counter).take();
        self.more = more;
        for Waiting { request, now, caller } in waiting {
            // One clock for the batch: the latest of its requests.
            self.now = self.now.max(now);
            self.requests.push(request);
            self.callers.push(caller);
        }
    }
}

impl<R: Batched> Unit for Batch<R> {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), DbError> {
        self.take();
        if self.moved {
            // Once is enough: the next change waits for this unit.
            meta::lock_catalogue(tx)?;
            meta::lock_access(tx)?;
        }
        let epochs = meta::epochs(tx)?;
        let catalogue = self.counter.catalogue.at(tx, epochs.catalogue)?;
        let seen = Seen { catalogue, access_epoch: epochs.access };
        self.answers = R::carry_out(&self.counter, tx, &seen, &self.requests, self.now)?;
        // A price is made from several rows: list rate, discount, tier. Where others write at the
        // same time, one may be read before a change and one after it, which together never were a
        // price; and a key may be revoked while the unit waits for an account.
        if !tx.alone() && meta::epochs(tx)? != epochs {
            self.moved = true;
            let changed = "prices or keys have changed while the orders were being placed";
            return Err(tx.poison(DbError::new("EPOCHS", changed)));
        }
        self.catalogue = Some(seen.catalogue);
        Ok(())
    }

    fn finish(mut self: Box<Self>, outcome: Result<(), StoreError>) {
        // A unit that was refused by a full queue has taken nothing yet: its requests are answered
        // all the same.
        self.take();
        if self.more {
            // Not before: it would share the commit, and all would wait for all.
            Self::queue(&self.counter);
        }
        if let (Ok(()), Some(catalogue)) = (&outcome, &self.catalogue) {
            self.counter.catalogue.keep(catalogue);
        }
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        for caller in std::mem::take(&mut self.callers) {
            let answer = match (&outcome, answers.next()) {
                (Ok(()), Some(answer)) => answer,
                (Ok(()), None) => R::failed(StoreError::Closed),
                (Err(error), _) => R::failed(error.clone()),
            };
            // A caller that has gone away gets no answer; what it asked for stands all the same.
            drop(caller.send(answer));
        }
    }
}

/// Lets a request join the batch that is forming; resolves after it is durable.
pub(crate) async fn submit<R: Batched>(counter: &Counter, request: R, now: Timestamp) -> R::Answer {
    let (caller, answer) = oneshot::channel();
    match R::queue(counter).push(Waiting { request, now, caller }) {
        Some(true) => Batch::<R>::queue(counter),
        Some(false) => {}
        None => return R::failed(StoreError::Full),
    }
    answer.await.unwrap_or_else(|_| R::failed(StoreError::Closed))
}
