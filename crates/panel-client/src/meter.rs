//! What has gone over a connection.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// What has gone over a connection since its request began.
///
/// Two places report here. The upper one sees the request and the answer, the lower one the bytes that
/// the operating system has taken; with TLS there is something between them.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// A request has begun.
    running: AtomicBool,
    /// Something of the request was offered to the stream.
    offered: AtomicBool,
    /// Bytes of the last offer that the stream has not taken.
    left: AtomicUsize,
    /// The stream has passed on all that it took.
    flushed: AtomicBool,
    /// Bytes that the operating system has taken.
    taken: AtomicU64,
    /// Something of the answer was read.
    heard: AtomicBool,
}

// Everything happens in one task at a time, and the task's own synchronisation is enough.
const ORDER: Ordering = Ordering::Relaxed;

impl Meter {
    /// Begins a request.
    pub(crate) fn begin(&self) {
        self.offered.store(false, ORDER);
        self.left.store(0, ORDER);
        self.flushed.store(false, ORDER);
        self.taken.store(0, ORDER);
        self.heard.store(false, ORDER);
        self.running.store(true, ORDER);
    }

    /// So many bytes are offered.
    pub(crate) fn offer(&self, bytes: usize) {
        if self.running.load(ORDER) && bytes > 0 {
            self.offered.store(true, ORDER);
            self.flushed.store(false, ORDER);
            self.left.store(bytes, ORDER);
        }
    }

    /// The stream has taken so many of the bytes offered last.
    pub(crate) fn accept(&self, bytes: usize) {
        let left = self.left.load(ORDER);
        self.left.store(left.saturating_sub(bytes), ORDER);
    }

    /// The stream has passed on all that it took.
    pub(crate) fn flush(&self) {
        self.flushed.store(true, ORDER);
    }

    /// The operating system has taken so many bytes.
    pub(crate) fn take(&self, bytes: usize) {
        if self.running.load(ORDER) {
            let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
            self.taken.fetch_add(bytes, ORDER);
        }
    }

    /// Something of the answer was read.
    pub(crate) fn hear(&self) {
        self.heard.store(true, ORDER);
    }

    /// Whether surely nothing of the request has left us. Good only once the stream is gone: until then
    /// something may follow.
    pub(crate) fn nothing_sent(&self) -> bool {
        !self.offered.load(ORDER) || self.taken.load(ORDER) == 0
    }

    /// Whether all of the request has left us.
    pub(crate) fn all_sent(&self) -> bool {
        self.offered.load(ORDER) && self.left.load(ORDER) == 0 && self.flushed.load(ORDER)
    }

    /// Whether something of the answer was read.
    pub(crate) fn heard(&self) -> bool {
        self.heard.load(ORDER)
    }
}
