//! The record that is kept outside of the program: everything that was asked of it, and what it
//! answered.

use super::Report;
use super::world::{Customer, Offer};
use domain::ProductId;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is known of something that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was acknowledged, with this id.
    Acknowledged(i64),
    /// It was refused: nothing may be stored of it.
    Refused,
    /// The program was gone before it answered.
    Unknown,
    /// There was no answer, and it was found to be stored.
    Found(i64),
    /// There was no answer, and it was found not to be stored.
    NotFound,
}

impl Fate {
    /// The id, when it is known to be stored.
    pub(crate) const fn id(self) -> Option<i64> {
        match self {
            Self::Acknowledged(id) | Self::Found(id) => Some(id),
            _ => None,
        }
    }
}

/// An order for a service. No two have the same link.
#[derive(Clone, Debug)]
pub(crate) struct Add {
    pub(crate) customer: usize,
    pub(crate) offer: usize,
    pub(crate) link: String,
    pub(crate) quantity: i64,
    /// Runs of a drip-feed, each of that quantity; one for an ordinary order.
    pub(crate) runs: i64,
    pub(crate) request_id: Option<String>,
    pub(crate) fate: Fate,
}

/// An order for a product.
#[derive(Clone, Debug)]
pub(crate) struct Buy {
    pub(crate) customer: usize,
    pub(crate) product: ProductId,
    pub(crate) quantity: i64,
    pub(crate) request_id: Option<String>,
    pub(crate) fate: Fate,
}

/// Whether something is so: that an order was canceled, or completed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claim {
    /// It was acknowledged.
    pub(crate) sure: bool,
    /// It may be: it was asked and not answered.
    pub(crate) possible: bool,
}

/// Refills of an order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refills {
    pub(crate) acknowledged: Vec<i64>,
    pub(crate) unknown: usize,
}

/// Money put in by an operator; no two have the same reason.
#[derive(Clone, Debug)]
pub(crate) struct Credit {
    pub(crate) customer: usize,
    pub(crate) amount: i64,
    pub(crate) claim: Claim,
}

/// What a client or an operator did.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Add(Add),
    Buy(Buy),
    Cancel {
        order: i64,
        claim: Claim,
    },
    Complete {
        order: i64,
        claim: Claim,
    },
    Refill {
        order: i64,
        fate: Fate,
    },
    Credit {
        reason: String,
        credit: Credit,
    },
    Imported {
        product: ProductId,
        lines: Vec<String>,
    },
    /// What was shown of an order for products.
    Shown {
        order: i64,
        lines: Vec<String>,
    },
    /// An answer that must not be.
    Wrong(String),
}

/// Everything that is known of one life of a database.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) adds: HashMap<String, Add>,
    pub(crate) buys: Vec<Buy>,
    pub(crate) cancels: HashMap<i64, Claim>,
    pub(crate) completed: HashMap<i64, Claim>,
    pub(crate) refills: BTreeMap<i64, Refills>,
    pub(crate) credits: HashMap<String, Credit>,
    pub(crate) lines: HashMap<ProductId, HashSet<String>>,
    pub(crate) shown: HashMap<i64, Vec<String>>,
    /// Acknowledged changes.
    pub(crate) acknowledged: u64,
    /// Changes that were asked and not answered.
    pub(crate) unanswered: u64,
    /// Those of them that turned out to be stored.
    pub(crate) unanswered_and_stored: u64,
    /// Answers that must not have been given.
    pub(crate) wrong: Vec<String>,
}

impl Book {
    /// Writes an entry down.
    pub(crate) fn note(&mut self, entry: Entry) {
        match entry {
            Entry::Add(add) => {
                self.count(add.fate);
                self.note_add(add);
            }
            Entry::Buy(buy) => {
                self.count(buy.fate);
                self.buys.push(buy);
            }
            Entry::Cancel { order, claim } => {
                self.count_claim(claim);
                join(self.cancels.entry(order).or_default(), claim);
            }
            Entry::Complete { order, claim } => {
                self.count_claim(claim);
                join(self.completed.entry(order).or_default(), claim);
            }
            Entry::Refill { order, fate } => {
                self.count(fate);
                let refills = self.refills.entry(order).or_default();
                refills.acknowledged.extend(fate.id());
                refills.unknown += usize::from(fate == Fate::Unknown);
            }
            Entry::Credit { reason, credit } => {
                self.count_claim(credit.claim);
                self.credits.insert(reason, credit);
            }
            Entry::Imported { product, lines } => {
                self.acknowledged += 1;
                self.lines.entry(product).or_default().extend(lines);
            }
            Entry::Shown { order, lines } => match self.shown.get(&order) {
                Some(before) if *before != lines => {
                    let text = format!("product order {order} showed {before:?}, then {lines:?}");
                    self.wrong.push(text);
                }
                Some(_) => {}
                None => {
                    self.shown.insert(order, lines);
                }
            },
            Entry::Wrong(text) => self.wrong.push(text),
        }
    }

    /// Several clients may have asked for the same order, with the same request id.
    fn note_add(&mut self, add: Add) {
        let Some(known) = self.adds.get_mut(&add.link) else {
            self.adds.insert(add.link.clone(), add);
            return;
        };
        match (known.fate.id(), add.fate.id()) {
            (Some(one), Some(other)) if one != other => {
                self.wrong.push(format!("{:?}: order {one} and order {other}", add.request_id));
            }
            (None, Some(_)) => known.fate = add.fate,
            (None, None) if add.fate == Fate::Unknown => known.fate = Fate::Unknown,
            _ => {}
        }
    }

    /// Counts what was found of what had no answer.
    pub(crate) fn found(&mut self, fate: Fate) {
        self.unanswered_and_stored += u64::from(matches!(fate, Fate::Found(_)));
    }

    /// Moves what was counted into the report.
    pub(crate) fn report(&mut self, report: &mut Report) {
        report.acknowledged += std::mem::take(&mut self.acknowledged);
        report.unanswered += std::mem::take(&mut self.unanswered);
        report.unanswered_and_stored += std::mem::take(&mut self.unanswered_and_stored);
    }

    fn count(&mut self, fate: Fate) {
        self.acknowledged += u64::from(matches!(fate, Fate::Acknowledged(_)));
        self.unanswered += u64::from(fate == Fate::Unknown);
    }

    fn count_claim(&mut self, claim: Claim) {
        self.acknowledged += u64::from(claim.sure);
        self.unanswered += u64::from(claim.possible);
    }
}

fn join(claim: &mut Claim, other: Claim) {
    claim.sure |= other.sure;
    claim.possible |= other.possible;
}

impl Add {
    /// What it costs: the price of 1,000, in proportion, rounded up to a micro.
    pub(crate) fn charge(&self, offers: &[Offer]) -> i64 {
        let product = offers[self.offer].rate * self.quantity * self.runs;
        product / 1_000 + i64::from(product % 1_000 > 0)
    }

    /// The call that asks for it.
    pub(crate) fn fields<'a>(&'a self, texts: &'a [String; 3]) -> Vec<(&'static str, &'a str)> {
        let [service, quantity, runs] = texts;
        let mut fields = vec![
            ("action", "add"),
            ("service", service.as_str()),
            ("link", self.link.as_str()),
            ("quantity", quantity.as_str()),
        ];
        if self.runs > 1 {
            fields.extend([("runs", runs.as_str()), ("interval", "1000")]);
        }
        fields.extend(self.request_id.as_deref().map(|id| ("request_id", id)));
        fields
    }

    /// Its numbers as texts.
    pub(crate) fn texts(&self, offers: &[Offer]) -> [String; 3] {
        let service = offers[self.offer].service.to_string();
        [service, self.quantity.to_string(), self.runs.to_string()]
    }
}

impl Buy {
    /// The call that asks for it.
    pub(crate) fn fields<'a>(&'a self, texts: &'a [String; 2]) -> Vec<(&'static str, &'a str)> {
        let [product, quantity] = texts;
        let mut fields = vec![
            ("action", "add_product_order"),
            ("product", product.as_str()),
            ("quantity", quantity.as_str()),
        ];
        fields.extend(self.request_id.as_deref().map(|id| ("request_id", id)));
        fields
    }

    /// Its numbers as texts.
    pub(crate) fn texts(&self) -> [String; 2] {
        [self.product.to_string(), self.quantity.to_string()]
    }
}

/// What each customer was given in all. Call it when every credit has been settled.
pub(crate) fn given(customers: &[Customer], credits: &HashMap<String, Credit>) -> Vec<i64> {
    let mut given: Vec<i64> = customers.iter().map(|customer| customer.money).collect();
    for credit in credits.values().filter(|credit| credit.claim.sure) {
        given[credit.customer] += credit.amount;
    }
    given
}
