//! Opening a database file, and the settings that durability rests on.

use super::Checkpoints;
use crate::migrate::{
    self, Applied, MIGRATIONS, Migration, MigrationStatus, WORKS_FROM, newest, plan,
};
use crate::moving::mark;
use crate::{Access, OpenError};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, TransactionBehavior};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What can be set about the SQLite engine.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The database file.
    pub path: PathBuf,
    /// Read-only connections.
    pub readers: usize,
    /// Units that may wait; more are refused at once.
    pub queue: usize,
    /// When the WAL is copied into the file.
    pub checkpoints: Checkpoints,
}

impl SqliteOptions {
    /// The file with everything else as usual.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let checkpoints = Checkpoints::default();
        Self { path: path.into(), readers: 4, queue: 4_096, checkpoints }
    }
}

/// The first version without the WAL-reset bug, which could corrupt a database under concurrent
/// writers and checkpoints.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Pages of statements that stay prepared on a connection.
const PREPARED_STATEMENTS: usize = 256;

/// How long another process (the command line beside a server) may hold the lock.
pub(crate) const DEFAULT_LOCK_WAIT: Duration = Duration::from_secs(10);

fn engine_error(path: &Path, error: &rusqlite::Error) -> OpenError {
    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) {
        return OpenError::Locked { path: path.display().to_string() };
    }
    OpenError::Engine { path: path.display().to_string(), message: error.to_string() }
}

fn open(path: &Path, flags: OpenFlags, lock_wait: Duration) -> Result<Connection, OpenError> {
    let connection =
        Connection::open_with_flags(path, flags).map_err(|error| engine_error(path, &error))?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    connection.busy_timeout(lock_wait).map_err(|error| engine_error(path, &error))?;
    // Plans that do not depend on the values bound: otherwise some statements are prepared again
    // for every use, which took a tenth of the time of an order.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(|error| engine_error(path, &error))?;
    Ok(connection)
}

/// Creates the file, empty, unless it is there. SQLite would let everybody read it, and it holds
/// links, names and balances; `-wal` and `-shm` take their mode from it.
fn create_private(path: &Path) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(OpenError::Engine {
            path: path.display().to_string(),
            message: format!("cannot be created: {error}"),
        }),
    }
}

/// Runs a statement without parameters that stays prepared.
pub(super) fn execute(connection: &Connection, text: &str) -> Result<(), String> {
    let run = || connection.prepare_cached(text)?.execute([]);
    run().map(|_| ()).map_err(|error: rusqlite::Error| error.to_string())
}

/// Sets a pragma and reads it back: a setting that durability rests on must have taken.
fn set(
    connection: &Connection,
    path: &Path,
    setting: &'static str,
    name: &str,
    value: &str,
    expected: &str,
) -> Result<(), OpenError> {
    let fail = |error: rusqlite::Error| engine_error(path, &error);
    // To its end: SQLite answers with the new journal mode first, and writes it into the file after
    // that. A disk that fails then would leave a connection that says WAL and uses none.
    let run = || -> rusqlite::Result<()> {
        let mut statement = connection.prepare(&format!("pragma {name} = {value}"))?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    };
    run().map_err(fail)?;
    let found = connection
        .pragma_query_value(None, name, |row| {
            let value: rusqlite::types::Value = row.get(0)?;
            Ok(match value {
                rusqlite::types::Value::Integer(number) => number.to_string(),
                rusqlite::types::Value::Text(text) => text,
                other => format!("{other:?}"),
            })
        })
        .map_err(fail)?;
    if found == expected {
        Ok(())
    } else {
        Err(OpenError::Setting { path: path.display().to_string(), setting })
    }
}

/// Opens the one connection that writes.
pub(crate) fn open_writer(
    path: &Path,
    access: Access,
    lock_wait: Duration,
) -> Result<Connection, OpenError> {
    open_to_write(path, access, lock_wait, false)
}

/// Opens the only connection that there is: as long as it is open no other one reads or writes, in no
/// process. Refused as locked when another one is open.
pub(crate) fn open_alone(
    path: &Path,
    access: Access,
    lock_wait: Duration,
) -> Result<Connection, OpenError> {
    open_to_write(path, access, lock_wait, true)
}

fn open_to_write(
    path: &Path,
    access: Access,
    lock_wait: Duration,
    alone: bool,
) -> Result<Connection, OpenError> {
    if rusqlite::version_number() < OLDEST_SQLITE {
        return Err(OpenError::SqliteVersion { found: rusqlite::version() });
    }
    if access == Access::Existing && !path.exists() {
        return Err(OpenError::Missing { path: path.display().to_string() });
    }
    if access != Access::Existing {
        create_private(path)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags, lock_wait)?;
    if alone {
        // Before the first look into the file: then SQLite shares no memory with other processes, and
        // locks the file for itself. Whoever has it open holds a lock on it, also when it is idle.
        set(&connection, path, "locking_mode=EXCLUSIVE", "locking_mode", "exclusive", "exclusive")?;
    }
    set(&connection, path, "journal_mode=WAL", "journal_mode", "wal", "wal")?;
    // FULL: every COMMIT is on disk before it returns. NORMAL would lose acknowledged orders on a
    // power cut.
    set(&connection, path, "synchronous=FULL", "synchronous", "full", "2")?;
    set(&connection, path, "cell_size_check=ON", "cell_size_check", "on", "1")?;
    // The writing thread copies the WAL into the file by itself, when nobody waits for it.
    set(&connection, path, "wal_autocheckpoint=0", "wal_autocheckpoint", "0", "0")?;
    // 16 MiB of pages: inserts into indexes of random keys find their pages in memory.
    set(&connection, path, "cache_size", "cache_size", "-16384", "-16384")?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(path: &Path, lock_wait: Duration) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open(path, flags, lock_wait)?;
    set(&connection, path, "query_only=ON", "query_only", "on", "1")?;
    Ok(connection)
}

const VERSION_TABLE: &str = "create table if not exists schema_migration (
  version integer primary key, name text not null, checksum text not null
) strict";

/// Checks the schema, and brings it to this program's where `access` allows. A database that is on one
/// end of a move is refused.
pub(crate) fn migrate(
    connection: &mut Connection,
    path: &Path,
    access: Access,
) -> Result<MigrationStatus, OpenError> {
    migrate_checked(connection, path, access, mark::check)
}

/// As [`migrate`], with another look at the stored fact of a move.
pub(crate) fn migrate_checked(
    connection: &mut Connection,
    path: &Path,
    access: Access,
    check: fn(Option<&str>, &str) -> Result<(), OpenError>,
) -> Result<MigrationStatus, OpenError> {
    let shown = || path.display().to_string();
    let fail = |error: rusqlite::Error| engine_error(path, &error);
    // Immediate: two processes that find the same old schema must not both change it.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    tx.execute_batch(VERSION_TABLE).map_err(fail)?;
    let versions: Vec<(i64, String)> = tx
        .prepare("select version, checksum from schema_migration order by version")
        .and_then(|mut statement| {
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
        .map_err(fail)?;
    let fact = |name: &str| {
        if versions.is_empty() {
            return Ok(None);
        }
        let text = "select value from meta where name = ?1";
        tx.query_row(text, [name], |row| row.get::<_, String>(0)).optional().map_err(fail)
    };
    check(fact(mark::MARK)?.as_deref(), &shown())?;
    let works_from = fact(WORKS_FROM)?;
    let applied = Applied { versions, works_from };
    let before = plan(&applied, Migration::checksum, &shown(), access)?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > before) {
        tx.execute_batch(&migration.for_sqlite()).map_err(fail)?;
        tx.execute(
            "insert into schema_migration (version, name, checksum) values (?1, ?2, ?3)",
            (migration.version, migration.name, migration.checksum()),
        )
        .map_err(fail)?;
    }
    if before < newest() {
        let text = "insert into meta (name, value) values (?1, ?2) \
            on conflict (name) do update set value = excluded.value";
        tx.execute(text, (WORKS_FROM, migrate::works_from().to_string())).map_err(fail)?;
    }
    tx.commit().map_err(fail)?;
    Ok(MigrationStatus { before, after: newest().max(before) })
}
