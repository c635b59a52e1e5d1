//! A transaction on a PostgreSQL connection.

use super::connection::{Connection, Outcome};
use super::failure::{self, Remedy};
use super::ids::{self, Ids};
use super::request::{Request, Sending};
use super::row::PgRow;
use super::statements::{Known, Statements};
use crate::tx::OnRow;
use crate::{DbError, Sql, Tx, Val};
use domain::Timestamp;
use std::sync::Arc;
use tokio_postgres::Row;

pub(super) struct PgTx<'a> {
    connection: &'a Connection,
    statements: &'a Statements,
    ids: &'a Ids,
    /// How it begins; sent in front of its first statement.
    begin: &'static str,
    begun: bool,
    /// Writes that are not sent yet.
    later: Vec<Later>,
    poison: Option<Poison>,
    epoch_moves: bool,
}

/// How the statements of a unit went.
#[derive(Debug)]
pub(super) struct Ended {
    /// Whether anything was sent.
    pub(super) begun: bool,
    /// The first error, when there was one.
    pub(super) poison: Option<Poison>,
    /// Whether an epoch moves with the unit.
    pub(super) epoch_moves: bool,
}

/// A guarded write whose answer nobody waits for: it is sent with the next statement of which
/// somebody does, or when the unit ends.
struct Later {
    name: &'static str,
    request: Request<'static>,
    expected: usize,
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
        let later = Vec::new();
        Self {
            connection,
            statements,
            ids,
            begin,
            begun: false,
            later,
            poison: None,
            epoch_moves: false,
        }
    }

    /// Sends what was not sent yet, when the unit shall be `kept`.
    pub(super) fn end(mut self, kept: bool) -> Ended {
        if kept && self.poison.is_none() && !self.later.is_empty() {
            // An error is the poison.
            drop(self.send("END", "", Vec::new()));
        }
        let Self { begun, poison, epoch_moves, .. } = self;
        Ended { begun, poison, epoch_moves }
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

    /// Sends the writes that were put off, and the statement behind them, in one round trip.
    fn send(
        &mut self,
        name: &'static str,
        text: &str,
        sendings: Vec<Sending<'_>>,
    ) -> Result<(Vec<Row>, u64), DbError> {
        let begin = (!std::mem::replace(&mut self.begun, true)).then_some(self.begin);
        let mut later = std::mem::take(&mut self.later);
        let mut parts = Vec::with_capacity(later.len());
        let mut all = Vec::new();
        for Later { request, .. } in &mut later {
            let sendings = std::mem::take(&mut request.sendings);
            parts.push(sendings.len());
            all.extend(sendings.into_iter().map(|params| (request.text(), params)));
        }
        all.extend(sendings.into_iter().map(|params| (text, params)));
        let outcomes = self.connection.run_all(begin, all);
        let mut outcomes = outcomes.map_err(|error| self.fail(name, &error))?.into_iter();
        for (Later { name, expected, .. }, sent) in later.iter().zip(parts) {
            let (_, changed) = self.joined(name, outcomes.by_ref().take(sent))?;
            if usize::try_from(changed) != Ok(*expected) {
                return Err(self.poison(DbError::unexpected(name, changed, *expected)));
            }
        }
        self.joined(name, outcomes)
    }

    /// What the sendings of one statement brought in all.
    fn joined(
        &mut self,
        name: &'static str,
        outcomes: impl Iterator<Item = Outcome>,
    ) -> Result<(Vec<Row>, u64), DbError> {
        let mut all = (Vec::new(), 0_u64);
        for outcome in outcomes {
            let (rows, changed) = outcome.map_err(|error| self.fail(name, &error))?;
            all.0.extend(rows);
            all.1 = all.1.saturating_add(changed);
        }
        Ok(all)
    }

    fn request<'v>(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'v>],
    ) -> Result<Request<'v>, DbError> {
        let known = self.known(sql)?;
        let request = Request::new(known, sql, width, params);
        request.map_err(|message| self.poison(DbError::new(sql.name, message)))
    }

    /// Runs a statement for each row of parameters, in one round trip.
    fn run(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
    ) -> Result<(Vec<Row>, u64), DbError> {
        let mut request = self.request(sql, width, params)?;
        let sendings = std::mem::take(&mut request.sendings);
        if sendings.is_empty() {
            return Ok((Vec::new(), 0));
        }
        self.send(sql.name, request.text(), sendings)
    }
}

impl Tx for PgTx<'_> {
    fn exec_many(&mut self, sql: &Sql, width: usize, params: &[Val<'_>]) -> Result<u64, DbError> {
        self.run(sql, width, params).map(|(_, changed)| changed)
    }

    fn exec_exactly(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
        expected: usize,
    ) -> Result<(), DbError> {
        let written = self.request(sql, width, params)?.written();
        let request = written.map_err(|message| self.poison(DbError::new(sql.name, message)))?;
        self.later.push(Later { name: sql.name, request, expected });
        Ok(())
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
        let (rows, _) = self.send("TAKE_IDS", ids::TAKE, vec![ids::params(kind, &[wanted])])?;
        let first = rows.first().map(|row| row.try_get::<_, i64>(0)).transpose();
        match first.map_err(|error| self.fail("TAKE_IDS", &error))? {
            Some(first) => {
                ids.extend((first..).take(missing));
                Ok(ids)
            }
            None => Err(self.poison(DbError::ids_used_up(kind))),
        }
    }

    fn epoch_moves(&mut self) {
        self.epoch_moves = true;
    }

    fn others(&mut self) -> Result<Option<i64>, DbError> {
        self.clean().map(|()| None)
    }

    fn database_now(&mut self) -> Result<Timestamp, DbError> {
        // Not that of the transaction, which may have waited for a lock since it began.
        let text = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
        self.clean()?;
        let (rows, _) = self.send("DATABASE_NOW", text, vec![Vec::new()])?;
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
