//! A try to place an order at a provider.

use crate::names::named;
use crate::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, Timestamp};

/// What is known of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AttemptState {
    /// It is under way; after a crash nobody knows.
    Open,
    /// Surely no byte of it was sent.
    NotSent,
    /// The provider has surely refused it.
    Refused,
    /// It may have been heard.
    Lost,
    /// Evidence shows that the provider did not take it.
    NotAccepted,
    /// The provider has it, under an id that is known.
    Accepted,
    /// The provider has it, under an id that is not known.
    AcceptedNoId,
}

named!(AttemptState {
    Open => "open",
    NotSent => "not_sent",
    Refused => "refused",
    Lost => "lost",
    NotAccepted => "not_accepted",
    Accepted => "accepted",
    AcceptedNoId => "accepted_no_id",
});

impl AttemptState {
    /// Whether the provider may have the order by this attempt.
    pub const fn may_be_placed(self) -> bool {
        matches!(self, Self::Open | Self::Lost | Self::Accepted | Self::AcceptedNoId)
    }

    /// Whether it is not known what became of it.
    pub const fn is_unknown(self) -> bool {
        matches!(self, Self::Open | Self::Lost)
    }
}

/// What an attempt is called towards a provider that knows request ids: the same whenever it is
/// computed, also from a restored database, and another for every other attempt.
pub fn request_id(order: OrderId, placed: Timestamp, number: i64) -> String {
    format!("{order}-{}-{number}", placed.0)
}

/// A try to place an order at a provider. Written before the provider is called, so that whatever
/// happens it is known what may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// What is placed.
    pub order: OrderId,
    /// Whose order that is.
    pub account: AccountId,
    /// Counts the attempts of the order, from 1; the fence that the order has under it.
    pub number: i64,
    /// Where.
    pub provider: ProviderId,
    /// By which route.
    pub route: RouteId,
    /// What the provider is expected to charge, in its currency.
    pub expected_cost: Micros,
    /// What the provider has charged by our books, net of what it gave back, in its currency.
    pub cost: Micros,
    /// What is known of it.
    pub state: AttemptState,
    /// The provider's id of the order.
    pub upstream_id: Option<String>,
    /// What shows it: the provider's words, or what a person has seen.
    pub evidence: Option<String>,
    /// Whether the order is followed at the provider.
    pub followed: bool,
    /// When it began.
    pub started: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_id_is_that_of_one_attempt() {
        let (order, placed) = (OrderId(7), Timestamp(1_700_000_000_000_000));
        let id = request_id(order, placed, 1);
        assert_eq!(id, request_id(order, placed, 1), "also from an older copy of the database");
        // Where an older copy gave the number of an order out again, it was placed at another time.
        let again = request_id(order, placed.plus_minutes(1), 1);
        assert!(id != again && id != request_id(order, placed, 2));
    }
}
