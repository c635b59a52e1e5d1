//! Orders in parts: runs of a drip-feed, posts of a subscription.

use super::{INTERVAL_MINUTES, MAX, MIN, MINUTE, Model, Order, POSTS, Plan, Status, up};

impl Model {
    /// Stops an order in parts: what never started goes back, pending parts are canceled, and
    /// whoever delivers the others is asked to stop.
    pub(crate) fn stop(&mut self, index: usize) {
        match &mut self.orders[index].plan {
            Plan::None => return,
            Plan::Runs { over, .. } | Plan::Posts { over, .. } => *over = true,
        }
        if self.orders[index].status == Status::Pending {
            self.cancel_order(index);
            return;
        }
        let rest = self.orders[index].holds;
        self.give_back(index, rest);
        for part in 0..self.orders.len() {
            let order = &self.orders[part];
            if order.parent != Some(index) || order.status.ended() || order.cancel_open {
                continue;
            }
            if order.status == Status::Pending {
                self.cancel_order(part);
            } else {
                self.ask_cancel(part);
            }
        }
        self.settle(index);
    }

    pub(super) fn part_ended(&mut self, part: usize) {
        if let Some(parent) = self.orders[part].parent {
            self.settle(parent);
        }
    }

    pub(super) fn settle(&mut self, parent: usize) {
        let over = match self.orders[parent].plan {
            Plan::None => return,
            Plan::Runs { over, .. } | Plan::Posts { over, .. } => over,
        };
        let parts: Vec<&Order> =
            self.orders.iter().filter(|order| order.parent == Some(parent)).collect();
        if !over || parts.iter().any(|part| !part.status.ended()) {
            return;
        }
        let started: i64 = parts.iter().map(|part| part.quantity).sum();
        let missed: i64 = parts.iter().map(|part| part.remains.max(0)).sum();
        let all_there = match self.orders[parent].plan {
            Plan::Runs { total, .. } => parts.len() == usize::try_from(total).unwrap(),
            _ => parts.len() == usize::try_from(POSTS).unwrap(),
        };
        let (came, whole) = (started - missed, self.orders[parent].quantity);
        let (status, remains) = if all_there && missed == 0 {
            (Status::Completed, 0)
        } else if came == 0 {
            (Status::Canceled, whole)
        } else {
            (Status::Partial, whole - came)
        };
        let correctable = matches!(status, Status::Partial | Status::Canceled);
        match self.orders[parent].status {
            Status::Completed | Status::Partial if !correctable => return,
            Status::Canceled => return,
            _ => self.end(parent, status),
        }
        self.orders[parent].remains = remains;
    }

    /// Starts every run that is due; new orders are numbered from `next_id`. Runs of one pass
    /// start in the order in which they were due.
    pub(crate) fn move_parts(&mut self, mut next_id: i64) {
        loop {
            let mut due: Vec<(i64, i64, usize)> = self
                .orders
                .iter()
                .enumerate()
                .filter_map(|(index, order)| match order.plan {
                    Plan::Runs { next, over: false, paused: false, .. }
                        if next <= self.now && self.may_run(index) =>
                    {
                        Some((next, order.id, index))
                    }
                    _ => None,
                })
                .collect();
            due.sort_unstable();
            if due.is_empty() {
                return;
            }
            for (_, _, index) in due {
                self.start_run(index, next_id);
                next_id += 1;
            }
        }
    }

    fn start_run(&mut self, index: usize, id: i64) {
        let now = self.now;
        let parent = self.orders[index].clone();
        let Plan::Runs { total, each, started, next, paused, .. } = parent.plan else { return };
        let cost = |runs: i64| up(parent.rate * i128::from(each * runs), 1_000);
        let charge = cost(started + 1) - cost(started);
        let planned = next + INTERVAL_MINUTES * MINUTE;
        let next = if planned > now { planned } else { now + INTERVAL_MINUTES * MINUTE };
        let over = started + 1 == total;
        let started = started + 1;
        self.orders[index].plan = Plan::Runs { total, each, started, next, over, paused };
        self.part(index, id, each, charge, parent.link.clone());
    }

    fn part(&mut self, parent: usize, id: i64, quantity: i64, charge: i128, link: String) {
        self.give_back(parent, charge);
        self.orders[parent].status = Status::InProgress;
        let (account, service) = (self.orders[parent].account, self.orders[parent].service);
        let rate = self.orders[parent].rate;
        self.hold(account, charge);
        // Runs go with their order; posts have links of their own.
        let waits = service == 4 && self.must_wait(service, &link);
        self.orders.push(Order {
            id,
            account,
            service,
            link,
            rate,
            quantity,
            charge,
            earned: 0,
            holds: charge,
            status: Status::Pending,
            remains: quantity,
            ended_at: None,
            cancel_open: false,
            waits,
            parent: Some(parent),
            plan: Plan::None,
            refill: None,
            lease: None,
        });
    }

    /// A new post of a subscription; false when it must be refused.
    pub(crate) fn post(&mut self, index: usize, quantity: i64, id: i64, link: &str) -> bool {
        let parent = self.orders[index].clone();
        let Plan::Posts { done, over } = parent.plan else { return false };
        if over || parent.status.ended() || !(MIN[4]..=MAX[4]).contains(&quantity) {
            return false;
        }
        let charge = up(parent.rate * i128::from(quantity), 1_000).min(parent.holds);
        self.orders[index].plan = Plan::Posts { done: done + 1, over: done + 1 == POSTS };
        self.part(index, id, quantity, charge, link.to_owned());
        if done + 1 == POSTS {
            let rest = self.orders[index].holds;
            self.give_back(index, rest);
        }
        true
    }
}
