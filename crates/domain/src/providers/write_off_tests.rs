//! What is written off, and what it comes to.

use super::*;
use crate::orders::OrderShape;
use crate::{RouteId, ServiceId};

const HOUR_US: i64 = 3_600_000_000;
const TERMS: WriteOffTerms =
    WriteOffTerms { after_us: 24 * HOUR_US, quiet_us: HOUR_US, daily: Micros::new(1_000_000) };
const NOW: Timestamp = Timestamp(1_000 * HOUR_US);

fn order(state: State) -> Order {
    Order {
        id: OrderId(1),
        account: AccountId(1),
        service: ServiceId(1),
        parent: None,
        shape: OrderShape::Single,
        state,
        fence: 2,
        link: String::new(),
        quantity: 100,
        rate: Micros::new(3_000_000),
        charge: Micros::new(300_000),
        captured: Micros::ZERO,
        released: Micros::ZERO,
        start_count: None,
        remains: 100,
        cancel_requested: false,
        created: Timestamp(0),
        changed: Timestamp(NOW.0 - HOUR_US),
        ended: None,
    }
}

fn attempt(state: AttemptState) -> Attempt {
    Attempt {
        id: AttemptId(7),
        order: OrderId(1),
        account: AccountId(1),
        number: 2,
        provider: ProviderId(3),
        route: RouteId(1),
        expected_cost: Micros::new(100_000),
        cost: Micros::ZERO,
        state,
        upstream_id: None,
        evidence: None,
        followed: false,
        started: Timestamp(NOW.0 - 24 * HOUR_US),
        changed: Timestamp(0),
    }
}

const REFUND: WhenUnknown = WhenUnknown::Refund { most: Micros::new(200_000) };

fn known<'a>(order: &'a Order, attempt: &'a Attempt) -> Overdue<'a> {
    Overdue {
        order,
        attempt,
        rival: false,
        asked_again: false,
        exchange: Micros::new(2_000_000),
        when_unknown: REFUND,
        drawn: Micros::ZERO,
    }
}

#[test]
fn an_order_goes_before_a_person_first_and_is_written_off_then() {
    let lost = attempt(AttemptState::Lost);
    let (unknown, review) = (order(State::Unknown), order(State::Review));
    let written_off = Due::WriteOff { risk: Micros::new(200_000) };
    assert_eq!(overdue(known(&unknown, &lost), &TERMS, NOW), Due::AskPerson);
    assert_eq!(overdue(known(&review, &lost), &TERMS, NOW), written_off);
    let before = Timestamp(NOW.0 - 1);
    assert_eq!(overdue(known(&unknown, &lost), &TERMS, before), Due::Nothing, "too early");
    let just = Order { changed: NOW, ..review.clone() };
    assert_eq!(overdue(known(&just, &lost), &TERMS, NOW), Due::Nothing, "not quiet yet");
    for state in State::ALL {
        let due = overdue(known(&order(*state), &lost), &TERMS, NOW);
        let expected = match state {
            State::Unknown => Due::AskPerson,
            State::Review => written_off,
            _ => Due::Nothing,
        };
        assert_eq!(due, expected, "{state:?}");
    }
}

#[test]
fn only_what_nobody_can_tell_of_is_written_off() {
    let review = order(State::Review);
    for state in AttemptState::ALL.iter().filter(|state| **state != AttemptState::Lost) {
        let due = overdue(known(&review, &attempt(*state)), &TERMS, NOW);
        assert_eq!(due, Due::Nothing, "{state:?}");
    }
    let lost = attempt(AttemptState::Lost);
    let rival = Overdue { rival: true, ..known(&review, &lost) };
    assert_eq!(overdue(rival, &TERMS, NOW), Due::Nothing);
    let later = Order { fence: 3, ..review.clone() };
    assert_eq!(overdue(known(&later, &lost), &TERMS, NOW), Due::Nothing, "it was pulled since");
}

#[test]
fn the_budget_the_limit_and_the_service_bound_it() {
    let (review, unknown) = (order(State::Review), order(State::Unknown));
    let lost = attempt(AttemptState::Lost);
    let held = |known: Overdue<'_>, terms: &WriteOffTerms| overdue(known, terms, NOW);
    let drawn = |drawn| Overdue { drawn: Micros::new(drawn), ..known(&review, &lost) };
    assert!(matches!(held(drawn(800_000), &TERMS), Due::WriteOff { .. }));
    assert_eq!(held(drawn(800_001), &TERMS), Due::Nothing);
    assert_eq!(held(drawn(i64::MAX), &TERMS), Due::Nothing);
    let off = WriteOffTerms { daily: Micros::ZERO, ..TERMS };
    let free = Attempt { expected_cost: Micros::ZERO, ..lost.clone() };
    assert_eq!(held(known(&review, &free), &off), Due::Nothing, "off is off");
    let dear = Attempt { expected_cost: Micros::new(100_001), ..lost.clone() };
    assert_eq!(held(known(&review, &dear), &TERMS), Due::Nothing);
    let hold = Overdue { when_unknown: WhenUnknown::Hold, ..known(&review, &lost) };
    assert_eq!(held(hold, &TERMS), Due::Nothing);
    // Where it is not written off, whoever asks for it again goes on.
    let hold = Overdue { order: &unknown, ..hold };
    assert_eq!(held(hold, &TERMS), Due::AskPerson);
    let asked_again = Overdue { asked_again: true, ..hold };
    let soon = WriteOffTerms { after_us: HOUR_US, ..TERMS };
    let before = Timestamp(NOW.0 - 1);
    assert_eq!(overdue(hold, &soon, before), Due::AskPerson);
    assert_eq!(overdue(asked_again, &soon, before), Due::Nothing);
    // A provider that has forgotten the request id would take the order once more.
    let late = WriteOffTerms { after_us: 99 * HOUR_US, ..TERMS };
    assert_eq!(overdue(asked_again, &late, NOW), Due::AskPerson);
    assert_eq!(overdue(hold, &late, NOW), Due::Nothing);
    let asked_again = Overdue { asked_again: true, ..known(&unknown, &lost) };
    assert_eq!(held(asked_again, &TERMS), Due::AskPerson);
}

#[test]
fn the_expense_is_what_it_came_to() {
    let (review, lost) = (order(State::Review), attempt(AttemptState::Lost));
    let drawn = Micros::new(300_000);
    let known = Overdue { drawn, ..known(&review, &lost) };
    let item = WriteOff::new(known, Micros::new(200_000), &TERMS, NOW);
    assert_eq!(
        (item.refunded.raw(), item.cost.raw(), item.drawn.raw()),
        (300_000, 200_000, 500_000)
    );
    assert_eq!(item.day, 41);
    let entry = |kind, amount| Some(AmbiguityEntry { kind, amount: Micros::new(amount) });
    let cost = Micros::new(230_000);
    assert_eq!(item.known(AttemptState::Lost, cost, NOW), None);
    let (not, back) = item.known(AttemptState::Refused, Micros::ZERO, NOW).unwrap();
    assert_eq!((not.state, not.cost), (WriteOffState::NotAccepted, Micros::ZERO));
    assert_eq!(back, entry(AmbiguityKind::Returned, -200_000));
    assert_eq!(not.known(AttemptState::NotAccepted, Micros::ZERO, NOW), None);
    // Somebody was wrong.
    let (there, more) = not.known(AttemptState::Accepted, cost, NOW).unwrap();
    assert_eq!((there.state, there.cost), (WriteOffState::Accepted, cost));
    assert_eq!(more, entry(AmbiguityKind::Adjustment, 230_000));
    let (there, more) = item.known(AttemptState::AcceptedNoId, cost, NOW).unwrap();
    assert_eq!(more, entry(AmbiguityKind::Adjustment, 30_000));
    assert_eq!(there.known(AttemptState::Accepted, cost, NOW), None);
    let (_, same) = item.known(AttemptState::Accepted, Micros::new(200_000), NOW).unwrap();
    assert_eq!(same, None);
}
