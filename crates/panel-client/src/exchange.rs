//! What became of a request.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use crate::Late;

/// What became of an order that was to be placed. There is no fourth.
#[derive(Debug)]
pub enum Exchange {
    /// Surely not one byte of the request has left us: the upstream cannot have the order.
    NotSent(NotSent),
    /// There is a whole answer, whatever it says and whatever its HTTP status is.
    Answered(Answer),
    /// Something was sent, and there is no whole answer: the upstream may have the order.
    Lost(Lost),
}

/// A whole answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status. A redirect is an answer like any other; it is not followed.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// How long the upstream asks to be left alone. A date in its place is not read.
    pub retry_after: Option<Duration>,
}

/// Without the body: some servers send back what they were sent, the key included.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

/// Why nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSent {
    /// The name has no address, or nobody could say which.
    #[error("the name was not resolved: {0}")]
    Name(String),
    /// The name has only addresses that the policy refuses; one of them.
    #[error("the name leads to {0}, which is not on the public internet")]
    Private(IpAddr),
    /// Nobody took the connection.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection could not be encrypted, or the other end is not who it should be.
    #[error("no encrypted connection: {0}")]
    Tls(String),
    /// The time was over before.
    #[error("no connection in time")]
    TimedOut,
    /// The connection ended before anything was sent.
    #[error("the connection ended before anything was sent: {0}")]
    Ended(Loss),
}

/// A request that may have been heard.
pub struct Lost {
    /// Why there is no whole answer.
    pub why: Loss,
    /// What was read of the answer's body before it ended. It is no answer, but it may tell a person
    /// something.
    pub heard: Vec<u8>,
    /// Where the connection still stands, an answer may come late. It is evidence then, so this should
    /// be waited for, and nothing be decided without it.
    pub late: Option<Late>,
}

/// Without what was heard: some servers send back what they were sent, the key included.
impl fmt::Debug for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lost")
            .field("why", &self.why)
            .field("bytes", &self.heard.len())
            .field("late", &self.late)
            .finish_non_exhaustive()
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Loss {
    /// The time was over.
    #[error("no whole answer in time")]
    TimedOut,
    /// The connection was closed before an answer began.
    #[error("the connection was closed without an answer")]
    Closed,
    /// The connection was broken off, before or within the answer.
    #[error("the connection was broken off")]
    Broken,
    /// The connection was closed within the answer.
    #[error("the answer was cut off")]
    Truncated,
    /// What came is not HTTP.
    #[error("the answer is not HTTP")]
    NotHttp,
    /// The answer is larger than the limit.
    #[error("the answer is too large")]
    TooLarge,
}

/// Why a question has no answer. It may be asked again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// It was not sent.
    #[error(transparent)]
    NotSent(#[from] NotSent),
    /// It was sent, and there is no whole answer.
    #[error(transparent)]
    Lost(#[from] Loss),
}
