//! Customers: they order, look, cancel, and ask for refills.

use crate::Outcome;
use crate::kinds::Event;
use crate::shop::SERVICES;
use crate::swarm::chance;
use crate::world::World;
use counter::Failure;
use counter::orders::PlaceOrder;
use domain::catalogue::NumberField;
use domain::orders::{Number, OrderRequest, PublicStatus, State};
use domain::{AccountId, Micros, OrderId};
use std::collections::BTreeMap;

/// A customer, and what they were told.
#[derive(Debug)]
pub(crate) struct Customer {
    account: AccountId,
    orders: Vec<OrderId>,
    links: Vec<String>,
    shown: BTreeMap<OrderId, (PublicStatus, Micros)>,
}

/// Most orders whose statuses are asked for at once.
const ASKED: usize = 20;

impl Customer {
    pub(crate) const fn new(account: i64) -> Self {
        Self {
            account: AccountId(account),
            orders: Vec::new(),
            links: Vec::new(),
            shown: BTreeMap::new(),
        }
    }

    fn any_order(&self, rng: &mut fastrand::Rng) -> Option<OrderId> {
        rng.choice(&self.orders).copied()
    }
}

impl World {
    /// A customer wants something, and comes again.
    pub(crate) fn customer(&mut self, at: usize) -> Outcome<()> {
        if self.calm {
            return Ok(());
        }
        self.schedule(self.swarm.pause, Event::Customer(at));
        let draw = self.rng.u16(..1_000);
        let mut bound = 0_u16;
        let mut below = |share: u16| {
            bound = bound.saturating_add(share);
            draw < bound
        };
        if below(self.swarm.cancels) {
            self.ask_cancel(at)
        } else if below(self.swarm.refills) {
            self.ask_refill(at)
        } else if below(self.swarm.statuses) {
            self.ask_statuses(at)
        } else {
            self.order(at)
        }
    }

    fn order(&mut self, at: usize) -> Outcome<()> {
        let now = self.now();
        let number = self.watch.placed();
        let rng = &mut self.rng;
        let again = chance(self.swarm.same_links, rng);
        let Some(customer) = self.customers.get_mut(at) else { return Ok(()) };
        let known = rng.choice(&customer.links).filter(|_| again).cloned();
        let link = known.unwrap_or_else(|| {
            let link = format!("https://example.com/{at}-{number}");
            customer.links.push(link.clone());
            link
        });
        let mut request = OrderRequest::default();
        request.service = Some(Number::Int(rng.i64(1..=SERVICES)));
        request.link = Some(link);
        request.set_number(NumberField::Quantity, Some(Number::Int(rng.i64(10..=1_000))));
        if chance(self.swarm.drips, rng) {
            request.set_number(NumberField::Runs, Some(Number::Int(rng.i64(2..=3))));
            request.set_number(NumberField::Interval, Some(Number::Int(1)));
        }
        let order = PlaceOrder {
            account: customer.account,
            key: None,
            request,
            request_id: None,
            fingerprint: number.cast_signed(),
        };
        match self.shop.wait(self.shop.counter.place_order(order, now)) {
            Ok(id) => customer.orders.push(id),
            Err(Failure::Refused(_)) => {}
            Err(Failure::Store(error)) => self.finding(format!("an order is not taken: {error}")),
        }
        Ok(())
    }

    fn ask_cancel(&mut self, at: usize) -> Outcome<()> {
        let now = self.now();
        let Some(customer) = self.customers.get(at) else { return Ok(()) };
        // Mostly of what was just ordered.
        let any = customer.any_order(&mut self.rng);
        let latest = customer.orders.last().copied().filter(|_| self.rng.u8(..4) > 0);
        let Some(id) = latest.or(any) else { return Ok(()) };
        let counter = &self.shop.counter;
        self.shop.wait(counter.ask_cancels(customer.account, vec![id], now))?;
        self.after_cancel(id)
    }

    fn ask_refill(&mut self, at: usize) -> Outcome<()> {
        let now = self.now();
        let Some(customer) = self.customers.get(at) else { return Ok(()) };
        let Some(id) = customer.any_order(&mut self.rng) else { return Ok(()) };
        let counter = &self.shop.counter;
        self.shop.wait(counter.ask_refills(customer.account, vec![id], now))?;
        Ok(())
    }

    /// What is told never goes back behind an end, and an end never costs more later.
    fn ask_statuses(&mut self, at: usize) -> Outcome<()> {
        let now = self.now();
        let Some(customer) = self.customers.get_mut(at) else { return Ok(()) };
        let from = self.rng.usize(..customer.orders.len().max(1));
        let ids: Vec<OrderId> = customer.orders.iter().skip(from).take(ASKED).copied().collect();
        let counter = &self.shop.counter;
        let told = self.shop.wait(counter.order_statuses(customer.account, &ids, now, None))?;
        let mut findings = Vec::new();
        if told.len() != ids.len() {
            findings.push(format!("of {ids:?} only {told:?} are told"));
        }
        for status in told {
            let now = (status.status, status.charge);
            let Some(before) = customer.shown.insert(status.id, now) else { continue };
            let may_follow = match before.0 {
                PublicStatus::Canceled => now.0 == PublicStatus::Canceled,
                PublicStatus::Partial => {
                    matches!(now.0, PublicStatus::Partial | PublicStatus::Canceled)
                }
                PublicStatus::Completed => is_end(now.0),
                // Doubts are shown as Pending; so this is as far as it goes.
                _ => true,
            };
            if !may_follow || (is_end(before.0) && now.1 > before.1) {
                findings.push(format!("order {}: was shown {before:?}, now {now:?}", status.id));
            }
            let goes_back = before.0 != PublicStatus::Pending && now.0 == PublicStatus::Pending;
            if goes_back && self.watch.state(status.id) != Some(State::Review) {
                findings.push(format!("order {}: was shown {before:?}, now {now:?}", status.id));
            }
        }
        findings.into_iter().for_each(|text| self.finding(text));
        Ok(())
    }
}

const fn is_end(status: PublicStatus) -> bool {
    matches!(status, PublicStatus::Completed | PublicStatus::Partial | PublicStatus::Canceled)
}
