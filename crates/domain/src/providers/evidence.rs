//! What a provider's balance shows about orders whose answer was lost.
//!
//! Our books say what the balance would be without them. What is missing was charged for some of them:
//! when only one choice of them comes to it, that choice is what happened. A wrong verdict places an
//! order twice or not at all, so every doubt leaves the decision to a person, and no amount is
//! believed that could be anything else.

use super::costs::last_decimal;
use crate::limits::{EVIDENCE_DECIMALS_MIN, EVIDENCE_NEAR, EVIDENCE_SUBSETS_OF};
use crate::names::named;
use crate::{AttemptId, Micros};

/// An attempt of which it is not known whether it was charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The attempt.
    pub attempt: AttemptId,
    /// What it is expected to cost, in the provider's currency.
    pub cost: Micros,
}

/// The balance of a provider beside our books, in its currency.
///
/// It is no evidence unless nothing else is under way: no orders are being placed, every lost answer
/// had time to arrive, and the statuses of the open orders were read before the first read of the
/// balance and again after the second, so that the books hold every charge and all that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance<'a> {
    /// What it should be by our books, were none of the unknown attempts charged.
    pub float: Micros,
    /// What it was, read twice, a while apart.
    pub reads: [Micros; 2],
    /// Decimals that it carries; nothing when it is no evidence, because others spend from it too.
    pub decimals: Option<i64>,
    /// How far the float may be off through roundings of what was booked since it last was the
    /// balance.
    pub slack: Micros,
    /// The most that may have come back without our books having it: the costs of the open orders
    /// whose status could not be read, and of those that a person has to look at.
    pub unseen: Micros,
    /// Whether it has been what our books explain for long enough ([`super::Trust`]).
    pub trusted: bool,
    /// The unknown attempts.
    pub unknown: &'a [Unknown],
    /// Most of them that are decided without a person.
    pub most: usize,
}

/// WhyUndecided the balance does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WhyUndecided {
    /// It is no evidence, or not any more.
    NoEvidence,
    /// It has too few decimals.
    Coarse,
    /// It moves, or a figure of it cannot be.
    Moving,
    /// There are too many unknown attempts.
    TooMany,
    /// No choice of the attempts comes to what is missing.
    NoChoice,
    /// Several do, or nearly do.
    Several,
    /// Another one would, had something come back that we do not know of.
    Unseen,
    /// Some of several that cost the same were charged, but not which.
    Alike,
}

named!(WhyUndecided {
    NoEvidence => "no_evidence",
    Coarse => "coarse",
    Moving => "moving",
    TooMany => "too_many",
    NoChoice => "no_choice",
    Several => "several",
    Unseen => "unseen",
    Alike => "alike",
});

/// What the balance shows about one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It was charged: the provider has the order.
    Charged,
    /// It was not: the provider does not have it.
    NotCharged,
    /// Neither is certain; a person decides.
    Undecided(WhyUndecided),
}

/// What the balance shows about each of the unknown attempts, in their order.
pub fn weigh_balance(balance: &Balance<'_>) -> Vec<Shown> {
    match choice(balance) {
        Ok(charged) => balance.unknown.iter().map(|unknown| charged.shown(unknown.cost)).collect(),
        Err(why) => vec![Shown::Undecided(why); balance.unknown.len()],
    }
}

/// Attempts that cost the same: they cannot be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Class {
    cost: Micros,
    of: usize,
    charged: usize,
    /// What the provider may take for one: rounded down, and up.
    least: i64,
    most: i64,
}

struct Charged(Vec<Class>);

impl Charged {
    fn shown(&self, cost: Micros) -> Shown {
        match self.0.iter().find(|class| class.cost == cost) {
            Some(class) if class.charged == class.of => Shown::Charged,
            Some(class) if class.charged == 0 => Shown::NotCharged,
            _ => Shown::Undecided(WhyUndecided::Alike),
        }
    }
}

fn choice(balance: &Balance<'_>) -> Result<Charged, WhyUndecided> {
    let decimals = balance.decimals.filter(|_| balance.trusted).ok_or(WhyUndecided::NoEvidence)?;
    if decimals < EVIDENCE_DECIMALS_MIN {
        return Err(WhyUndecided::Coarse);
    }
    let [first, second] = balance.reads;
    let missing = balance.float.checked_sub(second).ok_or(WhyUndecided::Moving)?.raw();
    if first != second || balance.slack < Micros::ZERO || balance.unseen < Micros::ZERO {
        return Err(WhyUndecided::Moving);
    }
    if balance.unknown.len() > balance.most.min(EVIDENCE_SUBSETS_OF) {
        return Err(WhyUndecided::TooMany);
    }
    search(balance, missing, last_decimal(decimals).raw())
}

fn search(balance: &Balance<'_>, missing: i64, unit: i64) -> Result<Charged, WhyUndecided> {
    let search = Search {
        missing,
        slack: balance.slack.raw(),
        near: balance.slack.raw().saturating_add(unit.saturating_mul(EVIDENCE_NEAR)),
        unseen: balance.unseen.raw(),
        ..Search::default()
    };
    search.decide(classes(balance.unknown, unit))
}

/// Dear ones first: then a choice that is too much is seen early.
fn classes(unknown: &[Unknown], unit: i64) -> Vec<Class> {
    let mut costs: Vec<Micros> = unknown.iter().map(|unknown| unknown.cost).collect();
    costs.sort_unstable_by(|one, other| other.cmp(one));
    let mut classes: Vec<Class> = Vec::new();
    for cost in costs {
        match classes.last_mut().filter(|class| class.cost == cost) {
            Some(class) => class.of = class.of.saturating_add(1),
            None => {
                let raw = cost.raw();
                let down = raw.saturating_sub(raw.checked_rem_euclid(unit).unwrap_or(0));
                // Our cost is rounded up to a micro, so a little less may be meant by it.
                let least = down.min(raw.saturating_sub(1));
                let most = if down == raw { raw } else { down.saturating_add(unit) };
                classes.push(Class { cost, of: 1, charged: 0, least, most });
            }
        }
    }
    classes
}

/// Looks through all choices for those that come to what is missing.
#[derive(Default)]
struct Search {
    missing: i64,
    /// How far a choice may be off and still be the one.
    slack: i64,
    /// How far it may be off and still be too near.
    near: i64,
    unseen: i64,
    found: Option<Vec<Class>>,
    exact: usize,
    close: usize,
    rivals: usize,
}

impl Search {
    fn decide(mut self, mut classes: Vec<Class>) -> Result<Charged, WhyUndecided> {
        self.walk(&mut classes, 0, 0, 0);
        match self {
            Self { close: 2.., .. } => Err(WhyUndecided::Several),
            Self { exact: 0, .. } => Err(WhyUndecided::NoChoice),
            Self { rivals: 2.., .. } => Err(WhyUndecided::Unseen),
            Self { found, .. } => found.map(Charged).ok_or(WhyUndecided::NoChoice),
        }
    }

    /// Tries all numbers of charged ones of the class at `at` and those behind it. Those before it
    /// come to something between `least` and `most`.
    fn walk(&mut self, classes: &mut [Class], at: usize, least: i64, most: i64) {
        let lowest = least.saturating_sub(self.near);
        if self.close > 1 || lowest > self.missing.saturating_add(self.unseen) {
            return;
        }
        let Some(class) = classes.get(at).copied() else {
            self.note(classes, least, most);
            return;
        };
        let (mut least, mut most) = (least, most);
        for charged in 0..=class.of {
            if let Some(class) = classes.get_mut(at) {
                class.charged = charged;
            }
            self.walk(classes, at.saturating_add(1), least, most);
            least = least.saturating_add(class.least);
            most = most.saturating_add(class.most);
        }
    }

    /// Notes a whole choice that comes to something between `least` and `most`.
    fn note(&mut self, classes: &[Class], least: i64, most: i64) {
        let (missing, unseen) = (self.missing, self.missing.saturating_add(self.unseen));
        let within = |off: i64, until: i64| {
            most.saturating_add(off) >= missing && least.saturating_sub(off) <= until
        };
        self.rivals = self.rivals.saturating_add(usize::from(within(self.near, unseen)));
        self.close = self.close.saturating_add(usize::from(within(self.near, missing)));
        if within(self.slack, missing) {
            self.exact = self.exact.saturating_add(1);
            self.found = Some(classes.to_vec());
        }
    }
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
