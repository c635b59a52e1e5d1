//! When the WAL is copied into the database file.
//!
//! SQLite would do it inside COMMIT, before anybody is told that it succeeded. Here it is done after
//! the units of a commit were told, so only the next ones wait for it; and when there is nothing to
//! do, so that little is left for a restart to read.

use super::Readers;
use rusqlite::{Connection, ErrorCode};
use std::time::Duration;

/// When the WAL is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// Pages in the WAL from which on it is copied even under load; 4,096 are 16 MiB. Fewer would
    /// copy the same pages more often, more would make those who wait for it wait longer.
    pub pages: i64,
    /// How long nothing must have happened before whatever is in the WAL is copied.
    pub idle: Duration,
}

impl Default for Checkpoints {
    fn default() -> Self {
        Self { pages: 4_096, idle: Duration::from_millis(500) }
    }
}

/// Copies the WAL into the file if it has grown too long. An error is the disk's, and fatal.
pub(super) fn after_commit(
    connection: &Connection,
    readers: &Readers,
    checkpoints: Checkpoints,
) -> Result<(), String> {
    match pages(connection, "pragma wal_checkpoint(noop)") {
        Ok(in_wal) if in_wal >= checkpoints.pages => return copy(connection, readers),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the length of the WAL cannot be read"),
    }
    Ok(())
}

/// Copies what is in the WAL, if anything. An error is the disk's, and fatal.
///
/// A system that fails to sync the file forgets what it had not written, also pages that earlier,
/// partial copies had left to this sync. SQLite has those down as copied: it would never copy them
/// again, and let the WAL start over. The next start copies all that is in the WAL.
pub(super) fn copy(connection: &Connection, readers: &Readers) -> Result<(), String> {
    // What a snapshot may still need stays in the WAL and keeps it from starting over.
    readers.release();
    // Passive: waits neither for readers nor for another process. What they still need stays in the
    // WAL until the next time.
    match pages(connection, "pragma wal_checkpoint(passive)") {
        Ok(_) => {
            // Those that were begun meanwhile read the WAL; those begun from now on read the file, and
            // the next COMMIT begins the WAL anew.
            readers.release();
            Ok(())
        }
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => {
            Err(format!("the WAL could not be copied into the database file: {error}"))
        }
        Err(error) => {
            tracing::warn!(%error, "the WAL could not be copied into the database file, it grows");
            Ok(())
        }
    }
}

/// Empties the WAL into the file, without waiting for anybody. Says whether it is empty: whoever
/// reads or writes at the moment keeps it as it is.
pub(super) fn empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(Duration::ZERO)?;
    connection
        .query_row("pragma wal_checkpoint(truncate)", [], |row| row.get::<_, i64>(0))
        .map(|busy| busy == 0)
}

/// Takes what a COMMIT that failed has written out of the WAL.
///
/// Every process sees it there. Whether it is on the disk is not known when a sync failed, and the
/// system does not write it again. The next start would take it for committed and write behind it;
/// when the power went after that, all that was written behind it would be lost.
pub(super) fn take_back(connection: &Connection, readers: &Readers) {
    // Nobody of this process reads until it is out.
    let _held = readers.hold();
    let rolled_back =
        if connection.is_autocommit() { Ok(()) } else { connection.execute_batch("rollback") };
    let reason = match rolled_back.and_then(|()| empty(connection)) {
        Ok(true) => return,
        Ok(false) => String::from("another process, or a unit that does not end, is using it"),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
            // No sync failed: what is there of it has no end, and no process takes it for committed.
            tracing::error!("the disk is full; make room on it before you start again");
            return;
        }
        Err(error) => error.to_string(),
    };
    tracing::error!(
        %reason,
        "what the failed COMMIT wrote is still in the WAL; restart the machine before you start \
         again, so that only what is on the disk counts"
    );
}

/// Runs a checkpoint and returns the pages in the WAL.
fn pages(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached(pragma)?.query_row([], |row| row.get(1))
}
