//! SQLite: one writing thread with group commit, read-only connections beside it.

mod checkpoint;
mod claim;
mod commits;
mod connection;
mod moving;
mod readers;
mod row;
mod tx;
mod writer;

pub use checkpoint::Checkpoints;
pub(crate) use claim::Claim;
pub(crate) use commits::Moment;
pub use connection::SqliteOptions;
pub(crate) use connection::{DEFAULT_LOCK_WAIT, migrate, open_writer};
pub(crate) use moving::SqliteSide;
pub(crate) use readers::Readers;
pub(crate) use tx::SqliteTx;
pub(crate) use writer::Writer;
