//! Orders that wait for their turn on a link: what they wait for, and who is next.

use crate::desk::Desk;
use crate::journal::Journal;
use domain::orders::{Order, OrderShape, State};
use domain::providers::{OnLink, Turn, link_turns};
use domain::{AccountId, OrderId, Timestamp};
use store::tables::link_queue::{self, Held};
use store::tables::{guards, orders, parts};
use store::{DbError, Tx};

/// Most orders of a link that are looked at to say what one of them waits for.
const LINE_MAX: i64 = 1_000;

/// An order that has ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) order: OrderId,
    /// Whether it may have waited.
    pub(crate) may_wait: bool,
}

/// Whether an order in a state may wait for its turn: nobody has begun it, or nobody knows.
pub(crate) const fn may_wait(state: State) -> bool {
    matches!(state, State::Pending | State::Review)
}

/// Lets an order wait no more that was found to have been begun.
pub(crate) fn begun(tx: &mut dyn Tx, order: &Order) -> Result<(), DbError> {
    link_queue::leave(tx, &[order.id])
}

/// Notes that an order waits for another.
pub(crate) fn note_waits(
    journal: &mut Journal,
    account: AccountId,
    order: OrderId,
    other: OrderId,
    now: Timestamp,
) {
    let text = Turn::After(other).text().unwrap_or_default();
    let data = serde_json::json!({ "for": other.0, "reason": text }).to_string();
    journal.note(account, Some(order), "order.waits", data, now);
}

/// Lets a new part with a link of its own take the link, or queue up on it.
pub(crate) fn stand(desk: &mut Desk<'_>, order: &Order) -> Result<(), DbError> {
    let place = (order.service, order.link.as_str(), order.id);
    let holder = guards::open_links(desk.tx, &[(order.service, &order.link)])?.pop();
    match holder {
        None => guards::insert_open_links(desk.tx, &[place]),
        Some(Held { order: other, .. }) => {
            note_waits(&mut desk.journal, order.account, order.id, other, desk.now);
            link_queue::wait(desk.tx, &[place], desk.now)
        }
    }
}

/// Gives the links of orders that have ended to those that wait behind them.
pub(crate) fn pass_on(
    tx: &mut dyn Tx,
    journal: &mut Journal,
    ended: &[Ended],
    now: Timestamp,
) -> Result<(), DbError> {
    // First out of the queue, then off the link: an order whose turn comes between the two is found
    // to have the link.
    let waited = ended.iter().filter(|ended| ended.may_wait).map(|ended| ended.order);
    link_queue::leave(tx, &waited.collect::<Vec<_>>())?;
    let ids: Vec<OrderId> = ended.iter().map(|ended| ended.order).collect();
    let mut freed = Vec::new();
    for held in link_queue::held_by(tx, &ids)? {
        let next = link_queue::line(tx, held.service, &held.link, 1)?.first().copied();
        match next {
            None => freed.push(held.order),
            Some(next) => {
                link_queue::pass_on(tx, &held, next, now)?;
                parts::let_drip_feed(tx, next)?;
                note_turn(tx, journal, next, &held, now)?;
            }
        }
    }
    if freed.is_empty() { Ok(()) } else { guards::free_links(tx, &freed) }
}

fn note_turn(
    tx: &mut dyn Tx,
    journal: &mut Journal,
    next: OrderId,
    held: &Held,
    now: Timestamp,
) -> Result<(), DbError> {
    let order = orders::by_id(tx, next)?;
    let order = order
        .ok_or_else(|| DbError::new("TURNS", format!("order {next} waits and is not there")))?;
    let data = serde_json::json!({ "after": held.order.0 }).to_string();
    journal.note(order.account, Some(next), "order.turn", data, now);
    Ok(())
}

/// What is said of an order while it waits for its turn; nothing when it does not.
///
/// # Errors
/// [`DbError`].
pub(crate) fn waits_for(tx: &mut dyn Tx, order: &Order) -> Result<Option<String>, DbError> {
    if order.state.is_terminal() {
        return Ok(None);
    }
    let Some((service, link)) = link_queue::place(tx, order.id)? else {
        return waits_for_run(tx, order);
    };
    let holders = guards::open_links(tx, &[(service, &link)])?;
    let mut line: Vec<OrderId> = holders.into_iter().map(|held| held.order).collect();
    line.extend(link_queue::line(tx, service, &link, LINE_MAX)?);
    let turns: Vec<OnLink> = orders::by_ids(tx, &line)?.iter().map(on_link).collect();
    let own = turns.iter().zip(link_turns(&turns)).find(|(on_link, _)| on_link.id == order.id);
    Ok(own.and_then(|(_, turn)| turn.text()))
}

/// The same of a drip-feed whose next run waits for the one before.
fn waits_for_run(tx: &mut dyn Tx, order: &Order) -> Result<Option<String>, DbError> {
    if order.shape != OrderShape::DripFeed {
        return Ok(None);
    }
    let waits = parts::drip_feed(tx, order.id)?.is_some_and(|plan| plan.waits);
    let runs = if waits { orders::parts(tx, order.id)? } else { Vec::new() };
    let open = runs.iter().find(|run| !run.state.is_terminal());
    Ok(open.and_then(|run| Turn::After(run.id).text()))
}

/// An order on its link, for the rule. One that has a link and is pending goes first there; a whole
/// is told by its own place, because its runs start only when it has the link.
const fn on_link(order: &Order) -> OnLink {
    OnLink {
        id: order.id,
        parent: order.parent,
        in_parts: false,
        begun: !matches!(order.state, State::Pending),
    }
}
