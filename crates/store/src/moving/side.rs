//! An end of a move, on whichever engine.

use super::MoveError;
use super::mark::Mark;
use super::rows::{Cell, Rows};
use super::schema::Table;
use crate::{DbError, Tx};

/// What a unit that reads is given.
pub(crate) type Reading<'a> = &'a mut dyn FnMut(&mut dyn Tx) -> Result<(), DbError>;

/// A database that is moved from or to, on a connection of its own.
pub(crate) trait Side: Send {
    /// The database as people may read it.
    fn shown(&self) -> &str;

    /// The stored mark.
    fn mark(&mut self) -> Result<Option<Mark>, MoveError>;

    /// Makes it impossible for anybody to write, whoever has the database open, and stores the mark:
    /// one unit. What was committed before is seen by every read from now on. Refused where
    /// [`super::may_close`] says so of the mark that is stored.
    fn fence(&mut self, mark: &Mark) -> Result<(), MoveError>;

    /// Keeps everybody else from changing the mark from now on, and reads what is there now: as long
    /// as the connection lasts. The stored mark must still be this one.
    fn hold(&mut self, mark: &Mark) -> Result<(), MoveError>;

    /// Stores another mark on a database that is held; writing stays impossible.
    fn replace_mark(&mut self, mark: &Mark) -> Result<(), MoveError>;

    /// Lets everybody write again, with this mark or none: one unit.
    fn open_up(&mut self, mark: Option<&Mark>) -> Result<(), MoveError>;

    /// Up to `limit` rows behind a key, or from the first, in the order of the key.
    fn page(
        &mut self,
        table: &Table,
        after: Option<&[Cell]>,
        limit: usize,
    ) -> Result<Rows, MoveError>;

    /// The last key.
    fn last_key(&mut self, table: &Table) -> Result<Option<Vec<Cell>>, MoveError>;

    /// How many rows.
    fn count(&mut self, table: &Table) -> Result<u64, MoveError>;

    /// Adds rows: one unit.
    fn append(&mut self, table: &Table, rows: &Rows) -> Result<(), MoveError>;

    /// Puts rows in the place of all that are there: one unit.
    fn replace(&mut self, table: &Table, rows: &Rows) -> Result<(), MoveError>;

    /// Called when all rows are there, and before they are read.
    fn filled(&mut self, tables: &[Table]) -> Result<(), MoveError>;

    /// Runs a unit that reads.
    fn read(&mut self, body: Reading<'_>) -> Result<(), MoveError>;
}
