//! The schema on PostgreSQL.

use super::connection::Connection;
use super::failure;
use super::options::Options;
use super::param::Param;
use crate::migrate::{MIGRATIONS, Migration, MigrationStatus, newest, plan};
use crate::{Access, OpenError, Val};
use tokio_postgres::Error;
use tokio_postgres::types::Type;

const VERSION_TABLE: &str = "create table if not exists schema_migration (\
    version bigint not null primary key, name text not null, checksum text not null)";

/// Two processes that create the table at the same moment: one of them fails, and finds it then.
const TRIES: u32 = 5;

/// Checks the schema, and brings it to this program's where `access` allows. Any number of nodes may
/// do so at once: the table of versions is locked, the first does the work.
pub(super) fn migrate(
    connection: &Connection,
    options: &Options,
    access: Access,
) -> Result<MigrationStatus, OpenError> {
    let path = options.shown.as_str();
    let fail =
        |error: &Error| OpenError::Engine { path: path.to_owned(), message: failure::text(error) };
    if access == Access::Existing {
        // Nothing is written, not even a table.
        let there = "select 1 from pg_tables where tablename = 'schema_migration'";
        let (rows, _) = connection.run(None, there, Vec::new()).map_err(|error| fail(&error))?;
        if rows.is_empty() {
            return Err(OpenError::Missing { path: path.to_owned() });
        }
    }
    let mut tries: u32 = 0;
    while let Err(error) = connection.execute(VERSION_TABLE) {
        tries = tries.saturating_add(1);
        if tries >= TRIES {
            return Err(fail(&error));
        }
    }
    connection
        .execute("begin; lock table schema_migration in share row exclusive mode")
        .map_err(|e| fail(&e))?;
    let done = locked(connection, path, access);
    let end = if done.is_ok() { "commit" } else { "rollback" };
    connection.execute(end).map_err(|error| fail(&error))?;
    done
}

fn locked(
    connection: &Connection,
    path: &str,
    access: Access,
) -> Result<MigrationStatus, OpenError> {
    let fail =
        |error: &Error| OpenError::Engine { path: path.to_owned(), message: failure::text(error) };
    let text = "select version, checksum from schema_migration order by version";
    let (rows, _) = connection.run(None, text, Vec::new()).map_err(|error| fail(&error))?;
    let applied: Result<Vec<(i64, String)>, Error> =
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect();
    let before =
        plan(&applied.map_err(|error| fail(&error))?, Migration::checksum_postgres, path, access)?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > before) {
        connection.execute(&migration.for_postgres()).map_err(|error| fail(&error))?;
        let checksum = migration.checksum_postgres();
        let params = vec![
            (Param::One(Val::Int(migration.version)), Type::INT8),
            (Param::One(Val::Text(migration.name)), Type::TEXT),
            (Param::One(Val::Text(&checksum)), Type::TEXT),
        ];
        let text = "insert into schema_migration (version, name, checksum) values ($1, $2, $3)";
        connection.run(None, text, params).map_err(|error| fail(&error))?;
    }
    Ok(MigrationStatus { before, after: newest() })
}
