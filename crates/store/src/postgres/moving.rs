//! A PostgreSQL database that is moved from or to.
//!
//! Who writes leaves the mark of its unit in `unit_mark` as the last thing before COMMIT
//! ([`super::marks`]). A constraint that no row fulfils makes that impossible, for every process that
//! has the database open, and to add it PostgreSQL waits for all units that have left their mark: what
//! is not committed then never will be. No unit has to look at anything for it.

use super::connection::Connection;
use super::failure;
use super::ids::Ids;
use super::marks::{CLOSE, OPEN};
use super::migrate::migrate_checked;
use super::options::Options;
use super::param::Param;
use super::statements::Statements;
use super::tx::{Ended, PgTx};
use crate::moving::mark::{MARK, Mark};
use crate::moving::rows::{Cell, Rows};
use crate::moving::schema::{Column, Kind, Table};
use crate::moving::side::{Reading, Side};
use crate::moving::{MoveError, known_whole, may_close};
use crate::{Access, Val};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Error, Row};

/// How long units that are under way may take to end.
const BEGIN: &str = "begin; set local lock_timeout = '10s'";

/// Whoever moves reads for minutes, and now and then waits for the other end.
const HOLD: &str = "begin isolation level repeatable read read write; \
    set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0";

const READ: &str = "begin isolation level repeatable read read only";

pub(crate) struct PostgresSide {
    connection: Connection,
    statements: Statements,
    ids: Ids,
    shown: String,
    /// Whether a transaction is open that keeps the mark as it is.
    held: bool,
}

impl PostgresSide {
    pub(crate) fn open(url: &str, access: Access) -> Result<Self, MoveError> {
        let options = Options::read(url)?;
        let status = migrate_checked(&options, access, |_, _| Ok(()))?;
        let shown = options.shown.clone();
        known_whole(status, &shown)?;
        let connection = Connection::open(&options).map_err(|message| MoveError::Broken {
            path: shown.clone(),
            what: String::from("connect"),
            message,
        })?;
        let (statements, ids) = (Statements::default(), Ids::default());
        Ok(Self { connection, statements, ids, shown, held: false })
    }

    fn broken(&self, what: &str, message: &str) -> MoveError {
        let (path, what) = (self.shown.clone(), what.to_owned());
        MoveError::Broken { path, what, message: message.to_owned() }
    }

    fn failed(&self, what: &str, error: &Error) -> MoveError {
        if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
            return MoveError::InUse { path: self.shown.clone() };
        }
        self.broken(what, &failure::text(error))
    }

    fn execute(&self, what: &str, text: &str) -> Result<(), MoveError> {
        self.connection.execute(text).map_err(|error| self.failed(what, &error))
    }

    fn query(&self, what: &str, text: &str, params: &[Val<'_>]) -> Result<Vec<Row>, MoveError> {
        let params = params.iter().map(|value| {
            let kind = match value {
                Val::Text(_) => Type::TEXT,
                Val::Blob(_) => Type::BYTEA,
                Val::Int(_) | Val::Null => Type::INT8,
            };
            (Param::One(*value), kind)
        });
        let found = self.connection.run(text, params.collect());
        found.map(|(rows, _)| rows).map_err(|error| self.failed(what, &error))
    }

    /// Runs `body` as one unit, or as the end of the one that holds the mark.
    fn unit(
        &mut self,
        what: &str,
        body: impl FnOnce(&Self) -> Result<(), MoveError>,
    ) -> Result<(), MoveError> {
        if !std::mem::replace(&mut self.held, false) {
            self.execute(what, BEGIN)?;
        }
        match body(self) {
            Ok(()) => self.execute(what, "commit"),
            Err(error) => {
                // Where that fails too, the connection is gone, and the transaction with it.
                drop(self.connection.execute("rollback"));
                Err(error)
            }
        }
    }

    fn stored_mark(&self) -> Result<Option<Mark>, MoveError> {
        let text = "select value from meta where name = $1";
        let rows = self.query("the mark", text, &[Val::Text(MARK)])?;
        let Some(row) = rows.first() else { return Ok(None) };
        let text: &str = row.try_get(0).map_err(|error| self.failed("the mark", &error))?;
        let mark = Mark::read(text);
        mark.map(Some).ok_or_else(|| self.broken("the mark", "is of another program"))
    }

    fn store_mark(&self, mark: Option<&Mark>) -> Result<(), MoveError> {
        self.query("the mark", "delete from meta where name = $1", &[Val::Text(MARK)])?;
        if let Some(mark) = mark {
            let text = "insert into meta (name, value) values ($1, $2)";
            self.query("the mark", text, &[Val::Text(MARK), Val::Text(&mark.text())])?;
        }
        Ok(())
    }

    fn copy(&self, table: &Table, rows: &Rows) -> Result<(), MoveError> {
        for (cell, column) in rows.each().flat_map(|row| row.iter().zip(&table.columns)) {
            if matches!(cell, Cell::Text(text) if text.contains('\0')) {
                let what = format!("a row has a zero byte in {}, which cannot be", column.name);
                return Err(self.broken(&table.name, &what));
            }
        }
        let types: Vec<Type> = table.columns.iter().map(|column| type_of(column.kind)).collect();
        let text = format!("copy {} ({}) from stdin binary", table.name, table.column_list());
        let copied = self.connection.copy_in(&text, &types, rows);
        copied.map_err(|error| self.failed(&table.name, &error))
    }
}

const fn type_of(kind: Kind) -> Type {
    match kind {
        Kind::Int => Type::INT8,
        Kind::Text => Type::TEXT,
        Kind::Blob => Type::BYTEA,
    }
}

fn cells<'a>(row: &Row, columns: impl Iterator<Item = &'a Column>) -> Result<Vec<Cell>, Error> {
    let cell = |(at, column): (usize, &Column)| {
        Ok(match column.kind {
            Kind::Int => row.try_get::<_, Option<i64>>(at)?.map_or(Cell::Null, Cell::Int),
            Kind::Text => row.try_get::<_, Option<String>>(at)?.map_or(Cell::Null, Cell::Text),
            Kind::Blob => row.try_get::<_, Option<Vec<u8>>>(at)?.map_or(Cell::Null, Cell::Blob),
        })
    };
    columns.enumerate().map(cell).collect()
}

impl Side for PostgresSide {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn mark(&mut self) -> Result<Option<Mark>, MoveError> {
        self.stored_mark()
    }

    fn fence(&mut self, mark: &Mark) -> Result<(), MoveError> {
        self.unit("closing it", |side| {
            side.execute("closing it", CLOSE)?;
            may_close(side.stored_mark()?.as_ref(), mark, &side.shown)?;
            side.store_mark(Some(mark))
        })
    }

    fn hold(&mut self, mark: &Mark) -> Result<(), MoveError> {
        self.execute("the mark", HOLD)?;
        self.held = true;
        // The first statement that reads: what is seen from here on is of this moment.
        let text = "select value from meta where name = $1 for update nowait";
        let rows = self.query("the mark", text, &[Val::Text(MARK)])?;
        let found = rows.first().map(|row| row.try_get::<_, String>(0)).transpose();
        match found.map_err(|error| self.failed("the mark", &error))? {
            Some(found) if found == mark.text() => Ok(()),
            _ => Err(self.broken("the mark", "was changed by somebody else")),
        }
    }

    fn replace_mark(&mut self, mark: &Mark) -> Result<(), MoveError> {
        self.unit("the mark", |side| side.store_mark(Some(mark)))
    }

    fn open_up(&mut self, mark: Option<&Mark>) -> Result<(), MoveError> {
        self.unit("opening it", |side| {
            side.execute("opening it", OPEN)?;
            side.store_mark(mark)
        })
    }

    fn page(
        &mut self,
        table: &Table,
        after: Option<&[Cell]>,
        limit: usize,
    ) -> Result<Rows, MoveError> {
        let limit = Val::Int(i64::try_from(limit).unwrap_or(i64::MAX));
        let key = after.unwrap_or_default();
        let params: Vec<Val<'_>> = key.iter().map(Cell::val).chain([limit]).collect();
        let text = table.page(after.is_some()).replace('?', "$");
        let found = self.query(&table.name, &text, &params)?;
        let mut rows = Rows { width: table.columns.len(), cells: Vec::new() };
        for row in &found {
            let read = cells(row, table.columns.iter());
            rows.cells.extend(read.map_err(|error| self.failed(&table.name, &error))?);
        }
        Ok(rows)
    }

    fn last_key(&mut self, table: &Table) -> Result<Option<Vec<Cell>>, MoveError> {
        let rows = self.query(&table.name, &table.last_key(), &[])?;
        let key = rows.first().map(|row| cells(row, table.key_columns())).transpose();
        key.map_err(|error| self.failed(&table.name, &error))
    }

    fn count(&mut self, table: &Table) -> Result<u64, MoveError> {
        let rows = self.query(&table.name, &table.count(), &[])?;
        let count = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0));
        let count = count.map_err(|error| self.failed(&table.name, &error))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// One statement, so one transaction.
    fn append(&mut self, table: &Table, rows: &Rows) -> Result<(), MoveError> {
        self.copy(table, rows)
    }

    fn replace(&mut self, table: &Table, rows: &Rows) -> Result<(), MoveError> {
        let condition = table.seeded.unwrap_or("true");
        let text = format!("delete from {} where {condition}", table.name);
        self.unit(&table.name, |side| {
            side.execute(&table.name, &text)?;
            side.copy(table, rows)
        })
    }

    /// What the planner knows is of an empty database.
    fn filled(&mut self, tables: &[Table]) -> Result<(), MoveError> {
        for table in tables {
            self.execute(&table.name, &format!("analyze {}", table.name))?;
        }
        Ok(())
    }

    fn read(&mut self, body: Reading<'_>) -> Result<(), MoveError> {
        let mut tx = PgTx::new(&self.connection, &self.statements, &self.ids, READ);
        let read = body(&mut tx);
        let Ended { begun, poison, .. } = tx.end(false);
        if begun {
            self.execute("read", "commit")?;
        }
        Ok(poison.map_or(read, |poison| Err(poison.error))?)
    }
}
