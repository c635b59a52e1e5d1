//! Looking for orders that an executor may have, among all that nobody has taken.
//!
//! Orders are not indexed by service: that would be one more page written for every order. So the
//! pending ones are looked through, oldest first, within bounds; a look that finds nothing within
//! them is gone on with the next time.

use crate::Counter;
use crate::catalogue::Snapshot;
use domain::executors::Executor;
use domain::{ExecutorId, OrderId, ServiceId};
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use store::tables::{link_queue, order_leases};
use store::{DbError, Tx};

/// Orders read at a time.
const PAGE: i64 = 1_000;

/// Most pages of one look.
const PAGES: usize = 20;

/// Up to which order executors have looked in vain. Kept in memory: lost, the look begins anew.
#[derive(Debug, Default)]
pub(crate) struct PullMarks(Mutex<HashMap<ExecutorId, OrderId>>);

/// What a look has found.
struct Look {
    found: Vec<OrderId>,
    /// How far it came, when there may be more behind.
    reached: Option<OrderId>,
}

/// The services that an executor may pull: of those that it wants, when it wants some. The first
/// that it wants and may not pull is the error.
pub(super) fn services(
    snapshot: &Snapshot,
    executor: &Executor,
    wanted: &[ServiceId],
) -> Result<HashSet<ServiceId>, ServiceId> {
    let may = |id: &ServiceId| {
        snapshot.services.get(id).is_some_and(|service| executor.may_pull(service))
    };
    if let Some(strange) = wanted.iter().find(|id| !may(id)) {
        return Err(*strange);
    }
    if wanted.is_empty() {
        Ok(snapshot.services.keys().copied().filter(may).collect())
    } else {
        Ok(wanted.iter().copied().collect())
    }
}

impl Counter {
    /// Up to `most` orders of the services that nobody has taken and that wait for no turn on a link,
    /// oldest first.
    pub(super) fn look(
        &self,
        tx: &mut dyn Tx,
        snapshot: &Snapshot,
        executor: ExecutorId,
        (services, most): (&HashSet<ServiceId>, usize),
    ) -> Result<Vec<OrderId>, DbError> {
        let from = self.pull_marks.0.lock().get(&executor).copied().unwrap_or(OrderId(0));
        let Look { found, reached } = look_from(tx, snapshot, from, (services, most))?;
        let mut marks = self.pull_marks.0.lock();
        match reached.filter(|_| found.is_empty()) {
            Some(reached) => marks.insert(executor, reached),
            None => marks.remove(&executor),
        };
        Ok(found)
    }
}

fn look_from(
    tx: &mut dyn Tx,
    snapshot: &Snapshot,
    from: OrderId,
    (services, most): (&HashSet<ServiceId>, usize),
) -> Result<Look, DbError> {
    let (mut found, mut after) = (Vec::new(), from);
    for _ in 0..PAGES {
        let page = order_leases::free_orders(tx, after, PAGE)?;
        let queued = page
            .iter()
            .filter(|(_, service)| services.contains(service) && snapshot.queues(*service));
        let queued: Vec<OrderId> = queued.map(|(order, _)| *order).collect();
        // Many may wait on one link: they would hide those behind them.
        let waiting: HashSet<OrderId> = link_queue::waiting(tx, &queued)?.into_iter().collect();
        let theirs = page
            .iter()
            .filter(|(order, service)| services.contains(service) && !waiting.contains(order));
        found.extend(theirs.map(|(order, _)| *order));
        let full = i64::try_from(page.len()).is_ok_and(|read| read == PAGE);
        match page.last() {
            Some((last, _)) if full && found.len() < most => after = *last,
            _ => {
                found.truncate(most);
                return Ok(Look { found, reached: None });
            }
        }
    }
    Ok(Look { found, reached: Some(after) })
}
