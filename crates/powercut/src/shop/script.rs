//! What is asked next, by chance.

use super::ask::{Ask, ProductAsk, ServiceAsk};
use super::books::{PRODUCTS, SERVICES};
use super::oracle::{Oracle, Stands};
use counter::orders::Report;
use domain::orders::Order;
use domain::{Micros, OrderId, ProductId, ServiceId};
use fastrand::Rng;
use std::collections::BTreeSet;

/// Draws what is asked. Names, links and request ids never repeat.
#[derive(Debug)]
pub(crate) struct Script {
    rng: Rng,
    next: u64,
    /// Whether there are services and products.
    catalogue: bool,
}

impl Script {
    pub(crate) fn new(rng: Rng, catalogue: bool) -> Self {
        Self { rng, next: 0, catalogue }
    }

    fn unique(&mut self) -> u64 {
        self.next = self.next.saturating_add(1);
        self.next
    }

    /// What is asked together. No two of them are about the same order, so that the answers do not
    /// depend on which comes first.
    pub(crate) fn round(&mut self, oracle: &Oracle) -> Vec<Ask> {
        let count = match self.rng.u8(..12) {
            // More than one unit takes.
            0 => self.rng.u8(60..100),
            1..4 => self.rng.u8(8..24),
            _ => self.rng.u8(1..8),
        };
        let mut busy = BTreeSet::new();
        (0..count).filter_map(|_| self.ask(oracle, &mut busy)).collect()
    }

    fn ask(&mut self, oracle: &Oracle, busy: &mut BTreeSet<OrderId>) -> Option<Ask> {
        let account = self.rng.choice(oracle.accounts.keys()).copied();
        let Some(account) = account.filter(|_| self.rng.u8(..60) > 0) else {
            return Some(Ask::OpenAccount { name: format!("account {}", self.unique()) });
        };
        let kind = self.rng.u8(..100);
        if kind < 6 || !self.catalogue {
            return self.credit(oracle);
        }
        match kind {
            6..60 => {
                let number = self.unique();
                let request_id = (self.rng.u8(..4) > 0).then(|| format!("s{number}"));
                Some(Ask::Order(ServiceAsk {
                    account,
                    service: ServiceId(self.rng.i64(1..=SERVICES)),
                    quantity: self.rng.i64(10..1_000),
                    link: format!("https://example.com/{number}"),
                    request_id,
                }))
            }
            60..72 => Some(Ask::Product(ProductAsk {
                account,
                product: ProductId(self.rng.i64(1..=PRODUCTS)),
                quantity: self.rng.i64(1..4),
                request_id: format!("p{}", self.unique()),
            })),
            72..86 => {
                let (order, known) = self.rng.choice(&oracle.orders)?;
                let free = busy.insert(*order);
                let quantity = known.ask.quantity;
                let stood =
                    if let Stands::Exactly(order) = &known.stands { Some(order) } else { None };
                let report = self.report(quantity, stood.map(|order| &**order));
                free.then_some(Ask::Report { order: *order, report })
            }
            86..91 => {
                let (order, known) = self.rng.choice(&oracle.orders)?;
                let free = busy.insert(*order);
                free.then_some(Ask::Cancel { account: known.ask.account, order: *order })
            }
            91..96 => {
                let (order, known) = self.rng.choice(&oracle.product_orders)?;
                Some(Ask::Result { account: known.ask.account, order: *order })
            }
            96..98 => Some(self.import()),
            _ => Some(Ask::Seal),
        }
    }

    /// Money for somebody.
    pub(crate) fn credit(&mut self, oracle: &Oracle) -> Option<Ask> {
        let account = *self.rng.choice(oracle.accounts.keys())?;
        let amount = Micros::new(self.rng.i64(1..1_000_000_000));
        let reason = format!("transfer {}", self.unique());
        Some(Ask::Credit { account, amount, reason })
    }

    fn import(&mut self) -> Ask {
        let source = format!("list {}", self.unique());
        let count = self.rng.u8(1..30);
        let lines = (0..count).map(|line| format!("{source}, item {line}")).collect();
        Ask::Import { product: ProductId(self.rng.i64(1..=PRODUCTS)), source, lines }
    }

    fn report(&mut self, quantity: i64, stood: Option<&Order>) -> Report {
        let left = stood.map_or(quantity, |order| order.remains.max(0));
        match self.rng.u8(..8) {
            0 => Report::Accepted,
            1..4 => {
                let start_count = Some(self.rng.i64(..1_000_000));
                Report::Progress { start_count, remains: Some(self.rng.i64(0..=left)) }
            }
            4 | 5 => Report::Completed { start_count: None, remains: None },
            6 => Report::Partial { remains: self.rng.i64(0..=left) },
            _ => Report::Canceled,
        }
    }
}
