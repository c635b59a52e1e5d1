//! Rows of SQLite.

use crate::{DbError, Row, Val};
use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};

pub(crate) struct SqliteRow<'a> {
    pub(crate) row: &'a rusqlite::Row<'a>,
    pub(crate) statement: &'static str,
}

impl SqliteRow<'_> {
    fn value(&self, column: usize) -> Result<ValueRef<'_>, DbError> {
        self.row.get_ref(column).map_err(|error| self.error(&error.to_string()))
    }

    fn unexpected(&self, column: usize, value: ValueRef<'_>) -> DbError {
        self.error(&format!("column {column} is unexpectedly {}", value.data_type()))
    }
}

impl Row for SqliteRow<'_> {
    fn int(&self, column: usize) -> Result<i64, DbError> {
        match self.value(column)? {
            ValueRef::Integer(value) => Ok(value),
            other => Err(self.unexpected(column, other)),
        }
    }

    fn opt_int(&self, column: usize) -> Result<Option<i64>, DbError> {
        match self.value(column)? {
            ValueRef::Integer(value) => Ok(Some(value)),
            ValueRef::Null => Ok(None),
            other => Err(self.unexpected(column, other)),
        }
    }

    fn text(&self, column: usize) -> Result<&str, DbError> {
        self.opt_text(column)?.ok_or_else(|| self.unexpected(column, ValueRef::Null))
    }

    fn opt_text(&self, column: usize) -> Result<Option<&str>, DbError> {
        match self.value(column)? {
            ValueRef::Text(bytes) => std::str::from_utf8(bytes)
                .map(Some)
                .map_err(|_| self.error(&format!("column {column} is not UTF-8"))),
            ValueRef::Null => Ok(None),
            other => Err(self.unexpected(column, other)),
        }
    }

    fn blob(&self, column: usize) -> Result<&[u8], DbError> {
        match self.value(column)? {
            ValueRef::Blob(bytes) => Ok(bytes),
            other => Err(self.unexpected(column, other)),
        }
    }

    fn error(&self, message: &str) -> DbError {
        DbError::new(self.statement, message)
    }
}

impl ToSql for Val<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match *self {
            Val::Null => ToSqlOutput::Owned(Value::Null),
            Val::Int(value) => ToSqlOutput::Owned(Value::Integer(value)),
            Val::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Val::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}
