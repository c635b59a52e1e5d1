//! A provider of which nothing is known yet.

use domain::providers::{Provider, ProviderState};
use domain::{Micros, ProviderId, Timestamp};

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
