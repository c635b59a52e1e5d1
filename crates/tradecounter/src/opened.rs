//! A counter on the configured database.

use crate::config::Config;
use crate::failure::Failure;
use crate::secrets;
use counter::{Counter, Settings};
use store::{Access, Store};

/// Opens the database. Only `migrate` and `demo` may create one: a command on a mistyped path must
/// not find an empty counter in order.
pub(crate) async fn open(config: &Config, access: Access) -> Result<Counter, Failure> {
    let store = Store::open(&config.database_url, access, end_process)?;
    let bound = Counter::is_bound(&store).await?;
    let settings = Settings {
        currency: config.currency.clone(),
        duplicate_window_seconds: config.duplicate_window_seconds,
        key_secret: secrets::key_secret(&config.key_secret_path(), bound)?,
        vault: secrets::vault(&config.stock_keys, &config.stock_key_path(), bound)?,
    };
    let counter = Counter::new(store, settings);
    counter.bind().await?;
    Ok(counter)
}

/// The disk has failed: nothing that is in memory may be trusted any more. What is on disk is
/// whole, and the next start begins from it.
fn end_process(error: &str) {
    eprintln!(
        "fatal: the disk failed under the database ({error}); ending now. Check the disk, then \
         start again: every acknowledged order is on it"
    );
    std::process::exit(70);
}
