//! When the WAL is copied into the database file.
//!
//! SQLite would do it inside COMMIT, before anybody is told that it succeeded. Here it is done after
//! the units of a commit were told, so only the next ones wait for it; and when there is nothing to
//! do, so that little is left for a restart to read.

use super::Readers;
use rusqlite::Connection;
use std::time::Duration;

/// Pages in the WAL from which on it is copied even under load: 16 MiB. Fewer would copy the same
/// pages more often, more would make those who wait for it wait longer.
const PAGES: i64 = 4_096;

/// How long nothing must have happened before whatever is in the WAL is copied.
pub(super) const IDLE: Duration = Duration::from_millis(500);

/// Copies the WAL into the file if it has grown too long.
pub(super) fn after_commit(connection: &Connection, readers: &Readers) {
    match pages(connection, "pragma wal_checkpoint(noop)") {
        Ok(in_wal) if in_wal >= PAGES => copy(connection, readers),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the length of the WAL cannot be read"),
    }
}

/// Copies what is in the WAL, if anything.
pub(super) fn copy(connection: &Connection, readers: &Readers) {
    // What a snapshot may still need stays in the WAL and keeps it from starting over.
    readers.release();
    // Passive: waits neither for readers nor for another process. What they still need stays in the
    // WAL until the next time.
    if let Err(error) = pages(connection, "pragma wal_checkpoint(passive)") {
        tracing::warn!(%error, "the WAL could not be copied into the database file, it grows");
    }
}

/// Runs a checkpoint and returns the pages in the WAL.
fn pages(connection: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached(pragma)?.query_row([], |row| row.get(1))
}
