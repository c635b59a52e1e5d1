//! What can go wrong.

mod rules;
mod variants;

pub(crate) use rules::{Asked, Fired, Rules};
pub use rules::{Rule, When};

use serde::{Deserialize, Serialize};

use crate::action::Action;

/// Something that goes wrong with a request, or with a connection. At most one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Nobody listens: the connection is refused.
    Refuse,
    /// The connection is accepted, and closed before anything is read.
    CloseUnread,
    /// The request is read and never processed; nothing is answered.
    HangBefore,
    /// It is processed; nothing is answered.
    HangAfter,
    /// It is processed; the connection is reset.
    ResetAfter,
    /// The connection is reset when the request has been read; it is never processed.
    ResetBefore,
    /// It is processed; the answer is HTTP 500 with a page.
    ErrorAfter,
    /// HTTP 502 with a page; it is never processed.
    BadGateway,
    /// It is processed; the connection closes in the middle of the answer.
    Truncate,
    /// It is processed 90 seconds later, whoever is still there. For what writes.
    AcceptLate,
    /// It is processed; the answer comes 90 seconds later.
    AnswerLate,
    /// An `add` is refused because of somebody else's open order for that link.
    LinkGuard,
    /// It is processed; the answer comes byte by byte, half a second for each.
    Drip,
    /// It is processed; the answer has the right values in unusual types and places.
    WrongTypes,
    /// The balance is old, rounded, or off by something.
    BalanceLies,
    /// An `add` is accepted under the id of the account's previous order.
    IdReuse,
    /// Refused because of too many requests; it is never processed.
    RateLimit,
    /// Refused in words, with HTTP 200; it is never processed.
    Refusal,
    /// It is refused, and the refusal is never told.
    RejectHang,
    /// A status that cannot be.
    StatusNonsense,
    /// It is processed; the answer is HTTP 200 and not JSON.
    NotJson,
}

/// What becomes of a request that a [`Fault`] happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is never processed.
    Lost,
    /// It is refused.
    Refused,
    /// It is processed as ever, at once.
    Processed,
    /// It is processed later.
    Delayed,
}

/// How long [`Fault::AcceptLate`] and [`Fault::AnswerLate`] wait unless a rule says otherwise, in
/// microseconds.
pub const LATE_US: u64 = 90_000_000;

/// What [`Fault::Drip`] waits for each byte unless a rule says otherwise, in microseconds.
pub const DRIP_US: u64 = 500_000;

/// How old the balance of [`Fault::BalanceLies`] is unless a rule says otherwise, in microseconds.
pub const STALE_US: u64 = 60_000_000;

impl Fault {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Refuse,
        Self::CloseUnread,
        Self::HangBefore,
        Self::HangAfter,
        Self::ResetAfter,
        Self::ResetBefore,
        Self::ErrorAfter,
        Self::BadGateway,
        Self::Truncate,
        Self::AcceptLate,
        Self::AnswerLate,
        Self::LinkGuard,
        Self::Drip,
        Self::WrongTypes,
        Self::BalanceLies,
        Self::IdReuse,
        Self::RateLimit,
        Self::Refusal,
        Self::RejectHang,
        Self::StatusNonsense,
        Self::NotJson,
    ];

    /// Its name, which does not change.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::CloseUnread => "close-unread",
            Self::HangBefore => "hang-before",
            Self::HangAfter => "hang-after",
            Self::ResetAfter => "reset-after",
            Self::ResetBefore => "reset-before",
            Self::ErrorAfter => "error-after",
            Self::BadGateway => "bad-gateway",
            Self::Truncate => "truncate",
            Self::AcceptLate => "accept-late",
            Self::AnswerLate => "answer-late",
            Self::LinkGuard => "link-guard",
            Self::Drip => "drip",
            Self::WrongTypes => "wrong-types",
            Self::BalanceLies => "balance-lies",
            Self::IdReuse => "id-reuse",
            Self::RateLimit => "rate-limit",
            Self::Refusal => "refusal",
            Self::RejectHang => "reject-hang",
            Self::StatusNonsense => "status-nonsense",
            Self::NotJson => "not-json",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }

    /// Whether it happens to connections, and not to requests.
    pub const fn is_of_connections(self) -> bool {
        matches!(self, Self::Refuse | Self::CloseUnread)
    }

    /// Whether it can happen to a request for this.
    pub const fn fits(self, action: Action) -> bool {
        match self {
            Self::Refuse | Self::CloseUnread => false,
            Self::AcceptLate => action.writes(),
            Self::LinkGuard | Self::IdReuse => matches!(action, Action::Add),
            Self::BalanceLies => matches!(action, Action::Balance),
            Self::StatusNonsense => matches!(action, Action::Status),
            _ => true,
        }
    }

    /// Whether it happens to a request for this when a rule names no actions: to `add`, except for
    /// those that are about something else.
    pub const fn is_usual(self, action: Action) -> bool {
        match self {
            Self::WrongTypes | Self::BalanceLies | Self::StatusNonsense => self.fits(action),
            _ => self.fits(action) && matches!(action, Action::Add),
        }
    }

    /// What becomes of the request.
    pub const fn fate(self) -> Fate {
        match self {
            Self::Refuse
            | Self::CloseUnread
            | Self::HangBefore
            | Self::ResetBefore
            | Self::BadGateway
            | Self::RateLimit => Fate::Lost,
            Self::LinkGuard | Self::Refusal | Self::RejectHang => Fate::Refused,
            Self::AcceptLate => Fate::Delayed,
            _ => Fate::Processed,
        }
    }

    /// The ways in which it can happen to a request for this; nothing when there is only one. A
    /// rule may ask for one of them, otherwise each is as likely.
    pub const fn variants(self, action: Action) -> &'static [&'static str] {
        variants::of(self, action)
    }
}

/// The words of a refusal, where a rule has none of its own.
pub(crate) fn refusal_words(fired: &Fired) -> &'static str {
    variants::refusal(fired.variant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_the_same_as_json() {
        for fault in Fault::ALL {
            assert_eq!(Fault::named(fault.name()), Some(fault));
            let json = serde_json::to_value(fault).unwrap();
            assert_eq!(json, fault.name());
        }
    }

    #[test]
    fn every_fault_happens_to_something_unasked() {
        for fault in Fault::ALL {
            let usual = Action::ALL.into_iter().any(|action| fault.is_usual(action));
            assert_ne!(usual, fault.is_of_connections(), "{fault:?}");
        }
    }
}
