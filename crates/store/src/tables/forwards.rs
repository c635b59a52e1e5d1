//! Cancels and refills on their way to providers.

use crate::{DbError, Row, Tx, TxExt, Val};
use domain::{CancelId, ProviderId, RefillId, Timestamp};

crate::statements! {
    CANCELS = "select c.id, a.provider_id, a.upstream_id from cancel c \
        join attempt a on a.order_id = c.order_id and a.followed = 1 \
        join provider p on p.id = a.provider_id and p.restored_us is null \
        where c.state = 'requested' and c.sent_us is null and a.upstream_id is not null \
        order by c.id, a.number limit ?1";
    REFILLS = "select r.id, a.provider_id, a.upstream_id from refill r \
        join attempt a on a.order_id = r.order_id and a.state = 'accepted' \
        join provider p on p.id = a.provider_id and p.restored_us is null \
        where r.state = 'pending' and r.upstream_id is null \
        and (r.sent_us is null or r.sent_us < ?1) \
        and not exists (select 1 from event e \
        where e.order_id = r.order_id and e.kind = 'order.id_shared') \
        order by r.id, a.number limit ?2";
    OPEN_REFILLS = "select r.id, a.provider_id, r.upstream_id from refill r \
        join attempt a on a.order_id = r.order_id and a.state = 'accepted' \
        where r.state in ('pending', 'in_progress') and r.upstream_id is not null \
        and r.id > ?1 order by r.id, a.number limit ?2";
    CANCEL_SENT = "update cancel set sent_us = ?2 where id = ?1";
    REFILL_SENT = "update refill set sent_us = ?2 where id = ?1";
    REFILL_ID = "update refill set upstream_id = ?2 where id = ?1";
}

/// Something to be asked of a provider: our number of it, whom, and what the provider calls the order
/// or the refill.
pub type Forward = (i64, ProviderId, String);

fn decode(row: &dyn Row) -> Result<Forward, DbError> {
    Ok((row.int(0)?, ProviderId(row.int(1)?), row.text(2)?.to_owned()))
}

/// Up to `limit` open cancels that were not sent on, of orders that are followed at a provider. None
/// for one that is held after a restore.
///
/// # Errors
/// [`DbError`].
pub fn cancels(tx: &mut dyn Tx, limit: i64) -> Result<Vec<Forward>, DbError> {
    tx.rows(&CANCELS, &[limit.into()], decode)
}

/// Up to `limit` open refills that were not sent on, or not since `before`, of orders that a provider
/// has delivered. None for one that is held after a restore, and none of an order whose id there was
/// given to another one ([`ID_SHARED`](super::events::ID_SHARED)): nobody knows whose it would be.
///
/// # Errors
/// [`DbError`].
pub fn refills(tx: &mut dyn Tx, before: Timestamp, limit: i64) -> Result<Vec<Forward>, DbError> {
    tx.rows(&REFILLS, &[before.0.into(), limit.into()], decode)
}

/// Up to `limit` open refills above `after` that a provider has, by its own ids.
///
/// # Errors
/// [`DbError`].
pub fn open_refills(tx: &mut dyn Tx, after: RefillId, limit: i64) -> Result<Vec<Forward>, DbError> {
    tx.rows(&OPEN_REFILLS, &[after.0.into(), limit.into()], decode)
}

/// Notes that cancels were sent on.
///
/// # Errors
/// [`DbError`].
pub fn cancels_sent(tx: &mut dyn Tx, ids: &[CancelId], at: Timestamp) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = ids.iter().flat_map(|id| [Val::Int(id.0), Val::Int(at.0)]).collect();
    tx.exec_many(&CANCEL_SENT, 2, &params).map(|_| ())
}

/// Notes that refills are sent on.
///
/// # Errors
/// [`DbError`].
pub fn refills_sent(tx: &mut dyn Tx, ids: &[RefillId], at: Timestamp) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = ids.iter().flat_map(|id| [Val::Int(id.0), Val::Int(at.0)]).collect();
    tx.exec_many(&REFILL_SENT, 2, &params).map(|_| ())
}

/// Notes what a provider calls a refill.
///
/// # Errors
/// [`DbError`].
pub fn refill_is(tx: &mut dyn Tx, id: RefillId, upstream_id: &str) -> Result<(), DbError> {
    tx.exec_exactly(&REFILL_ID, 2, &[id.0.into(), upstream_id.into()], 1)
}
