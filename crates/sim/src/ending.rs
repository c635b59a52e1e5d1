//! What must hold once nothing goes wrong any more.

use crate::Outcome;
use crate::world::World;
use domain::orders::{OrderShape, State};
use domain::providers::AttemptState;
use domain::{AttemptId, Micros};
use store::tables::attempts;

/// How far our books may be from a panel's for one order, in micros: we know its amounts by cents where
/// nobody has said how many decimals it has, and what is that close is not told apart.
const ROUNDING: i64 = 20_001;

impl World {
    /// Every rule of the books holds.
    pub(crate) fn check_books(&mut self) -> Outcome<()> {
        let report = self.shop.wait(self.shop.counter.verify(&mut |_, _| {}))?;
        for check in report.checks {
            for finding in check.findings {
                self.finding(format!("{}: {finding}", check.rule));
            }
        }
        Ok(())
    }

    /// Nothing is stuck, and what has ended is where the panels say.
    pub(crate) fn check_end(&mut self) -> Outcome<()> {
        self.check_books()?;
        let known: Vec<_> = self.watch.orders.values().cloned().collect();
        let reviewed = known.iter().filter(|order| order.state == State::Review);
        let parents: Vec<_> = reviewed.filter_map(|order| order.parent).collect();
        for order in known {
            let (id, state) = (order.id, order.state.name());
            let waits = order.state == State::Review || parents.contains(&id);
            if !order.state.is_terminal() && !waits {
                self.finding(format!("order {id}: is still {state}, and nobody is asked"));
            }
            let single = order.shape == OrderShape::Single && order.state.is_terminal();
            if single && self.stands_as_told(&order) == Some(false) {
                let there = self.truth.latest(id).and_then(|taken| self.upstream_state(taken));
                self.finding(format!("order {id}: ended as {state}, at the panel as {there:?}"));
            }
        }
        self.check_written_off_end()?;
        (0..self.books.len()).try_for_each(|at| self.check_provider(at))
    }

    /// What is booked at a provider is what was paid in, less what its orders cost; and what they
    /// cost by our books they cost by the panel's.
    fn check_provider(&mut self, at: usize) -> Outcome<()> {
        let (Some(books), Some(panel)) = (self.books.get(at), self.panels.get(at)) else {
            return Ok(());
        };
        let provider = books.provider;
        let view = self.shop.wait(self.shop.counter.show_provider(provider))?;
        let read = self.shop.counter.store().read(|tx| attempts::after(tx, AttemptId(0), 100_000));
        let all = self.shop.wait(read)??;
        let here = all.iter().filter(|attempt| attempt.provider == provider);
        let mut left = books.deposited;
        let mut findings = Vec::new();
        for attempt in here {
            left = left.saturating_sub(attempt.cost.raw());
            let order = attempt.order;
            let ended = self.watch.state(order).is_some_and(State::is_terminal);
            let followed = attempt.state == AttemptState::Accepted && ended;
            // What was written off is followed there no more.
            let borne = self.watch.written_off.contains(&order);
            let by_hand = books.by_hand.contains(&order) || borne;
            let corrects = panel.settings().delivery.corrected_per_mille > 0;
            let lies = self.swarm.panels.get(at).is_none_or(|plan| plan.lies);
            if !followed || by_hand || corrects || lies || self.truth.is_tainted(order) {
                continue;
            }
            let taken = self.truth.latest(order).and_then(|t| panel.orders().get(t.number));
            let cost = taken.map_or(0, |taken| taken.net.raw());
            if cost.abs_diff(attempt.cost.raw()) > ROUNDING.unsigned_abs() {
                findings.push(format!(
                    "order {order}: has cost {} by our books, {} by the panel's",
                    attempt.cost,
                    Micros::new(cost)
                ));
            }
        }
        // What the counter has set its books right by when it first read the balance.
        let entries = self.shop.counter.provider_entries(provider, i64::MAX, 100_000);
        let entries = self.shop.wait(entries)?;
        let begun = entries.iter().filter(|e| e.attempt.is_none() && e.actor.is_none());
        left = begun.map(|entry| entry.amount.raw()).fold(left, i64::saturating_add);
        let booked = view.provider.booked.raw();
        if booked != left {
            findings.push(format!("provider {provider}: has {left} micros, {booked} are booked"));
        }
        findings.into_iter().for_each(|text| self.finding(text));
        Ok(())
    }
}
