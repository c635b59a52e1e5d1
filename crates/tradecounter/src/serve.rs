//! `serve`: the HTTP side and what keeps the books in order beside it.

use crate::clock;
use crate::config::Config;
use crate::failure::Failure;
use crate::randomness;
use counter::Counter;
use counter::stock::ServedRing;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use store::Access;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often runs are started and events sealed.
const TICK: Duration = Duration::from_millis(500);

/// Ticks between two sweeps of what is kept for a while only.
const TICKS_PER_SWEEP: u32 = 40;

/// Ticks between two notes of when keys were last used: a minute.
const TICKS_PER_NOTE: u32 = 120;

/// A server that listens.
pub(crate) struct Server {
    pub(crate) counter: Counter,
    pub(crate) address: SocketAddr,
    listener: TcpListener,
    options: web::Options,
    ring: ServedRing,
}

/// Opens the database and the socket, in that order: whoever can connect is answered.
pub(crate) async fn start(config: &Config) -> Result<Server, Failure> {
    let counter = crate::opened::open(config, Access::Existing).await?;
    let what = format!("listen on {}", config.listen);
    let listener = TcpListener::bind(&config.listen).await.map_err(Failure::io(what.clone()))?;
    let address = listener.local_addr().map_err(Failure::io(what))?;
    // Once the socket is ours: a second server by mistake must not speak for the first.
    let mut ring = ServedRing::default();
    counter.serve_ring(&mut ring).await?;
    let trusted_proxies = config.proxies().map_err(|error| Failure::Other(error.to_string()))?;
    let infer_missing_action = config.infer_missing_action;
    let options = web::Options { infer_missing_action, trusted_proxies, ..Default::default() };
    Ok(Server { counter, address, listener, options, ring })
}

impl Server {
    /// Serves until `end` resolves, then lets requests in flight finish. `beside` runs for as
    /// long as the server does.
    pub(crate) async fn run(
        self,
        end: impl Future<Output = ()> + Send + 'static,
        beside: Option<crate::demo::Supplier>,
    ) -> Result<(), Failure> {
        let (ending, ended) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(upkeep(self.counter.clone(), self.ring, ended.clone()));
        if let Some(supplier) = beside {
            tasks.spawn(supplier.run(ended));
        }
        let web = web::Web {
            counter: self.counter.clone(),
            clock: Arc::new(clock::now),
            random: Arc::new(randomness::fill),
            options: self.options,
        };
        let served = web::serve(self.listener, web::router(web), end).await;
        tracing::info!("ending: no new connections, requests in flight are finished");
        ending.send_replace(true);
        while let Some(task) = tasks.join_next().await {
            if let Err(error) = task {
                tracing::error!(%error, "a background task panicked");
            }
        }
        served.map_err(Failure::io("serve"))
    }
}

/// Starts runs, ends subscriptions, seals events, forgets what is old. An error is logged and the
/// next tick tries again: all of it is picked up from the database.
async fn upkeep(counter: Counter, mut ring: ServedRing, mut ended: watch::Receiver<bool>) {
    let mut ticks: u32 = 0;
    while !*ended.borrow_and_update() {
        let now = clock::now();
        match counter.serve_ring(&mut ring).await {
            Ok(false) => {}
            Ok(true) => {
                let newest = counter.vault().newest();
                tracing::info!(newest, "the stock keys have changed; the newest seals from now on");
            }
            Err(error) => tracing::error!(%error, "changed stock keys are not made known"),
        }
        if let Err(error) = counter.move_parts(now).await {
            tracing::error!(%error, "runs and subscriptions are not moved on");
        }
        if let Err(error) = counter.serve_waiting_orders(now).await {
            tracing::error!(%error, "orders that wait for stock are not served");
        }
        if let Err(error) = counter.seal_events(now).await {
            tracing::error!(%error, "events are not sealed");
        }
        if ticks.checked_rem(TICKS_PER_SWEEP) == Some(0) {
            if let Err(error) = counter.forget_old(now).await {
                tracing::error!(%error, "old request ids are not forgotten");
            }
            if let Err(error) = counter.resume_imports(now).await {
                tracing::error!(%error, "an import of stock is not finished");
            }
            if let Err(error) = counter.clear_discarded().await {
                tracing::error!(%error, "a discarded import of stock is not cleared away");
            }
            if let Err(error) = counter.expire_stock(now).await {
                tracing::error!(%error, "outdated stock is not taken off sale");
            }
        }
        if ticks.checked_rem(TICKS_PER_NOTE) == Some(0) {
            note_key_uses(&counter).await;
        }
        ticks = ticks.wrapping_add(1);
        // Whichever comes first; a closed channel means the end as well.
        drop(tokio::time::timeout(TICK, ended.changed()).await);
    }
    note_key_uses(&counter).await;
    // What the last requests did is sealed before the process ends.
    if let Err(error) = counter.seal_events(clock::now()).await {
        tracing::error!(%error, "the last events are not sealed; the next start will do it");
    }
    if let Err(error) = counter.leave_ring().await {
        tracing::error!(%error, "with which stock keys was served stays noted until the next start");
    }
}

async fn note_key_uses(counter: &Counter) {
    if let Err(error) = counter.write_key_uses().await {
        tracing::error!(%error, "when keys were last used is not written down");
    }
}
