//! Providers' lists over real HTTP: fetched, taken in, and what goes wrong on the way.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done is a failed test")]

use counter::accounts::KeySecret;
use counter::catalogue::CategoryChange;
use counter::fulfilment::{ProviderChange, ProviderSecret};
use counter::nodes::{Job, Node, Role};
use counter::sync::{Import, RulesChange, Which};
use counter::{Counter, Settings};
use dispatch::driver::{Lists, Reach};
use domain::providers::offers::{Found, ItemState};
use domain::{CategoryId, ChangeItemId, ProviderId, Timestamp};
use fakepanel::{Action, Amount, Fault, Panel, Rule, Server};
use panel_client::{Authorities, Client, Limits, Policy};
use std::sync::Arc;
use std::time::Duration;
use store::{Access, Store};
use testkit::Database;
use tokio::sync::watch;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
const PANEL: ProviderId = ProviderId(1);

/// How long something may take that should take a moment, before a test is given up.
const PATIENCE: Duration = Duration::from_secs(60);

struct Shop {
    counter: Counter,
    lists: Lists,
    // Behind the counter, because fields are dropped in this order.
    _database: Database,
}

/// A panel with a service of every type, the first of which costs so much.
fn panel(first_costs: i64) -> Server {
    let mut settings = fakepanel::Settings::default();
    settings.services[0].rate = Amount::new(first_costs);
    Server::start(Panel::new(settings, 7).unwrap(), "127.0.0.1:0".parse().unwrap()).unwrap()
}

impl Shop {
    async fn open(server: &Server) -> Self {
        let database = Database::fresh();
        let store = Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}"));
        let settings = Settings {
            currency: String::from("USD"),
            duplicate_window_seconds: 0,
            key_secret: KeySecret::new(vec![7; 32]).unwrap(),
            vault: counter::stock::Vault::from_random([7; 64]),
        };
        let counter = Counter::new(store.unwrap(), settings);
        let category = CategoryChange { name: Some(String::from("all")), position: None };
        counter.add_category(category, NOW).await.unwrap();
        let change = ProviderChange {
            name: Some(String::from("panel")),
            url: Some(server.url()),
            currency: Some(String::from("USD")),
            ..ProviderChange::default()
        };
        let secret = ProviderSecret { key: String::from("fake-key"), nonce: [9; 24] };
        assert_eq!(counter.add_provider(change, secret, NOW).await.unwrap(), PANEL);
        let policy = Policy { allow_private: true, any_port: true, ..Policy::default() };
        let client = Arc::new(Client::new(policy, &Authorities::System).unwrap());
        let reach = Reach { policy, add: Limits::ADD, ask: Limits::ASK };
        let lists = Lists { counter: counter.clone(), client, reach, clock: || NOW };
        Self { counter, lists, _database: database }
    }

    async fn moves_to(&self, server: &Server) {
        let change = ProviderChange { url: Some(server.url()), ..ProviderChange::default() };
        self.counter.edit_provider(PANEL, change, None, NOW).await.unwrap();
    }

    async fn take(&self) -> counter::sync::Taken {
        let fetched = self.lists.fetch(PANEL).await.unwrap();
        self.counter.take_list(PANEL, fetched, "ann", NOW).await.unwrap()
    }

    async fn import(&self) -> usize {
        let import = Import {
            provider: PANEL,
            which: Which::All,
            into: CategoryId(1),
            markup: None,
            refill: None,
            on_sale: true,
        };
        self.counter.import_offers(import, "ann", NOW).await.unwrap().made.len()
    }

    async fn first_cost(&self) -> i64 {
        self.counter.routes().await.unwrap()[0].cost.raw()
    }
}

#[tokio::test]
async fn a_list_is_fetched_imported_and_followed() {
    let server = panel(900_000);
    let shop = Shop::open(&server).await;
    let first = shop.take().await;
    assert_eq!((first.found, first.fresh, first.broken), (Found::Taken, 20, 0));
    let known = shop.counter.offers(PANEL, "", 100).await.unwrap();
    let known = known.iter().filter(|view| view.kind_known).count();
    assert_eq!(shop.import().await, known);
    assert!(known >= 17, "{known}");
    assert_eq!(shop.take().await.set, None, "what was imported is as the list says");
    let dearer = panel(950_000);
    shop.moves_to(&dearer).await;
    assert_eq!(shop.take().await.applied, 1);
    assert_eq!(shop.first_cost().await, 950_000);
    let spike = panel(9_000_000);
    shop.moves_to(&spike).await;
    let set = shop.take().await.set.unwrap();
    let (_, items) = shop.counter.change_set(set, ChangeItemId(0), 10).await.unwrap();
    assert_eq!(items[0].state, ItemState::Quarantined);
    assert_eq!(shop.first_cost().await, 950_000);
    let report = shop.counter.verify(&mut |_, _| {}).await.unwrap();
    assert!(report.clean(), "{report:#?}");
}

#[tokio::test]
async fn what_goes_wrong_changes_nothing_and_tells_no_key() {
    let server = panel(900_000);
    let shop = Shop::open(&server).await;
    shop.take().await;
    shop.import().await;
    let faults = |fault: Fault| vec![Rule::new(fault).on(&[Action::Services])];
    for (fault, found) in [
        (Fault::NotJson, Found::Unclear),
        (Fault::BadGateway, Found::Unclear),
        (Fault::Truncate, Found::Unanswered),
        (Fault::ResetAfter, Found::Unanswered),
        (Fault::Refusal, Found::Refused),
    ] {
        server.set_faults(faults(fault)).unwrap();
        let taken = shop.take().await;
        let is_so = taken.found == found || taken.found == Found::Unclear;
        assert!(is_so && taken.set.is_none(), "{fault:?}: {taken:?}");
        assert!(!taken.told.unwrap().contains("fake-key"));
    }
    server.set_faults(Vec::new()).unwrap();
    assert_eq!(shop.take().await.set, None);
    let nobody = shop.lists.fetch(ProviderId(9)).await;
    assert!(nobody.is_err());
}

#[tokio::test]
async fn lists_that_are_due_are_fetched_by_themselves() {
    let server = panel(900_000);
    let shop = Shop::open(&server).await;
    let rules = RulesChange { minutes: Some(5), ..RulesChange::default() };
    shop.counter.set_sync_rules(PANEL, rules, "ann", NOW).await.unwrap();
    let node = Node::new("test", Role::Worker, 60_000_000);
    let lease = shop.counter.take_lease(&node, Job::Fulfilment).await.unwrap();
    let worker = shop.counter.worker(lease);
    let (ending, ended) = watch::channel(false);
    let lists = shop.lists.clone();
    #[expect(clippy::disallowed_methods, reason = "its handle is kept")]
    let task = tokio::spawn(async move { lists.run(worker, ended).await });
    let taken = async {
        while shop.counter.sync_views().await.unwrap()[0].look.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, taken).await.unwrap();
    ending.send_replace(true);
    task.await.unwrap();
    let views = shop.counter.sync_views().await.unwrap();
    assert_eq!(views[0].look.as_ref().unwrap().found, Found::Taken);
    assert_eq!(shop.counter.offers(PANEL, "", 100).await.unwrap().len(), 20);
    let lists = server.look(|panel| panel.journal().requests_for(Action::Services));
    assert_eq!(lists, 1, "once, until it is due again");
}
