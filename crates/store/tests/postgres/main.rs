//! What only PostgreSQL has: connections that break, units that meet, poolers, TLS.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done is a failed test")]

mod faults;
mod lost;
mod opening;
mod standbys;
mod stopped;

use store::tables::meta;
use store::{Access, DbError, Store, StoreError, Tx};

pub(crate) fn open(url: &str) -> Store {
    Store::open(url, Access::CreateIfMissing, |error| panic!("{error}")).unwrap()
}

pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}

/// Counts one up, and leaves a row of its own.
pub(crate) async fn count(store: &Store, name: &str) -> Result<Result<(), DbError>, StoreError> {
    let name = name.to_owned();
    let unit = move |tx: &mut dyn Tx| {
        meta::lock_catalogue(tx)?;
        let before = meta::get(tx, "count")?.map_or(0, |text| text.parse::<i64>().unwrap());
        meta::put(tx, "count", &before.saturating_add(1).to_string())?;
        meta::put(tx, &name, "done")
    };
    store.write(unit).await
}

pub(crate) async fn get(store: &Store, name: &str) -> Option<String> {
    store.read(|tx| meta::get(tx, name)).await.unwrap().unwrap()
}
