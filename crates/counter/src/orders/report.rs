//! What whoever fulfils orders reports about them. Written for a batch.

use super::away::why_not_end;
use super::parents::{settle_parent_of, stop_parts};
use super::turns;
use crate::desk::{Cause, Desk};
use crate::{Counter, Failure, Refusal};
use domain::orders::{Event, Order, OrderShape, State, TransitionError, apply};
use domain::{OrderId, Timestamp};
use store::tables::{attempts, orders};
use store::{DbError, Tx};

/// What is reported of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// Somebody has taken it on; the customer sees `Processing`.
    Accepted,
    /// Delivery goes on.
    Progress {
        /// The counter before delivery.
        start_count: Option<i64>,
        /// Units left.
        remains: Option<i64>,
    },
    /// Delivered.
    Completed {
        /// The counter before delivery.
        start_count: Option<i64>,
        /// Zero, or below for over-delivery.
        remains: Option<i64>,
    },
    /// Ended with units not delivered.
    Partial {
        /// How many.
        remains: i64,
    },
    /// Ended, nothing delivered.
    Canceled,
}

/// A report on an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderReport {
    /// The order.
    pub order: OrderId,
    /// What is reported.
    pub report: Report,
    /// Why, when the reporter says.
    pub reason: Option<String>,
}

impl Report {
    const fn event_name(self) -> &'static str {
        match self {
            Self::Accepted => "order.accepted",
            Self::Progress { .. } => "order.progress",
            Self::Completed { .. } => "order.completed",
            Self::Partial { .. } => "order.partial",
            Self::Canceled => "order.canceled",
        }
    }

    /// The steps of the state machine that the report stands for.
    fn steps(self, state: State) -> Vec<Event> {
        let mut steps = Vec::with_capacity(2);
        if state == State::Pending {
            match self {
                // Nobody had begun: it is given back as if the customer had canceled it.
                Self::Canceled => return vec![Event::CancelAsked],
                _ => steps.push(Event::TakenByHand),
            }
        }
        steps.extend(match self {
            Self::Accepted => None,
            Self::Progress { start_count, remains } => {
                Some(Event::Progress { start_count, remains })
            }
            Self::Completed { start_count, remains } => {
                Some(Event::Completed { start_count, remains })
            }
            Self::Partial { remains } => Some(Event::Partial { remains }),
            Self::Canceled => Some(Event::Canceled),
        });
        steps
    }
}

/// Applies reports at `now`; answers them in order. A refused report changes nothing.
///
/// # Errors
/// [`DbError`] when the store fails; nothing is changed then.
pub fn report_orders(
    tx: &mut dyn Tx,
    reports: &[OrderReport],
    actor: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Result<Order, Refusal>>, DbError> {
    apply_all(tx, reports, Placed::IsNoMatter, actor, now)
}

/// What it means for a report that a provider has the order, or may have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placed {
    /// Whoever reports knows of it.
    IsNoMatter,
    /// The order is not ended.
    Refuses,
}

fn apply_all(
    tx: &mut dyn Tx,
    reports: &[OrderReport],
    placed: Placed,
    actor: Option<&str>,
    now: Timestamp,
) -> Result<Vec<Result<Order, Refusal>>, DbError> {
    let mut accounts = Vec::with_capacity(reports.len());
    for report in reports {
        accounts.extend(orders::by_id(tx, report.order)?.map(|order| order.account));
    }
    let mut desk = Desk::new(tx, now);
    desk.lock(accounts)?;
    let mut answers = Vec::with_capacity(reports.len());
    for report in reports {
        // Read under the account's lock: what was read before it may have moved.
        let answer = match orders::by_id(desk.tx, report.order)? {
            None => Err(Refusal::missing("order", report.order)),
            Some(order) => match hindrance(&mut desk, &order, report, placed)? {
                Some(why) => Err(Refusal::NotNow(why)),
                None => report_one(&mut desk, &order, report, actor)?,
            },
        };
        desk.flush_orders()?;
        if let Ok(order) = &answer {
            settle_parent_of(&mut desk, order)?;
        }
        answers.push(answer);
    }
    desk.finish()?;
    Ok(answers)
}

/// Why an order is not ended; nothing for other reports, and for an order in parts: those that a provider
/// has are only asked to end.
fn hindrance(
    desk: &mut Desk<'_>,
    order: &Order,
    report: &OrderReport,
    placed: Placed,
) -> Result<Option<String>, DbError> {
    let ends = matches!(report.report, Report::Canceled | Report::Partial { .. });
    if placed == Placed::IsNoMatter || !ends || order.shape != OrderShape::Single {
        return Ok(None);
    }
    why_not_end(desk.tx, order)
}

fn report_one(
    desk: &mut Desk<'_>,
    order: &Order,
    report: &OrderReport,
    actor: Option<&str>,
) -> Result<Result<Order, Refusal>, DbError> {
    let reason = report.reason.as_deref();
    let cause = Cause { order: Some(order.id), actor, reason, ..Cause::default() };
    if order.shape != OrderShape::Single {
        return match report.report {
            Report::Canceled if !order.state.is_terminal() => {
                stop_parts(desk, order, "order.stopped", cause).map(Ok)
            }
            _ => Ok(Err(Refusal::NotNow(format!(
                "order {} is carried out in parts; report on its parts (`order show {}`)",
                order.id, order.id
            )))),
        };
    }
    if order.state == State::Pending
        && report.report != Report::Canceled
        && let Some(waits) = turns::waits_for(desk.tx, order)?
    {
        return Ok(Err(Refusal::NotNow(format!("order {} {waits}", order.id))));
    }
    let mut steps = report.report.steps(order.state);
    if steps.is_empty() {
        steps.push(Event::Accepted);
    }
    // Tried out first: when a later step is refused, the earlier ones must not stay.
    let tried = steps.iter().try_fold(order.clone(), |order, event| {
        apply(&order, event, desk.now).map(|change| change.order)
    });
    if let Err(refused) = tried {
        return Ok(Err(refused.into()));
    }
    // Whoever reports on it knows better than the provider. Only an order that was taken to be
    // placed somewhere can be followed there.
    if order.fence > 0 {
        attempts::unfollow_order(desk.tx, order.id)?;
    }
    let mut latest = order.clone();
    let last = steps.len().saturating_sub(1);
    for (index, event) in steps.iter().enumerate() {
        let kind = if index == last { report.report.event_name() } else { "order.accepted" };
        match desk.apply(&latest, event, kind, cause)? {
            Ok(after) => latest = after,
            Err(refused) => return Ok(Err(unexpected(desk, refused))),
        }
    }
    Ok(Ok(latest))
}

/// The same step was legal a moment ago: poison the unit rather than keep half of it.
fn unexpected(desk: &mut Desk<'_>, refused: TransitionError) -> Refusal {
    desk.tx.poison(DbError::new("REPORT", refused.to_string()));
    refused.into()
}

impl Counter {
    /// Applies a report of somebody who knows where the order is.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order, or it cannot take the step.
    pub async fn report_order(
        &self,
        report: OrderReport,
        actor: &str,
        now: Timestamp,
    ) -> Result<Order, Failure<Refusal>> {
        self.report(report, Placed::IsNoMatter, actor, now).await
    }

    /// Applies a report, unless it would give money back for an order that a provider has, or may have:
    /// it is not told, and goes on.
    ///
    /// # Errors
    /// As above; [`Refusal`] also when a provider may have the order, saying which, under which id, and
    /// what to do in place of this.
    pub async fn report_unless_placed(
        &self,
        report: OrderReport,
        actor: &str,
        now: Timestamp,
    ) -> Result<Order, Failure<Refusal>> {
        self.report(report, Placed::Refuses, actor, now).await
    }

    async fn report(
        &self,
        report: OrderReport,
        placed: Placed,
        actor: &str,
        now: Timestamp,
    ) -> Result<Order, Failure<Refusal>> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            let reports = std::slice::from_ref(&report);
            let answers = apply_all(tx, reports, placed, Some(&actor), now)?;
            match answers.into_iter().next() {
                Some(answer) => answer.map_err(Failure::Refused),
                None => Err(Refusal::missing("order", report.order).into()),
            }
        };
        Failure::join(self.store.write(unit).await)
    }
}
