//! Cancels and refills on their way to providers.

use super::time;
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::{CancelId, ProviderId, RefillId, Timestamp};

// There are far fewer wishes than attempts at a provider: the `+` keeps these from being looked through.
crate::statements! {
    CANCELS = "select c.id, a.upstream_id from cancel c \
        join attempt a on a.order_id = c.order_id and a.followed = 1 \
        join provider p on p.id = a.provider_id and p.restored_us is null \
        where c.state = 'requested' and c.sent_us is null and c.id > ?2 \
        and +a.provider_id = ?1 and a.upstream_id is not null \
        and not exists (select 1 from attempt b where b.order_id = a.order_id \
        and b.number > a.number and b.followed = 1 and b.upstream_id is not null) \
        order by c.id limit ?3";
    REFILLS = "select r.id, a.upstream_id from refill r \
        join attempt a on a.order_id = r.order_id and a.state = 'accepted' \
        join provider p on p.id = a.provider_id and p.restored_us is null \
        where r.state in ('pending', 'in_progress') and r.state = 'pending' and r.id > ?2 \
        and r.upstream_id is null and (r.sent_us is null or r.sent_us < ?4) \
        and +a.provider_id = ?1 and not exists (select 1 from attempt b \
        where b.order_id = a.order_id and b.number > a.number and b.state = 'accepted') \
        and not exists (select 1 from event e \
        where e.order_id = r.order_id and e.kind = 'order.id_shared') \
        order by r.id limit ?3";
    // Each state by itself, because the index has them in order by it.
    OPEN_REFILLS = "select id, upstream_id from (select r.id, r.upstream_id from refill r \
        join attempt a on a.order_id = r.order_id and a.state = 'accepted' \
        where r.state in ('pending', 'in_progress') and r.state = 'in_progress' and r.id > ?2 \
        and r.upstream_id is not null and +a.provider_id = ?1 and not exists (select 1 from attempt b \
        where b.order_id = a.order_id and b.number > a.number and b.state = 'accepted') \
        order by r.id limit ?3) begun \
        union all select id, upstream_id from (select r.id, r.upstream_id from refill r \
        join attempt a on a.order_id = r.order_id and a.state = 'accepted' \
        where r.state in ('pending', 'in_progress') and r.state = 'pending' and r.id > ?2 \
        and r.upstream_id is not null and +a.provider_id = ?1 and not exists (select 1 from attempt b \
        where b.order_id = a.order_id and b.number > a.number and b.state = 'accepted') \
        order by r.id limit ?3) waiting order by 1 limit ?3";
    // What was noted of it while it was open is true no more.
    CANCEL_SENT = "update cancel set sent_us = ?2, \
        note = case when state = 'requested' then null else note end where id = ?1";
    REFILL_SENT = "update refill set sent_us = ?2 where id = ?1";
    CANCEL_PUT_OFF = "update cancel set put_off_us = coalesce(put_off_us, ?2), note = ?3 \
        where id = ?1 and state = 'requested' and (put_off_us is null or note is null or note <> ?3)";
    REFILL_PUT_OFF = "update refill set put_off_us = coalesce(put_off_us, ?2), note = ?3 \
        where id = ?1 and state = 'pending' and (put_off_us is null or note is null or note <> ?3)";
    CANCELS_PUT_OFF = "select id, put_off_us from cancel where id = ?1 and put_off_us is not null";
    REFILLS_PUT_OFF = "select id, put_off_us from refill where id = ?1 and put_off_us is not null";
    CANCEL_ASKED_OF = "select c.id, a.provider_id from cancel c \
        join attempt a on a.order_id = c.order_id and a.followed = 1 \
        where c.id = ?1 and a.upstream_id is not null order by a.number desc limit 1";
    REFILL_ASKED_OF = "select r.id, a.provider_id from refill r \
        join attempt a on a.order_id = r.order_id and a.state = 'accepted' \
        where r.id = ?1 order by a.number desc limit 1";
    REFILL_ID = "update refill set upstream_id = ?2 where id = ?1";
}

/// Something to be asked of a provider: our number of it, and what the provider calls the order or the
/// refill.
pub type Forward = (i64, String);

/// A part of what is to be asked of one provider.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Of whom. An order that was bought twice is asked of whom it was bought from last.
    pub provider: ProviderId,
    /// Above which of our numbers.
    pub after: i64,
    /// How many at most.
    pub limit: i64,
}

fn decode(row: &dyn Row) -> Result<Forward, DbError> {
    Ok((row.int(0)?, row.text(1)?.to_owned()))
}

/// Open cancels that were not sent on, of orders that are followed at the provider. None for one that is
/// held after a restore.
///
/// # Errors
/// [`DbError`].
pub fn cancels(tx: &mut dyn Tx, page: Page) -> Result<Vec<Forward>, DbError> {
    tx.rows(&CANCELS, &[page.provider.0.into(), page.after.into(), page.limit.into()], decode)
}

/// Open refills that were not sent on, or not since `before`, of orders that the provider has
/// delivered. None for one that is held after a restore, and none of an order whose id there was
/// given to another one ([`ID_SHARED`](super::events::ID_SHARED)): nobody knows whose it would be.
///
/// # Errors
/// [`DbError`].
pub fn refills(tx: &mut dyn Tx, page: Page, before: Timestamp) -> Result<Vec<Forward>, DbError> {
    let Page { provider, after, limit } = page;
    tx.rows(&REFILLS, &[provider.0.into(), after.into(), limit.into(), before.0.into()], decode)
}

/// Open refills that the provider has, by its own ids.
///
/// # Errors
/// [`DbError`].
pub fn open_refills(tx: &mut dyn Tx, page: Page) -> Result<Vec<Forward>, DbError> {
    tx.rows(&OPEN_REFILLS, &[page.provider.0.into(), page.after.into(), page.limit.into()], decode)
}

/// Notes that cancels were sent on. What was noted of them before that is forgotten.
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

/// Notes that a provider has put cancels off that are open, each with what is noted of it, and the time
/// unless there is an earlier one; since when each has been.
///
/// # Errors
/// [`DbError`].
pub fn cancels_put_off(
    tx: &mut dyn Tx,
    noted: &[(CancelId, String)],
    at: Timestamp,
) -> Result<Vec<(CancelId, Timestamp)>, DbError> {
    let params: Vec<Val<'_>> = noted
        .iter()
        .flat_map(|(id, note)| [Val::Int(id.0), Val::Int(at.0), note.as_str().into()])
        .collect();
    tx.exec_many(&CANCEL_PUT_OFF, 3, &params)?;
    let params: Vec<Val<'_>> = noted.iter().map(|(id, _)| id.0.into()).collect();
    tx.rows_many(&CANCELS_PUT_OFF, 1, &params, |row| Ok((CancelId(row.int(0)?), time(row, 1)?)))
}

/// The same of refills.
///
/// # Errors
/// [`DbError`].
pub fn refills_put_off(
    tx: &mut dyn Tx,
    noted: &[(RefillId, String)],
    at: Timestamp,
) -> Result<Vec<(RefillId, Timestamp)>, DbError> {
    let params: Vec<Val<'_>> = noted
        .iter()
        .flat_map(|(id, note)| [Val::Int(id.0), Val::Int(at.0), note.as_str().into()])
        .collect();
    tx.exec_many(&REFILL_PUT_OFF, 3, &params)?;
    let params: Vec<Val<'_>> = noted.iter().map(|(id, _)| id.0.into()).collect();
    tx.rows_many(&REFILLS_PUT_OFF, 1, &params, |row| Ok((RefillId(row.int(0)?), time(row, 1)?)))
}

/// Of whom each of these cancels is asked; nobody for those whose orders are followed no more.
///
/// # Errors
/// [`DbError`].
pub fn cancels_asked_of(
    tx: &mut dyn Tx,
    ids: &[CancelId],
) -> Result<Vec<(CancelId, ProviderId)>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    let pair = |row: &dyn Row| Ok((CancelId(row.int(0)?), ProviderId(row.int(1)?)));
    tx.rows_many(&CANCEL_ASKED_OF, 1, &params, pair)
}

/// The same of refills.
///
/// # Errors
/// [`DbError`].
pub fn refills_asked_of(
    tx: &mut dyn Tx,
    ids: &[RefillId],
) -> Result<Vec<(RefillId, ProviderId)>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    let pair = |row: &dyn Row| Ok((RefillId(row.int(0)?), ProviderId(row.int(1)?)));
    tx.rows_many(&REFILL_ASKED_OF, 1, &params, pair)
}

/// Notes what a provider calls a refill.
///
/// # Errors
/// [`DbError`].
pub fn refill_is(tx: &mut dyn Tx, id: RefillId, upstream_id: &str) -> Result<(), DbError> {
    tx.exec_exactly(&REFILL_ID, 2, &[id.0.into(), upstream_id.into()], 1)
}
