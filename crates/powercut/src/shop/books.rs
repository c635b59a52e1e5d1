//! A counter to begin with: a catalogue, accounts with money, and stock.

use super::ask::Ask;
use super::oracle::Oracle;
use crate::Outcome;
use crate::disk::{Disk, Files, Plan};
use crate::vfs::Mounted;
use counter::accounts::KeySecret;
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::products::ProductChange;
use counter::stock::Vault;
use counter::{Counter, Settings};
use domain::catalogue::ServiceKind;
use domain::products::ProductKind;
use domain::{AccountId, Micros, ProductId, ServiceId, Timestamp};
use store::{Access, SqliteOptions, Store};

/// How many services there are, with the ids from 1 on.
pub(crate) const SERVICES: i64 = 3;

/// How many products there are, with the ids from 1 on.
pub(crate) const PRODUCTS: i64 = 2;

/// What is paid for a thousand units; so that what is charged is rounded.
pub(crate) const RATES: [i64; 3] = [1_333_333, 777_777, 25_000_001];

/// What is paid for a piece.
pub(crate) const PIECE: i64 = 2_500_001;

const ACCOUNTS: usize = 3;

/// When it all begins.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000_000);

/// Always the same secrets.
///
/// # Errors
/// Never, unless the secret is not long enough any more.
pub(crate) fn settings() -> Outcome<Settings> {
    Ok(Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 60,
        key_secret: KeySecret::new(vec![7; 32]).ok_or("the key secret is too short")?,
        vault: Vault::from_random([7; 64]),
    })
}

/// Waits for what the counter does.
///
/// # Errors
/// When the runtime cannot be made.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> Outcome<T> {
    Ok(tokio::runtime::Builder::new_current_thread().build()?.block_on(future))
}

/// A counter to begin with, and what is known of it.
///
/// # Errors
/// When it cannot be set up.
pub(crate) fn set_up() -> Outcome<(Files, Oracle)> {
    let disk = Disk::new(Files::new(), Plan::default(), 0);
    let mounted = Mounted::new(disk.clone())?;
    let options = SqliteOptions::new(mounted.database());
    let store = Store::open_sqlite(&options, Access::CreateIfMissing, |_| {})?;
    let counter = Counter::new(store, settings()?);
    let oracle = wait(fill(&counter))??;
    drop(counter);
    Ok((disk.files(), oracle))
}

async fn fill(counter: &Counter) -> Outcome<Oracle> {
    let name = |name: &str| Some(name.to_owned());
    let category = CategoryChange { name: name("everything"), position: None };
    let category = counter.add_category(category, START).await?;
    for (rate, id) in RATES.into_iter().zip(1..=SERVICES) {
        let change = ServiceChange {
            category: Some(category),
            name: Some(format!("service {id}")),
            kind: Some(ServiceKind::Default),
            rate: Some(Micros::new(rate)),
            min: Some(1),
            max: Some(1_000),
            cancel: Some(true),
            ..ServiceChange::default()
        };
        expect(counter.add_service(change, START).await?, ServiceId(id))?;
    }
    let mut asks = Vec::new();
    for id in 1..=PRODUCTS {
        let change = ProductChange {
            category: Some(category),
            name: Some(format!("product {id}")),
            kind: Some(ProductKind::Auto),
            rate: Some(Micros::new(PIECE)),
            min: Some(1),
            max: Some(10),
            ..ProductChange::default()
        };
        let product = counter.add_product(change, START).await?;
        expect(product, ProductId(id))?;
        let source = format!("first list of {id}");
        let lines = (0..40).map(|line| format!("{source}, item {line}")).collect();
        asks.push(Ask::Import { product, source, lines });
    }
    for number in 1..=ACCOUNTS {
        let account = AccountId(number.try_into()?);
        asks.push(Ask::OpenAccount { name: format!("first account {number}") });
        let (amount, reason) = (Micros::new(1_000_000_000), format!("first transfer {number}"));
        asks.push(Ask::Credit { account, amount, reason });
    }
    let mut oracle = Oracle::default();
    for ask in asks {
        let answer = ask.begin(counter, START).await;
        oracle.told(ask, answer, START);
    }
    expect(oracle.accounts.len(), ACCOUNTS)?;
    expect(oracle.credits.len(), ACCOUNTS)?;
    expect(oracle.imports.len(), PRODUCTS.try_into()?)?;
    oracle.acknowledged = 0;
    Ok(oracle)
}

fn expect<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Outcome<()> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("setting up: {found:?} where {expected:?} was expected").into())
    }
}
