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
//! A mark carries the number of the process that wrote it. A primary that dies can take the
//! reservation of a block of marks with it; then two processes hold the same marks, and must not take
//! each other's for their own.

use super::connection::Connection;
use super::param::Param;
use super::standbys;
use crate::Val;
use crate::moving::mark::{MARK as MARK_OF_MOVE, refusal};
use std::hash::{BuildHasher, Hasher, RandomState};
use tokio_postgres::Error;
use tokio_postgres::types::Type;

/// Written by the unit itself.
const MARK: &str = "insert into unit_mark (id, verdict) values ($1, $2)";

/// The same where the server waits for standbys; refused otherwise, because there is no verdict then.
const MARK_WAITED: &str = concat!(
    "insert into unit_mark (id, verdict) values ($1, case when ",
    standbys::waits!(),
    " then $2 end) returning ",
    standbys::now!()
);

/// 0, or the number of the process whose unit was committed.
const SETTLE: &str = "insert into unit_mark (id, verdict) values ($1, 0) \
    on conflict (id) do update set verdict = unit_mark.verdict returning verdict";

const SETTLE_WAITED: &str = concat!(
    "insert into unit_mark (id, verdict) values ($1, case when ",
    standbys::waits!(),
    " then 0 end) on conflict (id) do update set verdict = case when ",
    standbys::waits!(),
    " then unit_mark.verdict end returning verdict, ",
    standbys::now!()
);

/// Marks are asked for within seconds; these many units later nobody asks any more.
const KEPT: i64 = 1_000_000;

const FORGET: &str = "delete from unit_mark where id < $1";

/// How often marks are forgotten, in units.
const FORGET_EVERY: i64 = 1_000;

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// A number that no other process has: never 0.
    own: i64,
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
        Self { own, standby_required }
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

/// Forgets old marks, now and then.
pub(super) fn forget(connection: &Connection, mark: i64) {
    if mark.checked_rem(FORGET_EVERY) == Some(0)
        && let Err(error) = connection.run(FORGET, numbers(&[mark.saturating_sub(KEPT)]))
    {
        tracing::debug!(error = super::failure::text(&error), "old marks of units stay for now");
    }
}
