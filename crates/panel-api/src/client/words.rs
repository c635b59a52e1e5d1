//! The words by which upstreams call states.

use crate::words::letters;

/// What an upstream calls the state of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UpstreamWord {
    /// Accepted, nothing has begun; also "Awaiting".
    Pending,
    /// On its way.
    Processing,
    /// Being delivered.
    InProgress,
    /// Delivered in full.
    Completed,
    /// Ended with less than ordered.
    Partial,
    /// Ended, all was given back; also with two l.
    Canceled,
    /// All was given back.
    Refunded,
    /// Error, Fail, Failed, Rejected: most who say so mean that the order has ended and was given
    /// back, but not all.
    Failed,
    /// A subscription that waits for posts.
    Active,
    /// A subscription that is held up.
    Paused,
    /// A subscription whose last day has passed.
    Expired,
    /// Any other word.
    Unknown,
}

impl UpstreamWord {
    /// Reads a word whatever its case, and whatever stands between its parts. Some upstreams send the
    /// numbers by which they keep states.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text.trim() {
            "0" => return Self::Pending,
            "1" => return Self::Processing,
            "2" => return Self::Completed,
            "3" => return Self::Partial,
            "4" => return Self::Canceled,
            "5" => return Self::Refunded,
            _ => {}
        }
        match letters(text).as_str() {
            "pending" | "awaiting" => Self::Pending,
            "processing" => Self::Processing,
            "inprogress" => Self::InProgress,
            "completed" => Self::Completed,
            "partial" => Self::Partial,
            // The last spelling is a typing error in a script that many panels run.
            "canceled" | "cancelled" | "canelled" => Self::Canceled,
            "refunded" => Self::Refunded,
            "error" | "fail" | "failed" | "rejected" => Self::Failed,
            "active" => Self::Active,
            "paused" => Self::Paused,
            "expired" => Self::Expired,
            _ => Self::Unknown,
        }
    }
}

/// What an upstream calls the state of a refill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefillWord {
    /// Asked for; also "Awaiting".
    Pending,
    /// Being delivered; also "Processing".
    InProgress,
    /// Delivered.
    Completed,
    /// Refused.
    Rejected,
    /// Taken back; one or two l.
    Canceled,
    /// Failed.
    Failed,
    /// Any other word.
    Unknown,
}

impl RefillWord {
    /// Reads a word whatever its case, and whatever stands between its parts.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match letters(text).as_str() {
            "pending" | "awaiting" => Self::Pending,
            "inprogress" | "processing" => Self::InProgress,
            "completed" => Self::Completed,
            "rejected" => Self::Rejected,
            "canceled" | "cancelled" => Self::Canceled,
            "error" | "fail" | "failed" => Self::Failed,
            _ => Self::Unknown,
        }
    }
}
