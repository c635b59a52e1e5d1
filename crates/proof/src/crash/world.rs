//! What the program serves while it is killed: accounts, a catalogue and stock, made once and copied
//! for each life.

use crate::watch;
use counter::accounts::{Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::products::ProductChange;
use counter::stock::{ImportLine, Vault};
use counter::{Counter, Settings};
use domain::access::KeyRules;
use domain::catalogue::{RefillRule, ServiceKind};
use domain::products::ProductKind;
use domain::{AccountId, CategoryId, Micros, ProductId, ServiceId};
use std::collections::HashSet;
use std::path::Path;
use store::{Access, Store};
use testkit::Program;

/// Name of the database in the program's folder: the program's default.
const DATABASE: &str = "tradecounter.db";

/// An account, as its owner and its operator know it.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    pub(crate) account: AccountId,
    pub(crate) key: String,
    /// Micros it was given at first.
    pub(crate) money: i64,
    /// Whether its key has a daily cap, so that what is spent with it is counted.
    pub(crate) capped: bool,
}

/// A customer to be: micros at first, and what its key may spend in a day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Purse {
    pub(crate) money: i64,
    pub(crate) cap: Option<i64>,
}

/// A service, and micros for 1,000.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) service: ServiceId,
    pub(crate) rate: i64,
}

/// A product: micros a piece, and what is in stock.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) product: ProductId,
    pub(crate) rate: i64,
    pub(crate) lines: HashSet<String>,
    pub(crate) uses: i64,
}

/// What there is.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) customers: Vec<Customer>,
    pub(crate) offers: Vec<Offer>,
    pub(crate) shelves: Vec<Shelf>,
}

/// How much of a product.
pub(crate) struct Stock {
    pub(crate) rate: i64,
    pub(crate) items: usize,
    pub(crate) uses: i64,
}

/// The URL of the database of a program's folder.
pub(crate) fn url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join(DATABASE).display())
}

/// Opens the database beside the program, as one of its commands would.
pub(crate) fn open(url: &str) -> Store {
    Store::open(url, Access::Existing, |error| panic!("{error}")).unwrap()
}

/// Runs what has to be awaited.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

impl World {
    /// Makes the program's database, which is at `url`, with customers, a few services, and products.
    pub(crate) fn make(program: &Program, url: &str, purses: &[Purse], stocks: &[Stock]) -> Self {
        program.json(&["migrate"]);
        wait(make(counter_of(program.folder(), url), purses, stocks))
    }

    /// The product.
    pub(crate) fn shelf(&self, product: ProductId) -> &Shelf {
        self.shelves.iter().find(|shelf| shelf.product == product).expect("a product of the world")
    }
}

/// A counter as the program itself has it: with the secrets that lie beside the database, or where
/// that is elsewhere, in the program's folder.
fn counter_of(folder: &Path, url: &str) -> Counter {
    let name = if url.starts_with("sqlite:") { DATABASE } else { "tradecounter" };
    let secret = |end: &str| std::fs::read_to_string(folder.join(format!("{name}.{end}")));
    let key_secret = secret("secret").unwrap().trim().as_bytes().to_vec();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 0,
        key_secret: KeySecret::new(key_secret).unwrap(),
        vault: Vault::parse(&secret("stock-keys").unwrap()).unwrap(),
    };
    Counter::new(open(url), settings)
}

async fn make(counter: Counter, purses: &[Purse], stocks: &[Stock]) -> World {
    counter.bind().await.unwrap();
    let now = watch::time();
    let category = CategoryChange { name: Some(String::from("all")), position: None };
    let category = counter.add_category(category, now).await.unwrap();
    let mut offers = Vec::new();
    // One that does not divide evenly, one for nothing, one that few can afford often.
    for rate in [2_345_679, 0, 90_000_001] {
        offers.push(Offer { service: service(&counter, category, rate).await, rate });
    }
    let mut shelves = Vec::new();
    for stock in stocks {
        shelves.push(shelf(&counter, category, stock).await);
    }
    let mut customers = Vec::new();
    for (number, purse) in purses.iter().enumerate() {
        customers.push(customer(&counter, number, *purse).await);
    }
    World { customers, offers, shelves }
}

async fn service(counter: &Counter, category: CategoryId, rate: i64) -> ServiceId {
    let change = ServiceChange {
        category: Some(category),
        name: Some(format!("service at {rate}")),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(rate)),
        min: Some(1),
        max: Some(10_000),
        refill: Some(Some(RefillRule { days: 30, cooldown_hours: 0 })),
        cancel: Some(true),
        drip_feed: Some(true),
        ..ServiceChange::default()
    };
    counter.add_service(change, watch::time()).await.unwrap()
}

async fn shelf(counter: &Counter, category: CategoryId, stock: &Stock) -> Shelf {
    let now = watch::time();
    let change = ProductChange {
        category: Some(category),
        name: Some(format!("product at {}", stock.rate)),
        kind: Some(ProductKind::Auto),
        rate: Some(Micros::new(stock.rate)),
        min: Some(1),
        max: Some(10),
        ..ProductChange::default()
    };
    let product = counter.add_product(change, now).await.unwrap();
    let lines: Vec<String> =
        (0..stock.items).map(|number| format!("item {number} of product {product}")).collect();
    let mut importer = counter.begin_import(product, "proof", "proof", now).await.unwrap();
    let mut random = fastrand::Rng::with_seed(product.0.unsigned_abs());
    let mut seed = || {
        let mut seed = [0; 32];
        random.fill(&mut seed);
        seed
    };
    for (line, number) in lines.iter().zip(1..) {
        let line = ImportLine { secret: line.clone(), expires: None, uses: stock.uses };
        importer.push(number, line, seed(), now).await.unwrap();
    }
    importer.finish(seed(), now, &mut |_| {}).await.unwrap();
    Shelf { product, rate: stock.rate, lines: lines.into_iter().collect(), uses: stock.uses }
}

async fn customer(counter: &Counter, number: usize, purse: Purse) -> Customer {
    let now = watch::time();
    let account = counter.open_account(&format!("customer {number}"), now).await.unwrap();
    let (amount, reason) = (Micros::new(purse.money), String::from("at first"));
    counter.credit(Adjustment { account, amount, reason }, "proof", now).await.unwrap();
    let mut random = [0; 24];
    fastrand::Rng::with_seed(account.0.unsigned_abs()).fill(&mut random);
    let rules = KeyRules { daily_cap: purse.cap.map(Micros::new), ..KeyRules::default() };
    let key = counter.make_bound_key(account, "proof", rules, random, now).await.unwrap();
    let key = key.token.reveal().to_owned();
    Customer { account, key, money: purse.money, capped: purse.cap.is_some() }
}

/// Copies what lies in a folder, as long as nobody works on it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
