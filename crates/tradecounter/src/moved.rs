//! Looks whether everything is being moved to another database: what is answered from this one would
//! soon be wrong.

use counter::Counter;
use std::time::Duration;
use tokio::sync::watch;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Looks until `ended`; tells `closed` why the server must end, when the database was moved.
pub(crate) async fn watch(
    counter: Counter,
    mut ended: watch::Receiver<bool>,
    closed: watch::Sender<Option<String>>,
) {
    while !*ended.borrow_and_update() {
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
        // Whichever comes first; a closed channel means the end as well.
        drop(tokio::time::timeout(LOOK_EVERY, ended.changed()).await);
    }
}
