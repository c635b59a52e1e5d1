//! Orders that every route has refused, and that no refusal has ended.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "what cannot be done is a failed test"
)]

use super::provider::says;
use super::unsendable::{claim, engine, moment, order, placed, recorded, refused_by, setup};
use counter::fulfilment::{Claim, Found, RefusedRoute};
use dispatch::engine::{Action, Answer, Engine, Input};
use domain::orders::State;
use domain::providers::ProviderState;
use domain::{RouteId, Timestamp};

const TOO_FEW: &str = "Quantity less than minimal 500";
const GONE: &str = "Incorrect service ID";

const ELSEWHERE: Option<Found> = Some(Found::Refused { another_way: true });
const ENDED: Option<Found> = Some(Found::Refused { another_way: false });

const SECOND_US: i64 = 1_000_000;

/// After how many seconds the order is taken again, and how: within so many.
fn taken_again(engine: &mut Engine, from: i64, to: i64) -> Option<(i64, Claim)> {
    (from..to).find_map(|second| {
        let now = Timestamp(moment(9).0 + second * SECOND_US);
        claim(&engine.step(Input::Tick, now)).map(|claim| (second, claim))
    })
}

/// The first refuses it for good, and the second has no such service any more.
fn refused_by_both() -> Engine {
    let mut engine = engine(2);
    let Some(first) = claim(&engine.step(order(9), moment(9))) else { panic!("it is taken") };
    assert_eq!(first.route, RouteId(1));
    assert_eq!(placed(&mut engine, first, says(TOO_FEW)).0, ELSEWHERE, "the second is left");
    let told = recorded(&mut engine, 9, State::Pending);
    let Some(second) = claim(&told) else { panic!("{told:?}") };
    assert_eq!(second.route, RouteId(2));
    let (found, told) = placed(&mut engine, second, says(GONE));
    assert_eq!(found, ELSEWHERE, "it waits");
    assert!(told.iter().any(|action| matches!(action, Action::SwitchOff { .. })), "{told:?}");
    recorded(&mut engine, 9, State::Pending);
    let mut off = setup(2);
    off.routes[1].on = false;
    engine.step(Input::Setup(off), moment(9));
    engine
}

/// The money of its customer is held as long as it waits.
#[test]
fn an_order_that_nobody_is_left_for_ends() {
    let mut engine = refused_by_both();
    let (after, again) = taken_again(&mut engine, 0, 120).unwrap();
    assert!(after >= 30, "{after}");
    assert_eq!(again.route, RouteId(1));
    assert_eq!(placed(&mut engine, again, says(TOO_FEW)).0, ENDED);
    recorded(&mut engine, 9, State::Canceled);
    assert_eq!((engine.waiting_count(), engine.under_way()), (0, 0));
}

#[test]
fn a_route_that_was_mended_takes_it() {
    let mut engine = refused_by_both();
    let (_, again) = taken_again(&mut engine, 0, 120).unwrap();
    let body = br#"{"order":4711}"#.to_vec();
    let taken = Answer::Complete { status: 200, body, retry_after_us: None };
    assert!(matches!(placed(&mut engine, again, taken).0, Some(Found::Accepted { .. })));
}

/// Whoever comes after has read who refused it; and a provider that is off is no way.
#[test]
fn it_ends_also_with_whoever_goes_on() {
    let mut engine = engine(2);
    let mut off = setup(2);
    off.providers[1].state = ProviderState::Off;
    engine.step(Input::Setup(off), moment(9));
    let refused = RefusedRoute { route: RouteId(1), for_good: true };
    assert_eq!(claim(&engine.step(refused_by(9, vec![refused]), moment(9))), None);
    assert_eq!(taken_again(&mut engine, 0, 30), None, "not at once again");
    let (_, again) = taken_again(&mut engine, 30, 32).unwrap();
    assert_eq!(placed(&mut engine, again, says(TOO_FEW)).0, ENDED);
}

/// A provider that is only paused comes back: it is waited for.
#[test]
fn what_comes_back_is_waited_for() {
    let mut engine = engine(2);
    let mut paused = setup(2);
    paused.providers[1].state = ProviderState::Paused;
    engine.step(Input::Setup(paused), moment(9));
    let refused = RefusedRoute { route: RouteId(1), for_good: true };
    assert_eq!(claim(&engine.step(refused_by(9, vec![refused]), moment(9))), None);
    assert_eq!(taken_again(&mut engine, 0, 120), None);
}

/// The first has refused it for now, and the second for good: the first may take it yet.
#[test]
fn a_way_that_is_closed_for_now_is_left() {
    let mut engine = engine(2);
    let Some(first) = claim(&engine.step(order(9), moment(9))) else { panic!("it is taken") };
    assert_eq!(placed(&mut engine, first, says("Not enough funds on balance")).0, ELSEWHERE);
    let mut paused = setup(2);
    paused.providers[0].state = ProviderState::Paused;
    engine.step(Input::Setup(paused), moment(9));
    let told = recorded(&mut engine, 9, State::Pending);
    let Some(second) = claim(&told) else { panic!("{told:?}") };
    assert_eq!(second.route, RouteId(2));
    assert_eq!(placed(&mut engine, second, says(TOO_FEW)).0, ELSEWHERE);
    recorded(&mut engine, 9, State::Pending);
    assert_eq!(taken_again(&mut engine, 0, 120), None, "it waits for the first");
    engine.step(Input::Setup(setup(2)), moment(9));
    let (_, again) = taken_again(&mut engine, 120, 180).unwrap();
    assert_eq!(again.route, RouteId(1));
}
