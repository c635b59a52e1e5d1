//! What can go wrong with the store.

/// A statement failed, or a row was not what it should be. Poisons the unit it happens in: the unit
/// is rolled back whatever it returns, on every engine alike.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{statement}: {message}")]
pub struct DbError {
    /// The statement's name.
    pub statement: &'static str,
    /// What the engine said; never contains parameters.
    pub message: String,
}

impl DbError {
    /// An error of `statement`.
    pub fn new(statement: &'static str, message: impl Into<String>) -> Self {
        Self { statement, message: message.into() }
    }

    /// A guarded statement changed another number of rows than was decided on.
    pub(crate) fn unexpected(statement: &'static str, changed: u64, expected: usize) -> Self {
        Self::new(statement, format!("changed {changed} rows where {expected} were expected"))
    }

    /// The statement that [`Self::ids_used_up`] names, and no other error.
    const IDS_USED_UP: &'static str = "TAKE_IDS_USED_UP";

    /// There are not as many ids of `kind` left as were asked for.
    pub fn ids_used_up(kind: &str) -> Self {
        Self::new(Self::IDS_USED_UP, format!("the ids of kind {kind} are used up"))
    }

    /// The statement that [`Self::lease_lost`] names, and no other error.
    const LEASE_LOST: &'static str = "LEASE_LOST";

    /// What is done under the lease `name` is done by somebody else by now.
    pub fn lease_lost(name: &str) -> Self {
        Self::new(Self::LEASE_LOST, format!("the lease `{name}` is not held any more"))
    }

    /// Whether a lease was lost: running the unit again is of no use, somebody else does the work.
    pub fn is_lease_lost(&self) -> bool {
        self.statement == Self::LEASE_LOST
    }

    /// Whether ids were used up: a unit that asked for many can be split, so that those who need
    /// none, or fewer, are not refused with the rest.
    pub fn is_ids_used_up(&self) -> bool {
        self.statement == Self::IDS_USED_UP
    }
}

/// Why a unit was not carried out, or is not known to have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A statement failed; the unit was rolled back.
    #[error("database error, nothing was written: {0}")]
    Db(#[from] DbError),
    /// The unit panicked; it was rolled back.
    #[error("a unit of work panicked, nothing was written: {0}")]
    Panicked(String),
    /// The queue is full; the unit was not begun.
    #[error("too many units are waiting, nothing was written")]
    Full,
    /// The store is shutting down; the unit was not begun.
    #[error("the store is closed, nothing was written")]
    Closed,
    /// The database could not be locked or the transaction not begun; nothing was written.
    #[error("the database is not available, nothing was written: {0}")]
    Unavailable(String),
    /// COMMIT failed: whether the unit was written is not known.
    #[error("commit failed, it is not known what was written: {0}")]
    Unknown(String),
}

impl StoreError {
    /// Whether the unit was refused because a lease was lost: somebody else does the work.
    pub fn is_lease_lost(&self) -> bool {
        matches!(self, Self::Db(error) if error.is_lease_lost())
    }

    /// Whether it is certain that nothing was written.
    pub const fn surely_nothing_written(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

/// Why a database cannot be opened. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no engine that is there.
    #[error(
        "database URL: write sqlite:PATH, for example sqlite:/var/lib/tradecounter/counter.db, \
         or postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )]
    Url,
    /// The URL of a PostgreSQL database cannot be read.
    #[error("database URL of PostgreSQL: {message}")]
    PostgresUrl {
        /// What is wrong with it; never a password.
        message: String,
    },
    /// SQLite is too old.
    #[error(
        "SQLite {found} is too old: 3.51.3 or newer is needed (older ones can corrupt the WAL)"
    )]
    SqliteVersion {
        /// The version found.
        found: &'static str,
    },
    /// The file is not there.
    #[error("{path}: no such database; create it with `tradecounter migrate`")]
    Missing {
        /// The path asked for.
        path: String,
    },
    /// A setting did not take.
    #[error("{path}: the database refuses {setting}; it must be on a local disk")]
    Setting {
        /// The path.
        path: String,
        /// The setting.
        setting: &'static str,
    },
    /// The engine failed.
    #[error("{path}: {message}")]
    Engine {
        /// The path.
        path: String,
        /// What the engine said.
        message: String,
    },
    /// The schema is older than the program.
    #[error(
        "{path}: the schema is at version {found}, this program needs {needed}; \
         back the database up, then run `tradecounter migrate`"
    )]
    Behind {
        /// The path.
        path: String,
        /// The version found.
        found: i64,
        /// The version needed.
        needed: i64,
    },
    /// The schema is newer than the program.
    #[error(
        "{path}: the schema is at version {found}, for programs that know version {from}; this one \
         knows {known}: use a newer program"
    )]
    Ahead {
        /// The path.
        path: String,
        /// The version found.
        found: i64,
        /// The version that a program must know.
        from: i64,
        /// The newest version known.
        known: i64,
    },
    /// It is on one end of a move.
    #[error("{path}: {why}")]
    Moved {
        /// The path.
        path: String,
        /// Which end, where the other one is, and what to do.
        why: String,
    },
    /// Another process keeps everybody else away.
    #[error(
        "{path}: another process has it for itself alone, perhaps a `tradecounter move` that is \
         running; try again when that has ended"
    )]
    Locked {
        /// The path.
        path: String,
    },
    /// A migration that was applied is not the one this program has.
    #[error(
        "{path}: migration {version} was applied with another text than this program has; \
         this database belongs to another build"
    )]
    Altered {
        /// The path.
        path: String,
        /// The migration.
        version: i64,
    },
}
