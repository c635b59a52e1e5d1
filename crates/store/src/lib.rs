//! Storage: units of work on SQL, written once for every engine.
//!
//! A unit is a synchronous closure over a [`Tx`]. [`Store::write`] runs it and resolves only after
//! COMMIT, so what it returns is durable when it is seen; [`Store::read`] runs one on a snapshot.
//! There is no await point inside a unit: nobody can call a provider while holding a lock, and a
//! request that goes away leaves nothing half done.
//!
//! A unit must be re-runnable: it takes time, ids and randomness from outside or from the
//! transaction, and may be run again when an engine has to retry it.

mod error;
mod migrate;
mod moving;
mod postgres;
mod sql;
mod sqlite;
mod store;
pub mod tables;
mod tx;
mod unit;

pub use error::{DbError, OpenError, StoreError};
pub use migrate::{MIGRATIONS, MigrationStatus};
pub use moving::{
    Begun, Comparison, Content, Difference, Move, MoveError, OWN_TABLES, OnProgress, Progress,
    Step, TableComparison, Undone, closed, moved_tables, undo_move,
};
pub use sql::{Sql, Val};
pub use sqlite::{Checkpoints, SqliteOptions};
pub use store::{Access, Moment, Store};
pub use tx::{OnRow, Row, Tx, TxExt};
pub use unit::Unit;
