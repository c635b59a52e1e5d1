//! The nodes that serve or work on this database, as long as they say that they do. Times are those of
//! the database's clock.

use crate::{DbError, Tx, TxExt};
use domain::Timestamp;

crate::statements! {
    PUT_NODE = "insert into node (id, role, stock_keys, until_us) values (?1, ?2, ?3, ?4) \
        on conflict (id) do update set role = excluded.role, stock_keys = excluded.stock_keys, \
        until_us = excluded.until_us";
    NODES_ALIVE = "select id, role, stock_keys from node where until_us > ?1 order by id";
    DELETE_NODE = "delete from node where id = ?1";
    DELETE_OLD_NODES = "delete from node where until_us < ?1";
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it calls itself: new with every start.
    pub id: String,
    /// What it is there for.
    pub role: String,
    /// Marks of the keys that it opens stock with.
    pub stock_keys: String,
}

/// Notes that a node is there until `until`.
///
/// # Errors
/// [`DbError`].
pub fn put(tx: &mut dyn Tx, node: &Node, until: Timestamp) -> Result<(), DbError> {
    let Node { id, role, stock_keys } = node;
    let params =
        [id.as_str().into(), role.as_str().into(), stock_keys.as_str().into(), until.0.into()];
    tx.exec_exactly(&PUT_NODE, 4, &params, 1)
}

/// The nodes that are there at `now`.
///
/// # Errors
/// [`DbError`].
pub fn alive(tx: &mut dyn Tx, now: Timestamp) -> Result<Vec<Node>, DbError> {
    tx.rows(&NODES_ALIVE, &[now.0.into()], |row| {
        Ok(Node {
            id: row.text(0)?.to_owned(),
            role: row.text(1)?.to_owned(),
            stock_keys: row.text(2)?.to_owned(),
        })
    })
}

/// Notes that a node is gone.
///
/// # Errors
/// [`DbError`].
pub fn delete(tx: &mut dyn Tx, id: &str) -> Result<(), DbError> {
    tx.exec(&DELETE_NODE, &[id.into()]).map(|_| ())
}

/// Forgets nodes that have not been there since `before`.
///
/// # Errors
/// [`DbError`].
pub fn forget(tx: &mut dyn Tx, before: Timestamp) -> Result<(), DbError> {
    tx.exec(&DELETE_OLD_NODES, &[before.0.into()]).map(|_| ())
}
