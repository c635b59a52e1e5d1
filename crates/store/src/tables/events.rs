//! Events and their seals.

use super::time;
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::{AccountId, OrderId, ProductOrderId, Timestamp};

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id, which says nothing about order.
    pub id: i64,
    /// Its position in the stream, once sealed.
    pub position: Option<i64>,
    /// The account it concerns; 0 when none.
    pub account: AccountId,
    /// The order it concerns.
    pub order: Option<OrderId>,
    /// The order for products it concerns.
    pub product_order: Option<ProductOrderId>,
    /// What, as `order.completed`.
    pub kind: String,
    /// Details, as a JSON object.
    pub data: String,
    /// When.
    pub at: Timestamp,
}

/// The kind of the event that an order's provider has given its id there to another one too.
pub const ID_SHARED: &str = "order.id_shared";

/// A seal over a run of positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The first position under it.
    pub first: i64,
    /// The last position under it.
    pub last: i64,
    /// The hash of the seal before it; empty for the first.
    pub previous: Vec<u8>,
    /// SHA-256 over `previous` and the events.
    pub hash: Vec<u8>,
    /// When it was made.
    pub at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, position, account_id, order_id, product_order_id, kind, data, at_us"
    };
}

crate::statements! {
    INSERT = "insert into event (id, account_id, order_id, product_order_id, kind, data, at_us) \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    OF_ORDER = concat!("select ", columns!(), " from event where order_id = ?1 order by id");
    BY_ID = concat!("select ", columns!(), " from event where id = ?1");
    PLACINGS = concat!("select ", columns!(), " from event where kind = 'orders.placed' \
        and id > ?1 order by id limit ?2");
    OF_PRODUCT_ORDER = concat!("select ", columns!(), " from event where product_order_id = ?1 \
        order by id");
    UNSEALED = concat!("select ", columns!(), " from event where position is null \
        order by id limit ?1");
    SET_POSITION = "update event set position = ?2 where id = ?1 and position is null";
    BETWEEN = concat!("select ", columns!(), " from event where position >= ?1 and position <= ?2 \
        order by position");
    INSERT_SEAL = "insert into seal (last_position, first_position, previous, hash, at_us) \
        values (?1, ?2, ?3, ?4, ?5)";
    LAST_SEAL = "select last_position, first_position, previous, hash, at_us from seal \
        order by last_position desc limit 1";
    SEALS_AFTER = "select last_position, first_position, previous, hash, at_us from seal \
        where last_position > ?1 order by last_position limit ?2";
    LAST_POSITION = "select position from event where position is not null \
        order by position desc limit 1";
}

fn decode(row: &dyn Row) -> Result<Event, DbError> {
    Ok(Event {
        id: row.int(0)?,
        position: row.opt_int(1)?,
        account: AccountId(row.int(2)?),
        order: row.opt_int(3)?.map(OrderId),
        product_order: row.opt_int(4)?.map(ProductOrderId),
        kind: row.text(5)?.to_owned(),
        data: row.text(6)?.to_owned(),
        at: time(row, 7)?,
    })
}

fn decode_seal(row: &dyn Row) -> Result<Seal, DbError> {
    Ok(Seal {
        last: row.int(0)?,
        first: row.int(1)?,
        previous: row.blob(2)?.to_vec(),
        hash: row.blob(3)?.to_vec(),
        at: time(row, 4)?,
    })
}

/// Writes new events.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, events: &[Event]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(events.len().saturating_mul(7));
    for event in events {
        params.extend([
            Val::Int(event.id),
            event.account.0.into(),
            event.order.map(|order| order.0).into(),
            event.product_order.map(|order| order.0).into(),
            event.kind.as_str().into(),
            event.data.as_str().into(),
            event.at.0.into(),
        ]);
    }
    tx.exec_exactly(&INSERT, 7, &params, events.len())
}

/// What happened to an order after it was placed, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_order(tx: &mut dyn Tx, order: OrderId) -> Result<Vec<Event>, DbError> {
    tx.rows(&OF_ORDER, &[order.0.into()], decode)
}

/// One event.
///
/// # Errors
/// [`DbError`].
pub fn by_id(tx: &mut dyn Tx, id: i64) -> Result<Option<Event>, DbError> {
    tx.row(&BY_ID, &[id.into()], decode)
}

/// Up to `limit` events above `after` that say that orders were placed, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn placings(tx: &mut dyn Tx, after: i64, limit: i64) -> Result<Vec<Event>, DbError> {
    tx.rows(&PLACINGS, &[after.into(), limit.into()], decode)
}

/// The timeline of an order for products, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_product_order(tx: &mut dyn Tx, order: ProductOrderId) -> Result<Vec<Event>, DbError> {
    tx.rows(&OF_PRODUCT_ORDER, &[order.0.into()], decode)
}

/// Up to `limit` events without a position.
///
/// # Errors
/// [`DbError`].
pub fn unsealed(tx: &mut dyn Tx, limit: i64) -> Result<Vec<Event>, DbError> {
    tx.rows(&UNSEALED, &[limit.into()], decode)
}

/// Gives events their positions.
///
/// # Errors
/// [`DbError`], also when one has a position already.
pub fn set_positions(tx: &mut dyn Tx, positions: &[(i64, i64)]) -> Result<(), DbError> {
    let params: Vec<Val<'_>> =
        positions.iter().flat_map(|(id, position)| [Val::Int(*id), Val::Int(*position)]).collect();
    tx.exec_exactly(&SET_POSITION, 2, &params, positions.len())
}

/// The events from position `first` to `last`.
///
/// # Errors
/// [`DbError`].
pub fn between(tx: &mut dyn Tx, first: i64, last: i64) -> Result<Vec<Event>, DbError> {
    tx.rows(&BETWEEN, &[first.into(), last.into()], decode)
}

/// The highest position given out; 0 when none.
///
/// # Errors
/// [`DbError`].
pub fn last_position(tx: &mut dyn Tx) -> Result<i64, DbError> {
    Ok(tx.row(&LAST_POSITION, &[], |row| row.int(0))?.unwrap_or(0))
}

/// Writes a seal.
///
/// # Errors
/// [`DbError`].
pub fn insert_seal(tx: &mut dyn Tx, seal: &Seal) -> Result<(), DbError> {
    let params = [
        seal.last.into(),
        seal.first.into(),
        seal.previous.as_slice().into(),
        seal.hash.as_slice().into(),
        seal.at.0.into(),
    ];
    tx.exec_exactly(&INSERT_SEAL, 5, &params, 1)
}

/// The newest seal.
///
/// # Errors
/// [`DbError`].
pub fn last_seal(tx: &mut dyn Tx) -> Result<Option<Seal>, DbError> {
    tx.row(&LAST_SEAL, &[], decode_seal)
}

/// Up to `limit` seals above position `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn seals_after(tx: &mut dyn Tx, after: i64, limit: i64) -> Result<Vec<Seal>, DbError> {
    tx.rows(&SEALS_AFTER, &[after.into(), limit.into()], decode_seal)
}
