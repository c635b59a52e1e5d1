//! Ids, reserved in blocks between units, so that no two units wait for each other over them.
//!
//! Every process holds blocks of each kind that it uses, and gives their ids out one by one. What a
//! unit took and did not keep is lost, and so is what is left when a process dies; ids say nothing
//! about the order of commits.
//!
//! Blocks are reserved on the connection of a writer before its next unit begins, never on another
//! one: behind a pooler, units that each wait for a second connection would wait for ever. A unit
//! that finds too few takes the rest within its transaction.

use super::connection::Connection;
use super::failure;
use super::param::Param;
use super::writers::{deadline, passed};
use crate::Val;
use parking_lot::Mutex;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::{Duration, Instant};
use tokio_postgres::types::Type;

/// Most ids of a block: at tens of thousands of orders a second a few reservations.
const BLOCK_MAX: i64 = 4_000;

/// Blocks grow until one lasts for so long: each is a COMMIT of its own, which the next unit waits for.
const LASTS: Duration = Duration::from_secs(1);

/// Reserves `$2` ids: the first of them, or no row when there are not as many left.
pub(super) const TAKE: &str = "update id_block set next = next + $2 \
    where kind = $1 and next + $2 - 1 <= last returning next - $2";

const GIVE_BACK: &str = "update id_block set next = $2 where kind = $1 and next = $3";

#[derive(Debug, Default)]
pub(super) struct Ids(Mutex<Kinds>);

#[derive(Debug, Default)]
struct Kinds {
    of: BTreeMap<&'static str, Kind>,
    /// How often everything was forgotten: what was reserved before is not kept.
    forgotten: u64,
}

#[derive(Debug, Default)]
struct Kind {
    /// Free ids, ascending.
    free: VecDeque<Range<i64>>,
    /// How many there shall be: grows with what is asked for, and how often.
    wanted: i64,
    /// Until when the last block should have lasted.
    lasts: Option<Instant>,
    /// Whether somebody is reserving some.
    reserving: bool,
}

impl Kind {
    fn count(&self) -> i64 {
        let sizes = self.free.iter().map(|ids| ids.end.saturating_sub(ids.start));
        sizes.fold(0, i64::saturating_add)
    }
}

impl Ids {
    /// Up to `count` ids of a kind, ascending. Where there are fewer, the unit takes the rest by
    /// itself, and more will be here for the next one.
    pub(super) fn take(&self, kind: &'static str, count: usize) -> Vec<i64> {
        let mut kinds = self.0.lock();
        let known = kinds.of.entry(kind).or_default();
        let asked = i64::try_from(count).unwrap_or(i64::MAX);
        if known.count() < asked {
            known.wanted = known.wanted.max(asked).saturating_mul(2).min(BLOCK_MAX);
        }
        let mut taken = Vec::new();
        while taken.len() < count
            && let Some(ids) = known.free.front_mut()
        {
            taken.extend(ids.by_ref().take(count.saturating_sub(taken.len())));
            if ids.is_empty() {
                known.free.pop_front();
            }
        }
        taken
    }

    /// Reserves ids of every kind of which less than half are here of what is wanted.
    pub(super) fn refill(&self, connection: &Connection) -> Result<(), tokio_postgres::Error> {
        while let Some((kind, size, before)) = self.lacking() {
            let reserved = connection.run(TAKE, params(kind, &[size]));
            let reserved = reserved
                .and_then(|(rows, _)| rows.first().map(|row| row.try_get::<_, i64>(0)).transpose());
            let mut kinds = self.0.lock();
            let forgotten = kinds.forgotten != before;
            let known = kinds.of.entry(kind).or_default();
            known.reserving = false;
            match reserved? {
                // Perhaps from a server that is gone.
                Some(_) if forgotten => {}
                Some(first) => known.free.push_back(first..first.saturating_add(size)),
                // The kind ends soon: units take what they need, one after the other.
                None => known.wanted = 0,
            }
        }
        Ok(())
    }

    fn lacking(&self) -> Option<(&'static str, i64, u64)> {
        let mut kinds = self.0.lock();
        let lacks = |kind: &Kind| !kind.reserving && kind.count().saturating_mul(2) < kind.wanted;
        let forgotten = kinds.forgotten;
        let (name, kind) = kinds.of.iter_mut().find(|(_, kind)| lacks(kind))?;
        kind.reserving = true;
        if kind.lasts.is_some_and(|until| !passed(until)) {
            kind.wanted = kind.wanted.saturating_mul(2).min(BLOCK_MAX);
        }
        kind.lasts = Some(deadline(LASTS));
        Some((name, kind.wanted, forgotten))
    }

    /// Forgets what is reserved: the server that comes next may not know of it, and give it out again.
    pub(super) fn forget(&self) {
        let mut kinds = self.0.lock();
        kinds.forgotten = kinds.forgotten.saturating_add(1);
        kinds.of.values_mut().for_each(|kind| kind.free.clear());
    }

    /// Whether any are left that could be given back.
    pub(super) fn any_left(&self) -> bool {
        self.0.lock().of.values().any(|kind| !kind.free.is_empty())
    }

    /// Gives back what was not used, where nobody has taken ids behind it.
    pub(super) fn give_back(&self, connection: &Connection) {
        for (kind, Kind { free, .. }) in std::mem::take(&mut self.0.lock().of) {
            for ids in free.into_iter().rev() {
                let params = params(kind, &[ids.start, ids.end]);
                if let Err(error) = connection.run(GIVE_BACK, params) {
                    tracing::debug!(kind, error = failure::text(&error), "ids stay unused");
                }
            }
        }
    }
}

/// The parameters of the statements about ids.
pub(super) fn params<'a>(kind: &'a str, numbers: &[i64]) -> Vec<(Param<'a>, Type)> {
    let numbers = numbers.iter().map(|number| (Param::One(Val::Int(*number)), Type::INT8));
    std::iter::once((Param::One(Val::Text(kind)), Type::TEXT)).chain(numbers).collect()
}
