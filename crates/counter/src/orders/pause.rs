//! Pausing, resuming and stopping orders in parts.

use super::parents::end_parts;
use crate::desk::{Cause, Desk};
use crate::{Counter, Failure, Refusal};
use domain::orders::{DripFeed, Order, OrderShape, PartsState, pause, resume};
use domain::{OrderId, Timestamp};
use store::tables::{orders, parts};
use store::{DbError, Tx};

/// What to do with the parts of an order that have not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steer {
    /// None starts until the order is resumed; what they cost stays held.
    Pause,
    /// They start again: one that was due meanwhile at once, the others in their interval.
    Resume,
    /// None starts any more, and what they would have cost goes back. Those that have started go
    /// on, and the order ends with the last of them.
    Stop,
}

impl Steer {
    const fn event_name(self) -> &'static str {
        match self {
            Self::Pause => "order.paused",
            Self::Resume => "order.resumed",
            Self::Stop => "order.stopped",
        }
    }
}

impl Counter {
    /// Pauses, resumes or stops an order in parts. Only drip-feeds can be paused: posts come when
    /// they come, and one that is not taken would be lost.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order, it has no parts, no more of them will start, or it
    /// is what it is to become.
    pub async fn steer_parts(
        &self,
        id: OrderId,
        steer: Steer,
        actor: &str,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<Order, Failure<Refusal>> {
        let (actor, reason) = (actor.to_owned(), reason.map(str::to_owned));
        let unit = move |tx: &mut dyn Tx| {
            let missing = || Refusal::missing("order", id);
            let account = orders::by_id(tx, id)?.ok_or_else(missing)?.account;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let order = orders::by_id(desk.tx, id)?.ok_or_else(missing)?;
            let reason = reason.as_deref();
            let cause = Cause { actor: Some(&actor), reason, ..Cause::default() };
            carry_out(&mut desk, &order, steer, cause)?;
            let after = orders::by_id(desk.tx, id)?.ok_or_else(missing)?;
            desk.finish()?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn carry_out(
    desk: &mut Desk<'_>,
    order: &Order,
    steer: Steer,
    cause: Cause<'_>,
) -> Result<(), Failure<Refusal>> {
    let over = || Refusal::NotNow(format!("order {}: no more parts of it will start", order.id));
    let plan = match order.shape {
        OrderShape::Single => {
            let text = format!("order {} is not carried out in parts", order.id);
            return Err(Refusal::NotNow(text).into());
        }
        OrderShape::DripFeed => {
            let plan = parts::drip_feed(desk.tx, order.id)?.ok_or_else(over)?;
            if plan.state == PartsState::Ended {
                return Err(over().into());
            }
            Some(plan)
        }
        OrderShape::Subscription => {
            let plan = parts::subscription(desk.tx, order.id)?;
            plan.filter(|(_, state)| *state == PartsState::Active).ok_or_else(over)?;
            None
        }
    };
    if order.state.is_terminal() {
        return Err(over().into());
    }
    let kind = steer.event_name();
    let after = match (steer, plan) {
        (Steer::Stop, _) => return Ok(end_parts(desk, order, kind, cause)?),
        (_, None) => {
            let text = format!("order {} is a subscription: it can only be stopped", order.id);
            return Err(Refusal::NotNow(text).into());
        }
        (Steer::Pause, Some(plan)) => pause(&plan)
            .ok_or_else(|| Refusal::NotNow(format!("order {} is paused already", order.id)))?,
        (Steer::Resume, Some(plan)) => resume(&plan, desk.now)
            .ok_or_else(|| Refusal::NotNow(format!("order {} is not paused", order.id)))?,
    };
    Ok(write(desk, order, &after, kind, cause)?)
}

fn write(
    desk: &mut Desk<'_>,
    order: &Order,
    plan: &DripFeed,
    kind: &str,
    cause: Cause<'_>,
) -> Result<(), DbError> {
    parts::update_drip_feed(desk.tx, order.id, plan, plan.runs_started)?;
    let data = serde_json::json!({
        "runs_started": plan.runs_started,
        "actor": cause.actor,
        "reason": cause.reason,
    });
    desk.journal.note(order.account, Some(order.id), kind, data.to_string(), desk.now);
    Ok(())
}
