//! Orders that wait for their turn on a link, behind the one that has it (`open_link`).
//!
//! The row of the link in `open_link` is what everybody meets at: who queues up touches it, and who
//! ends passes it on. So an order never queues up behind one that has just left.

use crate::{DbError, Row, Tx, TxExt, Val};
use domain::{OrderId, ServiceId, Timestamp};

crate::statements! {
    INSERT = "insert into link_queue (order_id, service_id, link, since_us) \
        values (?1, ?2, ?3, ?4)";
    BEHIND = "update open_link set order_id = order_id where service_id = ?1 and link = ?2";
    PLACE = "select service_id, link from link_queue where order_id = ?1";
    WAITING = "select order_id from link_queue where order_id = ?1";
    LINE = "select order_id from link_queue where service_id = ?1 and link = ?2 \
        order by since_us, order_id limit ?3";
    LEAVE = "delete from link_queue where order_id = ?1";
    HELD_BY = "select service_id, link, order_id from open_link where order_id = ?1 \
        order by service_id, link /*lock*/";
    PASS_ON = "update open_link set order_id = ?4, passed_us = ?5 \
        where service_id = ?1 and link = ?2 and order_id = ?3";
    PASSED = "select order_id from open_link where service_id = ?1 and passed_us is not null \
        order by order_id limit ?2";
    TAKEN = "update open_link set passed_us = null where order_id = ?1 and passed_us is not null";
    LET_DRIP_FEEDS = "update drip_feed set waits = 0 where waits = 1 \
        and order_id in (select q.order_id from link_queue q where q.service_id = ?1)";
    DISSOLVE = "delete from link_queue where service_id = ?1";
}

/// A link, and the order that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Of which service.
    pub service: ServiceId,
    /// The link.
    pub link: String,
    /// The order whose turn it is.
    pub order: OrderId,
}

/// An order that queues up on a link of a service.
pub type Waiter<'a> = (ServiceId, &'a str, OrderId);

fn decode_id(row: &dyn Row) -> Result<OrderId, DbError> {
    row.int(0).map(OrderId)
}

/// Queues orders up on links that are taken.
///
/// # Errors
/// [`DbError`], also when a link was left in between.
pub fn wait(tx: &mut dyn Tx, waiters: &[Waiter<'_>], now: Timestamp) -> Result<(), DbError> {
    if waiters.is_empty() {
        return Ok(());
    }
    let mut links: Vec<(ServiceId, &str)> = Vec::with_capacity(waiters.len());
    let mut rows: Vec<Val<'_>> = Vec::with_capacity(waiters.len().saturating_mul(4));
    for (service, link, order) in waiters {
        rows.extend([order.0.into(), service.0.into(), Val::Text(link), now.0.into()]);
        links.push((*service, link));
    }
    links.sort_unstable();
    links.dedup();
    for (service, link) in links {
        tx.exec_exactly(&BEHIND, 2, &[service.0.into(), link.into()], 1)?;
    }
    tx.exec_exactly(&INSERT, 4, &rows, waiters.len())
}

/// Those of the orders that wait.
///
/// # Errors
/// [`DbError`].
pub fn waiting(tx: &mut dyn Tx, orders: &[OrderId]) -> Result<Vec<OrderId>, DbError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    tx.rows_many(&WAITING, 1, &ids(orders), decode_id)
}

/// On which link an order waits.
///
/// # Errors
/// [`DbError`].
pub fn place(tx: &mut dyn Tx, order: OrderId) -> Result<Option<(ServiceId, String)>, DbError> {
    tx.row(&PLACE, &[order.0.into()], |row| Ok((ServiceId(row.int(0)?), row.text(1)?.to_owned())))
}

/// Up to `limit` orders that wait on a link, in their order.
///
/// # Errors
/// [`DbError`].
pub fn line(
    tx: &mut dyn Tx,
    service: ServiceId,
    link: &str,
    limit: i64,
) -> Result<Vec<OrderId>, DbError> {
    tx.rows(&LINE, &[service.0.into(), link.into(), limit.into()], decode_id)
}

/// Lets orders wait no more: they have ended.
///
/// # Errors
/// [`DbError`].
pub fn leave(tx: &mut dyn Tx, orders: &[OrderId]) -> Result<(), DbError> {
    if orders.is_empty() {
        return Ok(());
    }
    tx.exec_many(&LEAVE, 1, &ids(orders)).map(|_| ())
}

/// The links that the orders have, locked: nobody queues up on them before the unit has ended.
///
/// # Errors
/// [`DbError`].
pub fn held_by(tx: &mut dyn Tx, orders: &[OrderId]) -> Result<Vec<Held>, DbError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    tx.rows_many(&HELD_BY, 1, &ids(orders), |row| {
        let (service, link) = (ServiceId(row.int(0)?), row.text(1)?.to_owned());
        Ok(Held { service, link, order: OrderId(row.int(2)?) })
    })
}

/// Gives a link to the order behind the one that has it.
///
/// # Errors
/// [`DbError`], also when one of the two has left in between.
pub fn pass_on(tx: &mut dyn Tx, held: &Held, next: OrderId, now: Timestamp) -> Result<(), DbError> {
    let link = Val::Text(&held.link);
    let row = [held.service.0.into(), link, held.order.0.into(), next.0.into(), now.0.into()];
    tx.exec_exactly(&PASS_ON, 5, &row, 1)?;
    tx.exec_exactly(&LEAVE, 1, &[next.0.into()], 1)
}

/// Up to `limit` orders of a service that had to wait, have their turn now, and were not taken yet.
///
/// # Errors
/// [`DbError`].
pub fn passed(tx: &mut dyn Tx, service: ServiceId, limit: i64) -> Result<Vec<OrderId>, DbError> {
    tx.rows(&PASSED, &[service.0.into(), limit.into()], decode_id)
}

/// Notes that orders were taken whose turn has come.
///
/// # Errors
/// [`DbError`].
pub fn taken(tx: &mut dyn Tx, orders: &[OrderId]) -> Result<(), DbError> {
    if orders.is_empty() {
        return Ok(());
    }
    tx.exec_many(&TAKEN, 1, &ids(orders)).map(|_| ())
}

/// Lets no order of a service wait any more: it delivers all at once now.
///
/// # Errors
/// [`DbError`].
pub fn dissolve(tx: &mut dyn Tx, service: ServiceId) -> Result<(), DbError> {
    tx.exec(&LET_DRIP_FEEDS, &[service.0.into()])?;
    tx.exec(&DISSOLVE, &[service.0.into()]).map(|_| ())
}

fn ids(orders: &[OrderId]) -> Vec<Val<'_>> {
    orders.iter().map(|order| order.0.into()).collect()
}
