//! A transaction on a SQLite connection.

use super::row::SqliteRow;
use crate::tx::OnRow;
use crate::{DbError, Sql, Tx, Val};
use domain::Timestamp;
use rusqlite::{CachedStatement, Connection};

pub(crate) struct SqliteTx<'a> {
    connection: &'a Connection,
    poisoned: Option<DbError>,
}

// Two statements rather than one that returns: for that SQLite makes a temporary table each time.
const NEXT_ID: Sql = Sql {
    name: "NEXT_ID",
    text: "select next from id_block where kind = ?1 and next + ?2 - 1 <= last",
};
const TAKE_IDS: Sql =
    Sql { name: "TAKE_IDS", text: "update id_block set next = next + ?2 where kind = ?1" };

// Whoever works on the file is on this machine. Milliseconds, which is what SQLite counts in.
const DATABASE_NOW: Sql = Sql {
    name: "DATABASE_NOW",
    text: "select cast(round(unixepoch('subsec') * 1000) as integer) * 1000",
};

const OTHERS: Sql = Sql { name: "OTHERS", text: "pragma data_version" };

impl<'a> SqliteTx<'a> {
    pub(crate) const fn new(connection: &'a Connection) -> Self {
        Self { connection, poisoned: None }
    }

    /// The first error of the unit, when there was one.
    pub(crate) fn into_poison(self) -> Option<DbError> {
        self.poisoned
    }

    fn prepare(&self, sql: &Sql) -> Result<CachedStatement<'a>, DbError> {
        // PostgreSQL refuses every statement after an error; so does this engine, lest a unit
        // works here and not there.
        if let Some(error) = &self.poisoned {
            return Err(error.clone());
        }
        self.connection
            .prepare_cached(sql.text)
            .map_err(|error| DbError::new(sql.name, error.to_string()))
    }

    fn run_each(
        statement: &mut CachedStatement<'_>,
        name: &'static str,
        params: &[Val<'_>],
        on_row: OnRow<'_>,
    ) -> Result<(), DbError> {
        let fail = |error: rusqlite::Error| DbError::new(name, error.to_string());
        let mut rows = statement.query(rusqlite::params_from_iter(params.iter())).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            on_row(&SqliteRow { row, statement: name })?;
        }
        Ok(())
    }

    fn guard<T>(&mut self, result: Result<T, DbError>) -> Result<T, DbError> {
        result.map_err(|error| self.poison(error))
    }

    fn try_exec_many(&self, sql: &Sql, width: usize, params: &[Val<'_>]) -> Result<u64, DbError> {
        let mut statement = self.prepare(sql)?;
        let mut changed: u64 = 0;
        for row in chunks(params, width) {
            let affected = statement
                .execute(rusqlite::params_from_iter(row.iter()))
                .map_err(|error| DbError::new(sql.name, error.to_string()))?;
            changed = changed.saturating_add(u64::try_from(affected).unwrap_or(u64::MAX));
        }
        Ok(changed)
    }

    fn try_each_many(
        &self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
        on_row: OnRow<'_>,
    ) -> Result<(), DbError> {
        let mut statement = self.prepare(sql)?;
        for row in chunks(params, width) {
            Self::run_each(&mut statement, sql.name, row, on_row)?;
        }
        Ok(())
    }
}

/// `params` in rows of `width`; one empty row for a statement without parameters.
fn chunks<'p, 'v>(
    params: &'p [Val<'v>],
    width: usize,
) -> Box<dyn Iterator<Item = &'p [Val<'v>]> + 'p> {
    if width == 0 {
        Box::new(std::iter::once(params))
    } else {
        Box::new(params.chunks_exact(width))
    }
}

impl Tx for SqliteTx<'_> {
    fn exec_many(&mut self, sql: &Sql, width: usize, params: &[Val<'_>]) -> Result<u64, DbError> {
        let result = self.try_exec_many(sql, width, params);
        self.guard(result)
    }

    fn each_many(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
        on_row: OnRow<'_>,
    ) -> Result<(), DbError> {
        let result = self.try_each_many(sql, width, params, on_row);
        self.guard(result)
    }

    fn take_ids(&mut self, kind: &'static str, count: usize) -> Result<Vec<i64>, DbError> {
        if count == 0 {
            return Ok(Vec::new());
        }
        // One writer at a time: taking the ids inside the unit costs one row for a whole batch,
        // and an id is used up only by what was committed.
        let wanted = i64::try_from(count).unwrap_or(i64::MAX);
        let mut first = None;
        let params = [Val::Text(kind), Val::Int(wanted)];
        self.each(&NEXT_ID, &params, &mut |row| {
            first = Some(row.int(0)?);
            Ok(())
        })?;
        let Some(first) = first else {
            return Err(self.poison(DbError::ids_used_up(kind)));
        };
        self.exec(&TAKE_IDS, &params)?;
        Ok((first..).take(count).collect())
    }

    /// Nothing that is kept in memory is believed here once anything was committed.
    fn epoch_moves(&mut self) {}

    fn others(&mut self) -> Result<Option<i64>, DbError> {
        let mut version = None;
        self.each(&OTHERS, &[], &mut |row| {
            version = Some(row.int(0)?);
            Ok(())
        })?;
        Ok(version)
    }

    fn database_now(&mut self) -> Result<Timestamp, DbError> {
        let mut now = 0;
        self.each(&DATABASE_NOW, &[], &mut |row| {
            now = row.int(0)?;
            Ok(())
        })?;
        Ok(Timestamp(now))
    }

    fn alone(&self) -> bool {
        true
    }

    fn check(&mut self, sql: &Sql) -> Result<(), DbError> {
        let prepared = self.prepare(sql).map(|_| ());
        self.guard(prepared)
    }

    fn poison(&mut self, error: DbError) -> DbError {
        self.poisoned.get_or_insert(error).clone()
    }
}
