//! A database for a test, on the engine that the test command asks for.

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::path::PathBuf;
use tempfile::TempDir;

/// Names the engine: `postgres`, or SQLite when it is not set.
const VARIABLE: &str = "TRADECOUNTER_TEST_ENGINE";

/// An empty database, gone when this is dropped: drop what works on it first.
#[derive(Debug)]
pub struct Database {
    url: String,
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    Sqlite(TempDir),
    Postgres(pgkit::Database),
}

impl Database {
    /// On the engine that is tested.
    ///
    /// # Panics
    /// There is no such engine, or no PostgreSQL can be had.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "set by the test command, not configuration")]
    pub fn fresh() -> Self {
        match std::env::var(VARIABLE).as_deref() {
            Err(_) | Ok("sqlite") => Self::sqlite(),
            Ok("postgres") => Self::postgres(),
            Ok(other) => panic!("{VARIABLE}: no engine is called {other}"),
        }
    }

    /// A SQLite file in a folder of its own.
    ///
    /// # Panics
    /// The folder cannot be made.
    #[must_use]
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", file(&folder).display());
        Self { url, engine: Engine::Sqlite(folder) }
    }

    /// A database of a PostgreSQL that is shared by all tests.
    ///
    /// # Panics
    /// None can be had.
    #[must_use]
    pub fn postgres() -> Self {
        let database = pgkit::Server::shared().database();
        Self { url: database.url(), engine: Engine::Postgres(database) }
    }

    /// Where it is, as the store is told.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is on PostgreSQL.
    #[must_use]
    pub const fn is_postgres(&self) -> bool {
        matches!(self.engine, Engine::Postgres(_))
    }

    /// The folder of its files; none on PostgreSQL.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        match &self.engine {
            Engine::Sqlite(folder) => Some(folder.path().to_owned()),
            Engine::Postgres(_) => None,
        }
    }

    /// A copy of what was committed. On PostgreSQL all connections are closed for it.
    ///
    /// # Panics
    /// It cannot be copied.
    #[must_use]
    pub fn copy(&self) -> Self {
        match &self.engine {
            Engine::Sqlite(folder) => {
                let copy = Self::sqlite();
                let to = copy.folder().unwrap().join("counter.db");
                let into = format!("vacuum into '{}'", to.display());
                Connection::open(file(folder)).unwrap().execute(&into, []).unwrap();
                copy
            }
            Engine::Postgres(database) => {
                let database = database.copy();
                Self { url: database.url(), engine: Engine::Postgres(database) }
            }
        }
    }

    /// Runs statements, parted by semicolons, behind the counter's back.
    ///
    /// # Panics
    /// One fails.
    pub fn alter(&self, statements: &str) {
        match &self.engine {
            Engine::Sqlite(folder) => {
                Connection::open(file(folder)).unwrap().execute_batch(statements).unwrap();
            }
            Engine::Postgres(database) => drop(database.run_sql(statements).unwrap()),
        }
    }

    /// Changes rows behind the counter's back, by statements that are parted by semicolons.
    ///
    /// # Panics
    /// One of them fails, or changes nothing.
    pub fn by_hand(&self, statements: &str) {
        for statement in statements.split(';') {
            let changed = match &self.engine {
                Engine::Sqlite(folder) => {
                    Connection::open(file(folder)).unwrap().execute(statement, []).unwrap()
                }
                Engine::Postgres(database) => {
                    database.run_sql(&format!("{statement} returning 1")).unwrap().lines().count()
                }
            };
            assert!(changed > 0, "{statement}");
        }
    }

    /// The rows of a query, columns between `|`, nothing for NULL.
    ///
    /// # Panics
    /// It fails.
    #[must_use]
    pub fn rows(&self, query: &str) -> Vec<String> {
        match &self.engine {
            Engine::Sqlite(folder) => {
                let connection = Connection::open(file(folder)).unwrap();
                let mut statement = connection.prepare(query).unwrap();
                let columns = statement.column_count();
                let text = |row: &rusqlite::Row<'_>| {
                    let columns = (0..columns).map(|column| shown(row.get_ref(column).unwrap()));
                    Ok(columns.collect::<Vec<_>>().join("|"))
                };
                statement.query_map([], text).unwrap().collect::<Result<_, _>>().unwrap()
            }
            Engine::Postgres(database) => {
                database.run_sql(query).unwrap().lines().map(str::to_owned).collect()
            }
        }
    }

    /// The number that a query answers with.
    ///
    /// # Panics
    /// It fails, or answers with something else.
    #[must_use]
    pub fn number(&self, query: &str) -> i64 {
        let rows = self.rows(query);
        rows.first().and_then(|row| row.parse().ok()).unwrap_or_else(|| panic!("{query}: {rows:?}"))
    }
}

impl Database {
    /// Whether the bytes are anywhere in what is stored.
    ///
    /// # Panics
    /// It cannot be read.
    #[must_use]
    pub fn holds(&self, text: &[u8]) -> bool {
        match &self.engine {
            Engine::Sqlite(folder) => std::fs::read_dir(folder.path()).unwrap().any(|entry| {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap();
                bytes.windows(text.len()).any(|window| window == text)
            }),
            Engine::Postgres(database) => {
                let plain = String::from_utf8_lossy(text);
                let hex: String = text.iter().map(|byte| format!("{byte:02x}")).collect();
                let tables = "select tablename from pg_tables where schemaname = 'public'";
                let tables = database.run_sql(tables).unwrap();
                assert!(tables.lines().count() > 10, "{tables}");
                tables.lines().any(|table| {
                    let rows = format!("select t::text from {table} t");
                    let rows = database.run_sql(&rows).unwrap();
                    rows.contains(&*plain) || rows.contains(&hex)
                })
            }
        }
    }
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("counter.db")
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => String::new(),
        ValueRef::Integer(value) => value.to_string(),
        ValueRef::Real(value) => value.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}
