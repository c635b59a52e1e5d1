//! What customers and staff do where the engine is tried out.

use super::bench::Bench;
use crate::Outcome;
use crate::swarm::SECOND;
use crate::world::World;
use counter::fulfilment::Verdict;
use counter::orders::{OrderReport, PlaceOrder, Report};
use counter::{Failure, Refusal};
use domain::catalogue::NumberField;
use domain::orders::{Number, Order, OrderRequest, State};
use domain::providers::AttemptState;
use domain::{AccountId, Micros, OrderId};
use fakepanel::Panel;
use store::tables::orders;

/// Between two looks at a provider's books.
const LOOK_US: u64 = 20 * SECOND;

/// How long a provider is given until its balance is believed again.
const PATIENCE_US: u64 = 1_200 * SECOND;

/// An order of the one customer. The same number is the same order.
pub(crate) fn order(service: i64, quantity: i64, link: String, number: i64) -> PlaceOrder {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(service));
    request.link = Some(link);
    request.set_number(NumberField::Quantity, Some(Number::Int(quantity)));
    PlaceOrder { account: AccountId(1), key: None, request, request_id: None, fingerprint: number }
}

impl Bench<'_> {
    /// Waits at least so long, and until the balance is believed if it ever is. Who is told
    /// that our books do not explain it finds out what others have moved, and notes it.
    pub(super) fn rest(&mut self, least_us: u64) -> Outcome<()> {
        let from_us = self.world.now_us;
        loop {
            let passed_us = self.world.now_us.saturating_sub(from_us);
            let provider = self.world.shop.counter.show_provider(self.street.provider);
            let provider = self.world.shop.wait(provider)?.provider;
            let trusted = provider.quiet_reads >= provider.trust_reads;
            if passed_us >= least_us && (trusted || passed_us >= PATIENCE_US.max(least_us)) {
                return Ok(());
            }
            let moved = std::mem::take(&mut self.moved);
            if provider.quiet_reads > 0 || moved == 0 {
                self.moved = moved;
            } else {
                self.world.correct(self.street.provider, Micros::new(moved))?;
            }
            self.go(LOOK_US)?;
        }
    }
}

impl World {
    /// Decides what waits for a person, by what the panels have; how much that was.
    pub(crate) fn decide_by_truth(&mut self, all: &[OrderId]) -> Outcome<u64> {
        let mut decided = 0_u64;
        for order in self.orders_of(all)? {
            if !matches!(order.state, State::Review | State::SubmittedNoId) {
                continue;
            }
            let (id, now) = (order.id, self.now());
            let attempts = self.shop.wait(self.shop.counter.attempts_of_order(id))?;
            let open = |state| matches!(state, AttemptState::Lost | AttemptState::AcceptedNoId);
            let Some(attempt) = attempts.iter().rev().find(|attempt| open(attempt.state)) else {
                continue;
            };
            let taken = self.truth.of(id).iter().find(|taken| taken.attempt == attempt.number);
            let orders = |panel: usize| self.panels.get(panel).map(Panel::orders);
            let there = taken.and_then(|taken| orders(taken.panel)?.get(taken.number));
            let counter = &self.shop.counter;
            if there.is_none() && attempt.state == AttemptState::AcceptedNoId {
                // There is none, whatever was thought: what is held is given back.
                let reason = Some(String::from("it is not there"));
                let report = OrderReport { order: id, report: Report::Canceled, reason };
                self.shop.wait(counter.report_order(report, "staff", now))?;
            } else {
                let grace_us = self.swarm.timing.grace_us;
                let verdict = there.map_or(Verdict::NotAccepted { grace_us }, |there| {
                    Verdict::AcceptedAs(there.id.to_string())
                });
                let said = counter.decide_attempt(id, verdict, "staff", "looked", now);
                match self.shop.wait(said) {
                    Ok(_) => {}
                    // It cannot be seen yet: staff look again later.
                    Err(Failure::Refused(Refusal::NotNow(_))) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            decided = decided.saturating_add(1);
        }
        Ok(decided)
    }

    /// Lets things happen until a moment.
    ///
    /// # Errors
    /// What is found to be wrong.
    pub(crate) fn let_pass(&mut self, until_us: u64) -> Outcome<()> {
        self.go_on_until(until_us, u64::MAX)?;
        self.findings.first().map_or(Ok(()), |finding| Err(finding.clone().into()))
    }

    /// Orders as they are.
    pub(crate) fn orders_of(&self, ids: &[OrderId]) -> Outcome<Vec<Order>> {
        let ids = ids.to_vec();
        let read = self.shop.counter.store().read(move |tx| orders::by_ids(tx, &ids));
        Ok(self.shop.wait(read)??)
    }
}
