//! What one node at a time does in the background, each job under its own lease.

use crate::clock;
use crate::low_stock::LowStockLog;
use counter::Counter;
use counter::executors::ExpiredLease;
use counter::nodes::{Job, Lease, Worker};
use domain::Timestamp;
use std::time::Duration;
use store::StoreError;
use tokio::sync::watch;

/// Between two looks at what comes due by itself.
const OFTEN: Duration = Duration::from_millis(500);

/// Between two sweeps of what is kept for a while only.
const SWEEP: Duration = Duration::from_secs(20);

const fn every(job: Job) -> Duration {
    match job {
        Job::Fulfilment | Job::Orders | Job::Sealing => OFTEN,
        Job::Retention | Job::Stock => SWEEP,
    }
}

/// Does a job while its lease is held here, until `ended`. An error is logged and the next look tries
/// again: all of it is picked up from the database.
pub(crate) async fn run(
    counter: Counter,
    job: Job,
    mut lease: watch::Receiver<Option<Lease>>,
    mut ended: watch::Receiver<bool>,
) {
    let mut low = LowStockLog::default();
    while !*ended.borrow_and_update() {
        let held = lease.borrow_and_update().clone().filter(|lease| !lease.is_lost());
        // Without it, there is nothing to do until it is held again.
        let pause = if held.is_some() { every(job) } else { Duration::MAX };
        if let Some(lease) = held {
            step(&counter.worker(lease), job, clock::now(), &mut low).await;
        }
        tokio::select! {
            _ = lease.changed() => {}
            _ = ended.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    let held = lease.borrow().clone().filter(|_| job == Job::Sealing);
    if let Some(lease) = held {
        // What the last requests did is sealed before the process ends.
        let sealed = counter.worker(lease).seal_events(clock::now()).await;
        tell(sealed, "the last events are not sealed; another node or the next start will do it");
    }
}

async fn step(worker: &Worker, job: Job, now: Timestamp, low: &mut LowStockLog) {
    match job {
        // It looks after its own time ([`crate::fulfilment`]).
        Job::Fulfilment => {}
        Job::Orders => {
            let moved = worker.move_parts(now).await;
            tell(moved, "runs and subscriptions are not moved on");
            let (expired, done) = worker.expire_order_leases(now).await;
            tell_of_silence(&expired);
            tell(done, "orders that their executors forgot are not put before a person");
            let served = worker.serve_waiting_orders(now).await;
            tell(served, "orders that wait for stock are not served");
        }
        Job::Sealing => {
            tell(worker.seal_events(now).await, "events are not sealed");
        }
        Job::Retention => {
            tell(worker.forget_old(now).await, "old request ids are not forgotten");
        }
        Job::Stock => {
            let resumed = worker.resume_imports(now).await;
            tell(resumed, "an import of stock is not finished");
            let cleared = worker.clear_discarded().await;
            tell(cleared, "a discarded import of stock is not cleared away");
            let expired = worker.expire_stock(now).await;
            tell(expired, "outdated stock is not taken off sale");
            if let Some(now_low) = tell(worker.low_stock().await, "stock is not looked at") {
                low.tell(&now_low);
            }
        }
    }
}

/// Tells whoever reads logs which orders need somebody who asks their executors.
fn tell_of_silence(expired: &[ExpiredLease]) {
    for ExpiredLease { order, executor } in expired {
        tracing::error!(
            order = order.0,
            executor,
            "an executor has said nothing of an order for too long and may still deliver it: ask it, \
             then end the order (`order complete`, `order partial`, `order cancel`) or let others \
             have it (`order release`)"
        );
    }
}

/// What was done; an error is logged instead. That a lease was lost is told where leases are kept.
fn tell<T>(done: Result<T, StoreError>, otherwise: &'static str) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(error) => {
            if !error.is_lease_lost() {
                tracing::error!(%error, "{otherwise}");
            }
            None
        }
    }
}
