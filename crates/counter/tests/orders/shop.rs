//! A small counter to try single rules on.

use counter::accounts::{AccountChange, Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::{OrderReport, PlaceOrder, Post, Report, Steer};
use counter::{Counter, Failure, Refusal, Settings};
use domain::catalogue::{LinkRule, NumberField, RefillRule, ServiceKind, TextField};
use domain::orders::{Number, Order, OrderRefusal, OrderRequest};
use domain::{AccountId, Micros, OrderId, ServiceId, Timestamp};
use std::cell::Cell;
use std::rc::Rc;
use store::{Access, Store};
use testkit::Database;

/// Sold in runs, with refills and cancels, at 1 per 1,000.
pub(crate) const THINGS: i64 = 1;
/// Subscriptions, at 2 per 1,000.
pub(crate) const POSTS: i64 = 2;
/// For nothing.
pub(crate) const FREE: i64 = 3;

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    pub(crate) account: AccountId,
    now: Cell<i64>,
    asked: Cell<i64>,
    // Behind the counter, because fields are dropped in this order.
    database: Rc<Database>,
}

fn counter_on(database: &Database) -> Counter {
    let store =
        Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 60,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault: counter::stock::Vault::from_random([7; 64]),
    };
    Counter::new(store, settings)
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let database = Rc::new(Database::fresh());
        let counter = counter_on(&database);
        let now = Timestamp(1_700_000_000_000_000);
        let category = CategoryChange { name: Some(String::from("all")), position: None };
        let category = counter.add_category(category, now).await.unwrap();
        for (service, kind, rate) in [
            (THINGS, ServiceKind::Default, 1_000_000),
            (POSTS, ServiceKind::Subscriptions, 2_000_000),
            (FREE, ServiceKind::Default, 0),
        ] {
            let change = ServiceChange {
                category: Some(category),
                name: Some(format!("service {service}")),
                kind: Some(kind),
                rate: Some(Micros::new(rate)),
                min: Some(1),
                max: Some(1_000),
                drip_feed: Some(service == THINGS),
                refill: Some(Some(RefillRule { days: 30, cooldown_hours: 0 })),
                cancel: Some(true),
                fulfilment: None,
                ..ServiceChange::default()
            };
            assert_eq!(counter.add_service(change, now).await.unwrap(), ServiceId(service));
        }
        let account = counter.open_account("ann", now).await.unwrap();
        let (now, asked) = (Cell::new(now.0), Cell::new(0));
        let shop = Self { counter, account, now, asked, database };
        shop.adjust(1_000_000_000, true).await;
        shop
    }

    /// The same shop as another process sees it.
    pub(crate) fn beside(&self) -> Self {
        Self {
            counter: counter_on(&self.database),
            account: self.account,
            now: self.now.clone(),
            asked: self.asked.clone(),
            database: Rc::clone(&self.database),
        }
    }

    /// The same shop after the process has ended and another was started.
    pub(crate) fn restarted(self) -> Self {
        let Self { counter, account, now, asked, database } = self;
        drop(counter);
        Self { counter: counter_on(&database), account, now, asked, database }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.now.get())
    }

    pub(crate) fn wait_seconds(&self, seconds: i64) {
        self.now.set(self.now().minus_seconds(seconds.saturating_neg()).0);
    }

    pub(crate) fn wait_minutes(&self, minutes: i64) {
        self.now.set(self.now().plus_minutes(minutes).0);
    }

    pub(crate) async fn adjust(&self, amount: i64, credit: bool) {
        let (account, reason) = (self.account, String::from("test"));
        let adjustment = Adjustment { account, amount: Micros::new(amount), reason };
        let done = if credit {
            self.counter.credit(adjustment, "tester", self.now()).await
        } else {
            self.counter.debit(adjustment, "tester", self.now()).await
        };
        done.unwrap();
    }

    /// Changes what becomes of a second order on a link.
    pub(crate) async fn link_rule(&self, service: i64, rule: LinkRule) {
        let change = ServiceChange { link_rule: Some(rule), ..ServiceChange::default() };
        self.counter.edit_service(ServiceId(service), change, self.now()).await.unwrap();
    }

    /// Starts the runs that are due.
    pub(crate) async fn move_parts(&self) {
        worker(&self.counter, Job::Orders).await.move_parts(self.now()).await.unwrap();
    }

    pub(crate) async fn steer(&self, order: OrderId, steer: Steer) -> Result<(), String> {
        let done = self.counter.steer_parts(order, steer, "tester", Some("why"), self.now()).await;
        done.map(|_| ()).map_err(|error| error.to_string())
    }

    /// The kinds of an order's events, its placing first.
    pub(crate) async fn timeline(&self, order: OrderId) -> Vec<String> {
        self.show(order).await.events.into_iter().map(|event| event.kind).collect()
    }

    pub(crate) async fn suspend(&self) {
        let change = AccountChange { suspended: Some(true), ..AccountChange::default() };
        self.counter.change_account(self.account, change, self.now()).await.unwrap();
    }

    async fn add(&self, request: OrderRequest) -> OrderId {
        // Never a repetition.
        self.asked.set(self.asked.get() + 1);
        self.add_as(request, self.asked.get()).await.unwrap()
    }

    pub(crate) async fn add_as(
        &self,
        request: OrderRequest,
        fingerprint: i64,
    ) -> Result<OrderId, Failure<OrderRefusal>> {
        let account = self.account;
        let order = PlaceOrder { account, key: None, request, request_id: None, fingerprint };
        self.counter.place_order(order, self.now()).await
    }

    pub(crate) fn request(service: i64, numbers: &[(NumberField, i64)]) -> OrderRequest {
        let mut request = OrderRequest::default();
        request.service = Some(Number::Int(service));
        request.link = Some(String::from("https://example.com"));
        for (field, value) in numbers {
            request.set_number(*field, Some(Number::Int(*value)));
        }
        request
    }

    /// An order of so many units, in runs when there is more than one.
    pub(crate) async fn order(&self, service: i64, quantity: i64, runs: i64) -> OrderId {
        let mut numbers = vec![(NumberField::Quantity, quantity)];
        if runs > 1 {
            numbers.extend([(NumberField::Runs, runs), (NumberField::Interval, 10)]);
        }
        self.add(Self::request(service, &numbers)).await
    }

    /// A subscription of 10 to 20 units a post; zero posts for no end.
    pub(crate) async fn subscribe(&self, posts: i64, expiry: Option<&str>) -> OrderId {
        let mut numbers =
            vec![(NumberField::Min, 10), (NumberField::Max, 20), (NumberField::Delay, 0)];
        if posts > 0 {
            numbers.push((NumberField::Posts, posts));
        }
        let mut request = Self::request(POSTS, &numbers);
        request.set_text(TextField::Username, Some(String::from("someone")));
        request.set_text(TextField::Expiry, expiry.map(String::from));
        self.add(request).await
    }

    pub(crate) async fn post(
        &self,
        order: OrderId,
        quantity: i64,
    ) -> Result<OrderId, Failure<Refusal>> {
        let link = format!("https://example.com/{}", self.now.get());
        let post = Post { order, link, quantity };
        Ok(self.counter.record_post(post, "watcher", self.now()).await?.id)
    }

    pub(crate) async fn report(&self, order: OrderId, report: Report) {
        let report = OrderReport { order, report, reason: None };
        self.counter.report_order(report, "tester", self.now()).await.unwrap();
    }

    pub(crate) async fn done(&self, order: OrderId) {
        self.report(order, Report::Completed { start_count: None, remains: None }).await;
    }

    pub(crate) async fn cancel(&self, order: OrderId) {
        let asked = self.counter.ask_cancels(self.account, vec![order], self.now()).await.unwrap();
        assert_eq!(asked, [Some(Ok(()))]);
    }

    pub(crate) async fn show(&self, order: OrderId) -> counter::orders::OrderView {
        self.counter.show_order(order, self.now()).await.unwrap()
    }

    pub(crate) async fn stored(&self, order: OrderId) -> Order {
        self.show(order).await.order
    }

    pub(crate) async fn available(&self) -> i64 {
        self.counter.wallet(self.account).await.unwrap().unwrap().available.raw()
    }

    /// Runs a statement behind the counter's back.
    pub(crate) fn by_hand(&self, statement: &str) {
        self.database.by_hand(statement);
    }

    /// Lets every transfer be refused by the database.
    pub(crate) fn break_transfers(&self) {
        self.database.alter(if self.database.is_postgres() {
            "create function broken() returns trigger language plpgsql \
                as $$ begin raise exception 'no'; end $$; \
             create trigger broken before insert on transfer for each row execute function broken()"
        } else {
            "create trigger broken before insert on transfer begin select raise(abort, 'no'); end"
        });
    }

    /// Lets transfers be written again.
    pub(crate) fn mend_transfers(&self) {
        self.database.alter(if self.database.is_postgres() {
            "drop trigger broken on transfer; drop function broken()"
        } else {
            "drop trigger broken"
        });
    }

    /// Everything that `verify` finds: nothing, unless somebody broke rows by hand.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        report.checks.into_iter().flat_map(|check| check.findings).collect()
    }
}

/// The counter in the hands of the one node there is.
pub(crate) async fn worker(counter: &Counter, job: Job) -> Worker {
    let node = Node::new("test", Role::Worker, 60_000_000);
    counter.worker(counter.take_lease(&node, job).await.unwrap())
}
