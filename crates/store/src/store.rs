//! The store: an engine behind one way to write and one way to read.

use crate::sqlite::{Access, DEFAULT_LOCK_WAIT, Job, SqliteOptions, migrate, open_writer};
use crate::sqlite::{Claim, Readers, SqliteTx, Writer};
use crate::{DbError, MigrationStatus, Moment, OpenError, StoreError, Tx};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// A database, open.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Arc<Sqlite>,
}

#[derive(Debug)]
struct Sqlite {
    // Before the writer, because fields are dropped in this order: only a writing connection that
    // closes last can remove the WAL.
    readers: Arc<Readers>,
    writer: Writer,
}

/// A unit whose outcome is handed on by the unit itself: for batches, where many callers wait for
/// one unit.
pub trait Unit: Send + 'static {
    /// Runs it; what it wrote is kept unless it returns an error.
    ///
    /// # Errors
    /// [`DbError`] rolls it back.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), DbError>;
    /// Called once, after COMMIT or when it is certain that there will be none.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
}

struct UnitJob(Box<dyn Unit>);

impl Job for UnitJob {
    fn run(&mut self, tx: &mut SqliteTx<'_>) -> Result<bool, DbError> {
        self.0.run(tx).map(|()| true)
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        self.0.finish(outcome);
    }
}

/// A unit with one caller, whose own refusal rolls it back too.
struct Once<F, T, E> {
    body: F,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Result<Result<T, E>, StoreError>>,
}

impl<F, T, E> Job for Once<F, T, E>
where
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn run(&mut self, tx: &mut SqliteTx<'_>) -> Result<bool, DbError> {
        let result = (self.body)(tx);
        let kept = result.is_ok();
        self.result = Some(result);
        Ok(kept)
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        let answer = match (outcome, self.result) {
            (Ok(()), Some(result)) => Ok(result),
            (Ok(()), None) => Err(StoreError::Closed),
            (Err(error), _) => Err(error),
        };
        // A caller that has gone away gets no answer; the unit is committed all the same.
        drop(self.caller.send(answer));
    }
}

/// Reads `sqlite:PATH`.
fn sqlite_path(url: &str) -> Result<PathBuf, OpenError> {
    let path = url.strip_prefix("sqlite:").ok_or(OpenError::Url)?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(':') { Err(OpenError::Url) } else { Ok(path.into()) }
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH`). `on_fatal` is called, from another thread,
    /// when the disk failed: in a COMMIT, whose outcome is unknown then, or while the WAL was copied.
    /// The process must end and start again from what is on disk (docs/adr/0018).
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do.
    pub fn open(
        url: &str,
        access: Access,
        on_fatal: impl Fn(&str) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let path = sqlite_path(url)?;
        Self::open_sqlite(&SqliteOptions::new(path), access, on_fatal)
    }

    /// Opens a SQLite database with every option given.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do.
    pub fn open_sqlite(
        options: &SqliteOptions,
        access: Access,
        on_fatal: impl Fn(&str) + Send + 'static,
    ) -> Result<Self, OpenError> {
        Self::open_sqlite_waiting(options, DEFAULT_LOCK_WAIT, access, on_fatal)
    }

    /// As [`Self::open_sqlite`], and says how long the store waits for another process that holds
    /// the lock before it refuses all units that wait. Otherwise it is 10 seconds.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do.
    pub fn open_sqlite_waiting(
        options: &SqliteOptions,
        lock_wait: Duration,
        access: Access,
        on_fatal: impl Fn(&str) + Send + 'static,
    ) -> Result<Self, OpenError> {
        let claim = Arc::new(Claim::new(&options.path));
        let mut connection = open_writer(&options.path, access, lock_wait)?;
        migrate(&mut connection, &options.path, access)?;
        let readers = Readers::open(&options.path, options.readers, lock_wait, &claim)?;
        let readers = Arc::new(readers);
        let writer =
            Writer::start(connection, claim, Arc::clone(&readers), options, Box::new(on_fatal))
                .map_err(|e| OpenError::Engine {
                    path: options.path.display().to_string(),
                    message: e.to_string(),
                })?;
        Ok(Self { engine: Arc::new(Sqlite { readers, writer }) })
    }

    /// Creates the database at `url` or brings its schema to this program's.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do.
    pub fn migrate(url: &str) -> Result<MigrationStatus, OpenError> {
        let path = sqlite_path(url)?;
        // Dropped after the connection.
        let _claim = Claim::new(&path);
        let mut connection = open_writer(&path, Access::Migrate, DEFAULT_LOCK_WAIT)?;
        migrate(&mut connection, &path, Access::Migrate)
    }

    /// Runs a unit that writes; resolves after COMMIT. The outer error says that the unit was not
    /// carried out, the inner one is the unit's own refusal; both roll it back.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn write<F, T, E>(&self, body: F) -> Result<Result<T, E>, StoreError>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        self.engine.writer.submit(Box::new(Once { body, result: None, caller }));
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Queues a unit that hands its outcome on by itself.
    pub fn submit(&self, unit: Box<dyn Unit>) {
        self.engine.writer.submit(Box::new(UnitJob(unit)));
    }

    /// Now, in the history of the database: what is read from here on is of this moment or later, and
    /// what was read at an equal one is still so. Nothing when it cannot be told without a lock.
    pub fn moment(&self) -> Option<Moment> {
        self.engine.readers.moment()
    }

    /// Runs a unit that reads, on a snapshot.
    ///
    /// On SQLite it runs on the calling thread: a bounded read of cached pages takes microseconds,
    /// less than handing it to another thread and back (docs/adr/0004).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read<T, E>(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    ) -> Result<Result<T, E>, StoreError>
    where
        E: From<DbError>,
    {
        self.read_since(None, body).await
    }

    /// As [`Self::read`], on a snapshot of `since` or later: for a unit that follows another of the
    /// same request, whose moment is known. Nothing stands for now.
    ///
    /// # Errors
    /// [`StoreError`].
    #[expect(clippy::unused_async, reason = "engines across a network do wait here")]
    pub async fn read_since<T, E>(
        &self,
        since: Option<Moment>,
        mut body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    ) -> Result<Result<T, E>, StoreError>
    where
        E: From<DbError>,
    {
        let snapshot = self.engine.readers.snapshot(since)?;
        let mut tx = SqliteTx::new(snapshot.connection());
        let result = body(&mut tx);
        match tx.into_poison() {
            None => Ok(result),
            Some(error) => {
                snapshot.discard();
                Err(StoreError::Db(error))
            }
        }
    }
}
