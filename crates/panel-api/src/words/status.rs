//! Statuses of orders and of refills, as clients spell them.

use std::fmt;

/// The six public statuses of an order (panel API v2, section status).
///
/// Downstream panels compare them with case; `Canceled` has one l or nobody sees that the order
/// ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderStatus {
    /// Accepted, nothing has begun.
    Pending,
    /// On its way to whoever fulfils it.
    Processing,
    /// Being delivered.
    InProgress,
    /// Delivered in full.
    Completed,
    /// Ended with less than ordered; the rest was given back.
    Partial,
    /// Ended with nothing delivered; all was given back.
    Canceled,
}

impl OrderStatus {
    /// All of them, in the order of an order's life.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Processing,
        Self::InProgress,
        Self::Completed,
        Self::Partial,
        Self::Canceled,
    ];

    /// The exact text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Processing => "Processing",
            Self::InProgress => "In progress",
            Self::Completed => "Completed",
            Self::Partial => "Partial",
            Self::Canceled => "Canceled",
        }
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The statuses of a refill (panel API v2, section refill_status).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefillStatus {
    /// Asked for.
    Pending,
    /// Being delivered.
    InProgress,
    /// Delivered.
    Completed,
    /// Refused by whoever fulfils the order.
    Rejected,
    /// Failed.
    Error,
}

impl RefillStatus {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Pending, Self::InProgress, Self::Completed, Self::Rejected, Self::Error];

    /// The exact text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::InProgress => "In progress",
            Self::Completed => "Completed",
            Self::Rejected => "Rejected",
            Self::Error => "Error",
        }
    }
}

impl fmt::Display for RefillStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
