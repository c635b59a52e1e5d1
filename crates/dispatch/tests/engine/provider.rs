//! A provider of which nothing is known yet, what it refuses with, and what it has taken.

use dispatch::engine::Answer;
use domain::providers::{Attempt, AttemptState, Provider, ProviderState};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, Timestamp};

pub(super) const PROVIDER: ProviderId = ProviderId(1);

pub(super) fn provider() -> Provider {
    Provider {
        id: PROVIDER,
        name: String::from("one"),
        url: String::from("https://example.com"),
        state: ProviderState::Active,
        currency: String::from("USD"),
        exchange: Micros::new(1_000_000),
        adds_at_once: 3,
        adds_per_second: 10,
        asks_per_second: 5,
        takes_request_id: false,
        balance_decimals: None,
        refusals: Vec::new(),
        trust_reads: 0,
        booked: Micros::ZERO,
        reported: None,
        quiet_reads: 0,
        paused_for: None,
        restored: None,
        created: Timestamp(0),
    }
}

/// The only attempt of the order of the same number, which the provider has taken under that number.
pub(super) fn accepted(id: i64, cost: i64) -> Attempt {
    Attempt {
        id: AttemptId(id),
        order: OrderId(id),
        account: AccountId(1),
        number: 1,
        provider: PROVIDER,
        route: RouteId(1),
        expected_cost: Micros::new(cost),
        cost: Micros::new(cost),
        state: AttemptState::Accepted,
        upstream_id: Some(id.to_string()),
        evidence: None,
        followed: true,
        started: Timestamp(0),
        changed: Timestamp(0),
    }
}

/// The same where it is not known whether it was taken.
pub(super) fn lost(id: i64, cost: i64) -> Attempt {
    Attempt {
        cost: Micros::ZERO,
        state: AttemptState::Lost,
        upstream_id: None,
        followed: false,
        ..accepted(id, cost)
    }
}

/// A refusal in these words.
pub(super) fn says(text: &str) -> Answer {
    let body = format!(r#"{{"error":"{text}"}}"#).into_bytes();
    Answer::Complete { status: 200, body, retry_after_us: None }
}
