//! Whether the server waits for a standby before it says that something is committed.
//!
//! A manager of failovers may let a new primary take writes before it waits for standbys: what is
//! acknowledged then is gone when that primary dies. With `synchronous=required` a unit is committed
//! only where the server names synchronous standbys, from before the unit's mark until after its
//! COMMIT:
//!
//! * Sessions read a changed setting before the process does that lets COMMIT wait. So it counts when
//!   it has been there for a while.
//! * When the names are taken away, COMMITs that wait are let go. So it is looked at again behind
//!   COMMIT: nothing may have been read anew since the mark was written.

use super::connection::{Connection, Outcome};
use super::failure::text;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, Row};

/// Why nothing is committed, for people.
pub(super) const ALONE: &str = "the server names no synchronous standby \
    (synchronous_standby_names), or synchronous_commit is off or local, and the URL of the database \
    says synchronous=required";

/// True where COMMIT waits for a standby.
macro_rules! waits {
    () => {
        "current_setting('synchronous_standby_names') <> '' \
         and current_setting('synchronous_commit') not in ('off', 'local') \
         and pg_conf_load_time() < clock_timestamp() - interval '300 milliseconds'"
    };
}

/// The time of the server, in microseconds.
macro_rules! now {
    () => {
        "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)"
    };
}

pub(super) use {now, waits};

const ASK: &str = concat!("select ", waits!());

/// Whether standbys are named, and when that was read, in microseconds.
pub(super) const LOADED: &str = "select current_setting('synchronous_standby_names') <> '', \
    cast(extract(epoch from pg_conf_load_time()) * 1000000 as bigint)";

/// Whether the server waits for standbys now.
pub(super) fn server_waits(connection: &Connection) -> Result<bool, Error> {
    let (rows, _) = connection.run(ASK, Vec::new())?;
    rows.first().map_or(Ok(false), |row| row.try_get(0))
}

/// Whether the error of a guarded statement says that the server does not wait: there was no verdict
/// to write.
pub(super) fn is_alone(error: &Error) -> bool {
    error.code() == Some(&SqlState::NOT_NULL_VIOLATION)
}

/// Whether the server has waited: what it `said` behind the COMMIT holds since the guarded statement,
/// which told the time in its last column. The text says why that is not certain.
pub(super) fn had_waited(guarded: &[Row], said: Outcome) -> Result<(), String> {
    let (rows, _) = said.map_err(|error| text(&error))?;
    let read = || {
        let guarded = guarded.first()?;
        let written: i64 = guarded.try_get(guarded.len().checked_sub(1)?).ok()?;
        let (named, loaded): (bool, i64) = {
            let row = rows.first()?;
            (row.try_get(0).ok()?, row.try_get(1).ok()?)
        };
        Some(named && loaded < written)
    };
    match read() {
        Some(true) => Ok(()),
        _ => Err(String::from(
            "the settings of the server were read anew while it committed: it may not have waited \
             for a standby",
        )),
    }
}
