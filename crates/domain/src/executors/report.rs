//! What an executor's report means for an order.

use crate::Timestamp;
use crate::limits::EXECUTOR_CORRECTS_HOURS;
use crate::orders::{Event, Order, State, TransitionError, apply};

/// The status that an executor reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportedStatus {
    /// It has the order and has not begun.
    Processing,
    /// It delivers.
    InProgress,
    /// It has delivered.
    Completed,
    /// It has delivered a part, and delivers no more.
    Partial,
    /// It delivers nothing.
    Canceled,
}

/// What an executor says of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Where it stands, when that is said.
    pub status: Option<ReportedStatus>,
    /// The counter before delivery.
    pub start_count: Option<i64>,
    /// Units left.
    pub remains: Option<i64>,
}

/// Why a report changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportRefusal {
    /// Nothing is said.
    #[error("status, start_count or remains: give at least one")]
    Nothing,
    /// An end in part needs a number.
    #[error("remains: an order that ends in part needs it, above 0 and below the quantity")]
    NoRemains,
    /// The order has ended otherwise.
    #[error(
        "status: the order is {} and stays so; only within {EXECUTOR_CORRECTS_HOURS} hours, and \
         only to less that was delivered, is that corrected here",
        .0.name()
    )]
    Ended(State),
    /// The order cannot take the step.
    #[error("{0}")]
    Step(#[from] TransitionError),
}

/// The steps of the order that a report stands for, each of which is legal when it is reached. None
/// when it says what is known: a report that is sent again because its answer was lost does nothing.
///
/// # Errors
/// [`ReportRefusal`] when it does not fit the order, which stays as it is.
pub fn steps(order: &Order, said: &Said, now: Timestamp) -> Result<Vec<Event>, ReportRefusal> {
    let steps =
        if order.state.is_terminal() { after_end(order, said, now)? } else { open(order, said)? };
    let tried = steps.iter().try_fold(order.clone(), |order, event| {
        apply(&order, event, now).map(|change| change.order)
    });
    tried?;
    Ok(steps)
}

fn open(order: &Order, said: &Said) -> Result<Vec<Event>, ReportRefusal> {
    let Said { status, start_count, remains } = *said;
    let progress = Event::Progress { start_count, remains };
    let figures = start_count.is_some() || remains.is_some();
    let known = start_count.is_none_or(|count| order.start_count == Some(count))
        && remains.is_none_or(|count| order.remains == count);
    Ok(match status {
        None if !figures => return Err(ReportRefusal::Nothing),
        // It waits for a person no more once it is heard of.
        Some(ReportedStatus::Processing) if known && order.state != State::Review => Vec::new(),
        _ if known && order.state == State::InProgress && is_progress(status) => Vec::new(),
        None | Some(ReportedStatus::Processing | ReportedStatus::InProgress) => vec![progress],
        Some(ReportedStatus::Completed) => vec![Event::Completed { start_count, remains }],
        Some(ReportedStatus::Partial) => {
            let counted = start_count.map(|_| Event::Progress { start_count, remains: None });
            let remains = remains_of(order, remains)?;
            counted.into_iter().chain([Event::Partial { remains }]).collect()
        }
        Some(ReportedStatus::Canceled) => vec![Event::Canceled],
    })
}

const fn is_progress(status: Option<ReportedStatus>) -> bool {
    matches!(status, None | Some(ReportedStatus::Processing | ReportedStatus::InProgress))
}

/// The units left that are said, or else those that were said before.
fn remains_of(order: &Order, said: Option<i64>) -> Result<i64, ReportRefusal> {
    let known = Some(order.remains).filter(|remains| (1..order.quantity).contains(remains));
    said.or(known).ok_or(ReportRefusal::NoRemains)
}

fn after_end(order: &Order, said: &Said, now: Timestamp) -> Result<Vec<Event>, ReportRefusal> {
    let again = match (said.status, order.state) {
        (Some(ReportedStatus::Completed), State::Completed)
        | (Some(ReportedStatus::Canceled), State::Canceled) => true,
        (Some(ReportedStatus::Partial), State::Partial) => {
            said.remains.is_none_or(|remains| remains == order.remains)
        }
        _ => false,
    };
    if again {
        return Ok(Vec::new());
    }
    let in_time = order.ended.is_some_and(|ended| now <= ended.plus_hours(EXECUTOR_CORRECTS_HOURS));
    match said.status {
        Some(ReportedStatus::Partial) if in_time => {
            let remains = said.remains.ok_or(ReportRefusal::NoRemains)?;
            Ok(vec![Event::Partial { remains }])
        }
        Some(ReportedStatus::Canceled) if in_time => Ok(vec![Event::Canceled]),
        _ => Err(ReportRefusal::Ended(order.state)),
    }
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
