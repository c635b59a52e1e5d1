//! A counter with a provider that offers a few things.

use counter::accounts::KeySecret;
use counter::catalogue::CategoryChange;
use counter::fulfilment::{ProviderChange, ProviderSecret};
use counter::sync::{Fetched, Import, RulesChange, Taken, Which};
use counter::{Counter, Failure, Refusal, Settings};
use domain::catalogue::Service;
use domain::providers::Route;
use domain::providers::offers::{List, Offer};
use domain::{CategoryId, ChangeItemId, ChangeSetId, Micros, ProviderId, RouteId, Timestamp};
use store::tables::change_items::ChangeItem;
use store::{Access, Store};
use testkit::Database;

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
pub(crate) const PANEL: ProviderId = ProviderId(1);
pub(crate) const ALL: CategoryId = CategoryId(1);

/// What 1,000 cost of whatever the panel offers.
pub(crate) const COST: i64 = 1_000_000;

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    // Behind the counter, because fields are dropped in this order.
    pub(crate) database: Database,
}

pub(crate) fn counter_on(database: &Database) -> Counter {
    let store = Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}"));
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 0,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault: counter::stock::Vault::from_random([7; 64]),
    };
    Counter::new(store.unwrap(), settings)
}

/// Costs 1, from 100 to 10,000.
pub(crate) fn offer(service: usize) -> Offer {
    Offer {
        service: service.to_string(),
        name: format!("Thing {service}"),
        category: String::from("Things"),
        kind: String::from("Default"),
        rate: Micros::new(COST),
        min: 100,
        max: 10_000,
        refill: service.is_multiple_of(2),
        cancel: true,
        dripfeed: false,
    }
}

pub(crate) fn offers(count: usize) -> Vec<Offer> {
    (1..=count).map(offer).collect()
}

/// The offers, of which the first costs something else.
pub(crate) fn first_costs(count: usize, cost: i64) -> Vec<Offer> {
    let mut offers = offers(count);
    offers[0].rate = Micros::new(cost);
    offers
}

pub(crate) fn text<T>(result: Result<T, Failure<Refusal>>) -> String {
    match result {
        Err(Failure::Refused(refusal)) => refusal.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("was not refused"),
    }
}

impl Shop {
    /// With a provider and a category, and nothing imported.
    pub(crate) async fn empty(database: Database) -> Self {
        let counter = counter_on(&database);
        let category = CategoryChange { name: Some(String::from("all")), position: None };
        assert_eq!(counter.add_category(category, NOW).await.unwrap(), ALL);
        let change = ProviderChange {
            name: Some(String::from("panel")),
            url: Some(String::from("https://panel.example.com/api/v2")),
            currency: Some(String::from("USD")),
            ..ProviderChange::default()
        };
        let secret = ProviderSecret { key: String::from("key"), nonce: [9; 24] };
        assert_eq!(counter.add_provider(change, secret, NOW).await.unwrap(), PANEL);
        Self { counter, database }
    }

    /// The same with so many offers imported: each costs 1 and sells at 1.2.
    pub(crate) async fn open(database: Database, count: usize) -> Self {
        let shop = Self::empty(database).await;
        shop.take(offers(count)).await;
        let import = Import {
            provider: PANEL,
            which: Which::All,
            into: ALL,
            markup: None,
            refill: None,
            on_sale: true,
        };
        let report = shop.counter.import_offers(import, "ann", NOW).await.unwrap();
        assert_eq!((report.made.len(), report.passed_over.len()), (count, 0));
        shop
    }

    pub(crate) async fn fetch(&self, fetched: Fetched) -> Taken {
        self.counter.take_list(PANEL, fetched, "sync", NOW).await.unwrap()
    }

    pub(crate) async fn take(&self, offers: Vec<Offer>) -> Taken {
        self.fetch(Fetched::List(List { offers, broken: 0 })).await
    }

    pub(crate) async fn rules(&self, change: RulesChange) {
        self.counter.set_sync_rules(PANEL, change, "ann", NOW).await.unwrap();
    }

    pub(crate) async fn route(&self, id: i64) -> Route {
        let routes = self.counter.routes().await.unwrap();
        routes.into_iter().find(|route| route.id == RouteId(id)).unwrap()
    }

    pub(crate) async fn service(&self, id: i64) -> Service {
        let services = self.counter.all_services().await.unwrap();
        services.into_iter().find(|service| service.id.0 == id).unwrap()
    }

    /// What the first thing costs and sells at, whether its route is in use, and whether it is on
    /// sale.
    pub(crate) async fn first(&self) -> (i64, i64, bool, bool) {
        let (route, service) = (self.route(1).await, self.service(1).await);
        (route.cost.raw(), service.rate.raw(), route.on, service.on_sale)
    }

    pub(crate) async fn open_items(&self) -> Vec<ChangeItem> {
        self.counter.open_items(PANEL).await.unwrap()
    }

    /// The one item that waits.
    pub(crate) async fn open_item(&self) -> ChangeItem {
        let items = self.open_items().await;
        assert_eq!(items.len(), 1, "{items:#?}");
        items[0].clone()
    }

    pub(crate) async fn items(&self, set: ChangeSetId) -> Vec<ChangeItem> {
        self.counter.change_set(set, ChangeItemId(0), i64::MAX).await.unwrap().1
    }

    pub(crate) async fn assert_clean(&self) {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(report.clean(), "{report:#?}");
    }
}
