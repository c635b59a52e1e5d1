//! The orders of an account, found by its holds: every order has one.

use super::accounts;
use super::orders::{of_account, origin};
use super::transfers::{self, Transfer};
use crate::{DbError, Tx};
use domain::ledger::TransferKind;
use domain::orders::Order;
use domain::{AccountId, OrderId, TransferId};

/// Transfers looked at in one step.
const STEP: i64 = 256;

/// The latest orders that the account placed, newest first. The parts of orders are not among them:
/// whoever looks here for an order that was never acknowledged would take a part for it.
///
/// # Errors
/// [`DbError`].
pub fn recent(tx: &mut dyn Tx, account: AccountId, limit: i64) -> Result<Vec<Order>, DbError> {
    let newest = accounts::by_id(tx, account)?.and_then(|account| account.last_transfer);
    collect(tx, account, newest, limit, |order| order.parent.is_none())
}

/// Up to `limit` orders of the account that were placed before `before` and have a lower id, newest
/// first; its newest when `before` is none of its orders.
///
/// # Errors
/// [`DbError`].
pub(super) fn before(
    tx: &mut dyn Tx,
    account: AccountId,
    before: OrderId,
    limit: i64,
) -> Result<Vec<Order>, DbError> {
    let own = of_account(tx, account, &[before])?.first().map(|order| order.id);
    let start = match own {
        Some(own) => origin(tx, own)?.map(|origin| origin.hold),
        None => accounts::by_id(tx, account)?.and_then(|account| account.last_transfer),
    };
    collect(tx, account, start, limit, |order| order.id < before)
}

/// Walks the account's transfers back from `start` and collects the orders of its holds.
fn collect(
    tx: &mut dyn Tx,
    account: AccountId,
    start: Option<TransferId>,
    limit: i64,
    wanted: impl Fn(&Order) -> bool,
) -> Result<Vec<Order>, DbError> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let mut found = Vec::new();
    let mut next = start;
    let mut reached = i64::MAX;
    while let Some(newest) = next.filter(|_| found.len() < limit) {
        let transfers = transfers::back_from(tx, newest, STEP)?;
        // A damaged row may lead back up.
        let Some(oldest) = transfers.last().filter(|oldest| oldest.number < reached) else { break };
        reached = oldest.number;
        let held =
            |transfer: &Transfer| transfer.order.filter(|_| transfer.kind == TransferKind::Hold);
        let ids: Vec<OrderId> = transfers.iter().filter_map(held).collect();
        found.extend(of_account(tx, account, &ids)?.into_iter().filter(&wanted));
        next = oldest.previous;
    }
    found.truncate(limit);
    Ok(found)
}
