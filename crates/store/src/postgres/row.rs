//! Rows of PostgreSQL.

use crate::{DbError, Row};
use tokio_postgres::types::{FromSql, Type};

pub(super) struct PgRow<'a> {
    pub(super) row: &'a tokio_postgres::Row,
    pub(super) statement: &'static str,
}

impl PgRow<'_> {
    /// A value of exactly the type that is asked for: a sum that became `numeric` is an error.
    fn get<'r, T: FromSql<'r>>(&'r self, column: usize) -> Result<T, DbError> {
        self.row.try_get(column).map_err(|error| {
            let message = super::failure::text(&error);
            self.error(&format!("column {column}: {message}"))
        })
    }

    fn null(&self, column: usize) -> DbError {
        self.error(&format!("column {column} is unexpectedly Null"))
    }
}

impl Row for PgRow<'_> {
    fn int(&self, column: usize) -> Result<i64, DbError> {
        self.opt_int(column)?.ok_or_else(|| self.null(column))
    }

    fn opt_int(&self, column: usize) -> Result<Option<i64>, DbError> {
        // A number that stands in the statement itself.
        if self.row.columns().get(column).is_some_and(|found| *found.type_() == Type::INT4) {
            return self.get::<Option<i32>>(column).map(|value| value.map(i64::from));
        }
        self.get(column)
    }

    fn text(&self, column: usize) -> Result<&str, DbError> {
        self.opt_text(column)?.ok_or_else(|| self.null(column))
    }

    fn opt_text(&self, column: usize) -> Result<Option<&str>, DbError> {
        self.get(column)
    }

    fn blob(&self, column: usize) -> Result<&[u8], DbError> {
        self.get::<Option<&[u8]>>(column)?.ok_or_else(|| self.null(column))
    }

    fn error(&self, message: &str) -> DbError {
        DbError::new(self.statement, message)
    }
}
