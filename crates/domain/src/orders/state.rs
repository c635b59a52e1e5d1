//! The states of an order.

use crate::names::named;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// Taken and paid for; nobody works on it yet.
    Pending,
    /// Being placed at a provider right now.
    Dispatching,
    /// A provider may or may not have it; only evidence moves it on.
    Unknown,
    /// A provider, or a person, has accepted it.
    Submitted,
    /// A provider has accepted it, but under which id is not known.
    SubmittedNoId,
    /// Being delivered.
    InProgress,
    /// A person has to decide.
    Review,
    /// Delivered.
    Completed,
    /// Delivered in part; the rest was given back.
    Partial,
    /// Not delivered; all was given back.
    Canceled,
}

named!(State {
    Pending => "pending",
    Dispatching => "dispatching",
    Unknown => "unknown",
    Submitted => "submitted",
    SubmittedNoId => "submitted_no_id",
    InProgress => "in_progress",
    Review => "review",
    Completed => "completed",
    Partial => "partial",
    Canceled => "canceled",
});

impl State {
    /// Whether nothing more is delivered and the order holds no money.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Partial | Self::Canceled)
    }
}
