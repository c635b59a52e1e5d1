//! The use cases of the counter, one file each: the only code that opens a unit of work.
//!
//! A use case reads rows, asks the rules in `domain` for a decision, and writes what was decided,
//! all in one unit. Time and randomness are passed in.

pub mod accounts;
mod batch;
pub mod catalogue;
mod desk;
pub mod executors;
mod failure;
pub mod fulfilment;
mod journal;
pub mod nodes;
pub mod orders;
pub mod prices;
pub mod products;
pub mod requests;
pub mod restore;
pub mod stock;
pub mod sync;
pub mod upkeep;

pub use failure::{Failure, Refusal};

use accounts::{Access, KeyUses};
use catalogue::Catalogue;
use domain::{ExecutorKeyId, KeyId};
use executors::PullMarks;
use nodes::Units;
use orders::{AddQueue, RecentOrders};
use parking_lot::Mutex;
use products::ProductQueue;
use std::sync::Arc;
use store::Store;
use tokio::sync::Notify;

/// What an operator may set about the rules.
#[derive(Clone, Debug)]
pub struct Settings {
    /// ISO code of the one currency.
    pub currency: String,
    /// Seconds in which the same order of the same account counts as a repetition; 0 for never.
    pub duplicate_window_seconds: i64,
    /// Secret that API keys are hashed with.
    pub key_secret: accounts::KeySecret,
    /// Keys that secrets of stock are sealed with.
    pub vault: stock::Vault,
}

/// The counter: every use case is a method of it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Counter {
    store: Units,
    settings: Arc<Settings>,
    catalogue: Arc<Catalogue>,
    adds: Arc<AddQueue>,
    access: Arc<Access>,
    key_uses: Arc<KeyUses<KeyId>>,
    executor_key_uses: Arc<KeyUses<ExecutorKeyId>>,
    pull_marks: Arc<PullMarks>,
    recent: Arc<Mutex<RecentOrders>>,
    product_adds: Arc<ProductQueue>,
    came: Arc<Notify>,
}

impl Counter {
    /// A counter on `store`.
    pub fn new(store: Store, settings: Settings) -> Self {
        Self {
            store: Units::new(store),
            settings: Arc::new(settings),
            catalogue: Arc::new(Catalogue::default()),
            adds: Arc::new(AddQueue::default()),
            access: Arc::new(Access::default()),
            key_uses: Arc::new(KeyUses::default()),
            executor_key_uses: Arc::new(KeyUses::default()),
            pull_marks: Arc::new(PullMarks::default()),
            recent: Arc::new(Mutex::new(RecentOrders::default())),
            product_adds: Arc::new(ProductQueue::default()),
            came: Arc::new(Notify::new()),
        }
    }

    /// The store that the counter works on.
    pub fn store(&self) -> &Store {
        self.store.plain()
    }

    /// The snapshot of the catalogue, for use cases that need it inside their unit.
    pub(crate) fn catalogue_cache(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue)
    }

    /// The keys that secrets of stock are sealed with.
    pub fn vault(&self) -> &stock::Vault {
        &self.settings.vault
    }

    /// The currency of every amount.
    pub fn currency(&self) -> &str {
        &self.settings.currency
    }
}
