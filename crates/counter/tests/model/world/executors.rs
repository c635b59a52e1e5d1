//! Executors: pulls, reports, leases.

use super::{World, count, worker};
use crate::model::executors::{AT_ONCE, LEASE_MINUTES, PULLED};
use crate::ops::Reported;
use counter::Failure;
use counter::accounts::RANDOM_BYTES;
use counter::catalogue::ServiceChange;
use counter::executors::{
    Caller, ExecutorChange, ExecutorKeyChange, ExecutorRefusal, ExecutorReport,
};
use counter::nodes::Job;
use domain::catalogue::Fulfilment;
use domain::executors::{ExecutorServices, ReportedStatus, Said};
use domain::{OrderId, ServiceId};

impl World {
    pub(super) async fn put_up_executors(&mut self) {
        let now = self.now();
        for service in PULLED {
            let fulfilment = Some(Fulfilment::Executors);
            let change = ServiceChange { fulfilment, ..ServiceChange::default() };
            let id = ServiceId(count(service) + 1);
            self.counter.edit_service(id, change, now).await.unwrap();
        }
        let first = ExecutorServices::Only(vec![ServiceId(1)]);
        for (name, services) in [("all", ExecutorServices::All), ("first", first)] {
            let change = ExecutorChange {
                name: Some(String::from(name)),
                services: Some(services),
                lease_minutes: Some(LEASE_MINUTES),
                at_once: Some(count(AT_ONCE)),
                ..ExecutorChange::default()
            };
            let executor = self.counter.add_executor(change, now).await.unwrap().id;
            let random = [u8::try_from(executor.0).unwrap(); RANDOM_BYTES];
            let key = ExecutorKeyChange::default();
            let made = self.counter.make_executor_key(executor, key, random, now).await.unwrap();
            self.callers.push(Caller { executor, key: made.id });
        }
    }

    pub(super) async fn pull(&mut self, executor: usize, limit: usize) {
        let caller = self.callers[executor];
        let pulled = self.counter.pull_orders(caller, &[], limit, self.now()).await;
        let pulled = match pulled {
            Ok(pulled) => Some(pulled.iter().map(|held| held.order.id.0).collect()),
            Err(Failure::Refused(ExecutorRefusal::NotNow(_))) => None,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(pulled, self.model.pull(executor, limit), "pulled by {executor}");
    }

    pub(super) async fn executor_says(&mut self, executor: usize, order: usize, said: Reported) {
        if self.model.orders.is_empty() {
            return;
        }
        // Mostly of those that some executor has; the others are refused anyhow.
        let mut candidates: Vec<usize> = (0..self.model.orders.len())
            .filter(|index| self.model.orders[*index].lease.is_some())
            .collect();
        candidates.push(order % self.model.orders.len());
        let index = candidates[order % candidates.len()];
        let of = |status, remains| Said { status, start_count: None, remains };
        let sent = match said {
            Reported::Accepted => of(Some(ReportedStatus::Processing), None),
            Reported::Progress(remains) => of(None, Some(remains)),
            Reported::Completed(remains) => of(Some(ReportedStatus::Completed), Some(remains)),
            Reported::Partial(remains) => of(Some(ReportedStatus::Partial), Some(remains)),
            Reported::Canceled => of(Some(ReportedStatus::Canceled), None),
        };
        let order = OrderId(self.model.orders[index].id);
        let report = ExecutorReport { order, said: sent, reason: None };
        let caller = self.callers[executor];
        let done = self.counter.report_pulled(caller, vec![report], self.now()).await.unwrap();
        let before = self.model.orders[index].clone();
        let allowed = self.model.executor_says(executor, index, said);
        assert_eq!(done[0].is_ok(), allowed, "{said:?} on {before:?}: {:?}", done[0]);
    }

    pub(super) async fn expire_leases(&mut self) {
        let orders = worker(&self.counter, Job::Orders).await;
        let (expired, done) = orders.expire_order_leases(self.now()).await;
        done.unwrap();
        assert_eq!(expired.len(), self.model.expire());
    }

    pub(super) async fn release(&mut self, order: usize) {
        if self.model.orders.is_empty() {
            return;
        }
        let index = order % self.model.orders.len();
        let id = OrderId(self.model.orders[index].id);
        let done = self.counter.release_order(id, "it is not delivered", "tester", self.now());
        let done = done.await;
        assert_eq!(done.is_ok(), self.model.release(index), "{:?}", self.model.orders[index]);
    }

    /// How many orders each executor has.
    pub(super) async fn compare_executors(&self, step: &str) {
        let known = self.counter.executors().await.unwrap();
        let has: Vec<i64> = known.iter().map(|(_, open)| *open).collect();
        assert_eq!(has, [count(self.model.has(0)), count(self.model.has(1))], "{step}");
    }
}
