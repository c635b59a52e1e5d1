//! What the callers were told: the journal that the database is held against.

use super::ask::{Answer, Ask, ProductAsk, ServiceAsk};
use domain::orders::Order;
use domain::products::ProductOrder;
use domain::{AccountId, Micros, OrderId, ProductId, ProductOrderId, Timestamp};
use std::collections::BTreeMap;

/// What is known of an order for a service.
#[derive(Clone, Debug)]
pub(crate) struct KnownOrder {
    pub(crate) ask: ServiceAsk,
    pub(crate) stands: Stands,
}

/// How an order must stand.
#[derive(Clone, Debug)]
pub(crate) enum Stands {
    /// As it was placed.
    Placed,
    /// Exactly so: somebody was shown it.
    Exactly(Box<Order>),
    /// A cancel was asked for.
    CancelAsked,
    /// As before, or moved on by a step at this time that nobody was told the outcome of.
    Perhaps(Box<Self>, Timestamp),
}

/// What is known of an order for products.
#[derive(Clone, Debug)]
pub(crate) struct KnownProductOrder {
    pub(crate) ask: ProductAsk,
    /// How it stood when it was last looked at.
    pub(crate) stood: Option<Box<ProductOrder>>,
    /// What its buyer was shown.
    pub(crate) lines: Option<Vec<String>>,
}

/// An import of stock.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(crate) product: ProductId,
    pub(crate) lines: Vec<String>,
    /// Whether its end was told.
    pub(crate) told: bool,
}

/// Money put in: whose, how much.
pub(crate) type Credit = (AccountId, Micros);

/// What the callers were told, and what they asked without being told anything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) accounts: BTreeMap<AccountId, String>,
    pub(crate) orders: BTreeMap<OrderId, KnownOrder>,
    pub(crate) product_orders: BTreeMap<ProductOrderId, KnownProductOrder>,
    /// By their reasons.
    pub(crate) credits: BTreeMap<String, Credit>,
    /// By their sources.
    pub(crate) imports: BTreeMap<String, Import>,
    /// Asked, and nobody knows.
    pub(crate) perhaps: Vec<Ask>,
    /// Answers that said it is done.
    pub(crate) acknowledged: u64,
    /// Answers that no honest counter gives.
    pub(crate) wrong: Vec<String>,
}

impl Oracle {
    /// Takes an answer down.
    pub(crate) fn told(&mut self, ask: Ask, answer: Answer, asked: Timestamp) {
        let told = match answer {
            // An import is many units: those before it are written.
            Answer::Nothing if matches!(ask, Ask::Import { .. }) => None,
            Answer::Nothing | Answer::Refused => return,
            Answer::Unknown => None,
            told => Some(told),
        };
        let Some(told) = told else { return self.left_open(ask, asked) };
        if !matches!(ask, Ask::Seal | Ask::Resume | Ask::Discard(_)) {
            self.acknowledged = self.acknowledged.saturating_add(1);
        }
        match (ask, told) {
            (Ask::OpenAccount { name }, Answer::Account(id)) => {
                self.accounts.insert(id, name);
            }
            (Ask::Credit { account, amount, reason }, Answer::Done) => {
                self.credits.insert(reason, (account, amount));
            }
            (Ask::Order(ask), Answer::Order(id)) => self.placed(id, ask),
            (Ask::Product(ask), Answer::Product(id)) => self.product_placed(id, ask),
            (Ask::Report { order, .. }, Answer::Report(after)) => {
                self.stands(order, Stands::Exactly(after));
            }
            (Ask::Cancel { order, .. }, Answer::Done) => self.stands(order, Stands::CancelAsked),
            (Ask::Result { order, .. }, Answer::Lines(lines)) => self.shown(order, lines),
            (Ask::Import { product, source, lines }, Answer::Done) => {
                self.imports.insert(source, Import { product, lines, told: true });
            }
            (Ask::Seal | Ask::Resume | Ask::Discard(_), Answer::Done) => {}
            (ask, answer) => self.wrong.push(format!("{ask:?} was answered with {answer:?}")),
        }
    }

    /// Takes down that nobody was told what became of it.
    pub(crate) fn left_open(&mut self, ask: Ask, asked: Timestamp) {
        match &ask {
            Ask::Report { order, .. } | Ask::Cancel { order, .. } => {
                if let Some(known) = self.orders.get_mut(order) {
                    let before = std::mem::replace(&mut known.stands, Stands::Placed);
                    known.stands = Stands::Perhaps(Box::new(before), asked);
                }
            }
            Ask::Import { product, source, lines } => {
                let import = Import { product: *product, lines: lines.clone(), told: false };
                self.imports.insert(source.clone(), import);
            }
            Ask::Result { .. } | Ask::Seal | Ask::Resume | Ask::Discard(_) => {}
            Ask::OpenAccount { .. } | Ask::Credit { .. } | Ask::Order(_) | Ask::Product(_) => {
                self.perhaps.push(ask);
            }
        }
    }

    fn placed(&mut self, id: OrderId, ask: ServiceAsk) {
        match self.orders.get(&id) {
            None => {
                self.orders.insert(id, KnownOrder { ask, stands: Stands::Placed });
            }
            Some(known) if known.ask == ask => {}
            Some(known) => {
                let other = &known.ask;
                self.wrong.push(format!("order {id} was given to {other:?} and to {ask:?}"));
            }
        }
    }

    fn product_placed(&mut self, id: ProductOrderId, ask: ProductAsk) {
        match self.product_orders.get(&id) {
            None => {
                let known = KnownProductOrder { ask, stood: None, lines: None };
                self.product_orders.insert(id, known);
            }
            Some(known) if known.ask == ask => {}
            Some(known) => {
                let other = &known.ask;
                self.wrong.push(format!("product order {id} was given to {other:?} and {ask:?}"));
            }
        }
    }

    fn stands(&mut self, order: OrderId, stands: Stands) {
        if let Some(known) = self.orders.get_mut(&order) {
            known.stands = stands;
        }
    }

    fn shown(&mut self, order: ProductOrderId, lines: Vec<String>) {
        let Some(known) = self.product_orders.get_mut(&order) else { return };
        match &known.lines {
            None => known.lines = Some(lines),
            Some(before) if *before == lines => {}
            Some(before) => {
                let text = format!("product order {order} showed {before:?} and then {lines:?}");
                self.wrong.push(text);
            }
        }
    }
}
