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

use super::connection::Connection;
use super::param::Param;
use crate::Val;
use crate::moving::mark::{MARK as MARK_OF_MOVE, refusal};
use tokio_postgres::Error;
use tokio_postgres::types::Type;

/// Written by the unit itself.
pub(super) const MARK: &str = "insert into unit_mark (id, verdict) values ($1, 0)";

/// Below 0 when the unit was not committed, above 0 when it was.
const SETTLE: &str = "insert into unit_mark (id, verdict) values ($1, -1) \
    on conflict (id) do update set verdict = \
    case when unit_mark.verdict < 0 then unit_mark.verdict - 1 else unit_mark.verdict + 1 end \
    returning verdict";

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
    let (rows, _) = connection.run(None, "select value from meta where name = $1", params)?;
    let stored = rows.first().map(|row| row.try_get::<_, String>(0)).transpose()?;
    Ok(refusal(stored.as_deref()))
}

pub(super) fn params<'a>(mark: i64) -> Vec<(Param<'a>, Type)> {
    vec![(Param::One(Val::Int(mark)), Type::INT8)]
}

/// Whether the unit of the mark was committed.
pub(super) fn settle(connection: &Connection, mark: i64) -> Result<bool, Error> {
    let (rows, _) = match connection.run(None, SETTLE, params(mark)) {
        Err(error) if is_closed(&error) => return settle_closed(connection, mark, error),
        settled => settled?,
    };
    rows.first().map_or(Ok(false), |row| row.try_get::<_, i64>(0).map(|verdict| verdict > 0))
}

/// Whether the unit was committed, where no mark can be inserted any more. One that is there was
/// written by it. That there is none says nothing: the unit may still arrive when the database is
/// opened again.
fn settle_closed(connection: &Connection, mark: i64, closed: Error) -> Result<bool, Error> {
    let text = "select verdict from unit_mark where id = $1 and verdict >= 0";
    let (rows, _) = connection.run(None, text, params(mark))?;
    if rows.is_empty() { Err(closed) } else { Ok(true) }
}

/// Forgets old marks, now and then.
pub(super) fn forget(connection: &Connection, mark: i64) {
    if mark.checked_rem(FORGET_EVERY) == Some(0)
        && let Err(error) = connection.run(None, FORGET, params(mark.saturating_sub(KEPT)))
    {
        tracing::debug!(error = super::failure::text(&error), "old marks of units stay for now");
    }
}
