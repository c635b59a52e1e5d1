//! A counter with one account, and the web in front of it, on a database that goes when the test
//! ends. Its clock stands still until the test moves it, and its key and ids are the same each
//! time.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use counter::accounts::{Adjustment, KeySecret, RANDOM_BYTES};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::nodes::{Job, Node, Role, Worker};
use counter::{Counter, Settings};
use domain::catalogue::{Counting, RefillRule, ServiceKind};
use domain::{AccountId, CategoryId, Micros, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Access, SqliteOptions, Store};
use tempfile::TempDir;
use tower::ServiceExt;
use web::{Options, Web};

/// 2026-03-02 09:00:00 UTC.
const START: i64 = 1_772_442_000_000_000;

/// Seconds in which the same order is refused: what a counter has when nobody sets it otherwise.
pub(crate) const WINDOW: i64 = 30;

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    pub(crate) account: AccountId,
    pub(crate) key: String,
    router: Router,
    clock: Arc<AtomicI64>,
    _folder: TempDir,
}

impl Shop {
    /// What the examples are sent to.
    pub(crate) async fn of_examples() -> Self {
        let shop = Self::open("500").await;
        let refill = Some(Some(RefillRule { days: 14, cooldown_hours: 24 }));
        shop.sell(
            "Translation",
            ServiceChange {
                name: text("English to Spanish, per 1,000 words"),
                description: text("Words of the document behind the link."),
                drip_feed: Some(true),
                refill,
                ..service(ServiceKind::Default, "24.7525", 50, 50_000)
            },
        )
        .await;
        shop.sell(
            "Translation",
            ServiceChange {
                name: text("Sentences, one a line"),
                ..service(ServiceKind::CustomComments, "40", 1, 1_500)
            },
        )
        .await;
        shop.sell(
            "Proofreading",
            ServiceChange {
                name: text("Letter or curriculum vitae"),
                cancel: Some(false),
                ..service(ServiceKind::Package, "15", 1, 1)
            },
        )
        .await;
        shop.sell(
            "Transcription",
            ServiceChange {
                name: text("Every new episode"),
                ..service(ServiceKind::Subscriptions, "2.4", 500, 20_000)
            },
        )
        .await;
        shop
    }

    /// One service of each kind, by the order of [`ServiceKind::ALL`]; then a service with refills
    /// at once, and one with neither refill nor cancel nor drip-feed.
    pub(crate) async fn of_every_kind() -> Self {
        let shop = Self::open("100").await;
        let refill = Some(Some(RefillRule { days: 2, cooldown_hours: 24 }));
        for kind in ServiceKind::ALL {
            let (min, max) = match kind.shape().counting {
                Counting::One => (1, 1),
                Counting::Lines(_) => (1, 50_000),
                Counting::Asked | Counting::Posts => (50, 50_000),
            };
            let drip_feed = Some(kind.shape().runs);
            shop.sell(
                "All",
                ServiceChange { drip_feed, refill, ..service(*kind, "2.5", min, max) },
            )
            .await;
        }
        let plain = || service(ServiceKind::Default, "2.5", 50, 50_000);
        let refill = Some(Some(RefillRule { days: 2, cooldown_hours: 0 }));
        shop.sell("All", ServiceChange { refill, ..plain() }).await;
        shop.sell("All", ServiceChange { cancel: Some(false), ..plain() }).await;
        shop
    }

    async fn open(money: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        let options = SqliteOptions { readers: 1, queue: 64, ..SqliteOptions::new(path) };
        let store = Store::open_sqlite(&options, Access::CreateIfMissing, |_| {}).unwrap();
        let settings = Settings {
            currency: String::from("USD"),
            duplicate_window_seconds: WINDOW,
            key_secret: KeySecret::new(vec![7; 32]).unwrap(),
            vault: counter::stock::Vault::from_random([7; 64]),
        };
        let counter = Counter::new(store, settings);
        let now = Timestamp(START);
        let account = counter.open_account("reseller", now).await.unwrap();
        let amount = Micros::parse(money).unwrap();
        let adjustment = Adjustment { account, amount, reason: String::from("opening") };
        counter.credit(adjustment, "test", now).await.unwrap();
        let key = counter.make_key(account, "shop", [1; RANDOM_BYTES], now).await.unwrap();
        let clock = Arc::new(AtomicI64::new(START));
        let hand = Arc::clone(&clock);
        let web = Web {
            counter: counter.clone(),
            clock: Arc::new(move || Timestamp(hand.load(Ordering::SeqCst))),
            random: counted_random(),
            options: Options::default(),
        };
        let (router, key) = (web::router(web), key.token.reveal().to_owned());
        Self { counter, account, key, router, clock, _folder: folder }
    }

    async fn sell(&self, category: &str, change: ServiceChange) {
        let category = self.category(category).await;
        let change = ServiceChange { category: Some(category), ..change };
        self.counter.add_service(change, self.now()).await.unwrap();
    }

    async fn category(&self, name: &str) -> CategoryId {
        let known = self.counter.categories().await.unwrap();
        if let Some(found) = known.iter().find(|category| category.name == name) {
            return found.id;
        }
        let change = CategoryChange { name: text(name), ..CategoryChange::default() };
        self.counter.add_category(change, self.now()).await.unwrap()
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::SeqCst))
    }

    /// Moves the clock.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }

    /// The JSON that a request is answered with.
    pub(crate) async fn send(&self, request: Request<Body>) -> String {
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        assert_eq!(head.status, StatusCode::OK);
        assert_eq!(head.headers["content-type"], "application/json");
        let body = to_bytes(body, usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// The JSON that a form is answered with. The key is put in front.
    pub(crate) async fn ask(&self, form: &str) -> String {
        self.post(format!("key={}&{form}", self.key)).await
    }

    /// The JSON that a form is answered with.
    pub(crate) async fn post(&self, form: String) -> String {
        let request = Request::post("/api/v2")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form));
        self.send(request.unwrap()).await
    }

    /// Checks that the books still balance.
    pub(crate) async fn close(self) {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(report.clean(), "{report:#?}");
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn service(kind: ServiceKind, rate: &str, min: i64, max: i64) -> ServiceChange {
    ServiceChange {
        name: text(kind.name()),
        kind: Some(kind),
        rate: Some(Micros::parse(rate).unwrap()),
        min: Some(min),
        max: Some(max),
        cancel: Some(true),
        ..ServiceChange::default()
    }
}

impl Shop {
    /// Puts up three products: one with four pieces in stock, one without, one that staff deliver.
    pub(crate) async fn put_up_products(&self) {
        use counter::products::ProductChange;
        use counter::stock::ImportLine;
        use domain::products::ProductKind;
        let now = self.now();
        let category = counter::catalogue::CategoryChange {
            name: Some("Licences".to_owned()),
            position: None,
        };
        let category = self.counter.add_category(category, now).await.unwrap();
        let product = |name: &str, rate: &str, kind| ProductChange {
            category: Some(category),
            name: Some(name.to_owned()),
            kind: Some(kind),
            rate: Some(domain::Micros::parse(rate).unwrap()),
            min: Some(1),
            max: Some(10),
            ..ProductChange::default()
        };
        let form = Some(vec!["Domain name".to_owned()]);
        let by_hand = product("Domain for a year", "11", ProductKind::Service);
        for change in [
            product("Editor licence", "2.5", ProductKind::Auto),
            product("Font licence", "12", ProductKind::Auto),
            ProductChange { form, ..by_hand },
        ] {
            self.counter.add_product(change, now).await.unwrap();
        }
        let first = domain::ProductId(1);
        let mut importer = self.counter.begin_import(first, "t", "t", now).await.unwrap();
        for number in 1..=4 {
            let secret = format!("EDIT-{number}A7F-90{number}2");
            let line = ImportLine { secret, expires: None, uses: 1 };
            importer.push(number, line, [1; 32], now).await.unwrap();
        }
        importer.finish([2; 32], now, &mut |_| {}).await.unwrap();
    }
}

/// Bytes that count up from one call to the next: never the same, and the same in every run.
fn counted_random() -> web::Random {
    let calls = AtomicI64::new(0);
    Arc::new(move |bytes| {
        let call = calls.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (byte, value) in bytes.iter_mut().rev().zip(call.iter().rev().chain([&0; 64])) {
            *byte = *value;
        }
    })
}

/// The counter in the hands of the one node there is.
pub(crate) async fn worker(counter: &Counter, job: Job) -> Worker {
    let node = Node::new("test", Role::Worker, 60_000_000);
    counter.worker(counter.take_lease(&node, job).await.unwrap())
}
