//! Staff decide what only a person can, and always by what is true: they look at the panel.

use crate::Outcome;
use crate::truth::Taken;
use crate::world::World;
use counter::Failure;
use counter::fulfilment::Verdict;
use counter::orders::{OrderReport, Report};
use domain::OrderId;
use domain::orders::{Order, OrderShape, State};
use domain::providers::{Attempt, AttemptState};

impl World {
    /// Decides about everything that waits for a person.
    pub(crate) fn decide_what_waits(&mut self) -> Outcome<()> {
        let open: Vec<Order> = self
            .watch
            .orders
            .values()
            .filter(|order| order.shape == OrderShape::Single && !order.state.is_terminal())
            .cloned()
            .collect();
        let now = self.now();
        for order in open {
            let age = now.0.saturating_sub(order.changed.0);
            let due = match order.state {
                State::Review => true,
                State::Unknown | State::SubmittedNoId => age > self.swarm.patience_us,
                _ => false,
            };
            // Nobody is always there at once.
            if due && (self.calm || self.rng.u8(..3) == 0) {
                self.decide(&order)?;
            }
        }
        Ok(())
    }

    fn decide(&mut self, order: &Order) -> Outcome<()> {
        // What is on its way, or waits at the panel, may still be taken: nobody can know.
        if self.is_on_its_way(order.id) {
            return Ok(());
        }
        let attempts = self.shop.wait(self.shop.counter.attempts_of_order(order.id))?;
        if self.is_left_alone(order, &attempts) {
            return Ok(());
        }
        let taken = self.truth.latest(order.id);
        let unknown = attempts.iter().rev().find(|attempt| attempt.state.is_unknown());
        if let Some(attempt) = unknown {
            return self.say_of(order.id, attempt.number);
        }
        let no_id = |attempt: &&Attempt| {
            attempt.state == AttemptState::AcceptedNoId && !self.truth.shares_id(order.id)
        };
        match (attempts.iter().find(no_id), taken) {
            (Some(_), Some(taken)) => {
                let verdict = self.verdict(order.id, taken);
                if matches!(verdict, Verdict::AcceptedAs(_)) {
                    return self.say(order.id, verdict);
                }
                self.report(order.id, taken)
            }
            (None, Some(taken)) => self.report(order.id, taken),
            // Nobody has it, and no try is left that could say so.
            (None, None) if order.state == State::Review => {
                self.say(order.id, Verdict::NotAccepted { grace_us: self.swarm.timing.grace_us })
            }
            (_, None) => Ok(()),
        }
    }

    /// Says what became of an attempt of which nobody knew.
    pub(crate) fn say_of(&mut self, order: OrderId, number: i64) -> Outcome<()> {
        let there = self.truth.latest(order).filter(|taken| taken.attempt == number);
        let verdict = match there {
            None => Verdict::NotAccepted { grace_us: self.swarm.timing.grace_us },
            Some(_) if self.rng.u8(..5) > 0 => Verdict::AcceptedNoId,
            Some(taken) => self.verdict(order, taken),
        };
        self.say(order, verdict)
    }

    /// What the panel calls an order; nothing where it calls another one so too.
    fn verdict(&self, order: OrderId, taken: Taken) -> Verdict {
        let upstream = self.panels.get(taken.panel).and_then(|p| p.orders().get(taken.number));
        match upstream.filter(|_| !self.truth.shares_id(order)) {
            Some(upstream) => Verdict::AcceptedAs(upstream.id.to_string()),
            None => Verdict::AcceptedNoId,
        }
    }

    fn say(&mut self, order: OrderId, verdict: Verdict) -> Outcome<()> {
        let now = self.now();
        self.trace.note(self.now_us, format_args!("staff: order {order}: {verdict:?}"));
        let counter = &self.shop.counter;
        let decided = counter.decide_attempt(order, verdict, "staff", "looked at the panel", now);
        match self.shop.wait(decided) {
            // Somebody was faster.
            Ok(_) | Err(Failure::Refused(_)) => Ok(()),
            Err(Failure::Store(error)) => {
                self.finding(format!("order {order}: cannot be decided: {error}"));
                Ok(())
            }
        }
    }

    /// Ends an order as it has ended at the panel.
    fn report(&mut self, order: OrderId, taken: Taken) -> Outcome<()> {
        let now = self.now();
        let state = self.upstream_state(taken);
        let report = match state {
            Some(fakepanel::State::Completed { remains }) => {
                Report::Completed { start_count: None, remains: Some(remains) }
            }
            Some(fakepanel::State::Partial { remains }) => Report::Partial { remains },
            Some(fakepanel::State::Canceled) => Report::Canceled,
            _ => return Ok(()),
        };
        if let Some(books) = self.books.get_mut(taken.panel) {
            books.by_hand.insert(order);
        }
        self.trace.note(self.now_us, format_args!("staff: order {order}: {report:?}"));
        let reason = Some(String::from("looked at the panel"));
        let report = OrderReport { order, report, reason };
        match self.shop.wait(self.shop.counter.report_order(report, "staff", now)) {
            Ok(_) | Err(Failure::Refused(_)) => Ok(()),
            Err(Failure::Store(error)) => {
                self.finding(format!("order {order}: cannot be reported on: {error}"));
                Ok(())
            }
        }
    }
}
