//! Cancels and refills: asked for and decided.

use super::{World, account_id, count};
use crate::model::{CancelNow, Order, Plan, Status};
use counter::requests::RefillDecision;
use domain::{CancelId, OrderId, RefillId};

impl World {
    pub(super) async fn ask_cancel(&mut self, order: usize, stranger: bool) {
        if self.model.orders.is_empty() {
            return;
        }
        let index = order % self.model.orders.len();
        let Order { id, account, service, status, cancel_open, .. } =
            self.model.orders[index].clone();
        let asker = if stranger { (account + 1) % self.model.accounts.len() } else { account };
        let ids = vec![OrderId(id)];
        let answers = self.counter.ask_cancels(account_id(asker), ids, self.now()).await.unwrap();
        if stranger {
            assert_eq!(answers, [None]);
            return;
        }
        let allowed = service != 3 && !status.ended();
        assert_eq!(answers[0].unwrap().is_ok(), allowed);
        if !allowed || cancel_open {
            return;
        }
        self.model.ask_cancel(index);
        if self.model.orders[index].plan != Plan::None {
            self.model.stop(index);
        } else if status == Status::Pending {
            self.model.cancel_order(index);
        }
    }

    pub(super) async fn reject_cancel(&mut self, cancel: usize) {
        if self.model.cancels.is_empty() {
            return;
        }
        let (id, order, now) = self.model.cancels[cancel % self.model.cancels.len()];
        // What was stopped cannot go on.
        let open = now == CancelNow::Open && self.model.orders[order].plan == Plan::None;
        let done = self.counter.reject_cancel(CancelId(id), None, "tester", self.now()).await;
        assert_eq!(done.is_ok(), open, "{:?}", self.model.orders[order]);
        if open {
            self.model.answer_cancel(order, CancelNow::Refused);
        }
    }

    pub(super) async fn ask_refill(&mut self, order: usize, stranger: bool) {
        if self.model.orders.is_empty() {
            return;
        }
        // Mostly orders that might be refilled; the others are refused anyhow.
        let mut candidates: Vec<usize> = (0..self.model.orders.len())
            .filter(|index| self.model.orders[*index].ended_at.is_some())
            .filter(|index| self.model.orders[*index].service == 0)
            .collect();
        candidates.push(order % self.model.orders.len());
        let index = candidates[order % candidates.len()];
        let Order { id, account, .. } = self.model.orders[index].clone();
        let asker = if stranger { (account + 1) % self.model.accounts.len() } else { account };
        let ids = vec![OrderId(id)];
        let answers = self.counter.ask_refills(account_id(asker), ids, self.now()).await.unwrap();
        if stranger {
            assert_eq!(answers, [None]);
            return;
        }
        let allowed = self.model.may_refill(index);
        assert_eq!(answers[0].unwrap().is_ok(), allowed, "{:?}", self.model.orders[index]);
        if allowed {
            self.model.refills.push((count(self.model.refills.len()) + 1, index));
            self.model.orders[index].refill = Some((self.model.now, true));
        }
    }

    pub(super) async fn decide_refill(&mut self, refill: usize, decision: u8) {
        if self.model.refills.is_empty() {
            return;
        }
        let (id, order) = self.model.refills[refill % self.model.refills.len()];
        let latest = self.model.refills.iter().rev().find(|(_, o)| *o == order).unwrap().0;
        let (asked, open) = self.model.orders[order].refill.unwrap();
        let decision = match decision {
            0 => RefillDecision::Begin,
            1 => RefillDecision::Complete,
            _ => RefillDecision::Reject,
        };
        let done =
            self.counter.decide_refill(RefillId(id), decision, None, "tester", self.now()).await;
        let live = open && latest == id;
        // Beginning twice is refused; the model does not keep that apart.
        assert!(done.is_err() || live);
        if decision == RefillDecision::Begin {
            return;
        }
        assert_eq!(done.is_ok(), live);
        if live {
            self.model.orders[order].refill = Some((asked, false));
        }
    }
}
