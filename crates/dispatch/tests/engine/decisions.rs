//! Decisions of the engine that need no provider to be seen.

#![expect(clippy::arithmetic_side_effects, reason = "what cannot be done is a failed test")]

use super::provider::{PROVIDER, accepted, provider};
use counter::fulfilment::{ForwardKind, Found, NotClaimed, Placement, Setup, ToForward, Waiting};
use dispatch::engine::{Action, Answer, Engine, Input, Timing};
use domain::catalogue::ServiceKind;
use domain::orders::State;
use domain::providers::{Attempt, AttemptState, Provider, ProviderState, Route};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, ServiceId, Timestamp};

fn minute(minutes: i64) -> Timestamp {
    Timestamp(0).plus_minutes(minutes)
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

fn route(daily_cap: Option<i64>) -> Route {
    Route {
        id: RouteId(1),
        service: ServiceId(1),
        provider: PROVIDER,
        upstream_service: String::from("7"),
        cost: Micros::new(1_000_000),
        min: 1,
        max: 1_000,
        priority: 0,
        weight: 1,
        daily_cap,
        on: true,
        off_for: None,
    }
}

fn setup(daily_cap: Option<i64>, used: i64) -> Setup {
    let (providers, routes) = (vec![provider()], vec![route(daily_cap)]);
    Setup { providers, routes, used_today: vec![(RouteId(1), used)], ..Setup::default() }
}

/// An engine with an order of 100 units before it, and what it wants done then.
fn with_an_order(setup: Setup) -> (Engine, Vec<Action>) {
    after_lost(setup, Vec::new())
}

/// The same where answers of the provider were lost.
fn after_lost(setup: Setup, lost: Vec<(Attempt, State)>) -> (Engine, Vec<Action>) {
    let mut engine = Engine::new(1, Timing::default(), minute(0));
    engine.step(Input::Setup(setup), minute(0));
    let mut told = engine.step(Input::Unknown(PROVIDER, lost), minute(0));
    let waiting = Waiting {
        order: ORDER,
        service: ServiceId(1),
        quantity: 100,
        limits: (100, 100),
        charge: Micros::new(1_000_000),
        since: minute(0),
        refused: Vec::new(),
    };
    told.extend(engine.step(Input::Waiting(vec![waiting], None), minute(0)));
    (engine, told)
}

fn claims(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Claim(_)))
}

/// What the engine does once it is told that an order was taken, so long ago.
fn taken(minutes: i64) -> Vec<Action> {
    let (mut engine, told) = with_an_order(setup(None, 0));
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

const SECOND_US: i64 = 1_000_000;

fn second(seconds: i64) -> Timestamp {
    Timestamp(minute(0).0 + seconds * SECOND_US)
}

/// Staff lift the cap, an order that was counted turns out not to be there, or the day ends: whatever it
/// is, the setup says so.
#[test]
fn a_route_that_was_full_is_used_as_soon_as_it_is_not() {
    let (mut engine, told) = with_an_order(setup(Some(1_000), 0));
    assert!(claims(&told), "{told:?}");
    let full = engine.step(Input::Claimed(vec![Err(NotClaimed::CapReached)]), second(0));
    assert!(!claims(&full), "{full:?}");
    let mut step = |setup, seconds| engine.step(Input::Setup(setup), second(seconds));
    assert!(!claims(&step(setup(Some(1_000), 950), 1)), "100 are too many");
    assert!(claims(&step(setup(Some(1_050), 950), 2)));
    let (_, told) = with_an_order(setup(Some(1_000), 950));
    assert!(!claims(&told), "{told:?}");
    let (_, told) = with_an_order(setup(Some(1_000), 900));
    assert!(claims(&told), "{told:?}");
}

/// A provider that takes one request in a second is not asked for its list and for an order in the same.
#[test]
fn a_list_is_a_question_like_any_other() {
    let mut engine = Engine::new(1, Timing::default(), minute(0));
    let provider = Provider { asks_per_second: 1, ..provider() };
    engine.step(Input::Setup(Setup { providers: vec![provider], ..Setup::default() }), second(0));
    engine
        .step(Input::Followed(PROVIDER, vec![(accepted(5, 1), State::Submitted, None)]), second(0));
    // The order is due by then.
    let told = engine.step(Input::ListDue(PROVIDER), second(600));
    let lists = |told: &[Action]| told.iter().any(|a| matches!(a, Action::FetchList(PROVIDER)));
    let asks = |told: &[Action]| told.iter().any(|a| matches!(a, Action::AskStatus { .. }));
    assert!(lists(&told) && !asks(&told), "{told:?}");
    let told = engine.step(Input::ListDue(PROVIDER), Timestamp(second(600).0 + SECOND_US / 2));
    assert!(!lists(&told) && !asks(&told), "{told:?}");
    let told = engine.step(Input::Tick, second(601));
    assert!(lists(&told) && !asks(&told), "{told:?}");
    let told = engine.step(Input::Tick, second(602));
    assert!(!lists(&told) && asks(&told), "{told:?}");
}

/// A million open orders need a dozen questions a second and more, whatever else there is to do.
#[test]
fn orders_are_asked_for_as_often_as_the_provider_lets() {
    let mut engine = Engine::new(1, Timing::default(), minute(0));
    let provider = Provider { asks_per_second: 50, ..provider() };
    engine.step(Input::Setup(Setup { providers: vec![provider], ..Setup::default() }), second(0));
    let all = (1..=9_000).map(|id| (accepted(id, 1), State::Submitted, None)).collect();
    engine.step(Input::Followed(PROVIDER, all), second(0));
    // All of them are due by then.
    let mut now = minute(10);
    let (until, mut asked) = (Timestamp(now.0 + SECOND_US), 0);
    while now < until {
        let mut inputs = vec![Input::Tick];
        while let Some(input) = inputs.pop() {
            for action in engine.step(input, now) {
                if let Action::AskStatus { ask, .. } = action {
                    asked += 1;
                    let body = b"{}".to_vec();
                    let answer = Answer::Complete { status: 200, body, retry_after_us: None };
                    inputs.push(Input::Statuses(ask, answer));
                }
            }
        }
        now = engine.next_tick(now);
    }
    assert!((48..=51).contains(&asked), "{asked}");
}

/// While nothing happens, orders are looked for five times a second, and at once when one has come.
#[test]
fn who_has_nothing_to_do_looks_seldom_and_listens() {
    let mut engine = Engine::new(1, Timing::default(), minute(0));
    let looks = |told: &[Action]| told.iter().any(|a| matches!(a, Action::ReadWaiting { .. }));
    let (mut now, mut count) = (second(0), 0);
    let mut found = |engine: &mut Engine, input, now| {
        let mut told = engine.step(input, now);
        while looks(&told) {
            count += 1;
            told = engine.step(Input::Waiting(Vec::new(), None), now);
        }
        std::mem::take(&mut count)
    };
    let mut all = 0;
    while now < second(10) {
        all += found(&mut engine, Input::Tick, now);
        let next = engine.next_tick(now);
        assert!(next.0 - now.0 <= SECOND_US / 5, "another node's order waits for it");
        now = next;
    }
    assert!((45..=55).contains(&all), "{all}");
    assert!(engine.listens(now));
    let now = Timestamp(now.0 + 1);
    assert_eq!(found(&mut engine, Input::Came, now), 1);
    // Many that come at once are one look more.
    assert!(!engine.listens(now));
    assert!(engine.listens(engine.next_tick(now)));
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
    let of = |provider| Setup { providers: vec![provider], ..setup(None, 0) };
    let sends = |told: &[Action]| told.iter().any(|a| matches!(a, Action::Replay(_)));
    let (mut engine, told) = after_lost(of(knows.clone()), lost.clone());
    assert!(claims(&told) && sends(&engine.step(Input::Tick, minute(1))));

    let (mut engine, told) = after_lost(of(held), lost);
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

/// A route that is closed for the oldest order is no reason to keep others from one that is open.
#[test]
fn an_order_that_waits_for_its_way_holds_up_no_other() {
    let away = ProviderId(PROVIDER.0 + 1);
    let paused = Provider { id: away, state: ProviderState::Paused, ..provider() };
    let large = Route { id: RouteId(2), provider: away, min: 1_001, max: 9_000, ..route(None) };
    let setup = Setup {
        providers: vec![provider(), paused],
        routes: vec![route(None), large],
        ..Setup::default()
    };
    let mut engine = Engine::new(1, Timing::default(), minute(0));
    engine.step(Input::Setup(setup), minute(0));
    engine.step(Input::Unknown(PROVIDER, Vec::new()), minute(0));
    let waits = |id, quantity| Waiting {
        order: OrderId(id),
        service: ServiceId(1),
        quantity,
        limits: (quantity, quantity),
        charge: Micros::new(9_000_000),
        since: minute(0),
        refused: Vec::new(),
    };
    let told = engine.step(Input::Waiting(vec![waits(1, 5_000), waits(2, 100)], None), minute(0));
    let taken: Vec<i64> = told
        .iter()
        .filter_map(|action| match action {
            Action::Claim(claims) => Some(claims.iter().map(|claim| claim.order.0)),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(taken, [2]);
}
