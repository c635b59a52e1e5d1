//! What the engine follows is not only what it has placed itself.

use counter::fulfilment::Setup;
use dispatch::engine::{Action, Engine, Input, Timing};
use domain::providers::{Provider, ProviderState};
use domain::{AttemptId, Micros, ProviderId, Timestamp};

const PROVIDER: ProviderId = ProviderId(1);

fn minute(minutes: i64) -> Timestamp {
    Timestamp(0).plus_minutes(minutes)
}

fn provider() -> Provider {
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
        guards_links: false,
        balance_decimals: None,
        refusals: Vec::new(),
        trust_reads: 0,
        booked: Micros::ZERO,
        reported: None,
        quiet_reads: 0,
        created: minute(0),
    }
}

/// Whether a reading of what is followed begins at the first attempt.
fn reads_all(actions: &[Action]) -> bool {
    actions.iter().any(|action| {
        matches!(action, Action::ReadFollowed { after: AttemptId(0), provider: PROVIDER, .. })
    })
}

#[test]
fn what_staff_let_be_followed_is_found_in_time() {
    let mut engine = Engine::new(1, Timing::default(), minute(0));
    let setup = Setup { providers: vec![provider()], ..Setup::default() };
    assert!(reads_all(&engine.step(Input::Setup(setup), minute(0))));
    let told = engine.step(Input::Followed(PROVIDER, Vec::new()), minute(0));
    assert!(!reads_all(&told), "{told:?}");
    let told = engine.step(Input::Tick, minute(1));
    assert!(!reads_all(&told), "{told:?}");
    // Meanwhile a person has said under which id the provider has an order.
    assert!(reads_all(&engine.step(Input::Tick, minute(10))));
    assert!(!reads_all(&engine.step(Input::Tick, minute(20))), "while it is read already");
}
