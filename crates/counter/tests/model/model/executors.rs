//! Executors: what they are given, say, forget, and lose.

use super::{MINUTE, Model, Plan, Status};
use crate::ops::Reported;

/// Services that executors fulfil.
pub(crate) const PULLED: [usize; 3] = [0, 1, 4];

/// The services of each executor.
const THEIRS: [&[usize]; 2] = [&PULLED, &[0]];

/// Most orders that each has at once.
pub(crate) const AT_ONCE: usize = 3;

pub(crate) const LEASE_MINUTES: i64 = 60;

/// An order in the hands of an executor, also after its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lease {
    pub(crate) executor: usize,
    until: i64,
    heard_of: bool,
}

impl Model {
    fn promised(&self) -> i64 {
        self.now + LEASE_MINUTES * MINUTE
    }

    /// How many orders an executor has that have not ended.
    pub(crate) fn has(&self, executor: usize) -> usize {
        let theirs = |lease: &Lease| lease.executor == executor;
        let open = self.orders.iter().filter(|order| !order.status.ended());
        open.filter(|order| order.lease.as_ref().is_some_and(theirs)).count()
    }

    /// The ids of the orders that a pull hands over; nothing when it must be refused.
    pub(crate) fn pull(&mut self, executor: usize, limit: usize) -> Option<Vec<i64>> {
        let free: Vec<usize> = (0..self.orders.len())
            .filter(|index| {
                let order = &self.orders[*index];
                order.status == Status::Pending
                    && !order.waits
                    && order.plan == Plan::None
                    && THEIRS[executor].contains(&order.service)
            })
            .collect();
        if free.is_empty() {
            return Some(Vec::new());
        }
        let room = AT_ONCE - self.has(executor);
        if room == 0 {
            return None;
        }
        let until = self.promised();
        let taken = free.into_iter().take(limit.min(room));
        let take = |index: usize| {
            let order = &mut self.orders[index];
            order.status = Status::Processing;
            order.lease = Some(Lease { executor, until, heard_of: true });
            order.id
        };
        Some(taken.map(take).collect())
    }

    /// What an executor says of an order; false when it must be refused.
    pub(crate) fn executor_says(&mut self, executor: usize, index: usize, said: Reported) -> bool {
        let order = self.orders[index].clone();
        let Some(lease) = order.lease.filter(|lease| lease.executor == executor) else {
            return false;
        };
        if let Some(ended) = order.ended_at {
            let again = match said {
                Reported::Completed(_) => order.status == Status::Completed,
                Reported::Canceled => order.status == Status::Canceled,
                Reported::Partial(remains) => {
                    order.status == Status::Partial && remains == order.remains
                }
                Reported::Accepted | Reported::Progress(_) => false,
            };
            let corrects = matches!(said, Reported::Partial(_) | Reported::Canceled);
            let in_time = self.now <= ended + 72 * 60 * MINUTE;
            return again || (corrects && in_time && self.report(index, said));
        }
        let good = match said {
            Reported::Accepted if order.status == Status::Review => {
                self.orders[index].status = Status::InProgress;
                true
            }
            Reported::Accepted => true,
            other => self.report(index, other),
        };
        if good {
            let until = lease.until.max(self.promised());
            self.orders[index].lease = Some(Lease { until, heard_of: true, ..lease });
        }
        good
    }

    /// Puts orders before a person of which nothing was heard; how many.
    pub(crate) fn expire(&mut self) -> usize {
        let mut expired = 0;
        for order in self.orders.iter_mut().filter(|order| !order.status.ended()) {
            let due = |lease: &&mut Lease| lease.heard_of && lease.until <= self.now;
            if let Some(lease) = order.lease.as_mut().filter(due) {
                lease.heard_of = false;
                order.status = Status::Review;
                expired += 1;
            }
        }
        expired
    }

    /// Gives an order back; false when it must be refused.
    pub(crate) fn release(&mut self, index: usize) -> bool {
        let order = &mut self.orders[index];
        if order.lease.is_none() || order.status.ended() || order.cancel_open {
            return false;
        }
        order.lease = None;
        order.status = Status::Pending;
        true
    }
}
