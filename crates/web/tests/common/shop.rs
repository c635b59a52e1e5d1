//! The fixture: a shop to ask, and to look behind the counter of.

use super::seed;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use counter::accounts::{AccountChange, Adjustment, KeySecret, RANDOM_BYTES};
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::{OrderReport, OrderView, Report};
use counter::{Counter, Settings};
use domain::{AccountId, CancelId, Micros, OrderId, RefillId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::tables::orders::Filter;
use store::{Access, SqliteOptions, Store};
use tempfile::TempDir;
use tower::ServiceExt;
use web::{Options, Web};

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// 2026-03-02 08:33:09 UTC.
const START: i64 = 1_772_440_389_000_000;

/// What a test may want different.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) options: Options,
    /// Units of work that may wait.
    pub(crate) queue: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self { options: Options::default(), queue: 4_096 }
    }
}

/// An account and its key.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) key: String,
}

pub(crate) struct Shop {
    pub(crate) counter: Counter,
    pub(crate) router: Router,
    /// The same as the server serves it.
    pub(crate) site: web::Site,
    /// Has 1,000.
    pub(crate) alice: Account,
    /// Has 50.
    pub(crate) bob: Account,
    /// Has 0.01.
    pub(crate) poor: Account,
    /// Has 5, and forbids changes by GET.
    pub(crate) careful: Account,
    /// A key of Alice's that was revoked.
    pub(crate) revoked: String,
    clock: Arc<AtomicI64>,
    _folder: TempDir,
}

/// All that a refused request must leave as it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Books {
    /// Available and held, by account.
    pub(crate) wallets: Vec<(i64, String, String)>,
    pub(crate) orders: usize,
    pub(crate) refills: usize,
    pub(crate) cancels: usize,
}

/// A reply, read to its end.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The text of a reply of the dialect, which is always 200 and JSON to the letter.
    pub(crate) fn dialect(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/json");
        // Lists may be kept, but never used without asking.
        let kept = if self.headers.contains_key("etag") { "private, no-cache" } else { "no-store" };
        assert_eq!(self.header("cache-control"), kept);
        assert!(!self.headers.contains_key("content-encoding"));
        let _: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        self.text().to_owned()
    }
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        let options = SqliteOptions { readers: 2, queue: setup.queue, ..SqliteOptions::new(path) };
        let store = Store::open_sqlite(&options, Access::CreateIfMissing, |_| {}).unwrap();
        let settings = Settings {
            currency: String::from("USD"),
            duplicate_window_seconds: 30,
            key_secret: KeySecret::new(vec![7; 32]).unwrap(),
            vault: counter::stock::Vault::from_random([7; 64]),
        };
        let counter = Counter::new(store, settings);
        let now = Timestamp(START);
        seed::catalogue(&counter, now).await;
        let alice = account(&counter, "alice", "1000", 1).await;
        let bob = account(&counter, "bob", "50", 2).await;
        let poor = account(&counter, "poor", "0.01", 3).await;
        let careful = account(&counter, "careful", "5", 4).await;
        let change = AccountChange { get_writes: Some(false), ..AccountChange::default() };
        counter.change_account(careful.id, change, now).await.unwrap();
        let old = counter.make_key(alice.id, "old", [9; RANDOM_BYTES], now).await.unwrap();
        counter.revoke_key(old.id, now).await.unwrap();
        let revoked = old.token.reveal().to_owned();
        let clock = Arc::new(AtomicI64::new(START));
        let hand = Arc::clone(&clock);
        let web = Web {
            counter: counter.clone(),
            clock: Arc::new(move || Timestamp(hand.load(Ordering::SeqCst))),
            random: counted_random(),
            options: setup.options,
        };
        let (router, site) = (web::router(web.clone()), web::Site::new(web));
        Self { counter, router, site, alice, bob, poor, careful, revoked, clock, _folder: folder }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::SeqCst))
    }

    /// Moves the clock.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds.saturating_mul(1_000_000), Ordering::SeqCst);
    }

    /// Moves the clock past the window in which the same order counts as a repetition.
    pub(crate) fn outwait_repetition(&self) {
        self.wait(31);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let reply = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = reply.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: head.status, headers: head.headers, body }
    }

    /// Posts a form with the account's key and gives the JSON that comes back.
    pub(crate) async fn ask(&self, account: &Account, form: &str) -> String {
        self.post(format!("key={}&{form}", account.key)).await.dialect()
    }

    /// Posts a form.
    pub(crate) async fn post(&self, form: impl Into<Body>) -> Reply {
        let request = Request::post("/api/v2").header("content-type", FORM);
        self.send(request.body(form.into()).unwrap()).await
    }

    /// Gets the API with a query.
    pub(crate) async fn get(&self, query: &str) -> Reply {
        self.send(Request::get(format!("/api/v2?{query}")).body(Body::empty()).unwrap()).await
    }

    /// Places an order for Alice, which must be taken, and gives its number.
    pub(crate) async fn place(&self, form: &str) -> i64 {
        let reply = self.ask(&self.alice, &format!("action=add&{form}")).await;
        let id = reply.strip_prefix("{\"order\":").and_then(|rest| rest.strip_suffix('}'));
        id.unwrap_or_else(|| panic!("{form}: {reply}")).parse().unwrap()
    }

    /// Reports on an order, as whoever fulfils it does.
    pub(crate) async fn report(&self, order: i64, report: Report) {
        let report = OrderReport { order: OrderId(order), report, reason: None };
        self.counter.report_order(report, "staff", self.now()).await.unwrap();
    }

    pub(crate) async fn show(&self, order: i64) -> OrderView {
        self.counter.show_order(OrderId(order), self.now()).await.unwrap()
    }

    /// What the account has available, and what its orders hold.
    pub(crate) async fn money(&self, account: &Account) -> (String, String) {
        let wallet = self.counter.wallet(account.id).await.unwrap().unwrap();
        (wallet.available.to_string(), wallet.held.to_string())
    }

    pub(crate) async fn suspend(&self, account: &Account, suspended: bool) {
        let change = AccountChange { suspended: Some(suspended), ..AccountChange::default() };
        self.counter.change_account(account.id, change, self.now()).await.unwrap();
    }

    pub(crate) async fn books(&self) -> Books {
        let most = i64::from(i32::MAX);
        let accounts = self.counter.list_accounts(AccountId(0), most).await.unwrap();
        let orders = self.counter.list_orders(Filter::All, OrderId(most), most).await.unwrap();
        let wallets = accounts.iter().map(|account| {
            let wallet = account.wallet;
            (account.id.0, wallet.available.to_string(), wallet.held.to_string())
        });
        Books {
            wallets: wallets.collect(),
            orders: orders.len(),
            refills: self.counter.list_refills(Some(RefillId(most)), most).await.unwrap().len(),
            cancels: self.counter.list_cancels(Some(CancelId(most)), most).await.unwrap().len(),
        }
    }

    /// Checks that each of the forms, sent by Alice, is refused with its text and changes nothing.
    pub(crate) async fn refuses(&self, table: &[(impl AsRef<str>, impl AsRef<str>)]) {
        let before = self.books().await;
        for (form, text) in table {
            let (form, text) = (form.as_ref(), text.as_ref());
            assert_eq!(self.ask(&self.alice, form).await, super::error(text), "{form:.200}");
        }
        assert_eq!(self.books().await, before);
    }

    /// Checks that the books still balance.
    pub(crate) async fn close(self) {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(report.clean(), "{report:#?}");
    }
}

async fn account(counter: &Counter, name: &str, money: &str, number: u8) -> Account {
    let now = Timestamp(START);
    let id = counter.open_account(name, now).await.unwrap();
    let amount = Micros::parse(money).unwrap();
    let adjustment = Adjustment { account: id, amount, reason: String::from("opening") };
    counter.credit(adjustment, "test", now).await.unwrap();
    let key = counter.make_key(id, "first", [number; RANDOM_BYTES], now).await.unwrap();
    Account { id, key: key.token.reveal().to_owned() }
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
