//! The schema on PostgreSQL.

use super::connection::Connection;
use super::failure::{self, Remedy};
use super::options::Options;
use super::param::Param;
use crate::migrate::{
    self, Applied, MIGRATIONS, Migration, MigrationStatus, WORKS_FROM, newest, plan,
};
use crate::moving::mark;
use crate::{Access, OpenError, Val};
use tokio_postgres::Error;
use tokio_postgres::types::Type;

const VERSION_TABLE: &str = "create table if not exists schema_migration (\
    version bigint not null primary key, name text not null, checksum text not null)";

/// How often it is tried: connections break, and of two processes that create the table of versions at
/// the same moment one fails, and finds it then.
const TRIES: u32 = 5;

/// Why it did not come to its end.
enum Failed {
    /// The database is not what it should be.
    Refused(OpenError),
    /// A statement failed.
    Statement(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Statement(error)
    }
}

/// Checks the schema, and brings it to this program's where `access` allows. Any number of nodes may
/// do so at once: the table of versions is locked, the first does the work.
/// A database that is on one end of a move is refused.
pub(super) fn migrate(options: &Options, access: Access) -> Result<MigrationStatus, OpenError> {
    migrate_checked(options, access, mark::check)
}

/// Looks at the stored fact of a move, and at the name of the database for what it says.
type Check = fn(Option<&str>, &str) -> Result<(), OpenError>;

/// As [`migrate`], with another look at the stored fact of a move.
pub(super) fn migrate_checked(
    options: &Options,
    access: Access,
    check: Check,
) -> Result<MigrationStatus, OpenError> {
    let path = options.shown.as_str();
    let engine = |message| OpenError::Engine { path: path.to_owned(), message };
    let mut tries: u32 = 1;
    loop {
        let connection = Connection::open(options).map_err(engine)?;
        match attempt(&connection, path, access, check) {
            Ok(status) => return Ok(status),
            Err(Failed::Refused(refused)) => return Err(refused),
            Err(Failed::Statement(error)) => {
                if tries >= TRIES || failure::remedy(&error) == Remedy::None {
                    return Err(engine(failure::text(&error)));
                }
            }
        }
        tries = tries.saturating_add(1);
    }
}

fn attempt(
    connection: &Connection,
    path: &str,
    access: Access,
    check: Check,
) -> Result<MigrationStatus, Failed> {
    if access == Access::Existing {
        // Nothing is written, not even a table.
        let there = "select 1 from pg_tables where tablename = 'schema_migration'";
        let (rows, _) = connection.run(there, Vec::new())?;
        if rows.is_empty() {
            return Err(Failed::Refused(OpenError::Missing { path: path.to_owned() }));
        }
    }
    connection.execute(VERSION_TABLE)?;
    connection.execute("begin; lock table schema_migration in share row exclusive mode")?;
    let done = locked(connection, path, access, check)?;
    connection.execute("commit")?;
    Ok(done)
}

/// What fails here rolls back with the connection, which is closed.
fn locked(
    connection: &Connection,
    path: &str,
    access: Access,
    check: Check,
) -> Result<MigrationStatus, Failed> {
    let text = "select version, checksum from schema_migration order by version";
    let (rows, _) = connection.run(text, Vec::new())?;
    let versions: Result<Vec<(i64, String)>, Error> =
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect();
    let versions = versions?;
    let fact = |name: &'static str| -> Result<Option<String>, Error> {
        if versions.is_empty() {
            return Ok(None);
        }
        let params = vec![(Param::One(Val::Text(name)), Type::TEXT)];
        let (rows, _) = connection.run("select value from meta where name = $1", params)?;
        rows.first().map(|row| row.try_get(0)).transpose()
    };
    check(fact(mark::MARK)?.as_deref(), path).map_err(Failed::Refused)?;
    let works_from = fact(WORKS_FROM)?;
    let applied = Applied { versions, works_from };
    let before = plan(&applied, Migration::checksum_postgres, path, access);
    let before = before.map_err(Failed::Refused)?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > before) {
        connection.execute(&migration.for_postgres())?;
        let checksum = migration.checksum_postgres();
        let params = vec![
            (Param::One(Val::Int(migration.version)), Type::INT8),
            (Param::One(Val::Text(migration.name)), Type::TEXT),
            (Param::One(Val::Text(&checksum)), Type::TEXT),
        ];
        let text = "insert into schema_migration (version, name, checksum) values ($1, $2, $3)";
        connection.run(text, params)?;
    }
    if before < newest() {
        let from = migrate::works_from().to_string();
        let params = vec![
            (Param::One(Val::Text(WORKS_FROM)), Type::TEXT),
            (Param::One(Val::Text(&from)), Type::TEXT),
        ];
        let text = "insert into meta (name, value) values ($1, $2) \
            on conflict (name) do update set value = excluded.value";
        connection.run(text, params)?;
    }
    Ok(MigrationStatus { before, after: newest().max(before) })
}
