//! The servers under load: the counter on a new database file, and a bare answer beside it.

use counter::accounts::{Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::{Counter, Settings};
use domain::catalogue::ServiceKind;
use domain::{Micros, OrderId, Timestamp};
use std::error::Error;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use store::tables::orders::Filter;
use store::{Access, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Both servers, listening.
pub(crate) struct Served {
    /// Address of the panel API.
    pub(crate) api: String,
    /// Address of the bare answer.
    pub(crate) plaintext: String,
    /// A key of each account.
    pub(crate) keys: Vec<String>,
    counter: Counter,
    ending: watch::Sender<bool>,
    tasks: JoinSet<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// Starts both on free ports of the loopback address.
pub(crate) async fn start(accounts: usize) -> Result<Served, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("bench.db").display());
    let store = Store::open(&url, Access::CreateIfMissing, |error| {
        eprintln!("commit failed: {error}");
        std::process::exit(1);
    })?;
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 30,
        key_secret: KeySecret::new(vec![7; 32]).ok_or("a secret")?,
        vault: counter::stock::Vault::from_random([7; 64]),
    };
    let counter = Counter::new(store, settings);
    let keys = seed(&counter, accounts).await?;
    let (ending, ended) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let web = web::Web {
        counter: counter.clone(),
        clock: Arc::new(now),
        // Not measured with products: a name that counts up is as good.
        random: Arc::new(|bytes| bytes.fill(7)),
        options: web::Options::default(),
    };
    let bare = axum::Router::new().route("/", axum::routing::get(|| async { "Hello, World!" }));
    let mut addresses = Vec::new();
    for router in [web::router(web), bare] {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        addresses.push(listener.local_addr()?.to_string());
        let mut ended = ended.clone();
        tasks.spawn(web::serve(listener, router, async move {
            // Ends when told, and also when nobody is left to tell.
            drop(ended.changed().await);
        }));
    }
    // What a served counter does by itself goes on here too.
    let upkeep = counter.clone();
    let mut until = ended;
    tasks.spawn(async move {
        while !*until.borrow_and_update() {
            let moved = upkeep.move_parts(now()).await.map(|_| ());
            let served = upkeep.serve_waiting_orders(now()).await.map(|_| ());
            let sealed = upkeep.seal_events(now()).await.map(|_| ());
            let forgot = upkeep.forget_old(now()).await.map(|_| ());
            for error in [moved, served, sealed, forgot].into_iter().filter_map(Result::err) {
                eprintln!("upkeep: {error}");
            }
            drop(
                tokio::time::timeout(std::time::Duration::from_millis(500), until.changed()).await,
            );
        }
        Ok(())
    });
    let [api, plaintext] = addresses.try_into().map_err(|_| "two servers")?;
    Ok(Served { api, plaintext, keys, counter, ending, tasks, _folder: folder })
}

async fn seed(counter: &Counter, accounts: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let at = now();
    let category = CategoryChange { name: Some(String::from("Words")), position: None };
    let category = counter.add_category(category, at).await?;
    let service = ServiceChange {
        category: Some(category),
        name: Some(String::from("Transcription")),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(2_500_000)),
        min: Some(10),
        max: Some(1_000_000),
        ..ServiceChange::default()
    };
    counter.add_service(service, at).await?;
    let mut keys = Vec::new();
    for number in 0..accounts {
        let account = counter.open_account(&format!("account {number}"), at).await?;
        let amount = Micros::new(1_000_000_000_000_000);
        let reason = String::from("bench");
        counter.credit(Adjustment { account, amount, reason }, "bench", at).await?;
        let mut random = [0; 24];
        let (low, _) = random.split_at_mut(8);
        low.copy_from_slice(&u64::try_from(number)?.to_be_bytes());
        let key = counter.make_key(account, "bench", random, at).await?;
        keys.push(key.token.reveal().to_owned());
    }
    Ok(keys)
}

impl Served {
    /// How many orders are stored: ids are given out without gaps.
    pub(crate) async fn orders(&self) -> Result<u64, Box<dyn Error>> {
        let newest = self.counter.list_orders(Filter::All, OrderId(i64::MAX), 1).await?;
        let newest = newest.first().map_or(0, |order| order.id.0);
        Ok(u64::try_from(newest)?)
    }

    /// What is wrong with the books.
    pub(crate) async fn verify(&self) -> Result<Vec<String>, Box<dyn Error>> {
        self.counter.seal_events(now()).await?;
        let report = self.counter.verify(&mut |_, _| {}).await?;
        Ok(report.checks.into_iter().flat_map(|check| check.findings).collect())
    }

    /// Ends both servers.
    pub(crate) async fn stop(mut self) -> Result<(), Box<dyn Error>> {
        self.ending.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}
