//! What every node that answers requests does for itself.

use counter::Counter;
use std::time::Duration;
use tokio::sync::watch;

/// Between two notes of when keys were last used.
const NOTE_EVERY: Duration = Duration::from_secs(60);

/// Notes when keys were last used, until `ended`. What cannot be written down is tried again the next
/// time.
pub(crate) async fn note_key_uses(counter: Counter, mut ended: watch::Receiver<bool>) {
    loop {
        let end = *ended.borrow_and_update();
        if let Err(error) = counter.write_key_uses().await {
            tracing::error!(%error, "when keys were last used is not written down");
        }
        if end {
            return;
        }
        // Whichever comes first; a closed channel means the end as well.
        drop(tokio::time::timeout(NOTE_EVERY, ended.changed()).await);
    }
}
