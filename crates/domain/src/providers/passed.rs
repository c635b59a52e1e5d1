//! Orders that a provider divides itself: drip-feeds and subscriptions that are passed on whole.
//!
//! Such an order is one order of ours, of as many units as all its parts may have. What the provider
//! says of it counts in parts, and becomes units here, so that what follows is the same for all.

use super::reading::{Meaning, Reading, Report, ReportTerms, UpstreamWord, read_report};
use crate::orders::{Doubt, Order, OrderShape, State};
use crate::{Micros, Timestamp};

/// How a provider divides an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// Into runs of the same size.
    Runs {
        /// How many.
        runs: i64,
        /// Units of each.
        each: i64,
    },
    /// Into an order for each post.
    Posts {
        /// How many at most.
        posts: i64,
        /// Least units of a post.
        min: i64,
        /// Most units of a post, by which it was charged.
        max: i64,
    },
}

impl Passed {
    /// An order of `quantity` units in so many runs; nothing when it is no such order.
    pub fn runs(quantity: i64, runs: i64) -> Option<Self> {
        let each = quantity.checked_div(runs).filter(|each| *each > 0 && runs > 1)?;
        (each.checked_mul(runs) == Some(quantity)).then_some(Self::Runs { runs, each })
    }

    /// An order of `quantity` units for posts of `min` to `max`; nothing when it is no such order.
    pub fn posts(quantity: i64, min: i64, max: i64) -> Option<Self> {
        let posts = quantity.checked_div(max).filter(|posts| *posts > 0)?;
        (posts.checked_mul(max) == Some(quantity)).then_some(Self::Posts { posts, min, max })
    }

    /// The smallest and the largest quantity that the provider's limits are about: the whole
    /// drip-feed and one run of it, a post of a subscription.
    pub const fn limits(&self) -> (i64, i64) {
        match *self {
            Self::Runs { runs, each } => (each, each.saturating_mul(runs)),
            Self::Posts { min, max, .. } => (min, max),
        }
    }

    /// How many parts are done when so many units are left: as many as what was delivered fills.
    pub fn done(&self, remains: i64) -> i64 {
        let all = self.parts().saturating_mul(self.each());
        let delivered = all.saturating_sub(remains.clamp(0, all));
        delivered.checked_div(self.each()).unwrap_or(0)
    }

    const fn parts(&self) -> i64 {
        match *self {
            Self::Runs { runs, .. } => runs,
            Self::Posts { posts, .. } => posts,
        }
    }

    const fn each(&self) -> i64 {
        match *self {
            Self::Runs { each, .. } => each,
            Self::Posts { max, .. } => max,
        }
    }
}

/// What `report` means for an order that was passed on whole.
///
/// As with [`read_report`], nothing is guessed: a refund needs a word that ends the order, and parts
/// or units that can be true. Of a post that was served, all units that it was charged by are taken
/// for delivered.
pub fn read_passed(
    order: &Order,
    passed: &Passed,
    report: &Report,
    terms: &ReportTerms,
    now: Timestamp,
) -> Meaning {
    let Report::Says(reading) = report else { return read_report(order, report, terms, now) };
    match in_units(order, passed, reading) {
        Ok(reading) => read_report(order, &Report::Says(reading), terms, now),
        Err(_) if order.shape != OrderShape::Single => Meaning::Nothing,
        Err(doubt) if order.state.is_terminal() => Meaning::Contradicted(doubt),
        Err(doubt) if matches!(order.state, State::Submitted | State::InProgress) => {
            Meaning::Doubted(doubt)
        }
        Err(_) => Meaning::Nothing,
    }
}

/// The same reading, of an order that was not divided.
fn in_units(order: &Order, passed: &Passed, reading: &Reading) -> Result<Reading, Doubt> {
    use UpstreamWord as W;
    let done = reading.parts.value();
    if done.is_some_and(|done| !(0..=passed.parts()).contains(&done)) {
        return Err(Doubt::FiguresImpossible);
    }
    let all = done == Some(passed.parts());
    let left = done.map(|done| passed.parts().saturating_sub(done).saturating_mul(passed.each()));
    let ends = matches!(reading.word, W::Partial | W::Canceled | W::Refunded);
    let expires = reading.word == W::Expired && matches!(passed, Passed::Posts { .. });
    match left {
        _ if reading.word == W::Completed && done.is_some() && !all => {
            Err(Doubt::EvidenceContradicts)
        }
        Some(left) if ends || expires => ended(order, passed, reading, left),
        None if ends => unsaid(order, reading),
        Some(left) if reading.remains.value().is_none() && reading.word == W::InProgress => {
            Ok(Reading { remains: super::Said::Value(left), ..*reading })
        }
        _ => Ok(*reading),
    }
}

/// An end of which the provider says how many parts are done, which leaves `left` units.
fn ended(order: &Order, passed: &Passed, reading: &Reading, left: i64) -> Result<Reading, Doubt> {
    use UpstreamWord as W;
    let said = reading.remains.value();
    let word = |word, remains| Reading { word, remains: super::Said::Value(remains), ..*reading };
    let nothing_came = left == order.quantity;
    let kept = reading.charge.value().is_some_and(|charge| charge > Micros::ZERO);
    // A part may have begun that is not done, and those that are done may have had less; but no
    // more than one is under way.
    let fewest = left.saturating_sub(passed.each()).max(1);
    match said {
        Some(units) if units < 0 || units > order.quantity => Err(Doubt::FiguresImpossible),
        Some(units) if (fewest..order.quantity).contains(&units) => Ok(word(W::Partial, units)),
        Some(units) if units == order.quantity && !nothing_came => Err(Doubt::EvidenceContradicts),
        // Many say 0 with every end.
        Some(units) if units > 0 && units < fewest => Err(Doubt::EvidenceContradicts),
        Some(0) if reading.word == W::Partial => Err(Doubt::FiguresImpossible),
        // A part has begun, and what came of it is not said.
        _ if nothing_came && kept && said != Some(order.quantity) => {
            Err(Doubt::EvidenceContradicts)
        }
        _ if nothing_came => Ok(word(W::Canceled, order.quantity)),
        _ if left > 0 => Ok(word(W::Partial, left)),
        // Every post was served before the time was over.
        _ if reading.word == W::Expired => Ok(word(W::Completed, 0)),
        _ => Err(Doubt::EvidenceContradicts),
    }
}

/// An end of which it is not said how many parts are done. Canceled says of an undivided order that
/// all goes back; here some parts may have been delivered, so something has to show it.
fn unsaid(order: &Order, reading: &Reading) -> Result<Reading, Doubt> {
    use UpstreamWord as W;
    let all = reading.remains.value() == Some(order.quantity);
    let free = reading.charge.value() == Some(Micros::ZERO);
    match reading.word {
        W::Partial => Ok(*reading),
        _ if all || (free && reading.remains.value().is_none_or(|left| left == 0)) => Ok(*reading),
        _ => Err(Doubt::StatusUnknown),
    }
}

#[cfg(test)]
#[path = "passed_tests.rs"]
mod tests;
