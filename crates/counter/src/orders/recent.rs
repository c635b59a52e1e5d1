//! The duplicate window: the orders of the last seconds, kept in memory.
//!
//! The fingerprint of every order is stored with it, but there is no index over fingerprints: it
//! would be a page written at a random place for every order, for something that matters for half
//! a minute. So the orders of the window are remembered here. What is remembered is never believed
//! alone: a repetition is one only if the order it repeats is there, in the same transaction.

use domain::{AccountId, OrderId, Timestamp};
use std::collections::{HashMap, VecDeque};
use store::tables::guards::{self, Print};
use store::{DbError, Tx};

/// Orders read at a time.
const PAGE: i64 = 2_000;

/// Orders look alike when their account and their fingerprint are the same.
type Look = (AccountId, i64);

/// The orders of the window.
#[derive(Debug, Default)]
pub(crate) struct RecentOrders {
    /// What [`Tx::others`] said when the last unit looked.
    others: Option<i64>,
    /// The newest order of each look.
    latest: HashMap<Look, (OrderId, Timestamp)>,
    /// The same, as they came.
    queue: VecDeque<(Look, OrderId, Timestamp)>,
    /// The newest order that is known.
    newest: Option<Print>,
}

/// Where the window begins and ends. It ends behind now, because a clock that was set back must not
/// refuse an order until it has caught up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    start: Timestamp,
    end: Timestamp,
}

impl Range {
    /// The window of so many seconds before `now`.
    pub(crate) fn new(now: Timestamp, seconds: i64) -> Self {
        Self { start: now.minus_seconds(seconds), end: now.minus_seconds(seconds.saturating_neg()) }
    }

    fn contains(self, at: Timestamp) -> bool {
        at > self.start && at <= self.end
    }
}

impl RecentOrders {
    /// Brings what is known up to the state that the transaction sees. Call it in every unit before
    /// [`Self::repeated`].
    pub(crate) fn refresh(&mut self, tx: &mut dyn Tx, range: Range) -> Result<(), DbError> {
        let others = tx.others()?;
        if others.is_none() || others != self.others {
            self.learn(tx, range)?;
            self.others = others;
        }
        while self.queue.front().is_some_and(|(_, _, at)| !range.contains(*at)) {
            let Some((look, order, at)) = self.queue.pop_front() else { break };
            // The id alone does not tell: a unit that was rolled back may have had it before.
            if self.latest.get(&look) == Some(&(order, at)) {
                self.latest.remove(&look);
            }
        }
        Ok(())
    }

    /// Reads what others have placed; everything, when it is not certain that what is known here was
    /// committed.
    fn learn(&mut self, tx: &mut dyn Tx, range: Range) -> Result<(), DbError> {
        if let Some(newest) = self.newest {
            // Ids are given out in the order of commits where others can be told apart at all, so
            // what others placed has higher ids than the newest that is known and still there.
            if guards::print(tx, newest.order)? == Some(newest) {
                loop {
                    let after = self.newest.map_or(OrderId(0), |newest| newest.order);
                    let page = guards::prints_after(tx, after, PAGE)?;
                    let more = i64::try_from(page.len()).is_ok_and(|read| read == PAGE);
                    page.into_iter().for_each(|print| self.add(print));
                    if !more {
                        return Ok(());
                    }
                }
            }
        }
        *self = Self::default();
        let mut found = Vec::new();
        let mut before = OrderId(i64::MAX);
        loop {
            let page = guards::prints_before(tx, before, PAGE)?;
            let more = i64::try_from(page.len()).is_ok_and(|read| read == PAGE);
            let old = page.iter().any(|print| print.created <= range.start);
            before = page.last().map_or(before, |oldest| oldest.order);
            found.extend(page);
            if old || !more {
                break;
            }
        }
        found.into_iter().rev().for_each(|print| self.add(print));
        Ok(())
    }

    /// Adds an order, newer than all that are known.
    pub(crate) fn add(&mut self, print: Print) {
        self.newest = Some(print);
        if let Some(fingerprint) = print.fingerprint {
            let look = (print.account, fingerprint);
            self.latest.insert(look, (print.order, print.created));
            self.queue.push_back((look, print.order, print.created));
        }
    }

    /// Whether an order that looks like this was placed within the window.
    pub(crate) fn repeated(
        &self,
        tx: &mut dyn Tx,
        account: AccountId,
        fingerprint: i64,
        range: Range,
    ) -> Result<bool, DbError> {
        let Some((order, at)) = self.latest.get(&(account, fingerprint)) else { return Ok(false) };
        if !range.contains(*at) {
            return Ok(false);
        }
        // The unit that placed it may have been rolled back, and its id given to another order.
        let there = guards::print(tx, *order)?;
        let look = (account, Some(fingerprint));
        Ok(there.is_some_and(|print| (print.account, print.fingerprint) == look))
    }
}
