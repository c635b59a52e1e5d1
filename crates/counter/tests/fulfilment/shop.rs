//! A small counter with two providers.

use counter::accounts::{Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::fulfilment::{
    Claim, ForwardKind, Found, NotClaimed, Outcome, Placement, ProviderChange, ProviderSecret,
    Recorded, Reported, RouteChange, ToForward, WantedForwards,
};
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::PlaceOrder;
use counter::{Counter, Failure, Settings};
use domain::catalogue::{Fulfilment, NumberField, ServiceKind};
use domain::orders::{Number, Order, OrderRefusal, OrderRequest, State};
use domain::providers::{Provider, Reading, Report, Said, UpstreamWord};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, ServiceId, Timestamp};
use std::cell::Cell;
use store::{Access, Store};
use testkit::Database;

/// Sold at 2 per 1,000, fulfilled by providers.
pub(crate) const THINGS: ServiceId = ServiceId(1);

/// What 1,000 cost at the first provider.
pub(crate) const COST: i64 = 1_000_000;

pub(crate) const FIRST: ProviderId = ProviderId(1);
pub(crate) const SECOND: ProviderId = ProviderId(2);

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    pub(crate) worker: Worker,
    pub(crate) account: AccountId,
    asked: Cell<i64>,
    // Behind the counter, because fields are dropped in this order.
    pub(crate) database: Database,
}

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

pub(crate) fn counter_on(database: &Database) -> Counter {
    counter_with(database, counter::stock::Vault::from_random([7; 64]))
}

pub(crate) fn counter_with(database: &Database, vault: counter::stock::Vault) -> Counter {
    let store =
        Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 0,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault,
    };
    Counter::new(store, settings)
}

pub(crate) fn provider(name: &str) -> ProviderChange {
    ProviderChange {
        name: Some(name.to_owned()),
        url: Some(format!("https://{name}.example.com/api/v2")),
        currency: Some(String::from("USD")),
        ..ProviderChange::default()
    }
}

pub(crate) fn secret(key: &str) -> ProviderSecret {
    ProviderSecret { key: key.to_owned(), nonce: [9; 24] }
}

pub(crate) fn route(provider: ProviderId) -> RouteChange {
    RouteChange {
        service: Some(THINGS),
        provider: Some(provider),
        upstream_service: Some(String::from("77")),
        cost: Some(Micros::new(COST)),
        ..RouteChange::default()
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let database = Database::fresh();
        let counter = counter_on(&database);
        let category = CategoryChange { name: Some(String::from("all")), position: None };
        let change = ServiceChange {
            category: Some(counter.add_category(category, NOW).await.unwrap()),
            name: Some(String::from("things")),
            kind: Some(ServiceKind::Default),
            rate: Some(Micros::new(2_000_000)),
            min: Some(1),
            max: Some(10_000),
            fulfilment: Some(Fulfilment::Providers),
            ..ServiceChange::default()
        };
        assert_eq!(counter.add_service(change, NOW).await.unwrap(), THINGS);
        for (id, name) in [(FIRST, "first"), (SECOND, "second")] {
            let added = counter.add_provider(provider(name), secret(name), NOW).await.unwrap();
            assert_eq!(added, id);
            counter.add_route(route(id), NOW).await.unwrap();
        }
        let account = counter.open_account("ann", NOW).await.unwrap();
        let (amount, reason) = (Micros::new(1_000_000_000), String::from("test"));
        let adjustment = Adjustment { account, amount, reason };
        counter.credit(adjustment, "tester", NOW).await.unwrap();
        let worker = worker(&counter).await;
        Self { counter, worker, account, asked: Cell::new(0), database }
    }

    /// An order of 1,000, charged 2.
    pub(crate) async fn order(&self) -> OrderId {
        self.order_on(&format!("https://example.com/{}", self.asked.get())).await
    }

    /// The same on a link.
    pub(crate) async fn order_on(&self, link: &str) -> OrderId {
        let mut request = OrderRequest::default();
        request.service = Some(Number::Int(THINGS.0));
        request.link = Some(link.to_owned());
        request.set_number(NumberField::Quantity, Some(Number::Int(1_000)));
        self.place(request).await.unwrap()
    }

    pub(crate) async fn place(
        &self,
        request: OrderRequest,
    ) -> Result<OrderId, Failure<OrderRefusal>> {
        self.asked.set(self.asked.get() + 1);
        let order = PlaceOrder {
            account: self.account,
            key: None,
            request,
            request_id: None,
            fingerprint: self.asked.get(),
        };
        self.counter.place_order(order, NOW).await
    }

    pub(crate) async fn claim_by(
        &self,
        order: OrderId,
        route: RouteId,
    ) -> Result<Placement, NotClaimed> {
        let claim = Claim { order, route, expected_cost: Micros::new(COST) };
        self.worker.claim_orders(vec![claim], NOW).await.unwrap().remove(0)
    }

    /// Takes an order for the first provider.
    pub(crate) async fn claim(&self, order: OrderId) -> AttemptId {
        self.claim_by(order, RouteId(1)).await.unwrap().attempt
    }

    pub(crate) async fn found(&self, attempt: AttemptId, found: Found) -> Recorded {
        let outcome = Outcome { attempt, found, evidence: String::from("seen") };
        self.counter.record_outcomes(vec![outcome], NOW).await.unwrap().remove(0)
    }

    /// The provider tells a word of an attempt; where the order stands then, when it is followed.
    pub(crate) async fn says(&self, attempt: AttemptId, word: UpstreamWord) -> Option<State> {
        // Whoever cancels keeps nothing.
        let free = word == UpstreamWord::Canceled;
        let reading = Reading {
            word,
            charge: if free { Said::Value(Micros::ZERO) } else { Said::Absent },
            start_count: Said::Absent,
            remains: Said::Absent,
            parts: Said::Absent,
        };
        let report = Report::Says(reading);
        let reported = Reported { attempt, report, not_found: 0, words: String::from("seen") };
        let stands = self.worker.record_reports(vec![reported], NOW).await.unwrap().remove(0);
        stands.map(|stands| stands.state)
    }

    /// The attempts at a provider that are followed.
    pub(crate) async fn followed(&self, provider: ProviderId) -> Vec<AttemptId> {
        let followed = self.counter.followed_attempts(provider, AttemptId(0), 100).await.unwrap();
        followed.into_iter().map(|(attempt, ..)| attempt.id).collect()
    }

    /// What is to be sent on, a hundred of each kind at each provider.
    pub(crate) async fn forwards(&self, now: Timestamp) -> Vec<ToForward> {
        let kinds = [ForwardKind::Cancel, ForwardKind::Refill, ForwardKind::RefillStatus];
        let of = |kind| {
            let wants = move |provider| WantedForwards { provider, kind, after: 0, limit: 100 };
            [FIRST, SECOND].map(wants)
        };
        let wanted = kinds.into_iter().flat_map(of).collect();
        let mut taken = self.worker.take_forwards(wanted, now).await.unwrap();
        taken.retain(|taken| !taken.asked.is_empty());
        taken
    }

    pub(crate) async fn stored(&self, order: OrderId) -> Order {
        self.counter.show_order(order, NOW).await.unwrap().order
    }

    pub(crate) async fn state(&self, order: OrderId) -> State {
        self.stored(order).await.state
    }

    pub(crate) async fn provider(&self, id: ProviderId) -> Provider {
        self.counter.show_provider(id).await.unwrap().provider
    }

    pub(crate) async fn booked(&self, id: ProviderId) -> i64 {
        self.provider(id).await.booked.raw()
    }

    pub(crate) async fn money(&self) -> (i64, i64) {
        let wallet = self.counter.wallet(self.account).await.unwrap().unwrap();
        (wallet.available.raw(), wallet.held.raw())
    }

    pub(crate) async fn assert_clean(&self) {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(report.clean(), "{report:#?}");
    }
}

pub(crate) async fn worker(counter: &Counter) -> Worker {
    let node = Node::new("test", Role::Worker, 60_000_000);
    counter.worker(counter.take_lease(&node, Job::Fulfilment).await.unwrap())
}

pub(crate) fn accepted(id: &str) -> Found {
    Found::Accepted { upstream_id: id.to_owned(), cost: None }
}
