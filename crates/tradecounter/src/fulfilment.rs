//! Places orders at providers and follows them there, while this node has the lease for it.

use crate::config::Config;
use crate::{clock, randomness};
use counter::Counter;
use counter::nodes::Lease;
use dispatch::driver::{Dispatcher, Reach};
use dispatch::engine::Timing;
use panel_client::{Authorities, Client, Limits, Policy};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Between two looks whether a lease that was lost is held again.
const LOOK: Duration = Duration::from_millis(500);

/// How providers are reached, as the configuration says.
pub(crate) const fn reach(config: &Config) -> Reach {
    let policy =
        Policy { allow_private: config.private_providers, any_port: config.private_providers };
    Reach { policy, add: Limits::ADD, ask: Limits::ASK }
}

/// What calls providers; nothing where no certificate could be checked, which is told: everything
/// else goes on.
pub(crate) fn dispatcher(counter: &Counter, reach: Reach) -> Option<Dispatcher> {
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
        timing: Timing::default(),
        clock: clock::now,
        steady: clock::steady,
        seed: u64::from_le_bytes(randomness::bytes()),
    })
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
