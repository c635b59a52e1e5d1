//! Reads the body of a request, within bounds.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use std::future::poll_fn;
use std::pin::Pin;

/// Largest body that is looked at: room for ten thousand comments of a hundred bytes.
const KEPT_MAX: u64 = 1 << 20;

/// Most of a body that is too large which is read to be thrown away. Many clients look for the
/// answer only after they have sent everything; to close before that would lose it.
const DRAINED_MAX: u64 = 32 << 20;

/// Why there is no body to look at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is too large, and was read to its end.
    Finished,
    /// It is too large, or broken, and was not read to its end.
    Abandoned,
}

/// Reads a body of at most [`KEPT_MAX`] bytes.
pub(crate) async fn read(mut body: Body, headers: &HeaderMap) -> Result<Bytes, Unread> {
    let declared = body.size_hint().lower();
    // Who waits for leave to send it is refused before it is sent.
    let waits = headers.contains_key(header::EXPECT) && declared > KEPT_MAX;
    if waits || declared > DRAINED_MAX {
        return Err(Unread::Abandoned);
    }
    let mut kept = Vec::new();
    let mut size: u64 = 0;
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let Ok(data) = frame.map_err(|_| Unread::Abandoned)?.into_data() else { continue };
        size = size.saturating_add(u64::try_from(data.len()).unwrap_or(u64::MAX));
        if size <= KEPT_MAX {
            kept.extend_from_slice(&data);
        } else if size <= DRAINED_MAX {
            kept = Vec::new();
        } else {
            return Err(Unread::Abandoned);
        }
    }
    if size > KEPT_MAX { Err(Unread::Finished) } else { Ok(kept.into()) }
}
