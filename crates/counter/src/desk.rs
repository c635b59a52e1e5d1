//! What every use case that moves orders or money works on: locked wallets, transfers, changed
//! orders and events, collected in memory and written together at the end of the unit.

use crate::journal::Journal;
use crate::orders::turns::{self, Ended};
use domain::ledger::{Posting, PostingError, Wallet};
use domain::orders::{self, Change, Order, State};
use domain::requests::{CancelState, RefillState, settle_cancel};
use domain::{AccountId, OrderId, ProductOrderId, Timestamp, TransferId};
use std::collections::BTreeMap;
use std::vec::IntoIter;
use store::tables::accounts::{self, Account, Moved};
use store::tables::transfers::{self, Transfer};
use store::tables::{order_leases, orders as order_table, requests};
use store::{DbError, Tx};

/// Who or what a transfer comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cause<'a> {
    pub(crate) order: Option<OrderId>,
    pub(crate) product_order: Option<ProductOrderId>,
    pub(crate) actor: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
}

/// A locked account with its wallet as it is now and the transfer number it was read at.
#[derive(Debug)]
struct Open {
    account: Account,
    sequence_before: i64,
}

/// The working surface of a unit.
pub(crate) struct Desk<'t> {
    pub(crate) tx: &'t mut dyn Tx,
    pub(crate) now: Timestamp,
    pub(crate) journal: Journal,
    open: BTreeMap<AccountId, Open>,
    transfers: Vec<Transfer>,
    /// Ids for transfers that are yet to come, and how many are taken when there is none.
    transfer_ids: IntoIter<i64>,
    ids_at_once: usize,
    changed: Vec<(Order, Order)>,
    /// Orders that have ended.
    ended: Vec<Ended>,
}

impl<'t> Desk<'t> {
    pub(crate) fn new(tx: &'t mut dyn Tx, now: Timestamp) -> Self {
        Self {
            tx,
            now,
            journal: Journal::default(),
            open: BTreeMap::new(),
            transfers: Vec::new(),
            transfer_ids: Vec::new().into_iter(),
            ids_at_once: 1,
            changed: Vec::new(),
            ended: Vec::new(),
        }
    }

    /// Locks the accounts of `ids`, in ascending order. Call it once, before anything else is
    /// read: all that belongs to an account changes only under its lock.
    pub(crate) fn lock(&mut self, mut ids: Vec<AccountId>) -> Result<(), DbError> {
        ids.sort_unstable();
        ids.dedup();
        for account in accounts::lock(self.tx, &ids)? {
            let sequence_before = account.wallet.sequence;
            self.open.insert(account.id, Open { account, sequence_before });
        }
        Ok(())
    }

    /// A locked account.
    pub(crate) fn account(&self, id: AccountId) -> Option<&Account> {
        self.open.get(&id).map(|open| &open.account)
    }

    /// Lets ids for so many transfers be taken at once, with the first that is posted: a unit that
    /// refuses everything writes nothing.
    pub(crate) const fn expect_transfers(&mut self, count: usize) {
        self.ids_at_once = count;
    }

    fn next_transfer_id(&mut self) -> Result<TransferId, DbError> {
        if let Some(id) = self.transfer_ids.next() {
            return Ok(TransferId(id));
        }
        let count = std::mem::replace(&mut self.ids_at_once, 1).max(1);
        self.transfer_ids = self.tx.take_ids("transfer", count)?.into_iter();
        let id = self.transfer_ids.next();
        id.map(TransferId).ok_or_else(|| DbError::new("DESK", "no transfer id was given out"))
    }

    /// Sets a locked account's wallet to what a rule computed from it, and notes the transfer.
    pub(crate) fn posted(
        &mut self,
        after: Wallet,
        posting: &Posting,
        cause: Cause<'_>,
    ) -> Result<TransferId, DbError> {
        let id = self.next_transfer_id()?;
        let Some(open) = self.open.get_mut(&after.account) else {
            let error = DbError::new("DESK", format!("account {} is not locked", after.account));
            return Err(self.tx.poison(error));
        };
        open.account.wallet = after;
        let previous = open.account.last_transfer.replace(id);
        self.transfers.push(Transfer {
            id,
            account: after.account,
            number: after.sequence,
            previous,
            kind: posting.kind,
            amount: posting.amount,
            available_after: after.available,
            held_after: after.held,
            order: cause.order,
            product_order: cause.product_order,
            actor: cause.actor.map(str::to_owned),
            reason: cause.reason.map(str::to_owned),
            at: self.now,
        });
        Ok(id)
    }

    /// Posts to a locked account; returns the transfer.
    pub(crate) fn post(
        &mut self,
        account: AccountId,
        posting: &Posting,
        cause: Cause<'_>,
    ) -> Result<Result<TransferId, PostingError>, DbError> {
        let Some(open) = self.open.get(&account) else {
            let error = DbError::new("DESK", format!("account {account} is not locked"));
            return Err(self.tx.poison(error));
        };
        match open.account.wallet.post(posting) {
            Ok(after) => self.posted(after, posting, cause).map(Ok),
            Err(refused) => Ok(Err(refused)),
        }
    }

    /// Takes over what the state machine decided: the order, its money, its open cancel. Its link is
    /// passed on when the unit is finished.
    pub(crate) fn change(
        &mut self,
        before: &Order,
        change: Change,
        kind: &str,
        cause: Cause<'_>,
    ) -> Result<Order, DbError> {
        let cause = Cause { order: Some(before.id), ..cause };
        let mut moved = serde_json::Map::new();
        for posting in &change.postings {
            // Held money and revenue always cover what an order gives back; if not, the books
            // are broken, and nothing may be written on top.
            if let Err(error) = self.post(before.account, posting, cause)? {
                return Err(self.tx.poison(DbError::new("DESK", error.to_string())));
            }
            moved.insert(posting.kind.name().to_owned(), posting.amount.raw().into());
        }
        let after = change.order;
        moved.insert(String::from("state"), after.state.name().into());
        if after.remains != before.remains {
            moved.insert(String::from("remains"), after.remains.into());
        }
        if after.start_count != before.start_count {
            moved.insert(String::from("start_count"), after.start_count.into());
        }
        for (name, text) in [("actor", cause.actor), ("reason", cause.reason)] {
            if let Some(text) = text {
                moved.insert(String::from(name), text.into());
            }
        }
        let data = serde_json::Value::Object(moved).to_string();
        self.journal.note(before.account, Some(before.id), kind, data, self.now);
        if after.state.is_terminal() && !before.state.is_terminal() {
            // Only an order that was taken by a number of its own may be in somebody's hands.
            if after.fence > 0 {
                order_leases::end(self.tx, after.id)?;
            }
            let may_wait = turns::may_wait(before.state);
            self.ended.push(Ended { order: before.id, may_wait });
            self.settle_cancels(&after)?;
        } else if before.state == State::Review && !turns::may_wait(after.state) {
            turns::begun(self.tx, &after)?;
        }
        if before.state.is_terminal() {
            self.reject_open_refill(&after)?;
        }
        match self.changed.iter_mut().find(|(_, latest)| latest.id == after.id) {
            Some(entry) => entry.1 = after.clone(),
            None => self.changed.push((before.clone(), after.clone())),
        }
        Ok(after)
    }

    /// Applies one event of the state machine to an order.
    pub(crate) fn apply(
        &mut self,
        before: &Order,
        event: &orders::Event,
        kind: &str,
        cause: Cause<'_>,
    ) -> Result<Result<Order, orders::TransitionError>, DbError> {
        match orders::apply(before, event, self.now) {
            Ok(change) => self.change(before, change, kind, cause).map(Ok),
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn settle_cancels(&mut self, after: &Order) -> Result<(), DbError> {
        let Some(settled) = settle_cancel(after) else { return Ok(()) };
        for cancel in requests::cancels_of_order(self.tx, after.id)? {
            if cancel.state == CancelState::Requested {
                let before = cancel.state;
                // What is noted of an open one is that its provider puts it off.
                let (state, note) = (settled, None);
                let now = requests::Cancel { state, note, changed: self.now, ..cancel };
                requests::update_cancel(self.tx, before, &now)?;
            }
        }
        Ok(())
    }

    /// A refill makes up for what a delivered order lost. A correction says that it was not
    /// delivered, and gives the money back: there is nothing left to refill.
    fn reject_open_refill(&mut self, corrected: &Order) -> Result<(), DbError> {
        let last = requests::last_refill(self.tx, corrected.id)?;
        let Some(open) = last.filter(|refill| !refill.state.is_terminal()) else { return Ok(()) };
        let note = format!("the order was corrected: {}", corrected.state.name());
        let data = serde_json::json!({
            "refill": open.id.0, "state": RefillState::Rejected.name(), "note": note,
        });
        let before = open.state;
        let state = RefillState::Rejected;
        let after = requests::Refill { state, note: Some(note), changed: self.now, ..open };
        requests::update_refill(self.tx, before, &after)?;
        let data = data.to_string();
        self.journal.note(corrected.account, Some(corrected.id), "refill.changed", data, self.now);
        Ok(())
    }

    /// Writes the changed orders now, so that later statements of the unit see them.
    pub(crate) fn flush_orders(&mut self) -> Result<(), DbError> {
        let changed = std::mem::take(&mut self.changed);
        if changed.is_empty() { Ok(()) } else { order_table::update(self.tx, &changed) }
    }

    /// Writes everything that was collected.
    pub(crate) fn finish(mut self) -> Result<(), DbError> {
        self.flush_orders()?;
        turns::pass_on(self.tx, &mut self.journal, &self.ended, self.now)?;
        if !self.transfers.is_empty() {
            transfers::insert(self.tx, &self.transfers)?;
            let moved = self.open.values().filter_map(|open| {
                let Open { account: Account { wallet, last_transfer, .. }, sequence_before } = open;
                let (wallet, sequence_before) = (*wallet, *sequence_before);
                let moved = wallet.sequence != sequence_before;
                moved.then_some(Moved { wallet, last: (*last_transfer)?, sequence_before })
            });
            let moved: Vec<Moved> = moved.collect();
            accounts::set_wallets(self.tx, &moved)?;
        }
        self.journal.write(self.tx)
    }
}
