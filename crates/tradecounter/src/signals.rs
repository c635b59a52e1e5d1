//! Waits for the signal to end.

use crate::failure::Failure;
use tokio::signal::unix::{SignalKind, signal};

/// Resolves on SIGTERM or SIGINT. Call it before anything is started, so that no signal is missed.
pub(crate) fn end() -> Result<impl Future<Output = ()> + Send, Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::io("SIGTERM"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::io("SIGINT"))?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
