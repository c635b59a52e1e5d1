//! What keeps the books in order beside the HTTP side.

use crate::clock;
use crate::low_stock::LowStockLog;
use counter::Counter;
use counter::stock::ServedRing;
use std::time::Duration;
use tokio::sync::watch;

/// How often runs are started and events sealed.
const TICK: Duration = Duration::from_millis(500);

/// Ticks between two sweeps of what is kept for a while only.
const TICKS_PER_SWEEP: u32 = 40;

/// Ticks between two notes of when keys were last used: a minute.
const TICKS_PER_NOTE: u32 = 120;

/// Starts runs, ends subscriptions, seals events, forgets what is old, until `ended`. An error is logged and the
/// next tick tries again: all of it is picked up from the database. Tells `closed` and ends when the
/// database was moved: what is answered from it would soon be wrong.
pub(crate) async fn run(
    counter: Counter,
    mut ring: ServedRing,
    mut ended: watch::Receiver<bool>,
    closed: watch::Sender<Option<String>>,
) {
    let mut ticks: u32 = 0;
    let mut low = LowStockLog::default();
    while !*ended.borrow_and_update() {
        let now = clock::now();
        match counter.store().read(|tx| store::closed(tx)).await {
            Ok(Ok(None)) => {}
            Ok(Ok(Some(why))) => {
                tracing::error!(why, "ending: the database is on one end of a move");
                closed.send_replace(Some(why));
                return;
            }
            Ok(Err(error)) => tracing::error!(%error, "it is not known whether this was moved"),
            Err(error) => tracing::error!(%error, "it is not known whether this was moved"),
        }
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
            match counter.low_stock().await {
                Ok(now_low) => low.tell(&now_low),
                Err(error) => tracing::error!(%error, "stock is not looked at"),
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
