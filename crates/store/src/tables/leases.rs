//! Leases: what one node at a time does. Times are those of the database's clock
//! ([`Tx::database_now`]), so that nodes need not agree on theirs.

use super::time;
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::Timestamp;

crate::statements! {
    ALL_LEASES = "select name, owner, fence, until_us from lease order by name";
    LEASE_LOCKED = "select name, owner, fence, until_us from lease where name = ?1 order by name \
        /*lock free*/";
    LEASE_KEPT = "select name from lease where name = ?1 and owner = ?2 and fence = ?3 \
        order by name /*keep*/";
    INSERT_LEASE = "insert into lease (name, owner, fence, until_us) values (?1, '', 0, 0) \
        on conflict (name) do nothing";
    TAKE_LEASE = "update lease set owner = ?3, fence = fence + 1, until_us = ?4 \
        where name = ?1 and fence = ?2";
    RENEW_LEASE = "update lease set until_us = ?4 where name = ?1 and owner = ?2 and fence = ?3";
    RELEASE_LEASE = "update lease set owner = '', until_us = 0 \
        where name = ?1 and owner = ?2 and fence = ?3";
    END_LEASE = "update lease set owner = '', fence = fence + 1, until_us = 0 where name = ?1";
}

/// A lease as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRow {
    /// Its name.
    pub name: String,
    /// Who holds it, or held it last; empty when it was released.
    pub owner: String,
    /// How many have held it.
    pub fence: i64,
    /// Until when.
    pub until: Timestamp,
}

impl LeaseRow {
    /// Whether somebody holds it at `now`, which the database's clock said.
    pub fn is_held(&self, now: Timestamp) -> bool {
        !self.owner.is_empty() && now < self.until
    }
}

fn decode(row: &dyn Row) -> Result<LeaseRow, DbError> {
    Ok(LeaseRow {
        name: row.text(0)?.to_owned(),
        owner: row.text(1)?.to_owned(),
        fence: row.int(2)?,
        until: time(row, 3)?,
    })
}

/// Every lease that was ever held.
///
/// # Errors
/// [`DbError`].
pub fn all(tx: &mut dyn Tx) -> Result<Vec<LeaseRow>, DbError> {
    tx.rows(&ALL_LEASES, &[], decode)
}

/// Takes a lease until `until` where nobody else holds it at `now`; returns its fence, which is a new
/// one unless the owner had it already. Nothing where somebody else does, where another node is about to take it, or where a unit of its owner is still on
/// its way.
///
/// # Errors
/// [`DbError`].
pub fn take(
    tx: &mut dyn Tx,
    name: &str,
    owner: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<i64>, DbError> {
    tx.exec(&INSERT_LEASE, &[name.into()])?;
    let Some(lease) = tx.row(&LEASE_LOCKED, &[name.into()], decode)? else { return Ok(None) };
    if lease.is_held(now) {
        // What the owner itself takes again it does not know to have: an answer was lost.
        let mine = lease.owner == owner && renew(tx, name, owner, lease.fence, until)?;
        return Ok(mine.then_some(lease.fence));
    }
    let params = [name.into(), lease.fence.into(), owner.into(), until.0.into()];
    tx.exec_exactly(&TAKE_LEASE, 4, &params, 1)?;
    Ok(Some(lease.fence.saturating_add(1)))
}

/// Holds a lease until `until`, if it was not taken by another since.
///
/// # Errors
/// [`DbError`].
pub fn renew(
    tx: &mut dyn Tx,
    name: &str,
    owner: &str,
    fence: i64,
    until: Timestamp,
) -> Result<bool, DbError> {
    let params = [name.into(), owner.into(), fence.into(), until.0.into()];
    tx.exec(&RENEW_LEASE, &params).map(|changed| changed > 0)
}

/// Gives a lease back; nothing happens when another has taken it.
///
/// # Errors
/// [`DbError`].
pub fn release(tx: &mut dyn Tx, name: &str, owner: &str, fence: i64) -> Result<(), DbError> {
    tx.exec(&RELEASE_LEASE, &[name.into(), owner.into(), fence.into()]).map(|_| ())
}

/// Ends every lease, whoever holds it: units that were begun under one are waited for, and there are no
/// more of them.
///
/// # Errors
/// [`DbError`].
pub fn end_all(tx: &mut dyn Tx) -> Result<(), DbError> {
    let leases = all(tx)?;
    let names: Vec<Val<'_>> = leases.iter().map(|lease| lease.name.as_str().into()).collect();
    tx.exec_exactly(&END_LEASE, 1, &names, leases.len())
}

/// Makes sure that a lease was not taken by another, and will not be before this unit has ended. A
/// lease whose time is over but that nobody has taken is still good.
///
/// # Errors
/// [`DbError::is_lease_lost`], which poisons the unit; any other [`DbError`].
pub fn check(tx: &mut dyn Tx, name: &str, owner: &str, fence: i64) -> Result<(), DbError> {
    let params = [name.into(), owner.into(), fence.into()];
    match tx.row(&LEASE_KEPT, &params, |_| Ok(()))? {
        Some(()) => Ok(()),
        None => Err(tx.poison(DbError::lease_lost(name))),
    }
}
