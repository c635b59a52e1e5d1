//! `serve`: the HTTP side and what keeps the books in order beside it.

use crate::clock;
use crate::config::Config;
use crate::failure::Failure;
use crate::{randomness, upkeep};
use counter::Counter;
use counter::stock::ServedRing;
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
    for key in counter.lost_stock_keys().await? {
        tracing::error!(
            key,
            "stock is sealed with a key that is not in the ring: it cannot be opened and is not \
             sold. Put the key back into the key file, or into the setting stock_keys"
        );
    }
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
        let (closed, is_closed) = watch::channel(None);
        let mut tasks = JoinSet::new();
        tasks.spawn(upkeep::run(self.counter.clone(), self.ring, ended.clone(), closed));
        if let Some(supplier) = beside {
            tasks.spawn(supplier.run(ended));
        }
        let web = web::Web {
            counter: self.counter.clone(),
            clock: Arc::new(clock::now),
            random: Arc::new(randomness::fill),
            options: self.options,
        };
        let mut moved = is_closed.clone();
        let end = async move {
            tokio::select! {
                () = end => {}
                Ok(_) = moved.wait_for(Option::is_some) => {}
            }
        };
        let served = web::serve(self.listener, web::Site::new(web), end).await;
        tracing::info!("ending: no new connections, requests in flight are finished");
        ending.send_replace(true);
        while let Some(task) = tasks.join_next().await {
            if let Err(error) = task {
                tracing::error!(%error, "a background task panicked");
            }
        }
        served.map_err(Failure::io("serve"))?;
        let why: Option<String> = is_closed.borrow().clone();
        why.map_or(Ok(()), |why| Err(Failure::Other(format!("ended, because the database {why}"))))
    }
}
