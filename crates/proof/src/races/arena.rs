//! Where races are run: a counter's database, opened by two stores as by two processes.

use counter::accounts::{AccountChange, Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::PlaceOrder;
use counter::products::{PlaceProductOrder, ProductChange};
use counter::stock::{ImportLine, ImportReport, Vault};
use counter::{Counter, Failure, Refusal, Settings};
use domain::catalogue::{LinkRule, RefillRule, ServiceKind};
use domain::orders::{Number, OrderRequest};
use domain::products::{ProductKind, ProductRequest};
use domain::{AccountId, CategoryId, KeyId, Micros, ProductId, ServiceId, Timestamp};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{Access, Store};
use testkit::{Database, Demo, Program};

/// What everything costs: an order of [`UNITS`], a piece of a product.
pub(crate) const PRICE: i64 = 1_000_000;

/// Units of an order that costs [`PRICE`].
pub(crate) const UNITS: i64 = 500;

/// What 1,000 units cost then.
pub(crate) const RATE: i64 = PRICE * 1_000 / UNITS;

/// Sold in runs too, with refills and cancels.
pub(crate) const THINGS: ServiceId = ServiceId(1);

/// Subscriptions.
pub(crate) const POSTS: ServiceId = ServiceId(2);

/// One open order for a link.
pub(crate) const LINKS: ServiceId = ServiceId(3);

/// Orders on a link wait for each other.
pub(crate) const TURNS: ServiceId = ServiceId(4);

/// Accounts that never run out of money.
const RICH: usize = 8;

/// A database with a catalogue, and counters on it.
#[derive(Debug)]
pub(crate) struct Arena {
    counters: [Counter; 2],
    category: CategoryId,
    rich: Vec<AccountId>,
    serial: AtomicU64,
    engine: Engine,
    // Behind the counters, because fields are dropped in this order.
    database: Database,
}

/// What a race takes place on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL, at READ COMMITTED.
    Postgres,
    /// PostgreSQL, at SERIALIZABLE.
    Serializable,
}

impl Engine {
    /// The one of a name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "sqlite" => Some(Self::Sqlite),
            "postgres" => Some(Self::Postgres),
            "serializable" => Some(Self::Serializable),
            _ => None,
        }
    }

    fn database(self) -> Database {
        if self == Self::Sqlite { Database::sqlite() } else { Database::postgres() }
    }

    /// The URL of a database, with what the engine is told beside it.
    fn url(self, database: &Database) -> String {
        match self {
            Self::Sqlite | Self::Postgres => database.url().to_owned(),
            Self::Serializable => format!("{}?isolation=serializable", database.url()),
        }
    }
}

/// A process that serves.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) serving: Demo,
    // Behind it, because fields are dropped in this order.
    _program: Program,
}

/// What the keys of an arena are hashed with.
const KEY_SECRET: &str = "races races races races races races";

fn open(url: &str) -> Counter {
    let store = Store::open(url, Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 30,
        key_secret: KeySecret::new(KEY_SECRET.as_bytes().to_vec()).unwrap(),
        vault: vault(),
    };
    Counter::new(store, settings)
}

/// The counter in the hands of a node: of one and the same, whoever asks. While units of it are under
/// way, its lease cannot be asked for again.
pub(crate) async fn worker(counter: &Counter, job: Job) -> Worker {
    let node = Node::new("races", Role::Worker, 3_600_000_000);
    loop {
        match counter.take_lease(&node, job).await {
            Ok(lease) => return counter.worker(lease),
            Err(Failure::Refused(Refusal::NotNow(_))) => {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

fn vault() -> Vault {
    Vault::from_random([7; 64])
}

/// When the first round takes place.
pub(crate) const START: Timestamp = Timestamp(1_700_000_000_000_000);

impl Arena {
    pub(crate) async fn open(engine: Engine) -> Self {
        let database = engine.database();
        let url = engine.url(&database);
        let counters = [open(&url), open(&url)];
        let [first, _] = &counters;
        let category = CategoryChange { name: Some(String::from("all")), position: None };
        let category = first.add_category(category, START).await.unwrap();
        for (service, kind) in [
            (THINGS, ServiceKind::Default),
            (POSTS, ServiceKind::Subscriptions),
            (LINKS, ServiceKind::Default),
            (TURNS, ServiceKind::Default),
        ] {
            let change = ServiceChange {
                category: Some(category),
                name: Some(format!("service {service}")),
                kind: Some(kind),
                rate: Some(Micros::new(RATE)),
                min: Some(1),
                max: Some(1_000_000),
                drip_feed: Some(service == THINGS),
                refill: Some(Some(RefillRule { days: 30, cooldown_hours: 0 })),
                cancel: Some(true),
                link_rule: Some(match service {
                    LINKS => LinkRule::OneOpen,
                    TURNS => LinkRule::Queue,
                    _ => LinkRule::Any,
                }),
                fulfilment: None,
                ..ServiceChange::default()
            };
            assert_eq!(first.add_service(change, START).await.unwrap(), service);
        }
        let serial = AtomicU64::new(1);
        let rich = Vec::new();
        let mut arena = Self { counters, category, rich, serial, engine, database };
        for _ in 0..RICH {
            let account = arena.account(1_000_000 * PRICE, 0).await;
            arena.rich.push(account);
        }
        arena
    }

    /// Whether units run one after the other, and every store knows at once what was committed: ids are
    /// in the order of commits then.
    pub(crate) fn in_order(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    /// A server of its own on the database, as a process.
    pub(crate) async fn serve(&self, program: &str) -> Server {
        self.counter(0).bind().await.unwrap();
        let mut program = Program::new(program);
        let folder = program.folder().to_owned();
        let files = [("secret", KEY_SECRET.to_owned()), ("stock-keys", vault().text())];
        for (name, text) in files {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            let setting = if name == "secret" { "KEY_SECRET_FILE" } else { "STOCK_KEY_FILE" };
            program.set(&format!("TRADECOUNTER_{setting}"), path.to_str().unwrap());
        }
        program.set("TRADECOUNTER_DATABASE_URL", &self.engine.url(&self.database));
        program.set("TRADECOUNTER_LOG", "warn");
        let serving = program.start(&["serve", "--listen", "127.0.0.1:0"]);
        Server { serving, _program: program }
    }

    /// A key of an account, as its owner has it.
    pub(crate) async fn key(&self, account: AccountId, now: Timestamp) -> (KeyId, String) {
        let random = self.seed()[..24].try_into().unwrap_or([0; 24]);
        let made = self.counter(0).make_key(account, "race", random, now).await.unwrap();
        (made.id, made.token.reveal().to_owned())
    }

    /// A new service, at [`PRICE`] for [`UNITS`].
    pub(crate) async fn service(&self) -> ServiceId {
        let change = ServiceChange {
            category: Some(self.category),
            name: Some(format!("service {}", self.serial())),
            kind: Some(ServiceKind::Default),
            rate: Some(Micros::new(RATE)),
            min: Some(1),
            max: Some(1_000_000),
            ..ServiceChange::default()
        };
        self.counter(0).add_service(change, START).await.unwrap()
    }

    /// One of the counters.
    pub(crate) fn counter(&self, index: usize) -> &Counter {
        &self.counters[index % self.counters.len()]
    }

    /// An account of a racer that has money enough.
    pub(crate) fn rich(&self, racer: usize) -> AccountId {
        self.rich[racer % self.rich.len()]
    }

    /// A number that was not given out before.
    pub(crate) fn serial(&self) -> u64 {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// A new account with so much money and so much credit, in micros.
    pub(crate) async fn account(&self, money: i64, credit: i64) -> AccountId {
        let counter = self.counter(0);
        let name = format!("account {}", self.serial());
        let account = counter.open_account(&name, START).await.unwrap();
        if money > 0 {
            let (amount, reason) = (Micros::new(money), String::from("race"));
            let adjustment = Adjustment { account, amount, reason };
            counter.credit(adjustment, "race", START).await.unwrap();
        }
        if credit > 0 {
            let credit_limit = Some(Micros::new(credit));
            let change = AccountChange { credit_limit, ..AccountChange::default() };
            counter.change_account(account, change, START).await.unwrap();
        }
        account
    }

    /// What the accounts have in all, in micros: available and held.
    pub(crate) async fn money(&self, accounts: &[AccountId]) -> (i64, i64) {
        let (mut available, mut held) = (0, 0);
        for account in accounts {
            let wallet = self.counter(0).wallet(*account).await.unwrap().unwrap();
            available += wallet.available.raw();
            held += wallet.held.raw();
        }
        (available, held)
    }

    /// What the rich accounts have in all.
    pub(crate) async fn riches(&self) -> (i64, i64) {
        self.money(&self.rich).await
    }

    /// A new product, at [`PRICE`] a piece unless `change` says something else.
    pub(crate) async fn product(&self, change: ProductChange) -> ProductId {
        let change = ProductChange {
            category: Some(self.category),
            name: Some(format!("product {}", self.serial())),
            kind: change.kind.or(Some(ProductKind::Auto)),
            rate: Some(Micros::new(PRICE)),
            min: Some(1),
            max: Some(1_000),
            ..change
        };
        self.counter(0).add_product(change, START).await.unwrap()
    }

    /// Puts so many items on sale, each good for `uses` pieces.
    pub(crate) async fn stock(&self, product: ProductId, items: usize, uses: i64) {
        let lines: Vec<String> = (0..items).map(|_| format!("item {}", self.serial())).collect();
        let report = import(self.counter(0), product, &lines, uses, self.seed(), START).await;
        assert_eq!(report.unwrap().added, i64::try_from(items).unwrap());
    }

    /// Bytes that were not given out before.
    pub(crate) fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        fastrand::Rng::with_seed(self.serial()).fill(&mut seed);
        seed
    }

    /// An order that costs [`PRICE`] and repeats no other.
    pub(crate) fn order(&self, account: AccountId, key: Option<KeyId>) -> PlaceOrder {
        let serial = i64::try_from(self.serial()).unwrap();
        let request = request(THINGS, &format!("https://example.com/{serial}"));
        PlaceOrder { account, key, request, request_id: None, fingerprint: serial }
    }

    /// An order for so many pieces.
    pub(crate) fn product_order(
        &self,
        account: AccountId,
        product: ProductId,
        pieces: i64,
    ) -> PlaceProductOrder {
        let seed = self.seed();
        PlaceProductOrder {
            account,
            key: None,
            request: ProductRequest {
                product: Some(Number::Int(product.0)),
                quantity: Some(Number::Int(pieces)),
                require: None,
            },
            request_id: None,
            token: seed[..16].try_into().unwrap(),
            nonce: seed[..24].try_into().unwrap(),
        }
    }
}

/// What an order that costs [`PRICE`] asks for.
pub(crate) fn request(service: ServiceId, link: &str) -> OrderRequest {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(service.0));
    request.link = Some(link.to_owned());
    request.set_number(domain::catalogue::NumberField::Quantity, Some(Number::Int(UNITS)));
    request
}

/// Imports lines.
pub(crate) async fn import(
    counter: &Counter,
    product: ProductId,
    lines: &[String],
    uses: i64,
    seed: [u8; 32],
    now: Timestamp,
) -> Result<ImportReport, Failure<Refusal>> {
    let mut importer = counter.begin_import(product, "race", "race", now).await?;
    for (line, number) in lines.iter().zip(1..) {
        let line = ImportLine { secret: line.clone(), expires: None, uses };
        importer.push(number, line, seed, now).await?;
    }
    importer.finish(seed, now, &mut |_| {}).await
}
