//! Databases to measure on, made by the counter's own use cases.

use crate::Failed;
use crate::place::Place;
use counter::accounts::{Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::nodes::{Job, Node, Role};
use counter::orders::PlaceOrder;
use counter::products::ProductChange;
use counter::stock::{ImportLine, Vault};
use counter::{Counter, Settings};
use domain::catalogue::{NumberField, ServiceKind};
use domain::orders::{Number, OrderRequest};
use domain::products::ProductKind;
use domain::{AccountId, CategoryId, Micros, ProductId, Timestamp};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Access, Store};

/// Accounts that the load is spread over. Order `n` belongs to the account number `n - 1` modulo
/// this, plus one.
pub(crate) const ACCOUNTS: i64 = 1_000;

/// Services in the list.
const SERVICES: i64 = 2_000;

/// Orders that wait together while a database is filled.
pub(crate) const TOGETHER: i64 = 1_024;

/// What a database holds.
#[derive(Clone, Debug)]
pub(crate) struct Seeded {
    /// A key of each account.
    pub(crate) keys: Vec<String>,
    /// How many orders there are.
    pub(crate) orders: i64,
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Fills a new database with accounts, a catalogue, `orders` orders and `items` of stock.
///
/// # Errors
/// When the store fails.
pub(crate) async fn fill(database: &Place, orders: i64, items: i64) -> Result<Seeded, Failed> {
    let counter = open(database).await?;
    let at = now();
    let category = CategoryChange { name: Some(String::from("Words")), position: None };
    let category = counter.add_category(category, at).await?;
    for number in 1..=SERVICES {
        counter.add_service(service(category, number), at).await?;
    }
    let mut keys = Vec::new();
    for number in 1..=ACCOUNTS {
        let account = counter.open_account(&format!("account {number}"), at).await?;
        let amount = Micros::new(1_000_000_000_000_000);
        let reason = String::from("bench");
        counter.credit(Adjustment { account, amount, reason }, "bench", at).await?;
        let mut random = [0; 24];
        let (low, _) = random.split_at_mut(8);
        low.copy_from_slice(&number.to_be_bytes());
        let key = counter.make_key(account, "bench", random, at).await?;
        keys.push(key.token.reveal().to_owned());
    }
    let product = counter.add_product(product(category), at).await?;
    stock(&counter, product, items).await?;
    let mut placed = 0;
    while placed < orders {
        let next = orders.min(placed.saturating_add(TOGETHER));
        place(&counter, placed, next).await?;
        if next / 1_000_000 != placed / 1_000_000 {
            eprintln!("  {next} orders");
        }
        placed = next;
    }
    let node = Node::new("bench", Role::Worker, 0);
    let lease = counter.take_lease(&node, Job::Sealing).await?;
    counter.worker(lease).seal_events(now()).await?;
    Ok(Seeded { keys, orders })
}

/// Opens the database as the released program will: with its files of secrets beside.
pub(crate) async fn open(database: &Place) -> Result<Counter, Failed> {
    let store = Store::open(&database.url_in_order(), Access::CreateIfMissing, |error| {
        eprintln!("commit failed: {error}");
        std::process::exit(1);
    })?;
    let secret = "bench bench bench bench bench bench";
    let vault = Vault::from_random([7; 64]);
    std::fs::write(database.secret(), secret)?;
    std::fs::write(database.stock_keys(), vault.text())?;
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 30,
        key_secret: KeySecret::new(secret.as_bytes().to_vec()).ok_or("a secret")?,
        vault,
    };
    let counter = Counter::new(store, settings);
    counter.bind().await?;
    Ok(counter)
}

fn service(category: CategoryId, number: i64) -> ServiceChange {
    ServiceChange {
        category: Some(category),
        name: Some(format!("Transcription of recorded speech, language pair {number}")),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(2_500_000)),
        min: Some(10),
        max: Some(1_000_000),
        ..ServiceChange::default()
    }
}

fn product(category: CategoryId) -> ProductChange {
    ProductChange {
        category: Some(category),
        name: Some(String::from("Editor licence")),
        kind: Some(ProductKind::Auto),
        rate: Some(Micros::new(2_500_000)),
        min: Some(1),
        max: Some(100),
        ..ProductChange::default()
    }
}

async fn stock(counter: &Counter, product: ProductId, items: i64) -> Result<(), Failed> {
    let mut import = counter.begin_import(product, "bench", "bench", now()).await?;
    for number in 1..=items {
        let secret = format!("LICENCE-{number:012}-{:012}", number.wrapping_mul(7_919));
        let line = ImportLine { secret, expires: None, uses: 1 };
        let mut seed = [0; 32];
        let (low, _) = seed.split_at_mut(8);
        low.copy_from_slice(&number.to_be_bytes());
        import.push(number, line, seed, now()).await?;
    }
    import.finish([9; 32], now(), &mut |_| {}).await?;
    Ok(())
}

/// Places orders number `from + 1` to `to` together. They join the queue in the order in which they
/// are polled first, and so get their ids in that order.
pub(crate) async fn place(counter: &Counter, from: i64, to: i64) -> Result<(), Failed> {
    let mut waiting = Vec::new();
    for number in from..to {
        let account = AccountId(number.checked_rem(ACCOUNTS).unwrap_or(0).saturating_add(1));
        let mut request = OrderRequest::default();
        request.service = Some(Number::Int(1));
        request.link = Some(format!("https://example.com/files/{number}"));
        request.set_number(NumberField::Quantity, Some(Number::Int(1_000)));
        let place =
            PlaceOrder { account, key: None, request, request_id: None, fingerprint: number };
        waiting.push(Box::pin(counter.place_order(place, now())));
    }
    let mut answers: Vec<Option<_>> = waiting.iter().map(|_| None).collect();
    let all = poll_fn(|context| {
        let mut left = false;
        for (wait, answer) in waiting.iter_mut().zip(&mut answers) {
            if answer.is_none() {
                match wait.as_mut().poll(context) {
                    Poll::Ready(placed) => *answer = Some(placed),
                    Poll::Pending => left = true,
                }
            }
        }
        if left { Poll::Pending } else { Poll::Ready(()) }
    });
    pin!(all).await;
    for (answer, number) in answers.into_iter().flatten().zip(from.saturating_add(1)..) {
        if answer?.0 != number {
            return Err("orders did not get their ids in order".into());
        }
    }
    Ok(())
}
