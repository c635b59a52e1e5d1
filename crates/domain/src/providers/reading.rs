//! What a provider's status of an order means for the order.
//!
//! Nothing is guessed. Money moves only by a word that ends an order, with figures that can be true;
//! all else waits, or is put before a person.

use super::Said;
use crate::limits::COUNT_MAX;
use crate::orders::{Doubt, Event, Order, OrderShape, State};
use crate::{Micros, Timestamp};

/// The word that a provider uses for where an order stands, whatever its spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamWord {
    /// Pending, awaiting, and the like.
    Pending,
    /// Processing.
    Processing,
    /// In progress, active.
    InProgress,
    /// Paused.
    Paused,
    /// Completed.
    Completed,
    /// Partial.
    Partial,
    /// Canceled, with one l or two.
    Canceled,
    /// Refunded: of how much, the figures have to say.
    Refunded,
    /// Error, failed, rejected: what became of the money is not said.
    Failed,
    /// Expired.
    Expired,
    /// Any other.
    Unknown,
}

/// What a provider says of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Where it stands.
    pub word: UpstreamWord,
    /// What it costs us, in the provider's currency.
    pub charge: Said<Micros>,
    /// The counter before delivery.
    pub start_count: Said<i64>,
    /// Units not delivered; below zero when more was delivered than ordered.
    pub remains: Said<i64>,
    /// Of an order that it divides itself: runs or posts that are done.
    pub parts: Said<i64>,
}

/// What a provider answers when it is asked for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// This.
    Says(Reading),
    /// It says that it has no such order, or leaves it out of its answer.
    NotFound,
}

/// What else has to be known to read a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportTerms {
    /// Whether the provider counts in the units of the order. It does not for what counts as one,
    /// such as a package: its figures then say nothing about the order's.
    pub counted: bool,
    /// How often in a row the order was not found before.
    pub not_found: i64,
    /// How often in a row it may not be found until a person looks.
    pub not_found_max: i64,
    /// Hours after its end in which an order is corrected without a person.
    pub correct_hours: i64,
}

/// What a report means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing has changed.
    Nothing,
    /// The order was not found; it is asked for again, and counted.
    Wait,
    /// The order takes these steps, one after the other.
    Steps(Vec<Event>),
    /// It cannot be true: the order goes to review.
    Doubted(Doubt),
    /// The same of an order that has ended. It stays as it is, and staff are told.
    Contradicted(Doubt),
}

/// What the figures and the word come to together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Waiting { remains: Option<i64> },
    Delivering { remains: Option<i64> },
    Completed { remains: Option<i64> },
    Partial { remains: i64 },
    Canceled,
}

/// What `report` means for `order` at `now`. Every event of it is one that [`crate::orders::apply`]
/// takes.
///
/// An order in review stays there, whatever is reported: a person was asked.
pub fn read_report(order: &Order, report: &Report, terms: &ReportTerms, now: Timestamp) -> Meaning {
    if order.shape != OrderShape::Single {
        return Meaning::Nothing;
    }
    let open = matches!(order.state, State::Submitted | State::InProgress);
    match report {
        Report::NotFound if open => missing(terms),
        Report::Says(reading) if open => match claim(order, reading, terms.counted) {
            Ok(claim) => steps(order, claim, start(reading)),
            Err(doubt) => Meaning::Doubted(doubt),
        },
        Report::Says(reading) if order.state.is_terminal() => {
            match claim(order, reading, terms.counted).and_then(|claim| correction(order, claim)) {
                Ok(None) => Meaning::Nothing,
                Ok(Some(event)) if in_time(order, terms, now) => Meaning::Steps(vec![event]),
                Ok(Some(_)) => Meaning::Contradicted(Doubt::EvidenceContradicts),
                Err(doubt) => Meaning::Contradicted(doubt),
            }
        }
        // Not placed yet, or not known to be: there is nothing that a status could be about.
        Report::Says(_) | Report::NotFound => Meaning::Nothing,
    }
}

/// An order that is not found may be found the next time: panels leave ids out, and answer for a
/// moment from a copy that does not have it. It never ends an order.
const fn missing(terms: &ReportTerms) -> Meaning {
    if terms.not_found.saturating_add(1) >= terms.not_found_max {
        Meaning::Doubted(Doubt::OrderMissing)
    } else {
        Meaning::Wait
    }
}

const fn in_time(order: &Order, terms: &ReportTerms, now: Timestamp) -> bool {
    match order.ended {
        Some(ended) => now.0 <= ended.plus_hours(terms.correct_hours).0,
        None => false,
    }
}

fn start(reading: &Reading) -> Option<i64> {
    reading.start_count.value().filter(|count| (0..=COUNT_MAX).contains(count))
}

/// Units left, when they are said and mean anything.
fn units(order: &Order, reading: &Reading, counted: bool) -> Result<Option<i64>, Doubt> {
    match reading.remains.value().filter(|_| counted) {
        Some(left) if left > order.quantity || left < COUNT_MAX.saturating_neg() => {
            Err(Doubt::FiguresImpossible)
        }
        left => Ok(left),
    }
}

fn claim(order: &Order, reading: &Reading, counted: bool) -> Result<Claim, Doubt> {
    use UpstreamWord as W;
    let remains = units(order, reading, counted)?;
    let kept_money = reading.charge.value().is_some_and(|charge| charge > Micros::ZERO);
    match reading.word {
        // Many say 0 until they have begun: that is no delivery.
        W::Pending | W::Processing | W::Paused => {
            Ok(Claim::Waiting { remains: remains.filter(|left| *left != 0) })
        }
        W::InProgress => Ok(Claim::Delivering { remains }),
        W::Completed if remains.is_some_and(|left| left > 0) => Err(Doubt::EvidenceContradicts),
        W::Completed => Ok(Claim::Completed { remains }),
        W::Partial => match remains {
            Some(left) if left == order.quantity && kept_money => Err(Doubt::EvidenceContradicts),
            // A part of nothing: the dialect's other name for it is canceled.
            Some(left) if left == order.quantity => Ok(Claim::Canceled),
            Some(left) if left > 0 => Ok(Claim::Partial { remains: left }),
            _ => Err(Doubt::FiguresImpossible),
        },
        W::Canceled => canceled(order, reading, remains, counted),
        W::Refunded => {
            let all =
                remains == Some(order.quantity) || reading.charge == Said::Value(Micros::ZERO);
            let plain = remains.is_none_or(|left| left >= 0);
            if all && plain { Ok(Claim::Canceled) } else { Err(Doubt::StatusUnknown) }
        }
        W::Failed | W::Expired | W::Unknown => Err(Doubt::StatusUnknown),
    }
}

/// Canceled is the word for "all money back", but panels disagree about the figures beside it: some
/// report the whole quantity left, some what was not delivered, some 0, and some cancel what they have
/// delivered in part. So something has to show that nothing is kept: no charge, or every unit left.
fn canceled(
    order: &Order,
    reading: &Reading,
    remains: Option<i64>,
    counted: bool,
) -> Result<Claim, Doubt> {
    let kept = reading.charge.value().map(|charge| charge != Micros::ZERO);
    match (remains, kept) {
        (Some(left), _) if left < 0 => Err(Doubt::FiguresImpossible),
        (_, Some(false)) => Ok(Claim::Canceled),
        // It has gone back already: nothing hangs on the figures any more.
        _ if order.state == State::Canceled => Ok(Claim::Canceled),
        (Some(left), _) if left == order.quantity => Ok(Claim::Canceled),
        // It cannot say how much of a package is left.
        (None, None) if !counted => Ok(Claim::Canceled),
        (None, None) => Err(Doubt::StatusUnknown),
        _ => Err(Doubt::EvidenceContradicts),
    }
}

/// What an open order does about a claim.
fn steps(order: &Order, claim: Claim, start_count: Option<i64>) -> Meaning {
    let end = match claim {
        Claim::Waiting { remains } => {
            let begun = remains.is_some_and(|left| left < order.quantity);
            if begun || order.state == State::InProgress {
                return progress(order, start_count, remains);
            }
            return Meaning::Nothing;
        }
        Claim::Delivering { remains } => return progress(order, start_count, remains),
        Claim::Completed { remains } => {
            return Meaning::Steps(vec![Event::Completed { start_count, remains }]);
        }
        Claim::Partial { remains } => Event::Partial { remains },
        Claim::Canceled => Event::Canceled,
    };
    // The end itself carries no start count, and customers ask for it.
    let counted = start_count.filter(|_| start_count != order.start_count);
    let before = counted.map(|_| Event::Progress { start_count, remains: None });
    Meaning::Steps(before.into_iter().chain([end]).collect())
}

fn progress(order: &Order, start_count: Option<i64>, remains: Option<i64>) -> Meaning {
    let same = order.state == State::InProgress
        && (start_count.is_none() || start_count == order.start_count)
        && remains.is_none_or(|left| left == order.remains);
    if same {
        return Meaning::Nothing;
    }
    Meaning::Steps(vec![Event::Progress { start_count, remains }])
}

/// What corrects an order that has ended; nothing when the claim says what we have. Whatever would
/// take something from the customer contradicts what they were told.
fn correction(order: &Order, claim: Claim) -> Result<Option<Event>, Doubt> {
    use State as S;
    match (order.state, claim) {
        (S::Completed, Claim::Completed { .. }) | (S::Canceled, Claim::Canceled) => Ok(None),
        (S::Partial, Claim::Partial { remains }) if remains == order.remains => Ok(None),
        (S::Completed | S::Partial, Claim::Partial { remains }) if remains > order.remains => {
            Ok(Some(Event::Partial { remains }))
        }
        (S::Completed | S::Partial, Claim::Canceled) => Ok(Some(Event::Canceled)),
        _ => Err(Doubt::EvidenceContradicts),
    }
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
