//! PostgreSQL: units on a few connections at once, the same text as on SQLite.
//!
//! The engine is a stateless client: every transaction begins with all it needs (no session state, no
//! prepared names), so it works through a pooler that hands out a connection for each transaction.
//! A unit whose COMMIT had no answer is settled by looking for its mark ([`marks`]).

mod bulk;
mod connection;
mod engine;
mod failure;
mod hosts;
mod ids;
mod marks;
mod migrate;
mod moving;
mod options;
mod param;
mod queue;
mod request;
mod row;
mod standbys;
mod statements;
mod tx;
mod writers;

pub(crate) use engine::{Postgres, Tick};
pub(crate) use moving::PostgresSide;
pub(crate) use options::Options;
