//! Answers that say no after their call was given up: they ask for all that an answer in time does.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "what cannot be done is a failed test"
)]

use super::provider::says;
use super::unsendable::{
    attempt, claim, engine, found, moment, order, placed, recorded, refused_by,
};
use counter::fulfilment::{Claim, Found, RefusedRoute};
use dispatch::engine::{Action, Answer, Engine, Input};
use domain::orders::State;
use domain::{RouteId, Timestamp};

const BAD_LINK: &str = "Incorrect link";
const NO_FUNDS: &str = "Not enough funds";
const GONE: &str = "Service not found";
const LATER: &str = "Too many requests";

const ELSEWHERE: Option<Found> = Some(Found::Refused { another_way: true });
const ENDED: Option<Found> = Some(Found::Refused { another_way: false });

const SECOND_US: i64 = 1_000_000;

fn lost() -> Answer {
    Answer::Lost { why: String::from("no answer in time"), may_come: true }
}

/// An engine with so many providers whose first order has lost its answer, and stands so.
fn lost_at_first(providers: i64, state: State) -> (Engine, Claim) {
    let mut engine = engine(providers);
    let told = engine.step(order(9), moment(9));
    let Some(first) = claim(&told) else { panic!("{told:?}") };
    assert_eq!(first.route, RouteId(1));
    assert_eq!(placed(&mut engine, first, lost()).0, Some(Found::Lost));
    recorded(&mut engine, 9, state);
    (engine, first)
}

/// Whether the order is taken again within so many seconds, and by which route.
fn taken_within(engine: &mut Engine, seconds: i64) -> Option<RouteId> {
    (0..seconds * 10).find_map(|tenth| {
        let now = Timestamp(moment(9).0 + tenth * SECOND_US / 10);
        claim(&engine.step(Input::Tick, now)).map(|claim| claim.route)
    })
}

#[test]
fn what_no_route_takes_is_canceled() {
    let (mut engine, first) = lost_at_first(1, State::Unknown);
    let told = engine.step(Input::Late(attempt(first), says(BAD_LINK)), moment(9));
    assert_eq!(found(&told), ENDED);
    recorded(&mut engine, 9, State::Canceled);
    assert_eq!((engine.waiting_count(), engine.under_way()), (0, 0));
    assert!(claim(&engine.step(order(10), moment(10))).is_some(), "the others go on");
}

#[test]
fn the_route_that_has_refused_it_is_not_taken_again() {
    let (mut engine, first) = lost_at_first(2, State::Unknown);
    let told = engine.step(Input::Late(attempt(first), says(BAD_LINK)), moment(9));
    assert_eq!(found(&told), ELSEWHERE);
    let second = claim(&recorded(&mut engine, 9, State::Pending)).unwrap();
    assert_eq!((second.order, second.route), (first.order, RouteId(2)));
    assert_eq!(placed(&mut engine, second, says(BAD_LINK)).0, ENDED, "both have refused it");
}

/// The answer may come before it is written down that it was lost.
#[test]
fn it_is_all_the_same_how_late_it_comes() {
    let mut engine = engine(2);
    let first = claim(&engine.step(order(9), moment(9))).unwrap();
    placed(&mut engine, first, lost());
    engine.step(Input::Late(attempt(first), says(BAD_LINK)), moment(9));
    assert_eq!(found(&recorded(&mut engine, 9, State::Unknown)), ELSEWHERE);
    let second = claim(&recorded(&mut engine, 9, State::Pending)).unwrap();
    assert_eq!(second.route, RouteId(2));
    // And when a person has it.
    let (mut engine, first) = lost_at_first(1, State::Review);
    let told = engine.step(Input::Late(attempt(first), says(BAD_LINK)), moment(9));
    assert_eq!(found(&told), ENDED);
}

#[test]
fn who_is_out_of_money_gets_no_more_orders() {
    let (mut engine, first) = lost_at_first(1, State::Unknown);
    let told = engine.step(Input::Late(attempt(first), says(NO_FUNDS)), moment(9));
    assert!(told.iter().any(|action| matches!(action, Action::Pause { .. })), "{told:?}");
    assert_eq!(found(&told), ELSEWHERE, "it waits");
    recorded(&mut engine, 9, State::Pending);
    engine.step(order(10), moment(10));
    assert_eq!(taken_within(&mut engine, 29), None);
}

#[test]
fn a_service_that_is_gone_takes_its_route_out_of_use() {
    let (mut engine, first) = lost_at_first(1, State::Unknown);
    let told = engine.step(Input::Late(attempt(first), says(GONE)), moment(9));
    assert!(told.iter().any(|action| matches!(action, Action::SwitchOff { .. })), "{told:?}");
    recorded(&mut engine, 9, State::Pending);
    assert_eq!(taken_within(&mut engine, 29), None);
}

#[test]
fn who_says_later_is_left_alone() {
    let (mut engine, first) = lost_at_first(2, State::Unknown);
    let told = engine.step(Input::Late(attempt(first), says(LATER)), moment(9));
    assert_eq!(found(&told), ELSEWHERE);
    recorded(&mut engine, 9, State::Pending);
    assert_eq!(taken_within(&mut engine, 29), None, "a short wait is better than a dearer route");
    let (mut engine, first) = lost_at_first(1, State::Unknown);
    let told = engine.step(Input::Late(attempt(first), Answer::NotSent(String::new())), moment(9));
    assert_eq!(found(&told), Some(Found::NotSent));
    recorded(&mut engine, 9, State::Pending);
    assert!(taken_within(&mut engine, 9).is_some(), "nothing was sent");
}

/// Whoever goes on after this engine knows by which routes an order was refused.
#[test]
fn what_was_refused_before_is_not_tried_there_first() {
    let taken = |providers, routes: &[(i64, bool)]| {
        let of = |(id, for_good): &(i64, bool)| RefusedRoute {
            route: RouteId(*id),
            for_good: *for_good,
        };
        let waits = refused_by(9, routes.iter().map(of).collect());
        claim(&engine(providers).step(waits, moment(9))).map(|claim| claim.route)
    };
    assert_eq!(taken(2, &[]), Some(RouteId(1)));
    assert_eq!(taken(2, &[(1, true)]), Some(RouteId(2)));
    assert_eq!(taken(2, &[(1, false)]), Some(RouteId(2)));
    assert_eq!(
        taken(2, &[(1, true), (2, false)]),
        Some(RouteId(2)),
        "it may be another answer now"
    );
    assert_eq!(taken(1, &[(1, false)]), Some(RouteId(1)));
    assert_eq!(taken(1, &[(1, true)]), None);
}

/// Whoever decided that the provider does not have it was wrong, and it may be elsewhere by now.
#[test]
fn that_it_was_accepted_is_heard_also_when_a_person_has_settled_it() {
    let accepted = || Answer::Complete {
        status: 200,
        body: br#"{"order":4711}"#.to_vec(),
        retry_after_us: None,
    };
    let settled = || {
        let (mut engine, first) = lost_at_first(1, State::Review);
        engine.step(Input::Unknown(domain::ProviderId(1), Vec::new()), moment(9));
        (engine, first)
    };
    let (mut engine, first) = settled();
    let told = engine.step(Input::Late(attempt(first), accepted()), moment(9));
    assert!(matches!(found(&told), Some(Found::Accepted { .. })), "{told:?}");
    let (mut engine, first) = settled();
    let told = engine.step(Input::Late(attempt(first), says(BAD_LINK)), moment(9));
    assert_eq!(found(&told), None, "that is what was decided");
}
