//! The orders that wait when an outage begins.

use super::AT_ONCE;
use crate::Outcome;
use crate::shop::{Ground, START};
use crate::swarm::SECOND;
use crate::trials::{add_customer, add_provider, order};
use counter::Counter;
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::fulfilment::{Booking, ProviderChange, RouteChange};
use domain::catalogue::{Fulfilment, ServiceKind};
use domain::providers::EntryKind;
use domain::{CategoryId, Micros, ProviderId};
use tokio::task::JoinSet;

/// What was paid in at each provider.
pub(super) const DEPOSIT: i64 = 100_000_000_000;

/// What a thousand units cost us, and our customers.
const COST: i64 = 900_000;
const RATE: i64 = 2_000_000;

/// Orders that are placed at the same time.
const TOGETHER: usize = 64;

/// For how many seconds the second provider has orders beside those of the outage.
const MORE_SECONDS: u64 = 40;

/// Two providers, each with a service of its own, and orders that wait for both.
#[derive(Debug)]
pub struct Queued {
    pub(super) ground: Ground,
    pub(super) providers: Vec<ProviderId>,
    /// How many wait for the first.
    pub(super) first: usize,
    /// How many orders the first may get in a second.
    pub(super) per_second: i64,
    /// How long the outage is, in microseconds.
    pub(super) dead_us: u64,
}

impl Queued {
    /// So many orders for the first provider, which may get so many in a second; the second may get
    /// a fifth of that, and has enough to do for an outage of so many seconds.
    ///
    /// # Errors
    /// When they cannot be placed.
    pub fn new(first: usize, per_second: i64, dead_seconds: u64) -> Outcome<Self> {
        let beside = per_second.checked_div(5).unwrap_or(0).max(1);
        let mut providers = Vec::new();
        let ground = Ground::filled(async |counter| {
            add_customer(counter).await?;
            let category = CategoryChange { name: Some(String::from("all")), position: None };
            let category = counter.add_category(category, START).await?;
            for (name, rate) in [("first", per_second), ("second", beside)] {
                providers.push(add(counter, name, rate, category).await?);
            }
            let seconds = i64::try_from(dead_seconds.saturating_add(MORE_SECONDS))?;
            let second = usize::try_from(beside.saturating_mul(seconds))?;
            place(counter, 1, first).await?;
            place(counter, 2, second).await
        })?;
        let dead_us = dead_seconds.saturating_mul(SECOND);
        Ok(Self { ground, providers, first, per_second, dead_us })
    }

    /// How many orders wait for the first provider.
    pub const fn orders(&self) -> usize {
        self.first
    }
}

async fn add(
    counter: &Counter,
    name: &str,
    per_second: i64,
    category: CategoryId,
) -> Outcome<ProviderId> {
    let change = ProviderChange {
        adds_at_once: Some(AT_ONCE),
        adds_per_second: Some(per_second),
        balance_decimals: Some(Some(5)),
        ..ProviderChange::default()
    };
    let provider = add_provider(counter, name, change).await?;
    let booking = Booking {
        provider,
        kind: EntryKind::Deposit,
        amount: Micros::new(DEPOSIT),
        actor: String::from("staff"),
        reason: String::from("paid in"),
    };
    counter.book_at_provider(booking, START).await?;
    let change = ServiceChange {
        category: Some(category),
        name: Some(name.to_owned()),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(RATE)),
        min: Some(10),
        max: Some(10_000),
        fulfilment: Some(Fulfilment::Providers),
        ..ServiceChange::default()
    };
    let service = counter.add_service(change, START).await?;
    let change = RouteChange {
        service: Some(service),
        provider: Some(provider),
        upstream_service: Some(String::from("1")),
        cost: Some(Micros::new(COST)),
        ..RouteChange::default()
    };
    counter.add_route(change, START).await?;
    Ok(provider)
}

/// Places so many orders for a service, as many at once as go into a unit.
async fn place(counter: &Counter, service: i64, count: usize) -> Outcome<()> {
    let mut placing = JoinSet::new();
    for number in 1..=count {
        let link = format!("https://example.com/{service}-{number}");
        let hash = service.saturating_mul(1_000_000_000).saturating_add(i64::try_from(number)?);
        let counter = counter.clone();
        placing.spawn(
            async move { counter.place_order(order(service, 100, link, hash), START).await },
        );
        if placing.len() >= TOGETHER {
            while let Some(placed) = placing.join_next().await {
                placed??;
            }
        }
    }
    while let Some(placed) = placing.join_next().await {
        placed??;
    }
    Ok(())
}
