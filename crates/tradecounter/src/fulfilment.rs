//! Places orders at providers and follows them there, while this node has the lease for it.

use crate::config::Config;
use crate::failure::Failure;
use crate::{clock, randomness, write_offs};
use counter::Counter;
use counter::fulfilment::WriteOffTerms;
use counter::nodes::Lease;
use dispatch::driver::{Dispatcher, Lists, Reach};
use dispatch::engine::Timing;
use domain::limits::WRITE_OFF_QUIET_US;
use panel_client::{Authorities, Client, Limits, Policy};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Between two looks whether a lease that was lost is held again.
const LOOK: Duration = Duration::from_millis(500);

const HOUR_US: i64 = 3_600_000_000;

/// How providers are reached and how long they are waited for, as the configuration says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) reach: Reach,
    timing: Timing,
    pub(crate) write_offs: WriteOffTerms,
}

/// Least microseconds between two questions about an order that somebody watches.
const WATCHED_US: i64 = 1_000_000;

impl Patience {
    /// The same with a provider that runs in this process, for somebody to watch.
    pub(crate) const fn beside(mut self, provider: SocketAddr) -> Self {
        self.reach.policy.also = Some(provider);
        self.timing.poll_least_us = WATCHED_US;
        self
    }
}

/// What the configuration says of it.
pub(crate) fn patience(config: &Config) -> Patience {
    let near = config.private_providers;
    let policy = Policy { allow_private: near, any_port: near, also: None };
    let answer = Duration::from_secs(config.provider_answer_seconds.into());
    let late = Duration::from_secs(config.provider_grace_seconds.into());
    let add = Limits { answer, late, ..Limits::ADD };
    let grace_us = i64::from(config.provider_grace_seconds).saturating_mul(1_000_000);
    let timing = Timing { grace_us, ..Timing::default() };
    let write_offs = WriteOffTerms {
        after_us: config.write_off_hours.saturating_mul(HOUR_US),
        quiet_us: WRITE_OFF_QUIET_US,
        daily: config.written_off_daily().unwrap_or_default(),
    };
    Patience { reach: Reach { policy, add, ask: Limits::ASK }, timing, write_offs }
}

/// What calls providers; nothing where no certificate could be checked, which is told: everything
/// else goes on.
pub(crate) fn dispatcher(counter: &Counter, patience: Patience) -> Option<Dispatcher> {
    let Patience { reach, timing, .. } = patience;
    let client = Client::new(reach.policy, &Authorities::System)
        // A provider in this process needs no certificate.
        .or_else(|error| match reach.policy.also {
            Some(_) => Client::new(reach.policy, &Authorities::Nobody),
            None => Err(error),
        })
        .inspect_err(|error| {
            tracing::error!(
                %error,
                "this node calls no providers: install the certificates of authorities \
                 (ca-certificates), then start it again"
            );
        })
        .ok()?;
    Some(Dispatcher {
        counter: counter.clone(),
        client: Arc::new(client),
        reach,
        timing,
        clock: clock::now,
        steady: clock::steady,
        seed: u64::from_le_bytes(randomness::bytes()),
    })
}

/// What fetches lists for a command.
pub(crate) fn lists(counter: &Counter, reach: Reach) -> Result<Lists, Failure> {
    let client = Client::new(reach.policy, &Authorities::System)
        .map_err(|error| Failure::Other(format!("providers cannot be called: {error}")))?;
    Ok(Lists { counter: counter.clone(), client: Arc::new(client), reach, clock: clock::now })
}

/// Does it until `ended`.
pub(crate) async fn run(
    dispatcher: Dispatcher,
    terms: WriteOffTerms,
    mut lease: watch::Receiver<Option<Lease>>,
    mut ended: watch::Receiver<bool>,
) {
    while !*ended.borrow_and_update() {
        let held = lease.borrow_and_update().clone().filter(|lease| !lease.is_lost());
        if let Some(lease) = held {
            let worker = dispatcher.counter.worker(lease);
            // Beside it, so that no order waits for a list. It ends with it: what a list has come to
            // by then stands, and the next one finds the rest.
            let (lists, under, until) = (dispatcher.lists(), worker.clone(), ended.clone());
            let mut beside = JoinSet::new();
            beside.spawn(async move { lists.run(under, until).await });
            let (under, until) = (worker.clone(), ended.clone());
            beside.spawn(write_offs::run(under, terms, until));
            dispatcher.run(worker, ended.clone()).await;
            beside.shutdown().await;
        }
        tokio::select! {
            _ = lease.changed() => {}
            _ = ended.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
