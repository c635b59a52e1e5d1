//! Orders whose parts are orders: starting a part, stopping the rest, ending the whole.

use super::Placing;
use crate::desk::{Cause, Desk};
use crate::requests::write_cancel;
use domain::invariants::may_follow;
use domain::ledger::{Posting, PostingError, TransferKind};
use domain::orders::{Event, Order, OrderShape, PartsState, State, parent_outcome};
use domain::{Micros, OrderId};
use store::tables::orders::{self, NewOrder, Origin};
use store::tables::parts;
use store::{DbError, TxExt};

/// What a new part is.
pub(super) struct Part {
    pub(super) link: String,
    pub(super) quantity: i64,
    pub(super) charge: Micros,
    /// Whether its charge comes out of what the parent holds; otherwise it is charged by itself.
    pub(super) from_parent: bool,
}

/// Starts a part: the parent releases its charge and the part holds it.
pub(super) fn start_part(
    desk: &mut Desk<'_>,
    parent: &Order,
    part: Part,
    cause: Cause<'_>,
) -> Result<Result<Order, PostingError>, DbError> {
    let id = OrderId(desk.tx.take_id("order")?);
    let moved = if part.from_parent { part.charge } else { Micros::ZERO };
    let started = Event::PartStarted { charge: moved };
    if let Err(refused) = desk.apply(parent, &started, "order.part_started", cause)? {
        return Err(desk.tx.poison(DbError::new("PARTS", refused.to_string())));
    }
    let posting = Posting { kind: TransferKind::Hold, amount: part.charge };
    let hold = match desk.post(parent.account, &posting, Cause { order: Some(id), ..cause })? {
        Ok(hold) => hold,
        Err(refused) => return Ok(Err(refused)),
    };
    let order = Order {
        id,
        account: parent.account,
        service: parent.service,
        parent: Some(parent.id),
        shape: OrderShape::Single,
        state: State::Pending,
        fence: 0,
        link: part.link,
        quantity: part.quantity,
        rate: parent.rate,
        charge: part.charge,
        captured: Micros::ZERO,
        released: Micros::ZERO,
        start_count: None,
        remains: part.quantity,
        cancel_requested: false,
        created: desk.now,
        changed: desk.now,
        ended: None,
    };
    let params = orders::params(desk.tx, parent.id)?;
    let Order { account, service, charge, .. } = order;
    let placing = Placing { order: id, account, service, charge, parent: Some(parent.id) };
    let event = desk.journal.placed(desk.tx, placing, desk.now)?;
    let origin = Origin { hold, fingerprint: None, event };
    orders::insert(desk.tx, &[NewOrder { order: order.clone(), origin, key: None, params }])?;
    desk.flush_orders()?;
    Ok(Ok(order))
}

/// Lets no more parts start, gives back what they would have cost, cancels the parts that nobody
/// has begun and asks whoever fulfils the others to cancel them: each with a cancel of its own,
/// which staff see and answer. The whole ends with its last part.
pub(crate) fn stop_parts(
    desk: &mut Desk<'_>,
    parent: &Order,
    kind: &str,
    cause: Cause<'_>,
) -> Result<Order, DbError> {
    end_plan(desk, parent)?;
    if parent.state == State::Pending {
        let canceled = expect_legal(desk, parent, &Event::CancelAsked, kind, cause)?;
        desk.flush_orders()?;
        return Ok(canceled);
    }
    let stopped = expect_legal(desk, parent, &Event::PartsStopped, kind, cause)?;
    for part in orders::parts(desk.tx, parent.id)? {
        if part.state.is_terminal() || part.cancel_requested {
            continue;
        }
        let kind = if part.state == State::Pending {
            "order.canceled"
        } else {
            write_cancel(desk, &part)?;
            "order.cancel_requested"
        };
        expect_legal(desk, &part, &Event::CancelAsked, kind, cause)?;
    }
    desk.flush_orders()?;
    Ok(settle_parent(desk, parent.id)?.unwrap_or(stopped))
}

/// Lets no more parts start and gives back what they would have cost; open parts go on.
pub(super) fn end_parts(
    desk: &mut Desk<'_>,
    parent: &Order,
    kind: &str,
    cause: Cause<'_>,
) -> Result<(), DbError> {
    end_plan(desk, parent)?;
    expect_legal(desk, parent, &Event::PartsStopped, kind, cause)?;
    desk.flush_orders()?;
    settle_parent(desk, parent.id).map(|_| ())
}

/// Ends the order that `part` belongs to, when `part` was its last open one.
pub(crate) fn settle_parent_of(desk: &mut Desk<'_>, part: &Order) -> Result<(), DbError> {
    match part.parent {
        Some(parent) if part.state.is_terminal() => settle_parent(desk, parent).map(|_| ()),
        _ => Ok(()),
    }
}

/// Ends an order whose plan is over and whose parts have all ended, or corrects it after a part was
/// corrected; returns it when it moved.
pub(super) fn settle_parent(
    desk: &mut Desk<'_>,
    parent: OrderId,
) -> Result<Option<Order>, DbError> {
    let Some(order) = orders::by_id(desk.tx, parent)? else { return Ok(None) };
    let Some(plan) = plan_of(desk, &order)? else { return Ok(None) };
    if plan.state == PartsState::Active {
        // The run is over that the next one may have waited for.
        if plan.waits {
            parts::let_drip_feed(desk.tx, parent)?;
        }
        return Ok(None);
    }
    let sums = orders::part_sums(desk.tx, parent)?;
    let Some((state, remains)) = parent_outcome(order.quantity, plan.planned, &sums.totals) else {
        return Ok(None);
    };
    // An order that has ended moves again only when a part of it was corrected.
    if order.state.is_terminal()
        && ((order.state, order.remains) == (state, remains) || !may_follow(order.state, state))
    {
        return Ok(None);
    }
    let kind = match state {
        State::Canceled => "order.canceled",
        State::Partial => "order.partial",
        _ => "order.completed",
    };
    let ended = Event::PartsEnded { state, remains };
    let after = expect_legal(desk, &order, &ended, kind, Cause::default())?;
    desk.flush_orders()?;
    Ok(Some(after))
}

/// What is known of the plan of an order in parts.
struct Plan {
    /// Whether more parts will come.
    state: PartsState,
    /// How many there were to be in all: zero for a subscription without an end.
    planned: i64,
    /// Whether the next waits.
    waits: bool,
}

/// The plan of an order; nothing for an order that has no parts.
fn plan_of(desk: &mut Desk<'_>, order: &Order) -> Result<Option<Plan>, DbError> {
    Ok(match order.shape {
        OrderShape::Single => None,
        OrderShape::DripFeed => {
            let plan = parts::drip_feed(desk.tx, order.id)?;
            plan.map(|plan| Plan { state: plan.state, planned: plan.runs, waits: plan.waits })
        }
        OrderShape::Subscription => {
            let plan = parts::subscription(desk.tx, order.id)?;
            plan.map(|(plan, state)| Plan { state, planned: plan.posts, waits: false })
        }
    })
}

/// Whether an order is in parts and no more of them will start.
pub(crate) fn is_stopped(desk: &mut Desk<'_>, order: &Order) -> Result<bool, DbError> {
    Ok(plan_of(desk, order)?.is_some_and(|plan| plan.state == PartsState::Ended))
}

/// Lets no more parts start.
pub(crate) fn end_plan(desk: &mut Desk<'_>, order: &Order) -> Result<(), DbError> {
    match order.shape {
        OrderShape::Single => {}
        OrderShape::DripFeed => {
            if let Some(mut plan) = parts::drip_feed(desk.tx, order.id)? {
                (plan.state, plan.paused) = (PartsState::Ended, false);
                parts::update_drip_feed(desk.tx, order.id, &plan, plan.runs_started)?;
                if plan.waits {
                    parts::let_drip_feed(desk.tx, order.id)?;
                }
            }
        }
        OrderShape::Subscription => {
            if let Some((plan, _)) = parts::subscription(desk.tx, order.id)? {
                let done = plan.posts_done;
                parts::update_subscription(desk.tx, order.id, done, PartsState::Ended, done)?;
            }
        }
    }
    Ok(())
}

/// Applies an event that is legal in the state the order is in; if it is not, the unit is
/// poisoned rather than half of it kept.
fn expect_legal(
    desk: &mut Desk<'_>,
    order: &Order,
    event: &Event,
    kind: &str,
    cause: Cause<'_>,
) -> Result<Order, DbError> {
    match desk.apply(order, event, kind, cause)? {
        Ok(after) => Ok(after),
        Err(refused) => Err(desk.tx.poison(DbError::new("PARTS", refused.to_string()))),
    }
}
