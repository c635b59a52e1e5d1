//! Orders that are delivered one after the other on a link, and drip-feeds that are paused.

use super::{Model, Plan, Status};
use crate::ops::Steered;

/// Whose orders wait for their turn.
const IN_TURN: [usize; 2] = [4, 5];

impl Model {
    /// Whether an order or a post on the link has to wait.
    pub(super) fn must_wait(&self, service: usize, link: &str) -> bool {
        let on_link = |index: &usize| self.stands_on(*index, service, link);
        IN_TURN.contains(&service) && (0..self.orders.len()).any(|index| on_link(&index))
    }

    /// Whether an order stands on the link by itself and is open. A run stands with its order, and a
    /// subscription itself has no link.
    fn stands_on(&self, index: usize, service: usize, link: &str) -> bool {
        let order = &self.orders[index];
        let by_itself = order.service != 5 || order.parent.is_none();
        order.service == service
            && by_itself
            && !link.is_empty()
            && order.link == link
            && !order.status.ended()
    }

    /// An open order ends: the next on its link has its turn, unless it waited itself.
    pub(super) fn leave_link(&mut self, index: usize) {
        let order = self.orders[index].clone();
        if order.status.ended() || !IN_TURN.contains(&order.service) {
            return;
        }
        self.orders[index].waits = false;
        let is_run = order.service == 5 && order.parent.is_some();
        if order.waits || is_run {
            return;
        }
        let next = (0..self.orders.len()).find(|other| {
            self.orders[*other].waits && self.stands_on(*other, order.service, &order.link)
        });
        if let Some(next) = next {
            self.orders[next].waits = false;
        }
    }

    /// Whether the next run of a drip-feed may start beside what is open.
    pub(super) fn may_run(&self, index: usize) -> bool {
        let order = &self.orders[index];
        let is_open_run = |run: &super::Order| run.parent == Some(index) && !run.status.ended();
        order.service != 5 || (!order.waits && !self.orders.iter().any(is_open_run))
    }

    /// Pauses, resumes or stops an order in parts; false when it must be refused.
    pub(crate) fn steer(&mut self, index: usize, steered: Steered) -> bool {
        let now = self.now;
        let order = &mut self.orders[index];
        if order.status.ended() {
            return false;
        }
        match (steered, &mut order.plan) {
            (Steered::Pause, Plan::Runs { over: false, paused, .. }) if !*paused => *paused = true,
            (Steered::Resume, Plan::Runs { over: false, paused, next, .. }) if *paused => {
                *paused = false;
                *next = (*next).max(now);
            }
            (
                Steered::Stop,
                Plan::Runs { over: over @ false, .. } | Plan::Posts { over: over @ false, .. },
            ) => {
                *over = true;
                if order.status == Status::Pending {
                    self.cancel_order(index);
                    return true;
                }
                let rest = self.orders[index].holds;
                self.give_back(index, rest);
                self.settle(index);
            }
            _ => return false,
        }
        true
    }
}
