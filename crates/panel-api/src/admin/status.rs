//! The words for where an order or a refill stands.

use crate::words::{OrderStatus, letters};

/// Where an order stands, in the words of the admin dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdminStatus {
    /// Nobody has it.
    Pending,
    /// Somebody has it and has not begun.
    Processing,
    /// Being delivered.
    InProgress,
    /// Delivered.
    Completed,
    /// Delivered in part.
    Partial,
    /// Not delivered.
    Canceled,
}

impl AdminStatus {
    /// All of them, in the order of an order's life.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Processing,
        Self::InProgress,
        Self::Completed,
        Self::Partial,
        Self::Canceled,
    ];

    /// The word of v2: lower case, with a low line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Processing => "processing",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Partial => "partial",
            Self::Canceled => "canceled",
        }
    }

    /// The word of v1, which is that of the panel API.
    #[must_use]
    pub const fn spelled(self) -> &'static str {
        match self {
            Self::Pending => OrderStatus::Pending.name(),
            Self::Processing => OrderStatus::Processing.name(),
            Self::InProgress => OrderStatus::InProgress.name(),
            Self::Completed => OrderStatus::Completed.name(),
            Self::Partial => OrderStatus::Partial.name(),
            Self::Canceled => OrderStatus::Canceled.name(),
        }
    }

    /// The status of a word, however it is spelled.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        match &*letters(word) {
            "pending" => Some(Self::Pending),
            "processing" => Some(Self::Processing),
            "inprogress" => Some(Self::InProgress),
            "completed" | "complete" => Some(Self::Completed),
            "partial" => Some(Self::Partial),
            "canceled" | "cancelled" => Some(Self::Canceled),
            _ => None,
        }
    }
}

/// What is said of a refill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefillWord {
    /// It has begun.
    InProgress,
    /// It is delivered.
    Completed,
    /// It is refused.
    Rejected,
}

impl RefillWord {
    /// What a word says of a refill, however it is spelled.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        match &*letters(word) {
            "inprogress" | "processing" => Some(Self::InProgress),
            "completed" | "complete" => Some(Self::Completed),
            "rejected" | "canceled" | "cancelled" | "error" => Some(Self::Rejected),
            _ => None,
        }
    }
}
