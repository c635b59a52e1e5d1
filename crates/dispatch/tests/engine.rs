//! Decisions of the engine that need no provider to be seen.

use counter::fulfilment::{ForwardKind, Found, Placement, Setup, ToForward, Waiting};
use dispatch::engine::{Action, Engine, Input, Timing};
use domain::catalogue::ServiceKind;
use domain::orders::State;
use domain::providers::{Attempt, AttemptState, Provider, ProviderState, Route};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, ServiceId, Timestamp};

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
        balance_decimals: None,
        refusals: Vec::new(),
        trust_reads: 0,
        booked: Micros::ZERO,
        reported: None,
        quiet_reads: 0,
        restored: None,
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
    let told = engine.step(Input::Tick, Timestamp(minute(0).0 + 20_000_000));
    assert!(!reads_all(&told), "{told:?}");
    // Meanwhile a person has said under which id the provider has an order.
    assert!(reads_all(&engine.step(Input::Tick, minute(10))));
    assert!(!reads_all(&engine.step(Input::Tick, minute(20))), "while it is read already");
}

const ORDER: OrderId = OrderId(9);

/// What the engine does about an order that waits, with a provider that it knows of nothing lost, or
/// of what was.
fn offered(provider: Provider, lost: Vec<(Attempt, State)>) -> (Engine, Vec<Action>) {
    let mut engine = Engine::new(1, Timing::default(), minute(0));
    let route = Route {
        id: RouteId(1),
        service: ServiceId(1),
        provider: PROVIDER,
        upstream_service: String::from("7"),
        cost: Micros::new(1_000_000),
        min: 1,
        max: 1_000,
        priority: 0,
        weight: 1,
        daily_cap: None,
        on: true,
    };
    let (providers, routes) = (vec![provider], vec![route]);
    engine.step(Input::Setup(Setup { providers, routes, ..Setup::default() }), minute(0));
    let mut told = engine.step(Input::Unknown(PROVIDER, lost), minute(0));
    let waiting = Waiting {
        order: ORDER,
        service: ServiceId(1),
        quantity: 100,
        limits: (100, 100),
        charge: Micros::new(1_000_000),
        since: minute(0),
    };
    told.extend(engine.step(Input::Waiting(vec![waiting], None), minute(0)));
    (engine, told)
}

fn claims(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Claim(_)))
}

/// What the engine does once it is told that an order was taken, so long ago.
fn taken(minutes: i64) -> Vec<Action> {
    let (mut engine, told) = offered(provider(), Vec::new());
    assert!(claims(&told), "{told:?}");
    let placement = Placement {
        attempt: AttemptId(3),
        order: ORDER,
        account: AccountId(1),
        number: 1,
        provider: PROVIDER,
        route: RouteId(1),
        upstream_service: String::from("7"),
        kind: ServiceKind::Default,
        link: String::from("https://example.com"),
        quantity: 100,
        params: None,
        expected_cost: Micros::new(100_000),
        request_id: String::from("9-0-1"),
        started: minute(0),
    };
    engine.step(Input::Claimed(vec![Ok(placement)]), minute(minutes))
}

/// Whoever slept after taking an order may have been taken over from, and the order given to another
/// provider: nothing protects a provider from a call that comes so late, but not making it.
#[test]
fn what_was_taken_long_ago_is_not_sent() {
    let sent = |actions: &[Action]| actions.iter().any(|a| matches!(a, Action::Place(_)));
    assert!(sent(&taken(0)));
    let told = taken(1);
    assert!(!sent(&told), "{told:?}");
    let recorded = told.iter().find_map(|action| match action {
        Action::Record(outcomes) => outcomes.first(),
        _ => None,
    });
    assert_eq!(recorded.map(|outcome| &outcome.found), Some(&Found::NotSent), "{told:?}");
}

/// A provider that is held after a restore is asked where orders stand and what the balance is, and
/// nothing else.
#[test]
fn a_provider_that_is_held_gets_nothing_but_questions() {
    let knows = Provider { takes_request_id: true, ..provider() };
    let held = Provider { restored: Some(minute(0)), ..knows.clone() };
    let lost = Attempt {
        id: AttemptId(3),
        order: OrderId(8),
        account: AccountId(1),
        number: 1,
        provider: PROVIDER,
        route: RouteId(1),
        expected_cost: Micros::new(100_000),
        cost: Micros::ZERO,
        state: AttemptState::Lost,
        upstream_id: None,
        evidence: None,
        followed: false,
        started: minute(0),
        changed: minute(0),
    };
    let lost = vec![(lost, State::Unknown)];
    let sends = |told: &[Action]| told.iter().any(|a| matches!(a, Action::Replay(_)));
    let (mut engine, told) = offered(knows.clone(), lost.clone());
    assert!(claims(&told) && sends(&engine.step(Input::Tick, minute(1))));

    let (mut engine, told) = offered(held.clone(), lost);
    assert!(!claims(&told), "{told:?}");
    assert!(told.iter().any(|action| matches!(action, Action::AskBalance { .. })), "{told:?}");
    let told = engine.step(Input::Tick, minute(1));
    assert!(!claims(&told) && !sends(&told), "{told:?}");
    let forwards = [ForwardKind::Cancel, ForwardKind::Refill, ForwardKind::RefillStatus];
    let found = forwards.map(|kind| ToForward {
        provider: PROVIDER,
        kind,
        asked: vec![(1, String::from("5"))],
    });
    let told = engine.step(Input::ToForward(found.to_vec()), minute(1));
    let sent = told.iter().filter_map(|action| match action {
        Action::Forward { kind, .. } => Some(*kind),
        _ => None,
    });
    assert_eq!(sent.collect::<Vec<_>>(), [ForwardKind::RefillStatus]);
    let setup = Setup { providers: vec![knows], ..Setup::default() };
    assert!(sends(&engine.step(Input::Setup(setup), minute(1))), "it is released");
}
