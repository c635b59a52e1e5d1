//! The duplicate window: the orders of the last seconds, kept in memory.
//!
//! The fingerprint of every order is stored with it, but there is no index over fingerprints: it
//! would be a page written at a random place for every order, for something that matters for half
//! a minute. So the orders of the window are remembered here. What is remembered is never believed
//! alone: a repetition is one only if the order it repeats is there, in the same transaction.
//!
//! Where other nodes place orders at the same time nobody can remember them all. There the database
//! is asked, which has that index ([`guards::repeated`]).

use domain::{AccountId, OrderId, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use store::tables::guards::{self, Print};
use store::{DbError, Tx};

/// Orders read at a time.
const PAGE: i64 = 2_000;

/// Account and fingerprint, hashed: orders that look alike have the same. Small, because under load
/// the window holds a million orders. That two different orders share one does not make the second a
/// repetition: it is compared with the first.
type Look = u64;

/// An order's id; public ids stay below 2^31.
type Id = u32;

/// Counts entries, and begins again when it is full.
type Turn = u32;

/// The orders of the window.
#[derive(Debug, Default)]
pub(crate) struct RecentOrders {
    hasher: RandomState,
    /// What [`Tx::others`] said when the last unit looked.
    others: Option<i64>,
    /// The newest order of each look.
    latest: HashMap<Look, (Id, Turn)>,
    /// Their looks, as they came.
    queue: VecDeque<Look>,
    /// The turn of the next one.
    turn: Turn,
    /// When the first of them that were placed at one time were, and how many they are.
    times: VecDeque<(Timestamp, usize)>,
    /// The newest order that is known.
    newest: Option<Print>,
}

/// Where the window begins and ends. It ends behind now, because a clock that was set back must not
/// refuse an order until it has caught up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
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
    /// Brings what is known up to the state that the transaction sees, which `others` of
    /// [`Tx::others`] tells. Call it in every unit before [`Self::repeated`].
    pub(crate) fn refresh(
        &mut self,
        tx: &mut dyn Tx,
        others: i64,
        range: Range,
    ) -> Result<(), DbError> {
        if Some(others) != self.others {
            self.learn(tx, range)?;
            self.others = Some(others);
        }
        while let Some((_, placed)) = self.times.pop_front_if(|(at, _)| !range.contains(*at)) {
            for _ in 0..placed {
                let length = Turn::try_from(self.queue.len()).unwrap_or(0);
                let Some(look) = self.queue.pop_front() else { break };
                // Neither look nor id tell: an order that was rolled back may have had both, and be
                // older than the one that has them now.
                let turn = self.turn.wrapping_sub(length);
                if self.latest.get(&look).is_some_and(|(_, latest)| *latest == turn) {
                    self.latest.remove(&look);
                }
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
                return self.read_after(tx, newest.order);
            }
        }
        *self = Self::default();
        // Looked for from the end and then read from there: the window may be long, and is kept in
        // memory once.
        let mut first = OrderId(i64::MAX);
        loop {
            let page = guards::prints_before(tx, first, PAGE)?;
            let Some(oldest) = page.last() else { break };
            first = oldest.order;
            if page.iter().any(|print| print.created <= range.start) {
                break;
            }
        }
        self.read_after(tx, OrderId(first.0.saturating_sub(1)))
    }

    /// Reads every order above `after`.
    fn read_after(&mut self, tx: &mut dyn Tx, mut after: OrderId) -> Result<(), DbError> {
        loop {
            let page = guards::prints_after(tx, after, PAGE)?;
            let Some(newest) = page.last() else { return Ok(()) };
            after = newest.order;
            page.into_iter().for_each(|print| self.add(print));
        }
    }

    /// Adds an order, newer than all that are known.
    pub(crate) fn add(&mut self, print: Print) {
        self.newest = Some(print);
        let (Some(fingerprint), Ok(order)) = (print.fingerprint, Id::try_from(print.order.0))
        else {
            return;
        };
        let look = self.look(print.account, fingerprint);
        self.latest.insert(look, (order, self.turn));
        self.queue.push_back(look);
        self.turn = self.turn.wrapping_add(1);
        match self.times.back_mut() {
            Some((at, placed)) if *at == print.created => *placed = placed.saturating_add(1),
            _ => self.times.push_back((print.created, 1)),
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
        let look = self.look(account, fingerprint);
        let Some((order, _)) = self.latest.get(&look) else { return Ok(false) };
        // The unit that placed it may have been rolled back, and its id given to another order.
        let there = guards::print(tx, OrderId(i64::from(*order)))?;
        Ok(there.is_some_and(|print| {
            (print.account, print.fingerprint) == (account, Some(fingerprint))
                && range.contains(print.created)
        }))
    }

    fn look(&self, account: AccountId, fingerprint: i64) -> Look {
        self.hasher.hash_one((account, fingerprint))
    }
}
