//! A counter whose orders a fake panel fulfils.

use counter::accounts::{Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::fulfilment::{ProviderChange, ProviderSecret, RouteChange};
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::{OrderView, PlaceOrder};
use counter::{Counter, Settings};
use dispatch::driver::{Dispatcher, Reach};
use dispatch::engine::Timing;
use domain::catalogue::{Fulfilment, NumberField, RefillRule, ServiceKind};
use domain::orders::{Number, Order, OrderRequest, State};
use domain::{AccountId, Micros, OrderId, ProviderId, ServiceId, Timestamp};
use fakepanel::settings::Span;
use fakepanel::{Panel, Server};
use panel_client::{Authorities, Client, Limits, Policy};
use std::cell::Cell;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use store::{Access, Store};
use testkit::Database;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) const THINGS: ServiceId = ServiceId(1);

/// What an order of 1,000 is charged.
pub(crate) const CHARGE: i64 = 2_000_000;

/// How long something may take that should take a moment, before a test is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much faster than others the shop's clock goes: orders are asked for after a quarter of a minute
/// at the earliest, and nobody wants to wait for that.
const HASTE: i64 = 15;

#[expect(clippy::disallowed_methods, reason = "the test is the edge")]
pub(crate) fn now() -> Timestamp {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    let passed = BEGAN.get_or_init(Instant::now).elapsed();
    let passed = i64::try_from(passed.as_micros()).unwrap() * HASTE;
    Timestamp(1_700_000_000_000_000 + passed)
}

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    pub(crate) account: AccountId,
    asked: Cell<i64>,
    // Behind the counter, because fields are dropped in this order.
    _database: Database,
}

/// A dispatcher at work.
pub(crate) struct AtWork {
    ending: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// A panel that answers at once and delivers within a second.
pub(crate) fn settings() -> fakepanel::Settings {
    let latency_us = Span { from: 0, to: 2_000 };
    let mut settings = fakepanel::Settings { latency_us, ..Default::default() };
    settings.delivery.start_us = Span { from: 10_000, to: 50_000 };
    settings.delivery.run_us = Span { from: 10_000, to: 50_000 };
    settings
}

pub(crate) fn panel(settings: fakepanel::Settings) -> Server {
    Server::start(Panel::new(settings, 7).unwrap(), "127.0.0.1:0".parse().unwrap()).unwrap()
}

impl Shop {
    pub(crate) async fn open() -> Self {
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
        let change = ServiceChange {
            category: Some(counter.add_category(category, now()).await.unwrap()),
            name: Some(String::from("things")),
            kind: Some(ServiceKind::Default),
            rate: Some(Micros::new(CHARGE)),
            min: Some(1),
            max: Some(10_000),
            fulfilment: Some(Fulfilment::Providers),
            cancel: Some(true),
            refill: Some(Some(RefillRule { days: 30, cooldown_hours: 0 })),
            ..ServiceChange::default()
        };
        assert_eq!(counter.add_service(change, now()).await.unwrap(), THINGS);
        let account = counter.open_account("ann", now()).await.unwrap();
        let (amount, reason) = (Micros::new(1_000_000_000_000), String::from("test"));
        let adjustment = Adjustment { account, amount, reason };
        counter.credit(adjustment, "tester", now()).await.unwrap();
        Self { counter, account, asked: Cell::new(0), _database: database }
    }

    /// Adds a panel as a provider, with a route.
    pub(crate) async fn provider(&self, server: &Server, change: ProviderChange) -> ProviderId {
        let known = self.counter.providers().await.unwrap().len();
        let change = ProviderChange {
            name: Some(format!("panel {known}")),
            url: Some(server.url()),
            currency: Some(String::from("USD")),
            adds_per_second: change.adds_per_second.or(Some(1_000)),
            asks_per_second: change.asks_per_second.or(Some(100)),
            ..change
        };
        let secret = ProviderSecret { key: String::from("fake-key"), nonce: [9; 24] };
        let id = self.counter.add_provider(change, secret, now()).await.unwrap();
        let priority = i64::try_from(known).unwrap();
        let route = RouteChange {
            service: Some(THINGS),
            provider: Some(id),
            upstream_service: Some(String::from("1")),
            cost: Some(Micros::new(900_000)),
            priority: Some(priority),
            ..RouteChange::default()
        };
        self.counter.add_route(route, now()).await.unwrap();
        id
    }

    /// An order of 1,000 units; the panel knows it by its link.
    pub(crate) async fn order(&self) -> OrderId {
        self.order_for("").await
    }

    /// The same with something in the link.
    pub(crate) async fn order_for(&self, part: &str) -> OrderId {
        let mut request = OrderRequest::default();
        request.service = Some(Number::Int(THINGS.0));
        request.link = Some(format!("https://example.com/{part}/o-{}", self.asked.get() + 1));
        request.set_number(NumberField::Quantity, Some(Number::Int(1_000)));
        self.place(request).await
    }

    pub(crate) async fn place(&self, request: OrderRequest) -> OrderId {
        self.asked.set(self.asked.get() + 1);
        let order = PlaceOrder {
            account: self.account,
            key: None,
            request,
            request_id: None,
            fingerprint: self.asked.get(),
        };
        self.counter.place_order(order, now()).await.unwrap()
    }

    pub(crate) async fn orders(&self, count: usize) -> Vec<OrderId> {
        let mut orders = Vec::new();
        for _ in 0..count {
            orders.push(self.order().await);
        }
        orders
    }

    /// Lets a dispatcher work, which waits so long for the answer to an `add`.
    pub(crate) async fn work(&self, answer: Duration) -> AtWork {
        let node = Node::new("test", Role::Worker, 60_000_000);
        let lease = self.counter.take_lease(&node, Job::Fulfilment).await.unwrap();
        let worker: Worker = self.counter.worker(lease);
        let policy = Policy { allow_private: true, any_port: true, ..Policy::default() };
        let client = Client::new(policy, &Authorities::System).unwrap();
        let limits = Limits { answer, late: Duration::from_secs(10), ..Limits::ADD };
        let dispatcher = Dispatcher {
            counter: self.counter.clone(),
            client: Arc::new(client),
            reach: Reach { policy, add: limits, ask: Limits { answer, ..Limits::ASK } },
            timing: Timing {
                grace_us: 15_000_000,
                between_reads_us: 5_000_000,
                ..Timing::default()
            },
            clock: now,
            steady: now,
            seed: 5,
        };
        let (ending, ended) = watch::channel(false);
        let task = async move { dispatcher.run(worker, ended).await };
        #[expect(clippy::disallowed_methods, reason = "its handle is kept")]
        let task = tokio::spawn(task);
        AtWork { ending, task }
    }

    pub(crate) async fn stored(&self, order: OrderId) -> Order {
        self.counter.show_order(order, now()).await.unwrap().order
    }

    pub(crate) async fn states(&self, orders: &[OrderId]) -> Vec<State> {
        let mut states = Vec::new();
        for order in orders {
            states.push(self.stored(*order).await.state);
        }
        states
    }

    /// Waits until every order is as `so` says.
    pub(crate) async fn until(&self, orders: &[OrderId], so: impl Fn(State) -> bool) {
        let waited = async {
            while !self.states(orders).await.into_iter().all(&so) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, waited).await.is_err() {
            panic!("still {:?}", self.states(orders).await);
        }
    }

    pub(crate) async fn ask_cancel(&self, order: OrderId) {
        let asked = self.counter.ask_cancels(self.account, vec![order], now()).await.unwrap();
        assert_eq!(asked, [Some(Ok(()))]);
    }

    /// Waits until what is known of an order is as `so` says.
    pub(crate) async fn until_view(&self, order: OrderId, so: impl Fn(&OrderView) -> bool) {
        let waited = async {
            while !so(&self.counter.show_order(order, now()).await.unwrap()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waited).await.unwrap();
    }

    /// Waits until a provider's balance was read.
    pub(crate) async fn until_read(&self, provider: ProviderId) {
        let waited = async {
            loop {
                let view = self.counter.show_provider(provider).await.unwrap();
                if view.provider.reported.is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waited).await.unwrap();
    }

    pub(crate) async fn assert_clean(&self) {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(report.clean(), "{report:#?}");
    }
}

impl AtWork {
    /// Ends it at once, as `kill -9` would.
    pub(crate) async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }

    pub(crate) async fn end(self) {
        self.ending.send_replace(true);
        self.task.await.unwrap();
    }
}
