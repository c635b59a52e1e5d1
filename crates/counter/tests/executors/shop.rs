//! A counter whose orders are delivered by executors.

use counter::accounts::{Adjustment, KeySecret, RANDOM_BYTES};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::executors::{
    Caller, ExecutorChange, ExecutorKeyChange, ExecutorRefusal, ExecutorReport, HeldFilter,
    HeldOrder,
};
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::{OrderView, PlaceOrder};
use counter::stock::Vault;
use counter::{Counter, Failure, Settings};
use domain::catalogue::{Fulfilment, ListField, NumberField, RefillRule, ServiceKind, TextField};
use domain::executors::{ExecutorServices, LeaseState, ReportedStatus, Said};
use domain::orders::{Number, Order, OrderRequest, State};
use domain::{AccountId, ExecutorId, Micros, OrderId, ServiceId, Timestamp};
use std::cell::Cell;
use store::{Access, Store};
use testkit::Database;

/// Sold in runs, with refills and cancels, at 1 per 1,000.
pub(crate) const THINGS: ServiceId = ServiceId(1);
/// Subscriptions, at 2 per 1,000.
pub(crate) const POSTS: ServiceId = ServiceId(2);
/// With a list of lines, at 1 per 1,000.
pub(crate) const WORDS: ServiceId = ServiceId(3);
/// Fulfilled by staff.
pub(crate) const BY_STAFF: ServiceId = ServiceId(4);

pub(crate) const ACCOUNT: AccountId = AccountId(1);

/// What a lease lasts.
pub(crate) const MINUTES: i64 = 60;

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    /// May pull everything.
    pub(crate) bob: Caller,
    /// May pull things and nothing else.
    pub(crate) eve: Caller,
    now: Cell<i64>,
    asked: Cell<i64>,
    // Behind the counter, because fields are dropped in this order.
    pub(crate) database: Database,
}

pub(crate) fn counter_on(database: &Database) -> Counter {
    let store =
        Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 0,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault: Vault::from_random([7; 64]),
    };
    Counter::new(store, settings)
}

/// Adds an executor and gives it a key.
pub(crate) async fn executor(
    counter: &Counter,
    name: &str,
    services: ExecutorServices,
    number: u8,
    now: Timestamp,
) -> Caller {
    let change = ExecutorChange {
        name: Some(name.to_owned()),
        services: Some(services),
        lease_minutes: Some(MINUTES),
        ..ExecutorChange::default()
    };
    let id = counter.add_executor(change, now).await.unwrap().id;
    let key = ExecutorKeyChange::default();
    let made = counter.make_executor_key(id, key, [number; RANDOM_BYTES], now).await.unwrap();
    Caller { executor: id, key: made.id }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let database = Database::fresh();
        let counter = counter_on(&database);
        let now = Timestamp(1_700_000_000_000_000);
        let category = CategoryChange { name: Some(String::from("all")), position: None };
        let category = counter.add_category(category, now).await.unwrap();
        for (service, kind, fulfilment) in [
            (THINGS, ServiceKind::Default, Fulfilment::Executors),
            (POSTS, ServiceKind::Subscriptions, Fulfilment::Executors),
            (WORDS, ServiceKind::CustomComments, Fulfilment::Executors),
            (BY_STAFF, ServiceKind::Default, Fulfilment::Staff),
        ] {
            let rate = if service == POSTS { 2_000_000 } else { 1_000_000 };
            let change = ServiceChange {
                category: Some(category),
                name: Some(format!("service {service}")),
                kind: Some(kind),
                rate: Some(Micros::new(rate)),
                min: Some(1),
                max: Some(10_000),
                drip_feed: Some(service == THINGS),
                refill: Some(Some(RefillRule { days: 30, cooldown_hours: 0 })),
                cancel: Some(true),
                fulfilment: Some(fulfilment),
                ..ServiceChange::default()
            };
            assert_eq!(counter.add_service(change, now).await.unwrap(), service);
        }
        assert_eq!(counter.open_account("ann", now).await.unwrap(), ACCOUNT);
        let (amount, reason) = (Micros::new(1_000_000_000), String::from("test"));
        let adjustment = Adjustment { account: ACCOUNT, amount, reason };
        counter.credit(adjustment, "tester", now).await.unwrap();
        let bob = executor(&counter, "bob", ExecutorServices::All, 1, now).await;
        let things = ExecutorServices::Only(vec![THINGS]);
        let eve = executor(&counter, "eve", things, 2, now).await;
        let (now, asked) = (Cell::new(now.0), Cell::new(0));
        Self { counter, bob, eve, now, asked, database }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now.get())
    }

    pub(crate) fn wait_minutes(&self, minutes: i64) {
        self.now.set(self.now().plus_minutes(minutes).0);
    }

    async fn add(&self, request: OrderRequest) -> OrderId {
        self.asked.set(self.asked.get() + 1);
        let fingerprint = self.asked.get();
        let order =
            PlaceOrder { account: ACCOUNT, key: None, request, request_id: None, fingerprint };
        self.counter.place_order(order, self.now()).await.unwrap()
    }

    fn request(service: ServiceId, numbers: &[(NumberField, i64)]) -> OrderRequest {
        let mut request = OrderRequest::default();
        request.service = Some(Number::Int(service.0));
        request.link = Some(String::from("https://example.com/a"));
        for (field, value) in numbers {
            request.set_number(*field, Some(Number::Int(*value)));
        }
        request
    }

    /// An order of so many units.
    pub(crate) async fn order(&self, service: ServiceId, quantity: i64) -> OrderId {
        self.add(Self::request(service, &[(NumberField::Quantity, quantity)])).await
    }

    /// The same in runs of so many units each.
    pub(crate) async fn drip_feed(&self, quantity: i64, runs: i64) -> OrderId {
        let numbers = [
            (NumberField::Quantity, quantity),
            (NumberField::Runs, runs),
            (NumberField::Interval, 10),
        ];
        self.add(Self::request(THINGS, &numbers)).await
    }

    /// An order of two lines.
    pub(crate) async fn words(&self) -> OrderId {
        let mut request = Self::request(WORDS, &[]);
        request.set_list(ListField::Comments, vec![String::from("one"), String::from("two")]);
        self.add(request).await
    }

    /// A subscription of 10 to 20 units a post.
    pub(crate) async fn subscription(&self, posts: i64) -> OrderId {
        let numbers = [
            (NumberField::Min, 10),
            (NumberField::Max, 20),
            (NumberField::Delay, 0),
            (NumberField::Posts, posts),
        ];
        let mut request = Self::request(POSTS, &numbers);
        request.set_text(TextField::Username, Some(String::from("someone")));
        self.add(request).await
    }

    pub(crate) async fn pull(&self, caller: Caller, limit: usize) -> Vec<HeldOrder> {
        self.counter.pull_orders(caller, &[], limit, self.now()).await.unwrap()
    }

    pub(crate) async fn pull_ids(&self, caller: Caller, limit: usize) -> Vec<OrderId> {
        self.pull(caller, limit).await.iter().map(|held| held.order.id).collect()
    }

    pub(crate) async fn report(
        &self,
        caller: Caller,
        order: OrderId,
        said: Said,
    ) -> Result<Order, ExecutorRefusal> {
        let report = ExecutorReport { order, said, reason: None };
        let told = self.counter.report_pulled(caller, vec![report], self.now()).await.unwrap();
        told.into_iter().next().unwrap()
    }

    pub(crate) async fn done(&self, caller: Caller, order: OrderId) {
        self.report(caller, order, word(ReportedStatus::Completed)).await.unwrap();
    }

    pub(crate) async fn progress(&self, caller: Caller, order: OrderId, remains: i64) {
        self.report(caller, order, said(None, None, Some(remains))).await.unwrap();
    }

    pub(crate) async fn ask_cancel(&self, order: OrderId) {
        let asked = self.counter.ask_cancels(ACCOUNT, vec![order], self.now()).await.unwrap();
        assert_eq!(asked, [Some(Ok(()))]);
    }

    pub(crate) async fn ask_refill(&self, order: OrderId) {
        let asked = self.counter.ask_refills(ACCOUNT, vec![order], self.now()).await.unwrap();
        assert!(matches!(asked[..], [Some(Ok(_))]), "{asked:?}");
    }

    /// The ids of the orders that an executor has, or had until they ended, newest first.
    pub(crate) async fn held(&self, caller: Caller) -> Vec<OrderId> {
        let all = HeldFilter::default();
        let page = self.counter.held_orders(caller, &all, 0, 1_000).await.unwrap();
        page.orders.iter().map(|held| held.order.id).collect()
    }

    pub(crate) async fn show(&self, order: OrderId) -> OrderView {
        self.counter.show_order(order, self.now()).await.unwrap()
    }

    pub(crate) async fn state(&self, order: OrderId) -> State {
        self.show(order).await.order.state
    }

    /// The leases that an order was under, oldest first: whose, and where they stand.
    pub(crate) async fn leases(&self, order: OrderId) -> Vec<(ExecutorId, LeaseState)> {
        let view = self.show(order).await;
        view.leases.iter().map(|lease| (lease.executor, lease.state)).collect()
    }

    pub(crate) async fn worker(&self) -> Worker {
        let node = Node::new("test", Role::Worker, 600_000_000);
        self.counter.worker(self.counter.take_lease(&node, Job::Orders).await.unwrap())
    }

    pub(crate) async fn expire(&self) -> usize {
        let (expired, done) = self.worker().await.expire_order_leases(self.now()).await;
        done.unwrap();
        expired.len()
    }

    /// Everything that `verify` finds: nothing, unless somebody broke rows by hand.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        report.checks.into_iter().flat_map(|check| check.findings).collect()
    }

    pub(crate) async fn assert_clean(&self) {
        assert_eq!(self.findings().await, Vec::<String>::new());
    }
}

pub(crate) const fn said(
    status: Option<ReportedStatus>,
    start_count: Option<i64>,
    remains: Option<i64>,
) -> Said {
    Said { status, start_count, remains }
}

pub(crate) const fn word(status: ReportedStatus) -> Said {
    said(Some(status), None, None)
}

/// Why an executor was refused.
pub(crate) fn refused<T: std::fmt::Debug>(
    told: Result<T, Failure<ExecutorRefusal>>,
) -> ExecutorRefusal {
    match told {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}
