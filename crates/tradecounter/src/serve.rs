//! `serve`: the HTTP side and what keeps the books in order beside it.

use crate::cli::restored;
use crate::clock;
use crate::config::Config;
use crate::failure::Failure;
use crate::keeper::Keeper;
use crate::{fulfilment, jobs, moved, randomness, upkeep};
use counter::Counter;
use counter::nodes::{Job, Role};
use counter::restore::Quarantine;
use std::net::SocketAddr;
use std::sync::Arc;
use store::Access;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A server that listens.
pub(crate) struct Server {
    pub(crate) counter: Counter,
    pub(crate) address: SocketAddr,
    listener: TcpListener,
    options: web::Options,
    keeper: Keeper,
    patience: fulfilment::Patience,
}

/// Opens the database and the socket, in that order: whoever can connect is answered.
pub(crate) async fn start(config: &Config) -> Result<Server, Failure> {
    let counter = crate::opened::open(config, Access::Existing).await?;
    let what = format!("listen on {}", config.listen);
    let listener = TcpListener::bind(&config.listen).await.map_err(Failure::io(what.clone()))?;
    let address = listener.local_addr().map_err(Failure::io(what))?;
    // Once the socket is ours: a second server by mistake must not speak for the first.
    let role = Role::from(config.role);
    let keeper = Keeper::enter(counter.clone(), role, config.lease_seconds).await?;
    for key in counter.lost_stock_keys().await? {
        tracing::error!(
            key,
            "stock is sealed with a key that is not in the ring: it cannot be opened and is not \
             sold. Put the key back into the key file, or into the setting stock_keys"
        );
    }
    if let Some(held) = counter.quarantine().await?.filter(Quarantine::is_on) {
        tracing::error!(
            held = %restored::row(&held),
            "an older copy of the database was put in its place: nothing is placed at these providers or \
             given to these executors. Decide what waits (`order list --state review`), then release them \
             (`restored --show`)"
        );
    }
    let trusted_proxies = config.proxies().map_err(|error| Failure::Other(error.to_string()))?;
    let infer_missing_action = config.infer_missing_action;
    let options = web::Options { infer_missing_action, trusted_proxies, ..Default::default() };
    let patience = fulfilment::patience(config);
    Ok(Server { counter, address, listener, options, keeper, patience })
}

impl Server {
    /// What the node is there for.
    pub(crate) const fn role(&self) -> Role {
        self.keeper.role()
    }

    /// Lets it call a provider that runs in this process, and look there as often as somebody watches.
    pub(crate) const fn calls_beside(&mut self, provider: SocketAddr) {
        self.patience = self.patience.beside(provider);
    }

    /// Serves until `end` resolves, then lets requests in flight finish. A node that works does `jobs`
    /// meanwhile, as far as no other does them.
    pub(crate) async fn run(
        self,
        end: impl Future<Output = ()> + Send + 'static,
        jobs: &[Job],
    ) -> Result<(), Failure> {
        let Self { counter, mut keeper, listener, options, patience, .. } = self;
        let role = keeper.role();
        let (ending, ended) = watch::channel(false);
        let (closed, is_closed) = watch::channel(None);
        let mut tasks = JoinSet::new();
        tasks.spawn(moved::watch(counter.clone(), ended.clone(), closed));
        if role.serves() {
            tasks.spawn(upkeep::note_key_uses(counter.clone(), ended.clone()));
        }
        for job in jobs.iter().filter(|_| role.works()) {
            if *job != Job::Fulfilment {
                let lease = keeper.watch(*job);
                tasks.spawn(jobs::run(counter.clone(), *job, lease, ended.clone()));
            } else if let Some(dispatcher) = fulfilment::dispatcher(&counter, patience) {
                let lease = keeper.watch(*job);
                tasks.spawn(fulfilment::run(dispatcher, patience.write_offs, lease, ended.clone()));
            }
        }
        let (leaving, left) = watch::channel(false);
        let mut kept = JoinSet::new();
        kept.spawn(keeper.run(left));
        let web = web::Web {
            counter,
            clock: Arc::new(clock::now),
            random: Arc::new(randomness::fill),
            options,
        };
        let mut moved = is_closed.clone();
        let end = async move {
            tokio::select! {
                () = end => {}
                Ok(_) = moved.wait_for(Option::is_some) => {}
            }
        };
        let site = if role.serves() { web::Site::new(web) } else { web::Site::health_only(web) };
        let served = web::serve(listener, site, end).await;
        tracing::info!("ending: no new connections, requests in flight are finished");
        ending.send_replace(true);
        join(tasks).await;
        // Last: the leases are held until what is done under them has ended.
        leaving.send_replace(true);
        join(kept).await;
        served.map_err(Failure::io("serve"))?;
        let why: Option<String> = is_closed.borrow().clone();
        why.map_or(Ok(()), |why| Err(Failure::Other(format!("ended, because the database {why}"))))
    }
}

async fn join(mut tasks: JoinSet<()>) {
    while let Some(task) = tasks.join_next().await {
        if let Err(error) = task {
            tracing::error!(%error, "a background task panicked");
        }
    }
}
