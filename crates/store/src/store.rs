//! The store: an engine behind one way to write and one way to read.

use crate::postgres::{Options, Postgres, Tick};
use crate::sqlite::{self, Claim, Readers, SqliteTx, Writer};
use crate::sqlite::{DEFAULT_LOCK_WAIT, SqliteOptions, migrate, open_writer};
use crate::unit::{Job, Once, UnitJob};
use crate::{DbError, MigrationStatus, OpenError, StoreError, Tx, Unit};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// As it is: it must exist and have this program's schema.
    Existing,
    /// Created with this program's schema when it is missing or empty.
    CreateIfMissing,
    /// Created or brought to this program's schema.
    Migrate,
}

/// A database, open.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
}

#[derive(Clone, Debug)]
enum Engine {
    Sqlite(Arc<Sqlite>),
    Postgres(Arc<Postgres>),
}

/// A moment of the database's history. While it is the same, nothing has been committed, by
/// whomever. On PostgreSQL: nothing that moves an epoch, by this process, while others have had a
/// quarter of a second at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(At);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Sqlite(sqlite::Moment),
    Postgres(Tick),
}

#[derive(Debug)]
struct Sqlite {
    // Before the writer, because fields are dropped in this order: only a writing connection that
    // closes last can remove the WAL.
    readers: Arc<Readers>,
    writer: Writer,
}

/// Reads `sqlite:PATH`.
pub(crate) fn sqlite_path(url: &str) -> Result<PathBuf, OpenError> {
    let path = url.strip_prefix("sqlite:").ok_or(OpenError::Url)?;
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(':') { Err(OpenError::Url) } else { Ok(path.into()) }
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH` or `postgres://…`). `on_fatal` is called, from another
    /// thread, when the disk under SQLite failed: in a COMMIT, whose outcome is unknown then, or while the WAL was copied.
    /// The process must end and start again from what is on disk (docs/adr/0018).
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do.
    pub fn open(
        url: &str,
        access: Access,
        on_fatal: impl Fn(&str) + Send + 'static,
    ) -> Result<Self, OpenError> {
        if Options::concerns(url) {
            let engine = Engine::Postgres(Arc::new(Postgres::open(url, access)?));
            return Ok(Self { engine });
        }
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
        Ok(Self { engine: Engine::Sqlite(Arc::new(Sqlite { readers, writer })) })
    }

    /// Creates the database at `url` or brings its schema to this program's.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong and what to do.
    pub fn migrate(url: &str) -> Result<MigrationStatus, OpenError> {
        if Options::concerns(url) {
            return Postgres::migrate(url);
        }
        let path = sqlite_path(url)?;
        // Dropped after the connection.
        let _claim = Claim::new(&path);
        let mut connection = open_writer(&path, Access::Migrate, DEFAULT_LOCK_WAIT)?;
        migrate(&mut connection, &path, Access::Migrate)
    }

    /// The database at `url` as people may read it: without a user's password.
    ///
    /// # Errors
    /// [`OpenError`] when this is no URL of a database.
    pub fn shown(url: &str) -> Result<String, OpenError> {
        if Options::concerns(url) {
            return Ok(Options::read(url)?.shown().to_owned());
        }
        sqlite_path(url).map(|_| url.to_owned())
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
        let (job, answer) = Once::new(body);
        self.queue(job);
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Queues a unit that hands its outcome on by itself.
    pub fn submit(&self, unit: Box<dyn Unit>) {
        self.queue(Box::new(UnitJob(unit)));
    }

    fn queue(&self, job: Box<dyn Job>) {
        match &self.engine {
            Engine::Sqlite(engine) => engine.writer.submit(job),
            Engine::Postgres(engine) => engine.submit(job),
        }
    }

    /// Now, in the history of the database: what is read from here on is of this moment or later, and
    /// what was read at an equal one is still so. Nothing when it cannot be told without a lock.
    pub fn moment(&self) -> Option<Moment> {
        match &self.engine {
            Engine::Sqlite(engine) => engine.readers.moment().map(|at| Moment(At::Sqlite(at))),
            Engine::Postgres(engine) => Some(Moment(At::Postgres(engine.moment()))),
        }
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
        T: Send,
        E: From<DbError> + Send,
    {
        self.read_since(None, body).await
    }

    /// As [`Self::read`], on a snapshot of `since` or later: for a unit that follows another of the
    /// same request, whose moment is known. Nothing stands for now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn read_since<T, E>(
        &self,
        since: Option<Moment>,
        mut body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    ) -> Result<Result<T, E>, StoreError>
    where
        T: Send,
        E: From<DbError> + Send,
    {
        match &self.engine {
            Engine::Sqlite(engine) => {
                let since = since.and_then(|Moment(at)| match at {
                    At::Sqlite(at) => Some(at),
                    At::Postgres(_) => None,
                });
                let snapshot = engine.readers.snapshot(since)?;
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
            Engine::Postgres(engine) => engine.read(body).await,
        }
    }
}
