//! What every engine has to do alike: each test runs on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done is a failed test")]

mod catalogue;
mod leases;
mod moving;
mod portable;
mod rows;
mod schema;
mod units;

use store::{Access, Store};
use testkit::Database;

/// Makes two tests of each function: one on every engine.
macro_rules! on_every_engine {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&testkit::Database::sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $name() { super::$name(&testkit::Database::postgres()); })+
        }
    };
}
pub(crate) use on_every_engine;

pub(crate) fn open(database: &Database) -> Store {
    Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}")).unwrap()
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
