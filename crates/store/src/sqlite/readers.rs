//! Connections that only read, and the snapshots taken on them.

use super::connection::{execute, open_reader};
use crate::{OpenError, StoreError};
use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The reading connections of a store, at least one.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    lock_wait: Duration,
    connections: Vec<Mutex<Connection>>,
    turn: AtomicUsize,
}

impl Readers {
    pub(crate) fn open(path: &Path, count: usize, lock_wait: Duration) -> Result<Self, OpenError> {
        let connections = (0..count.max(1))
            .map(|_| open_reader(path, lock_wait).map(Mutex::new))
            .collect::<Result<_, _>>()?;
        Ok(Self { path: path.to_owned(), lock_wait, connections, turn: AtomicUsize::new(0) })
    }

    /// Begins a snapshot on a free connection.
    pub(crate) fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let mut connection = self.next();
        if !connection.is_autocommit() {
            // Its last snapshot could not be ended, so nothing can be begun on it any more.
            *connection = open_reader(&self.path, self.lock_wait)
                .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        }
        execute(&connection, "begin").map_err(StoreError::Unavailable)?;
        Ok(Snapshot { connection })
    }

    /// A free connection in order, or the next one in turn once it is free.
    fn next(&self) -> MutexGuard<'_, Connection> {
        let sound = |reader: &'_ MutexGuard<'_, Connection>| reader.is_autocommit();
        let mut readers = self.connections.iter();
        if let Some(free) = readers.find_map(|reader| reader.try_lock().filter(sound)) {
            return free;
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let index = turn.checked_rem(self.connections.len()).unwrap_or(0);
        let reader = self.connections.get(index).or_else(|| self.connections.first());
        match reader {
            Some(reader) => reader.lock(),
            // `open` makes at least one.
            None => unreachable!("a store has at least one reader"),
        }
    }
}

/// A snapshot of the database; ends when dropped, also by a panic of the unit that reads it.
#[derive(Debug)]
pub(crate) struct Snapshot<'a> {
    connection: MutexGuard<'a, Connection>,
}

impl Snapshot<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        // SQLite ends a transaction by itself after some errors; there is nothing left to end then.
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = execute(&self.connection, "rollback") {
            tracing::warn!(%error, "a snapshot could not be ended, its connection is replaced");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::{Access, DEFAULT_LOCK_WAIT, open_writer};

    #[test]
    fn a_connection_that_is_stuck_is_passed_over_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        let wait = DEFAULT_LOCK_WAIT;
        let writer = open_writer(&path, Access::CreateIfMissing, wait).unwrap();
        writer.execute_batch("create table t (n integer); insert into t values (7)").unwrap();
        let readers = Readers::open(&path, 2, wait).unwrap();
        let read = |snapshot: &Snapshot<'_>| -> i64 {
            snapshot.connection().query_row("select n from t", [], |row| row.get(0)).unwrap()
        };
        let stuck = || readers.connections.iter().filter(|c| !c.lock().is_autocommit()).count();
        // As a rollback that failed leaves it.
        readers.connections[0].lock().execute_batch("begin").unwrap();
        assert_eq!(read(&readers.snapshot().unwrap()), 7);
        assert_eq!(stuck(), 1, "the sound one is taken while it is free");
        let first = readers.snapshot().unwrap();
        let second = readers.snapshot().unwrap();
        assert_eq!([read(&first), read(&second)], [7, 7]);
        drop((first, second));
        assert_eq!(stuck(), 0);
    }
}
