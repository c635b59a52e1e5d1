//! A connection to PostgreSQL that fails at the moments that matter.
//!
//! It stands between clients and a server, understands what they say, and lets things go wrong with
//! whole transactions, each [`Fault`] as often as [`Faults`] says. A transaction begins with a simple
//! query whose text begins with `begin`, and ends with a simple query that is `commit` or `rollback`;
//! what is outside of one goes through unchanged. So does everything of a connection that copies
//! data in. A client may send as many messages ahead as it likes.
//!
//! Failures are real: the server is made to raise them, and rolls back. TLS is declined.

mod conversation;
mod faults;
mod session;
mod shared;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub use faults::{Counts, Fault, Faults};
use shared::Shared;

use crate::{Database, Error};

/// The proxy, with a thread of its own. All connections through it end with it.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Starts one in front of a server, on a free port of the loopback address. The `seed` decides
    /// what happens to the n-th transaction of the m-th connection.
    ///
    /// # Errors
    /// No port or no thread is to be had.
    pub fn start(upstream: SocketAddr, faults: Faults, seed: u64) -> Result<Self, Error> {
        let started = || {
            let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let listener = {
                let _inside = runtime.enter();
                TcpListener::from_std(listener)?
            };
            let shared = Arc::new(Shared::default());
            shared.set(faults);
            let (stop, stopped) = oneshot::channel();
            let accepting = accept(listener, upstream, Arc::clone(&shared), seed);
            let thread = std::thread::Builder::new().name("proxy".to_owned()).spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accepting => {}
                        // Also when the other end is gone.
                        _ = stopped => {}
                    }
                });
            })?;
            Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
        };
        started().map_err(Error::io("the proxy"))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a database by way of it.
    pub fn url(&self, database: &Database) -> String {
        database.url_by(self.address)
    }

    /// From now on these, for transactions that begin.
    pub fn set_faults(&self, faults: Faults) {
        self.shared.set(faults);
    }

    /// What went through it so far.
    pub fn counts(&self) -> Counts {
        self.shared.counts()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, its panic has been printed.
            drop(thread.join());
        }
    }
}

async fn accept(listener: TcpListener, upstream: SocketAddr, shared: Arc<Shared>, seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // One that went before it was accepted.
                let Ok((client, _)) = accepted else { continue };
                let (shared, random) = (Arc::clone(&shared), random.fork());
                sessions.spawn(async move {
                    // A broken socket is what ends most of them.
                    drop(session::serve(client, upstream, &shared, random).await);
                });
            }
            Some(_) = sessions.join_next() => {}
        }
    }
}
