//! The counter under test: the real one, on a real store, on a disk in memory.

use crate::Outcome;
use counter::accounts::{Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::stock::Vault;
use counter::{Counter, Settings};
use domain::catalogue::{Fulfilment, RefillRule, ServiceKind};
use domain::{AccountId, Micros, ServiceId, Timestamp};
use powercut::{Disk, Files, Mounted, Plan};
use std::time::Duration;
use store::{Access, Checkpoints, SqliteOptions, Store};
use tokio::runtime::Runtime;

/// When it all begins: some time before the end of a UTC day.
pub(crate) const START: Timestamp = Timestamp(1_700_006_000_000_000);

/// How many services there are, with the ids from 1 on.
pub(crate) const SERVICES: i64 = 2;

/// How many accounts there are, with the ids from 1 on.
pub(crate) const ACCOUNTS: i64 = 3;

/// What a thousand units cost our customers.
pub(crate) const RATES: [i64; 2] = [2_000_000, 3_333_333];

/// What each account has at first.
pub(crate) const MONEY: i64 = 1_000_000_000;

/// What every seed starts from: a catalogue and accounts with money.
#[derive(Clone, Debug)]
pub struct Ground(Files);

/// A counter, open.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) counter: Counter,
    // Behind the counter, because fields are dropped in this order.
    mounted: Mounted,
    runtime: Runtime,
}

impl Ground {
    /// Sets a counter up.
    ///
    /// # Errors
    /// When it cannot be done.
    pub fn new() -> Outcome<Self> {
        Self::filled(fill)
    }

    /// Sets a counter up with something else in it.
    pub(crate) fn filled(fill: impl AsyncFnOnce(&Counter) -> Outcome<()>) -> Outcome<Self> {
        let disk = Disk::new(Files::new(), Plan::default(), 0);
        let shop = Shop::on(disk.clone())?;
        shop.wait(fill(&shop.counter))?;
        drop(shop);
        Ok(Self(disk.files()))
    }
}

impl Shop {
    /// A counter on this ground.
    pub(crate) fn open(ground: &Ground) -> Outcome<Self> {
        Self::on(Disk::new(ground.0.clone(), Plan::default(), 0))
    }

    fn on(disk: Disk) -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let mounted = Mounted::new(disk)?;
        Ok(Self { counter: counter(&mounted)?, mounted, runtime })
    }

    /// Another counter on the same bytes, as after a start. Whoever still has the old one keeps it.
    pub(crate) fn reopen(&mut self) -> Outcome<()> {
        self.counter = counter(&self.mounted)?;
        Ok(())
    }

    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

fn counter(mounted: &Mounted) -> Outcome<Counter> {
    let options = SqliteOptions {
        readers: 1,
        checkpoints: Checkpoints { pages: 4_000, idle: Duration::from_secs(600) },
        ..SqliteOptions::new(mounted.database())
    };
    let store = Store::open_sqlite(&options, Access::CreateIfMissing, |_| {})?;
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 0,
        key_secret: KeySecret::new(vec![7; 32]).ok_or("the key secret is too short")?,
        vault: Vault::from_random([7; 64]),
    };
    Ok(Counter::new(store, settings))
}

async fn fill(counter: &Counter) -> Outcome<()> {
    let category = CategoryChange { name: Some(String::from("everything")), position: None };
    let category = counter.add_category(category, START).await?;
    for (rate, id) in RATES.into_iter().zip(1..=SERVICES) {
        let change = ServiceChange {
            category: Some(category),
            name: Some(format!("service {id}")),
            kind: Some(ServiceKind::Default),
            rate: Some(Micros::new(rate)),
            min: Some(10),
            max: Some(10_000),
            cancel: Some(true),
            refill: Some(Some(RefillRule { days: 30, cooldown_hours: 0 })),
            drip_feed: Some(true),
            fulfilment: Some(Fulfilment::Providers),
            ..ServiceChange::default()
        };
        let added = counter.add_service(change, START).await?;
        if added != ServiceId(id) {
            return Err(format!("service {id} is called {added}").into());
        }
    }
    for number in 1..=ACCOUNTS {
        let account = counter.open_account(&format!("account {number}"), START).await?;
        if account != AccountId(number) {
            return Err(format!("account {number} is called {account}").into());
        }
        let (amount, reason) = (Micros::new(MONEY), String::from("to begin with"));
        counter.credit(Adjustment { account, amount, reason }, "staff", START).await?;
    }
    Ok(())
}
