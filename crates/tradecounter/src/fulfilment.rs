//! Places orders at providers and follows them there, while this node has the lease for it.

use crate::config::Config;
use crate::failure::Failure;
use crate::{clock, randomness};
use counter::Counter;
use counter::nodes::Lease;
use dispatch::driver::{Dispatcher, Lists, Reach};
use dispatch::engine::Timing;
use panel_client::{Authorities, Client, Limits, Policy};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between two looks whether a lease that was lost is held again.
const LOOK: Duration = Duration::from_millis(500);

/// How providers are reached and how long they are waited for, as the configuration says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) reach: Reach,
    timing: Timing,
}

/// What the configuration says of it.
pub(crate) fn patience(config: &Config) -> Patience {
    let policy =
        Policy { allow_private: config.private_providers, any_port: config.private_providers };
    let answer = Duration::from_secs(config.provider_answer_seconds.into());
    let late = Duration::from_secs(config.provider_grace_seconds.into());
    let add = Limits { answer, late, ..Limits::ADD };
    let grace_us = i64::from(config.provider_grace_seconds).saturating_mul(1_000_000);
    let timing = Timing { grace_us, ..Timing::default() };
    Patience { reach: Reach { policy, add, ask: Limits::ASK }, timing }
}

/// What calls providers; nothing where no certificate could be checked, which is told: everything
/// else goes on.
pub(crate) fn dispatcher(counter: &Counter, patience: Patience) -> Option<Dispatcher> {
    let Patience { reach, timing } = patience;
    let client = Client::new(reach.policy, &Authorities::System)
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
    mut lease: watch::Receiver<Option<Lease>>,
    mut ended: watch::Receiver<bool>,
) {
    while !*ended.borrow_and_update() {
        let held = lease.borrow_and_update().clone().filter(|lease| !lease.is_lost());
        if let Some(lease) = held {
            let worker = dispatcher.counter.worker(lease);
            dispatcher.run(worker, ended.clone()).await;
        }
        tokio::select! {
            _ = lease.changed() => {}
            _ = ended.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}
