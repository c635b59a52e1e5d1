//! Where a database to measure on is, on either engine.

use crate::Failed;
use crate::scripts::Placed;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A database, and the folder with the files of secrets that belong to it.
#[derive(Debug)]
pub(crate) struct Place {
    folder: PathBuf,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite,
    Postgres(pgkit::Database),
}

impl Place {
    /// A SQLite database in `folder`.
    pub(crate) const fn sqlite(folder: PathBuf) -> Self {
        Self { folder, engine: Engine::Sqlite }
    }

    /// A new database of a PostgreSQL server; its secrets are in `folder`.
    pub(crate) fn postgres(folder: PathBuf, server: &pgkit::Server) -> Self {
        Self { folder, engine: Engine::Postgres(server.database()) }
    }

    /// Another one like it, in a new `folder`. Nobody may be using this one.
    pub(crate) fn copy(&self, folder: PathBuf) -> Result<Self, Failed> {
        for file in std::fs::read_dir(&self.folder)? {
            let file = file?;
            std::fs::copy(file.path(), folder.join(file.file_name()))?;
        }
        let engine = match &self.engine {
            Engine::Sqlite => Engine::Sqlite,
            Engine::Postgres(database) => Engine::Postgres(database.copy()),
        };
        Ok(Self { folder, engine })
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its URL, as the program takes it.
    pub(crate) fn url(&self) -> String {
        match &self.engine {
            Engine::Sqlite => format!("sqlite:{}", self.folder.join("bench.db").display()),
            Engine::Postgres(database) => database.url(),
        }
    }

    /// The same with one writer, whose orders have their ids in the order in which they were placed.
    pub(crate) fn url_in_order(&self) -> String {
        match &self.engine {
            Engine::Sqlite => self.url(),
            Engine::Postgres(database) => format!("{}?writers=1", database.url()),
        }
    }

    /// The file that keys are hashed with.
    pub(crate) fn secret(&self) -> PathBuf {
        self.folder.join("bench.secret")
    }

    /// The file that stock is sealed with.
    pub(crate) fn stock_keys(&self) -> PathBuf {
        self.folder.join("bench.stock-keys")
    }

    /// Runs statements that change rows, one after the other. Nobody else may be using it.
    pub(crate) fn run(&self, statements: &[String]) -> Result<(), Failed> {
        for statement in statements {
            match &self.engine {
                Engine::Sqlite => {
                    let connection = Connection::open(self.folder.join("bench.db"))?;
                    connection.busy_timeout(Duration::from_secs(10))?;
                    connection.execute(statement, [])?;
                }
                Engine::Postgres(database) => drop(database.run_sql(statement)?),
            }
        }
        Ok(())
    }

    /// A number that grows by one with each order of a kind that is stored.
    pub(crate) fn stored(&self, placed: Placed) -> Result<i64, Failed> {
        match &self.engine {
            Engine::Sqlite => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
                let connection = Connection::open_with_flags(self.folder.join("bench.db"), flags)?;
                connection.busy_timeout(Duration::from_secs(10))?;
                // Ids have no gaps there, and counting millions of rows takes seconds.
                let sql = "select next from id_block where kind = ?1";
                Ok(connection.query_row(sql, [placed.ids()], |row| row.get(0))?)
            }
            Engine::Postgres(database) => Ok(database
                .run_sql(&format!("select count(*) from {}", placed.table()))?
                .parse()?),
        }
    }
}
