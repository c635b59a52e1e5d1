//! What a unit works with.

use crate::{DbError, Sql, Val};
use domain::Timestamp;

/// A row of a result. Columns count from 0. A value of another type than asked for is an error; a
/// floating-point number always is, because SQLite turns an overflowing sum into one silently.
pub trait Row {
    /// A whole number.
    ///
    /// # Errors
    /// [`DbError`] when the column is not a whole number.
    fn int(&self, column: usize) -> Result<i64, DbError>;
    /// A whole number or nothing.
    ///
    /// # Errors
    /// [`DbError`] when the column is neither.
    fn opt_int(&self, column: usize) -> Result<Option<i64>, DbError>;
    /// A text.
    ///
    /// # Errors
    /// [`DbError`] when the column is not a text.
    fn text(&self, column: usize) -> Result<&str, DbError>;
    /// A text or nothing.
    ///
    /// # Errors
    /// [`DbError`] when the column is neither.
    fn opt_text(&self, column: usize) -> Result<Option<&str>, DbError>;
    /// Bytes.
    ///
    /// # Errors
    /// [`DbError`] when the column is not bytes.
    fn blob(&self, column: usize) -> Result<&[u8], DbError>;
    /// An error that names the statement: for values that decode but mean nothing.
    fn error(&self, message: &str) -> DbError;
}

/// Called for each row of a result.
pub type OnRow<'a> = &'a mut dyn FnMut(&dyn Row) -> Result<(), DbError>;

/// A transaction, inside a unit.
pub trait Tx {
    /// Runs a statement and returns how many rows it changed.
    ///
    /// # Errors
    /// [`DbError`]; the unit is poisoned then.
    fn exec(&mut self, sql: &Sql, params: &[Val<'_>]) -> Result<u64, DbError> {
        self.exec_many(sql, params.len(), params)
    }

    /// Runs a statement once for each `width` parameters and returns how many rows were changed in
    /// all: a prepared loop here, one round trip on an engine across a network.
    ///
    /// # Errors
    /// [`DbError`]; the unit is poisoned then.
    fn exec_many(&mut self, sql: &Sql, width: usize, params: &[Val<'_>]) -> Result<u64, DbError>;

    /// Runs a guarded statement for each `width` parameters, which in all must change exactly
    /// `expected` rows; anything else means that what was decided in this unit no longer holds, and
    /// poisons it.
    ///
    /// On an engine across a network it may be sent only with the next statement that is waited for,
    /// or when the unit ends: the unit is poisoned then, and this call knows nothing of it.
    ///
    /// # Errors
    /// As [`Tx::exec_many`], and when another number of rows was changed.
    fn exec_exactly(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
        expected: usize,
    ) -> Result<(), DbError> {
        let changed = self.exec_many(sql, width, params)?;
        if usize::try_from(changed) == Ok(expected) {
            return Ok(());
        }
        Err(self.poison(DbError::unexpected(sql.name, changed, expected)))
    }

    /// Runs a query and hands each row over.
    ///
    /// # Errors
    /// [`DbError`], from the engine or from `on_row`; the unit is poisoned then.
    fn each(&mut self, sql: &Sql, params: &[Val<'_>], on_row: OnRow<'_>) -> Result<(), DbError> {
        self.each_many(sql, params.len(), params, on_row)
    }

    /// Runs a query once for each `width` parameters and hands each row over.
    ///
    /// # Errors
    /// [`DbError`], from the engine or from `on_row`; the unit is poisoned then.
    fn each_many(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
        on_row: OnRow<'_>,
    ) -> Result<(), DbError>;

    /// Takes `count` new ids of a kind, ascending. They are used up even if the caller leaves some
    /// unused, so ask for as many as are needed.
    ///
    /// # Errors
    /// [`DbError`]; the unit is poisoned then. When the kind is unknown or has not that many ids
    /// left, [`DbError::is_ids_used_up`] tells: a smaller unit may still get some.
    fn take_ids(&mut self, kind: &'static str, count: usize) -> Result<Vec<i64>, DbError>;

    /// A number that changes when somebody else has committed something: as long as it is the same,
    /// all that was written since was written here. Nothing where that cannot be told, because
    /// others write at the same time.
    ///
    /// # Errors
    /// [`DbError`]; the unit is poisoned then.
    fn others(&mut self) -> Result<Option<i64>, DbError>;

    /// Notes that this unit moves an epoch: what is kept in memory under it is not believed any more
    /// once the unit is committed.
    fn epoch_moves(&mut self);

    /// What the clock of the database says, the same one for whoever asks on whatever machine. For what
    /// nodes must agree on, which is how long a lease lasts; every other time is passed in. It may be
    /// set, so it must not be trusted with more than when to try.
    ///
    /// # Errors
    /// [`DbError`]; the unit is poisoned then.
    fn database_now(&mut self) -> Result<Timestamp, DbError>;

    /// Whether units that write run one after the other, whoever they are of: what one has read, no
    /// other changes before it ends.
    fn alone(&self) -> bool;

    /// Whether the statement is valid here, in every form that it may be sent in. It is not run.
    ///
    /// # Errors
    /// [`DbError`] says what is wrong with it; the unit is poisoned then.
    fn check(&mut self, sql: &Sql) -> Result<(), DbError>;

    /// Poisons the unit: it is rolled back whatever it returns.
    fn poison(&mut self, error: DbError) -> DbError;
}

/// Shorthands over [`Tx`].
pub trait TxExt: Tx {
    /// All rows, decoded.
    ///
    /// # Errors
    /// As [`Tx::each`].
    fn rows<T>(
        &mut self,
        sql: &Sql,
        params: &[Val<'_>],
        decode: fn(&dyn Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut rows = Vec::new();
        self.each(sql, params, &mut |row| {
            rows.push(decode(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// All rows of [`Tx::each_many`], decoded.
    ///
    /// # Errors
    /// As [`Tx::each_many`].
    fn rows_many<T>(
        &mut self,
        sql: &Sql,
        width: usize,
        params: &[Val<'_>],
        decode: fn(&dyn Row) -> Result<T, DbError>,
    ) -> Result<Vec<T>, DbError> {
        let mut rows = Vec::new();
        self.each_many(sql, width, params, &mut |row| {
            rows.push(decode(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row, decoded, or nothing.
    ///
    /// # Errors
    /// As [`Tx::each`].
    fn row<T>(
        &mut self,
        sql: &Sql,
        params: &[Val<'_>],
        decode: fn(&dyn Row) -> Result<T, DbError>,
    ) -> Result<Option<T>, DbError> {
        let mut first = None;
        self.each(sql, params, &mut |row| {
            if first.is_none() {
                first = Some(decode(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// One new id of a kind.
    ///
    /// # Errors
    /// As [`Tx::take_ids`].
    fn take_id(&mut self, kind: &'static str) -> Result<i64, DbError> {
        let taken = self.take_ids(kind, 1)?;
        taken.first().copied().ok_or_else(|| DbError::new(kind, "no id was given out"))
    }
}

impl<T: Tx + ?Sized> TxExt for T {}
