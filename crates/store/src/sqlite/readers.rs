//! Connections that only read, and the snapshots taken on them.

use super::claim::Claim;
use super::commits::{Commits, Moment};
use super::connection::{execute, open_reader};
use crate::{OpenError, StoreError};
use parking_lot::{Mutex, MutexGuard, RwLock};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long a unit that reads is waited for when no snapshot may be left: thousands of times what one
/// takes.
const HELD_WITHIN: Duration = Duration::from_secs(2);

/// The reading connections of a store, at least one.
///
/// A snapshot is kept open when its unit has ended and the last commit was this store's own, and used
/// again while nothing was committed since: it shows the same as a new one would. The writer asks for
/// all of them to be ended before and after it copies the WAL, because what a snapshot may still need
/// keeps the WAL from starting over.
#[derive(Debug)]
pub(crate) struct Readers {
    path: PathBuf,
    lock_wait: Duration,
    connections: Vec<Mutex<Reader>>,
    commits: Commits,
    /// The last commit that is known to be this store's own.
    own: RwLock<Option<Moment>>,
    turn: AtomicUsize,
    /// How often all snapshots were asked to end.
    releases: AtomicUsize,
}

#[derive(Debug)]
struct Reader {
    connection: Connection,
    /// When the snapshot that is open was begun, if one is.
    since: Option<Moment>,
}

impl Reader {
    fn open(path: &Path, lock_wait: Duration) -> Result<Self, OpenError> {
        Ok(Self { connection: open_reader(path, lock_wait)?, since: None })
    }

    /// Whether a snapshot can be begun, or is open and known.
    fn is_sound(&self) -> bool {
        self.since.is_some() || self.connection.is_autocommit()
    }

    fn end(&mut self) {
        self.since = None;
        // SQLite ends a transaction by itself after some errors; there is nothing left to end then.
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = execute(&self.connection, "rollback") {
            tracing::warn!(%error, "a snapshot could not be ended, its connection is replaced");
        }
    }
}

impl Readers {
    pub(crate) fn open(
        path: &Path,
        count: usize,
        lock_wait: Duration,
        claim: &Arc<Claim>,
    ) -> Result<Self, OpenError> {
        let connections = (0..count.max(1))
            .map(|_| Reader::open(path, lock_wait).map(Mutex::new))
            .collect::<Result<Vec<_>, _>>()?;
        let commits = Commits::of(claim);
        let own = RwLock::new(commits.moment());
        Ok(Self {
            path: path.to_owned(),
            lock_wait,
            connections,
            commits,
            own,
            turn: AtomicUsize::new(0),
            releases: AtomicUsize::new(0),
        })
    }

    /// A snapshot of everything committed so far, on a free connection; or one that was begun at
    /// `since` or later, when that is given.
    pub(crate) fn snapshot(&self, since: Option<Moment>) -> Result<Snapshot<'_>, StoreError> {
        let mut reader = self.next();
        let releases = self.releases.load(Ordering::Acquire);
        if since.is_some() && reader.since == since {
            return Ok(Snapshot { readers: self, reader, releases });
        }
        // Looked at before the snapshot is begun: what is committed in between is in it as well, and
        // makes the next unit begin another.
        let now = self.commits.moment();
        if now.is_none() || reader.since != now {
            reader.end();
            if !reader.connection.is_autocommit() {
                // Its last snapshot could not be ended, so nothing can be begun on it any more.
                *reader = Reader::open(&self.path, self.lock_wait)
                    .map_err(|error| StoreError::Unavailable(error.to_string()))?;
            }
            execute(&reader.connection, "begin").map_err(StoreError::Unavailable)?;
            reader.since = now;
            // Older ones show nothing that anybody asks for, and keep the WAL from starting over, also
            // for another process that writes while this one does not.
            self.end_all_but(now);
        }
        Ok(Snapshot { readers: self, reader, releases })
    }

    /// The moment that a snapshot shows at least; nothing when it cannot be told.
    pub(crate) fn moment(&self) -> Option<Moment> {
        self.commits.moment()
    }

    /// Notes that this store has committed.
    pub(super) fn committed(&self) {
        *self.own.write() = self.commits.moment();
    }

    /// Ends the snapshots that are kept and were not begun at `now`.
    fn end_all_but(&self, now: Option<Moment>) {
        for reader in &self.connections {
            if let Some(mut reader) =
                reader.try_lock().filter(|reader| reader.since.is_some() && reader.since != now)
            {
                reader.end();
            }
        }
    }

    /// Ends all snapshots and lets none begin until what is returned is dropped. It waits for units
    /// that read, but not for ever.
    pub(super) fn hold(&self) -> Vec<MutexGuard<'_, impl Sized>> {
        let readers = self.connections.iter();
        let mut held: Vec<MutexGuard<'_, Reader>> =
            readers.filter_map(|reader| reader.try_lock_for(HELD_WITHIN)).collect();
        held.iter_mut().for_each(|reader| reader.end());
        held
    }

    /// Ends the snapshots that are kept, and those in use as soon as their unit has ended.
    pub(crate) fn release(&self) {
        self.releases.fetch_add(1, Ordering::AcqRel);
        for reader in &self.connections {
            if let Some(mut reader) = reader.try_lock() {
                reader.end();
            }
        }
    }

    /// A free connection in order, or the next one in turn once it is free.
    fn next(&self) -> MutexGuard<'_, Reader> {
        let sound = |reader: &'_ MutexGuard<'_, Reader>| reader.is_sound();
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

/// A snapshot of the database, for one unit.
#[derive(Debug)]
pub(crate) struct Snapshot<'a> {
    readers: &'a Readers,
    reader: MutexGuard<'a, Reader>,
    releases: usize,
}

impl Snapshot<'_> {
    pub(crate) fn connection(&self) -> &Connection {
        &self.reader.connection
    }

    /// Ends it: for a unit that met an error, after which nobody knows what is left of it.
    pub(crate) fn discard(mut self) {
        self.reader.end();
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let asked = self.readers.releases.load(Ordering::Acquire) != self.releases;
        // While another process writes, none is kept: that one cannot ask for them to be ended.
        let kept = self.reader.since.is_some() && self.reader.since == *self.readers.own.read();
        if asked || !kept || std::thread::panicking() {
            self.reader.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Access;
    use crate::sqlite::{DEFAULT_LOCK_WAIT, open_writer};

    #[test]
    fn a_connection_that_is_stuck_is_passed_over_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        let wait = DEFAULT_LOCK_WAIT;
        let writer = open_writer(&path, Access::CreateIfMissing, wait).unwrap();
        writer.execute_batch("create table t (n integer); insert into t values (7)").unwrap();
        let readers = Readers::open(&path, 2, wait, &Arc::new(Claim::new(&path))).unwrap();
        let read = |snapshot: &Snapshot<'_>| -> i64 {
            snapshot.connection().query_row("select n from t", [], |row| row.get(0)).unwrap()
        };
        let stuck = || readers.connections.iter().filter(|r| !r.lock().is_sound()).count();
        // As a rollback that failed leaves it.
        readers.connections[0].lock().connection.execute_batch("begin").unwrap();
        assert_eq!(read(&readers.snapshot(None).unwrap()), 7);
        assert_eq!(stuck(), 1, "the sound one is taken while it is free");
        let first = readers.snapshot(None).unwrap();
        let second = readers.snapshot(None).unwrap();
        assert_eq!([read(&first), read(&second)], [7, 7]);
        drop((first, second));
        assert_eq!(stuck(), 0);
    }

    /// A database with one row, its writing connection, and readers of it.
    fn one_row(folder: &Path, count: usize) -> (Connection, Readers) {
        let path = folder.join("counter.db");
        let writer = open_writer(&path, Access::CreateIfMissing, DEFAULT_LOCK_WAIT).unwrap();
        writer.execute_batch("create table t (n integer); insert into t values (0)").unwrap();
        let claim = Arc::new(Claim::new(&path));
        (writer, Readers::open(&path, count, DEFAULT_LOCK_WAIT, &claim).unwrap())
    }

    fn read(readers: &Readers) -> i64 {
        let snapshot = readers.snapshot(None).unwrap();
        snapshot.connection().query_row("select n from t", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_snapshot_that_nobody_asks_for_any_more_does_not_keep_the_wal() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = one_row(folder.path(), 2);
        // Two at once, so on both connections.
        let both = [readers.snapshot(None).unwrap(), readers.snapshot(None).unwrap()];
        for snapshot in &both {
            let count = "select count(*) from t";
            snapshot.connection().query_row(count, [], |row| row.get::<_, i64>(0)).unwrap();
        }
        drop(both);
        writer.execute("update t set n = 1", []).unwrap();
        assert_eq!(read(&readers), 1, "on one of the two connections");
        // As another process does that writes.
        let pages = |kind: &str, column: usize| {
            let pragma = format!("pragma wal_checkpoint({kind})");
            writer.query_row(&pragma, [], |row| row.get::<_, i64>(column)).unwrap()
        };
        assert_eq!(pages("passive", 2), pages("noop", 1), "the other one kept nothing back");
    }

    fn is_open(readers: &Readers) -> bool {
        readers.connections.iter().any(|reader| !reader.lock().connection.is_autocommit())
    }

    #[test]
    fn a_snapshot_is_used_again_and_never_older_than_the_last_commit() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = one_row(folder.path(), 1);
        assert_eq!(read(&readers), 0);
        assert!(is_open(&readers), "kept for the next unit");
        let since = readers.connections[0].lock().since;
        assert_eq!(read(&readers), 0);
        assert_eq!(readers.connections[0].lock().since, since, "the same one");
        for number in 1..=50 {
            writer.execute("update t set n = ?1", [number]).unwrap();
            if number % 10 == 0 {
                // The next commit begins the WAL anew.
                readers.release();
                writer.execute_batch("pragma wal_checkpoint(truncate)").unwrap();
            }
            assert_eq!(read(&readers), number);
        }
    }

    #[test]
    fn what_another_process_commits_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (_writer, readers) = one_row(folder.path(), 1);
        assert_eq!(read(&readers), 0);
        // SQLite shares nothing between connections that were opened apart but the files.
        let path = folder.path().join("counter.db");
        let other = open_writer(&path, Access::Existing, DEFAULT_LOCK_WAIT).unwrap();
        other.execute_batch("update t set n = 9").unwrap();
        assert_eq!(read(&readers), 9);
    }

    #[test]
    fn snapshots_end_when_they_are_asked_to() {
        let folder = tempfile::tempdir().unwrap();
        let (writer, readers) = one_row(folder.path(), 2);
        let emptied = || -> i64 {
            let sql = "pragma wal_checkpoint(truncate)";
            writer.query_row(sql, [], |row| row.get(0)).unwrap()
        };
        writer.busy_timeout(Duration::ZERO).unwrap();
        read(&readers);
        writer.execute_batch("update t set n = 1").unwrap();
        assert_eq!(emptied(), 1, "what is kept is in the way");
        let in_use = readers.snapshot(None).unwrap();
        assert_eq!(read(&readers), 1);
        readers.release();
        drop(in_use);
        assert!(!is_open(&readers), "also the one that was in use");
        assert_eq!(emptied(), 0);
    }

    #[test]
    fn a_unit_that_panics_leaves_no_snapshot() {
        let folder = tempfile::tempdir().unwrap();
        let (_writer, readers) = one_row(folder.path(), 1);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _snapshot = readers.snapshot(None).unwrap();
            panic!("in the unit");
        }));
        assert!(panicked.is_err() && !is_open(&readers));
        assert_eq!(read(&readers), 0);
    }
}
