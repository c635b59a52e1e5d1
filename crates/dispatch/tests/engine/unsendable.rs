//! Orders that cannot be sent to a provider, whatever it does.

#![expect(clippy::arithmetic_side_effects, reason = "what cannot be done is a failed test")]

use super::provider::provider;
use counter::fulfilment::{Claim, Found, Placement, Recorded, RefusedRoute, Setup, Waiting};
use dispatch::engine::{Action, Answer, Engine, Input, Timing};
use domain::catalogue::ServiceKind;
use domain::limits::BREAKER_FAILURES;
use domain::orders::State;
use domain::providers::{Fit, Provider, Route};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, ServiceId, Timestamp};
use panel_api::client::Unsendable;

pub(super) const NOW: Timestamp = Timestamp(1_000_000_000);

fn numbered(id: i64) -> Provider {
    Provider {
        id: ProviderId(id),
        name: format!("provider {id}"),
        adds_per_second: 1_000,
        ..provider()
    }
}

/// The route to the provider of the same number, and the first of them first.
pub(super) fn route(id: i64) -> Route {
    Route {
        id: RouteId(id),
        service: ServiceId(1),
        provider: ProviderId(id),
        upstream_service: String::from("7"),
        cost: Micros::new(1_000_000),
        min: 1,
        max: 1_000,
        priority: id,
        weight: 1,
        daily_cap: None,
        on: true,
        off_for: None,
    }
}

/// So many providers with a route to each.
pub(super) fn setup(providers: i64) -> Setup {
    Setup {
        providers: (1..=providers).map(numbered).collect(),
        routes: (1..=providers).map(route).collect(),
        ..Setup::default()
    }
}

/// An engine with so many providers.
pub(super) fn engine(providers: i64) -> Engine {
    let mut engine = Engine::new(1, Timing::default(), NOW);
    engine.step(Input::Setup(setup(providers)), NOW);
    for id in 1..=providers {
        engine.step(Input::Unknown(ProviderId(id), Vec::new()), NOW);
    }
    engine
}

/// When an order comes: ten milliseconds after the one before it.
pub(super) fn moment(order: i64) -> Timestamp {
    Timestamp(NOW.0 + order * 10_000)
}

pub(super) fn order(id: i64) -> Input {
    refused_by(id, Vec::new())
}

/// The same, where routes have refused it.
pub(super) fn refused_by(id: i64, refused: Vec<RefusedRoute>) -> Input {
    let waiting = Waiting {
        order: OrderId(id),
        service: ServiceId(1),
        quantity: 100,
        limits: (100, 100),
        charge: Micros::new(1_000_000),
        since: NOW,
        refused,
    };
    Input::Waiting(vec![waiting], None)
}

pub(super) fn claim(told: &[Action]) -> Option<Claim> {
    told.iter().find_map(|action| match action {
        Action::Claim(claims) => claims.first().copied(),
        _ => None,
    })
}

/// Lets an order be taken whose call comes to `answer`; what is to be recorded of it, and what is to be
/// done besides.
pub(super) fn placed(
    engine: &mut Engine,
    claim: Claim,
    answer: Answer,
) -> (Option<Found>, Vec<Action>) {
    let now = moment(claim.order.0);
    let attempt = attempt(claim);
    let placement = Placement {
        attempt,
        order: claim.order,
        account: AccountId(1),
        number: claim.route.0,
        provider: ProviderId(claim.route.0),
        route: claim.route,
        upstream_service: String::from("7"),
        kind: ServiceKind::CustomComments,
        link: String::from("https://example.com"),
        quantity: 100,
        params: None,
        expected_cost: claim.expected_cost,
        request_id: String::from("9-0-1"),
        started: NOW,
    };
    let told = engine.step(Input::Claimed(vec![Ok(placement)]), now);
    assert!(told.iter().any(|action| matches!(action, Action::Place(_))), "{told:?}");
    let told = engine.step(Input::Answered(attempt, answer), now);
    (found(&told), told)
}

/// What is to be recorded.
pub(super) fn found(told: &[Action]) -> Option<Found> {
    told.iter().find_map(|action| match action {
        Action::Record(outcomes) => outcomes.first().map(|outcome| outcome.found.clone()),
        _ => None,
    })
}

/// The number of the attempt that a claim becomes.
pub(super) fn attempt(claim: Claim) -> AttemptId {
    AttemptId(claim.order.0 * 10 + claim.route.0)
}

fn too_long() -> Answer {
    Answer::Unsendable(Unsendable::TooLong)
}

pub(super) fn recorded(engine: &mut Engine, order: i64, state: State) -> Vec<Action> {
    engine.step(Input::Recorded(vec![Recorded::Done(state, Fit::News)]), moment(order))
}

#[test]
fn an_order_that_cannot_be_sent_is_tried_once_on_each_way() {
    let mut engine = engine(2);
    let first = claim(&engine.step(order(9), moment(9))).unwrap();
    assert_eq!(first.route, RouteId(1));
    let (found, _) = placed(&mut engine, first, too_long());
    assert_eq!(found, Some(Found::Unsendable { another_way: true }));
    let second = claim(&recorded(&mut engine, 9, State::Pending)).unwrap();
    assert_eq!((second.order, second.route), (first.order, RouteId(2)));
    let (found, _) = placed(&mut engine, second, too_long());
    assert_eq!(found, Some(Found::Unsendable { another_way: false }), "it is canceled");
    assert_eq!(claim(&recorded(&mut engine, 9, State::Canceled)), None);
    assert_eq!((engine.waiting_count(), engine.under_way()), (0, 0));
}

#[test]
fn the_provider_goes_on_getting_the_others() {
    let mut engine = engine(1);
    for id in 1..=BREAKER_FAILURES * 3 {
        let claim = claim(&engine.step(order(id), moment(id)));
        let (found, told) = placed(&mut engine, claim.unwrap(), too_long());
        assert_eq!(found, Some(Found::Unsendable { another_way: false }));
        assert!(!told.iter().any(|action| matches!(action, Action::Pause { .. })), "{told:?}");
        recorded(&mut engine, id, State::Canceled);
    }
}

/// What is wrong with the setup is no reason to cancel an order.
#[test]
fn a_fault_of_the_setup_is_for_a_person_to_mend() {
    let of = |why| {
        let mut engine = engine(1);
        let claim = claim(&engine.step(order(9), moment(9))).unwrap();
        let (found, told) = placed(&mut engine, claim, Answer::Unsendable(why));
        assert_eq!(found, Some(Found::Unsendable { another_way: true }), "it waits");
        told
    };
    let told = of(Unsendable::Key);
    assert!(told.iter().any(|action| matches!(action, Action::Pause { .. })), "{told:?}");
    let told = of(Unsendable::Service);
    assert!(told.iter().any(|action| matches!(action, Action::SwitchOff { .. })), "{told:?}");
}
