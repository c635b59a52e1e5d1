//! What became of a unit whose COMMIT had no answer.
//!
//! Every unit writes a row of its own, its mark, as the last thing before COMMIT. Whoever does not know
//! whether the COMMIT took place inserts the same mark, with another value. The key is unique, so the
//! database decides:
//!
//! * the unit's mark is there: it was committed;
//! * the insert succeeds: it was not, and never will be, because its own mark cannot be inserted any
//!   more;
//! * the unit is still on its way: the insert waits until it has ended.
//!
//! Either way a row is written, and its COMMIT waits for the standbys as that of the unit did: what is
//! then said to be committed is on a standby, also when the server gave up waiting for one before it
//! broke off.
//!
//! Marks are made by the process that writes them: a number of its own in front, and how many it has
//! made behind. They are not reserved in the database, because a reservation can be lost with a
//! primary, or be used long after those of others. A mark also carries a second, longer number of its
//! process, so that two that are the same by chance are not taken for each other. They are forgotten
//! by their age, on the database's clock.

use super::connection::Connection;
use super::param::Param;
use super::standbys;
use crate::Val;
use crate::moving::mark::{MARK as MARK_OF_MOVE, refusal};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_postgres::Error;
use tokio_postgres::types::Type;

/// Microseconds of the database's clock.
macro_rules! clock {
    () => {
        "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
    };
}

/// Written by the unit itself.
const MARK: &str =
    concat!("insert into unit_mark (id, verdict, at_us) values ($1, $2, ", clock!(), ")");

/// The same where the server waits for standbys; refused otherwise, because there is no verdict then.
const MARK_WAITED: &str = concat!(
    "insert into unit_mark (id, verdict, at_us) values ($1, case when ",
    standbys::waits!(),
    " then $2 end, ",
    clock!(),
    ") returning ",
    standbys::now!()
);

/// 0, or the number of the process whose unit was committed.
const SETTLE: &str = concat!(
    "insert into unit_mark (id, verdict, at_us) values ($1, 0, ",
    clock!(),
    ") on conflict (id) do update set verdict = unit_mark.verdict returning verdict"
);

const SETTLE_WAITED: &str = concat!(
    "insert into unit_mark (id, verdict, at_us) values ($1, case when ",
    standbys::waits!(),
    " then 0 end, ",
    clock!(),
    ") on conflict (id) do update set verdict = case when ",
    standbys::waits!(),
    " then unit_mark.verdict end returning verdict, ",
    standbys::now!()
);

/// Marks are asked for within a minute, and a COMMIT that is on its way for longer finds its session
/// ended: an hour later nobody needs them.
const FORGET: &str = concat!("delete from unit_mark where at_us < ", clock!(), " - 3600000000");

/// How often marks are forgotten, in units of this process; the first time with its first.
const FORGET_EVERY: u32 = 1_000;

/// Closes the database to everybody: no mark is taken any more, so no unit is committed. Waits for
/// those that have left theirs. Programs that know nothing of this tell the constraint's name.
pub(super) const CLOSE: &str = "alter table unit_mark \
    drop constraint if exists this_database_is_moved, \
    add constraint this_database_is_moved check (false) not valid";

/// Opens it again.
pub(super) const OPEN: &str =
    "alter table unit_mark drop constraint if exists this_database_is_moved";

/// Whether a mark was refused because the database is closed.
pub(super) fn is_closed(error: &Error) -> bool {
    error.as_db_error().is_some_and(|error| error.constraint() == Some("this_database_is_moved"))
}

/// Why the database is closed, when it is.
pub(super) fn why_closed(connection: &Connection) -> Result<Option<String>, Error> {
    let params = vec![(Param::One(Val::Text(MARK_OF_MOVE)), Type::TEXT)];
    let (rows, _) = connection.run("select value from meta where name = $1", params)?;
    let stored = rows.first().map(|row| row.try_get::<_, String>(0)).transpose()?;
    Ok(refusal(stored.as_deref()))
}

/// How this process writes its marks.
#[derive(Debug)]
pub(super) struct Marks {
    /// A number that no other process has: never 0.
    own: i64,
    made: AtomicU32,
    standby_required: bool,
}

/// How a COMMIT went.
pub(super) enum Committed {
    /// The unit is committed, and where it is required, on a standby.
    Yes,
    /// The server does not wait for standbys, though it is required: it has rolled back.
    Alone,
    /// The server said yes, but it cannot be told whether it had waited for a standby.
    PerhapsAlone(String),
    /// The statement of the mark failed, or COMMIT.
    Failed(Error),
}

impl Marks {
    pub(super) fn new(standby_required: bool) -> Self {
        // The keys of the standard library's maps are random.
        let random = RandomState::new().build_hasher().finish();
        let own = i64::try_from(random.checked_shr(1).unwrap_or(1)).unwrap_or(1).max(1);
        Self { own, made: AtomicU32::new(0), standby_required }
    }

    /// A mark that was not used before.
    pub(super) fn next(&self) -> i64 {
        let made = self.made.fetch_add(1, Ordering::Relaxed);
        // Never negative: the process's own part has 31 bits.
        (self.own & 0x7fff_ffff) << 32 | i64::from(made)
    }

    /// Forgets what nobody needs any more, now and then.
    pub(super) fn forget(&self, connection: &Connection, mark: i64) {
        let made = u32::try_from(mark & 0xffff_ffff).unwrap_or(0);
        if made.is_multiple_of(FORGET_EVERY)
            && let Err(error) = connection.run(FORGET, Vec::new())
        {
            tracing::debug!(error = super::failure::text(&error), "old marks stay for now");
        }
    }

    /// Writes the unit's mark and commits, in one round trip.
    pub(super) fn commit(&self, connection: &Connection, mark: i64) -> Committed {
        let params = numbers(&[mark, self.own]);
        if !self.standby_required {
            return match connection.run_and_commit(MARK, params) {
                (Ok(_), Ok(())) => Committed::Yes,
                // When the mark was refused, COMMIT has rolled back.
                (Err(error), Ok(())) | (_, Err(error)) => Committed::Failed(error),
            };
        }
        let (marked, committed, after) =
            connection.run_and_commit_and_ask(MARK_WAITED, params, standbys::LOADED);
        match (marked, committed) {
            (Ok((marked, _)), Ok(())) => match standbys::had_waited(&marked, after) {
                Ok(()) => Committed::Yes,
                Err(reason) => Committed::PerhapsAlone(reason),
            },
            (Err(error), Ok(())) if standbys::is_alone(&error) => Committed::Alone,
            (Err(error), Ok(())) | (_, Err(error)) => Committed::Failed(error),
        }
    }

    /// Whether the unit of the mark was committed. The text says why it cannot be told yet.
    pub(super) fn settle(&self, connection: &Connection, mark: i64) -> Result<bool, String> {
        let reason = |error: &Error| match standbys::is_alone(error) {
            true => standbys::ALONE.to_owned(),
            false => super::failure::text(error),
        };
        let params = numbers(&[mark]);
        let (settled, after) = if self.standby_required {
            let (settled, after) = connection.run_and_ask(SETTLE_WAITED, params, standbys::LOADED);
            (settled, Some(after))
        } else {
            (connection.run(SETTLE, params), None)
        };
        let rows = match settled {
            Ok((rows, _)) => rows,
            Err(error) if is_closed(&error) => return self.settle_closed(connection, mark, &error),
            Err(error) => return Err(reason(&error)),
        };
        if let Some(after) = after {
            standbys::had_waited(&rows, after)?;
        }
        let verdict = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0));
        verdict.map(|verdict| verdict == self.own).map_err(|error| reason(&error))
    }

    /// The same where no mark can be inserted any more. That there is none says nothing: the unit may
    /// still arrive when the database is opened again.
    fn settle_closed(
        &self,
        connection: &Connection,
        mark: i64,
        closed: &Error,
    ) -> Result<bool, String> {
        let reason = |error: &Error| super::failure::text(error);
        let text = "select verdict from unit_mark where id = $1";
        let (rows, _) = connection.run(text, numbers(&[mark])).map_err(|error| reason(&error))?;
        let row = rows.first().ok_or_else(|| reason(closed))?;
        let verdict = row.try_get::<_, i64>(0).map_err(|error| reason(&error))?;
        Ok(verdict == self.own)
    }
}

fn numbers<'a>(numbers: &[i64]) -> Vec<(Param<'a>, Type)> {
    numbers.iter().map(|number| (Param::One(Val::Int(*number)), Type::INT8)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_is_made_twice() {
        let (one, two) = (Marks::new(false), Marks::new(false));
        let made: Vec<i64> = (0..1_000).flat_map(|_| [one.next(), two.next()]).collect();
        let different: std::collections::BTreeSet<i64> = made.iter().copied().collect();
        assert_eq!(different.len(), made.len());
        assert!(made.iter().all(|mark| *mark >= 0));
        assert_ne!(one.own, two.own);
    }
}
