//! A transaction on a PostgreSQL connection.

use super::connection::Connection;
use super::failure::{self, Remedy};
use super::ids::{self, Ids};
use super::param::Param;
use super::row::PgRow;
use super::statements::{Known, Statements};
use crate::tx::OnRow;
use crate::{DbError, Sql, Tx, Val};
use domain::Timestamp;
use std::sync::Arc;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

pub(super) struct PgTx<'a> {
    connection: &'a Connection,
    statements: &'a Statements,
    ids: &'a Ids,
    /// How it begins; sent in front of its first statement.
    begin: &'static str,
    begun: bool,
    poison: Option<Poison>,
}

/// The first error of a unit.
#[derive(Debug)]
pub(super) struct Poison {
    pub(super) error: DbError,
    pub(super) remedy: Remedy,
}

impl<'a> PgTx<'a> {
    pub(super) const fn new(
        connection: &'a Connection,
        statements: &'a Statements,
        ids: &'a Ids,
        begin: &'static str,
    ) -> Self {
        Self { connection, statements, ids, begin, begun: false, poison: None }
    }

    /// Whether anything was sent, and the first error when there was one.
    pub(super) fn end(self) -> (bool, Option<Poison>) {
        (self.begun, self.poison)
    }

    fn fail(&mut self, name: &'static str, error: &tokio_postgres::Error) -> DbError {
        let remedy = failure::remedy(error);
        let error = DbError::new(name, failure::text(error));
        self.poison.get_or_insert(Poison { error, remedy }).error.clone()
    }

    /// PostgreSQL refuses every statement after an error; here it is not even sent.
    fn clean(&self) -> Result<(), DbError> {
        self.poison.as_ref().map_or(Ok(()), |poison| Err(poison.error.clone()))
    }

    fn known(&mut self, sql: &Sql) -> Result<Arc<Known>, DbError> {
        self.clean()?;
        if let Some(known) = self.statements.get(sql.text) {
            return Ok(known);
        }
        let single = super::bulk::single(sql.text);
        // Within the transaction: behind a pooler, only there the connection stays the same.
        let described = self.begin_now().and_then(|()| self.connection.describe(&single));
        match described {
            Ok(types) => Ok(self.statements.keep(sql.text, single, types)),
            Err(error) => Err(self.fail(sql.name, &error)),
        }
    }

    fn begin_now(&mut self) -> Result<(), tokio_postgres::Error> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        self.connection.execute(self.begin)
    }

    fn send(
        &mut self,
        name: &'static str,
        text: &str,
        params: Vec<(Param<'_>, Type)>,
    ) -> Result<(Vec<Row>, u64), DbError> {
        let begin = (!std::mem::replace(&mut self.begun, true)).then_some(self.begin);
        self.connection.run(begin, text, params).map_err(|error| self.fail(name, &error))
    }

    /// Runs a statement for each row of parameters, in one round trip where its text allows.
    fn run(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
    ) -> Result<(Vec<Row>, u64), DbError> {
        let known = self.known(sql)?;
        if known.types.len() != width {
            let wants = known.types.len();
            let message = format!("has {wants} parameters and was given {width}");
            return Err(self.poison(DbError::new(sql.name, message)));
        }
        if let Some(text) = known.many.as_deref()
            && params.len() > width
            && (is_query(sql) || (known.names_rows && all_differ(params, width)))
        {
            let columns: Result<Vec<_>, String> = (0..)
                .zip(&known.types)
                .map(|(at, kind)| Param::column(params, width, at, kind))
                .collect();
            let columns =
                columns.map_err(|message| self.poison(DbError::new(sql.name, message)))?;
            return self.send(sql.name, text, columns);
        }
        let mut all = (Vec::new(), 0_u64);
        // One empty row for a statement without parameters.
        let rows = if width == 0 { 1 } else { params.len().checked_div(width).unwrap_or(0) };
        for row in 0..rows {
            let values = params.iter().skip(row.saturating_mul(width)).take(width);
            let values =
                values.zip(&known.types).map(|(value, kind)| (Param::One(*value), kind.clone()));
            let (rows, changed) = self.send(sql.name, &known.single, values.collect())?;
            all.0.extend(rows);
            all.1 = all.1.saturating_add(changed);
        }
        Ok(all)
    }
}

fn is_query(sql: &Sql) -> bool {
    sql.text.starts_with("select") || sql.text.starts_with("with")
}

/// Whether no two rows have the same first parameter.
fn all_differ(params: &[Val<'_>], width: usize) -> bool {
    let mut seen = std::collections::HashSet::new();
    params.iter().step_by(width.max(1)).all(|value| seen.insert(*value))
}

impl Tx for PgTx<'_> {
    fn exec_many(&mut self, sql: &Sql, width: usize, params: &[Val<'_>]) -> Result<u64, DbError> {
        self.run(sql, width, params).map(|(_, changed)| changed)
    }

    fn each_many(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
        on_row: OnRow<'_>,
    ) -> Result<(), DbError> {
        let (mut rows, _) = self.run(sql, width, params)?;
        if width > 0 && params.len() > width {
            // The number of the row of parameters stands in the last column. Stable: what one row
            // of parameters brought stays in its order.
            rows.sort_by_key(|row| {
                row.len().checked_sub(1).and_then(|last| row.try_get::<_, i64>(last).ok())
            });
        }
        for row in &rows {
            on_row(&PgRow { row, statement: sql.name }).map_err(|error| {
                // What was stored cannot be read: it will not be better the next time.
                let poison = Poison { error, remedy: Remedy::None };
                self.poison.get_or_insert(poison).error.clone()
            })?;
        }
        Ok(())
    }

    fn take_ids(&mut self, kind: &'static str, count: usize) -> Result<Vec<i64>, DbError> {
        self.clean()?;
        let mut ids = self.ids.take(kind, count);
        let missing = count.saturating_sub(ids.len());
        if missing == 0 {
            return Ok(ids);
        }
        let wanted = i64::try_from(missing).unwrap_or(i64::MAX);
        let (rows, _) = self.send("TAKE_IDS", ids::TAKE, ids::params(kind, &[wanted]))?;
        let first = rows.first().map(|row| row.try_get::<_, i64>(0)).transpose();
        match first.map_err(|error| self.fail("TAKE_IDS", &error))? {
            Some(first) => {
                ids.extend((first..).take(missing));
                Ok(ids)
            }
            None => Err(self.poison(DbError::ids_used_up(kind))),
        }
    }

    fn others(&mut self) -> Result<Option<i64>, DbError> {
        self.clean().map(|()| None)
    }

    fn database_now(&mut self) -> Result<Timestamp, DbError> {
        // Not that of the transaction, which may have waited for a lock since it began.
        let text = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
        self.clean()?;
        let (rows, _) = self.send("DATABASE_NOW", text, Vec::new())?;
        let now = rows.first().map_or(Ok(0), |row| row.try_get::<_, i64>(0));
        now.map(Timestamp).map_err(|error| self.fail("DATABASE_NOW", &error))
    }

    fn alone(&self) -> bool {
        false
    }

    fn check(&mut self, sql: &Sql) -> Result<(), DbError> {
        let known = self.known(sql)?;
        let Some(many) = known.many.as_deref().filter(|_| !known.types.is_empty()) else {
            return Ok(());
        };
        self.connection.describe(many).map(|_| ()).map_err(|error| self.fail(sql.name, &error))
    }

    /// Something that was decided from does not hold any more: other units write at the same time.
    fn poison(&mut self, error: DbError) -> DbError {
        let lasts = error.is_ids_used_up() || error.is_lease_lost();
        let remedy = if lasts { Remedy::None } else { Remedy::Again };
        self.poison.get_or_insert(Poison { error, remedy }).error.clone()
    }
}
