//! SQLite: one writing thread with group commit, read-only connections beside it.

mod connection;
mod row;
mod tx;
mod writer;

pub use connection::{Access, SqliteOptions};
pub(crate) use connection::{migrate, open_reader, open_writer};
pub(crate) use tx::SqliteTx;
pub(crate) use writer::{Job, Writer};
