//! A SQLite database that is moved from or to: nobody else has it open meanwhile.

use super::connection::{execute, migrate_checked, open_alone};
use super::{Claim, SqliteTx};
use crate::moving::mark::{MARK, Mark};
use crate::moving::rows::{Cell, Rows};
use crate::moving::schema::{Kind, Table};
use crate::moving::side::{Reading, Side};
use crate::moving::{MoveError, known_whole, may_close};
use crate::{Access, OpenError, Val};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params_from_iter};
use std::path::Path;
use std::time::Duration;

/// How long a command that just ends may still have the database open.
const LOCK_WAIT: Duration = Duration::from_secs(3);

/// What large tables need: pages of indexes that are written at random places stay in memory.
const SETTINGS: &str = "pragma cache_size = -262144; pragma wal_autocheckpoint = 16384";

pub(crate) struct SqliteSide {
    connection: Connection,
    shown: String,
    // Dropped after the connection.
    _claim: Claim,
}

impl SqliteSide {
    pub(crate) fn open(path: &Path, access: Access) -> Result<Self, MoveError> {
        let claim = Claim::new(path);
        let opened = open_alone(path, access, LOCK_WAIT).and_then(|mut connection| {
            let status = migrate_checked(&mut connection, path, access, |_, _| Ok(()))?;
            Ok((connection, status))
        });
        let (connection, status) = opened.map_err(|error| match error {
            OpenError::Locked { path } => MoveError::InUse { path },
            other => MoveError::Open(other),
        })?;
        let shown = shown(&claim);
        known_whole(status, &shown)?;
        let side = Self { connection, shown, _claim: claim };
        side.run("settings", |connection| connection.execute_batch(SETTINGS))?;
        Ok(side)
    }

    /// The database at a path as people may read it, also when it is yet to come.
    pub(crate) fn shown_at(path: &Path) -> String {
        shown(&Claim::new(path))
    }

    fn broken(&self, what: &str, message: &str) -> MoveError {
        let (path, what) = (self.shown.clone(), what.to_owned());
        MoveError::Broken { path, what, message: message.to_owned() }
    }

    fn run<T>(
        &self,
        what: &str,
        body: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, MoveError> {
        body(&self.connection).map_err(|error| self.broken(what, &error.to_string()))
    }

    /// Runs `body` as one unit.
    fn unit(
        &mut self,
        what: &str,
        body: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), MoveError> {
        let done = self.connection.transaction().and_then(|tx| {
            body(&tx)?;
            tx.commit()
        });
        done.map_err(|error| self.broken(what, &error.to_string()))
    }

    fn store_mark(&mut self, mark: Option<&Mark>) -> Result<(), MoveError> {
        self.unit("the mark", |tx| {
            tx.execute("delete from meta where name = ?1", [MARK])?;
            if let Some(mark) = mark {
                let text = "insert into meta (name, value) values (?1, ?2)";
                tx.execute(text, [MARK, &mark.text()])?;
            }
            Ok(())
        })
    }
}

fn shown(claim: &Claim) -> String {
    format!("sqlite:{}", claim.path().display())
}

fn insert(connection: &Connection, table: &Table, rows: &Rows) -> rusqlite::Result<()> {
    let marks: Vec<String> = (1..=table.columns.len()).map(|at| format!("?{at}")).collect();
    let (name, columns, marks) = (&table.name, table.column_list(), marks.join(", "));
    let text = format!("insert into {name} ({columns}) values ({marks})");
    let mut statement = connection.prepare_cached(&text)?;
    for row in rows.each() {
        statement.execute(params_from_iter(row.iter().map(Cell::val)))?;
    }
    Ok(())
}

/// A value as its column says; anything else is damage.
fn cell(value: ValueRef<'_>, kind: Kind) -> Result<Cell, String> {
    match (value, kind) {
        (ValueRef::Null, _) => Ok(Cell::Null),
        (ValueRef::Integer(value), Kind::Int) => Ok(Cell::Int(value)),
        (ValueRef::Text(bytes), Kind::Text) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Cell::Text(text.to_owned())),
            Err(_) => Err(String::from("is not UTF-8")),
        },
        (ValueRef::Blob(bytes), Kind::Blob) => Ok(Cell::Blob(bytes.to_vec())),
        (other, _) => Err(format!("is unexpectedly {}", other.data_type())),
    }
}

impl Side for SqliteSide {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn mark(&mut self) -> Result<Option<Mark>, MoveError> {
        let text = "select value from meta where name = ?1";
        let stored: Option<String> = self.run("the mark", |connection| {
            connection.query_row(text, [MARK], |row| row.get(0)).optional()
        })?;
        let read = |text: String| {
            Mark::read(&text).ok_or_else(|| self.broken("the mark", "is of another program"))
        };
        stored.map(read).transpose()
    }

    /// The lock keeps everybody away as long as the connection lasts; the mark refuses whoever opens
    /// the database after that.
    fn fence(&mut self, mark: &Mark) -> Result<(), MoveError> {
        may_close(self.mark()?.as_ref(), mark, &self.shown)?;
        self.store_mark(Some(mark))
    }

    fn hold(&mut self, mark: &Mark) -> Result<(), MoveError> {
        if self.mark()?.as_ref() == Some(mark) {
            return Ok(());
        }
        Err(self.broken("the mark", "has changed"))
    }

    fn replace_mark(&mut self, mark: &Mark) -> Result<(), MoveError> {
        self.store_mark(Some(mark))
    }

    fn open_up(&mut self, mark: Option<&Mark>) -> Result<(), MoveError> {
        self.store_mark(mark)
    }

    fn page(
        &mut self,
        table: &Table,
        after: Option<&[Cell]>,
        limit: usize,
    ) -> Result<Rows, MoveError> {
        let mut rows = Rows { width: table.columns.len(), cells: Vec::new() };
        let limit = Val::Int(i64::try_from(limit).unwrap_or(i64::MAX));
        let params = after.unwrap_or_default().iter().map(Cell::val).chain([limit]);
        let mut damage = None;
        self.run(&table.name, |connection| {
            let mut statement = connection.prepare_cached(&table.page(after.is_some()))?;
            let mut found = statement.query(params_from_iter(params))?;
            while let Some(row) = found.next()? {
                for (at, column) in table.columns.iter().enumerate() {
                    match cell(row.get_ref(at)?, column.kind) {
                        Ok(cell) => rows.cells.push(cell),
                        Err(what) => {
                            damage.get_or_insert(format!("column {} {what}", column.name));
                        }
                    }
                }
            }
            Ok(())
        })?;
        damage.map_or(Ok(rows), |what| Err(self.broken(&table.name, &what)))
    }

    fn last_key(&mut self, table: &Table) -> Result<Option<Vec<Cell>>, MoveError> {
        let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Vec<Result<Cell, String>>> {
            let columns = table.key_columns().enumerate();
            columns.map(|(at, column)| Ok(cell(row.get_ref(at)?, column.kind))).collect()
        };
        let key = self.run(&table.name, |connection| {
            connection.query_row(&table.last_key(), [], read).optional()
        })?;
        let key = key.map(|key| key.into_iter().collect::<Result<Vec<_>, _>>()).transpose();
        key.map_err(|what| self.broken(&table.name, &what))
    }

    fn count(&mut self, table: &Table) -> Result<u64, MoveError> {
        let count = self.run(&table.name, |connection| {
            connection.query_row(&table.count(), [], |row| row.get::<_, i64>(0))
        })?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn append(&mut self, table: &Table, rows: &Rows) -> Result<(), MoveError> {
        self.unit(&table.name, |tx| insert(tx, table, rows))
    }

    fn replace(&mut self, table: &Table, rows: &Rows) -> Result<(), MoveError> {
        self.unit(&table.name, |tx| {
            let condition = table.seeded.unwrap_or("true");
            tx.execute(&format!("delete from {} where {condition}", table.name), [])?;
            insert(tx, table, rows)
        })
    }

    fn filled(&mut self, _: &[Table]) -> Result<(), MoveError> {
        Ok(())
    }

    fn read(&mut self, body: Reading<'_>) -> Result<(), MoveError> {
        let turn = |text| execute(&self.connection, text).map_err(|e| self.broken("read", &e));
        turn("begin")?;
        let mut tx = SqliteTx::new(&self.connection);
        let read = body(&mut tx);
        let poison = tx.into_poison();
        turn("rollback")?;
        Ok(poison.map_or(read, Err)?)
    }
}
