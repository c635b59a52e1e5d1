#![expect(clippy::arithmetic_side_effects, reason = "an overflow here is a failed test")]

use super::*;
use crate::ledger::{Posting, TransferKind};
use crate::orders::public::net_charge;
use crate::orders::{Doubt, NotAccepted};
use crate::{AccountId, OrderId, ServiceId};

#[path = "machine_walks.rs"]
mod walks;

const NOW: Timestamp = Timestamp(1_000);

fn order(state: State) -> Order {
    Order {
        id: OrderId(1),
        account: AccountId(1),
        service: ServiceId(1),
        parent: None,
        shape: OrderShape::Single,
        state,
        fence: 0,
        link: String::from("https://example.com/a"),
        quantity: 300,
        rate: Micros::new(1_000_000),
        charge: Micros::new(100_000),
        captured: Micros::ZERO,
        released: Micros::ZERO,
        start_count: None,
        remains: 300,
        cancel_requested: false,
        created: Timestamp(0),
        changed: Timestamp(0),
        ended: None,
    }
}

fn after(order: &Order, events: &[Event]) -> Order {
    events.iter().fold(order.clone(), |order, event| apply(&order, event, NOW).unwrap().order)
}

const DONE: Event = Event::Completed { start_count: None, remains: None };

/// From, event, to, money moved, effects.
type Row = (State, Event, State, &'static [(TransferKind, i64)], &'static [Effect]);

/// Every legal step of the table: from, event, to, what is captured, released and refunded of a
/// charge of 100,000 for 300 units.
#[test]
fn the_table_of_legal_steps() {
    use State as S;
    let progress = Event::Progress { start_count: Some(7), remains: Some(200) };
    let rows: &[Row] = &[
        (S::Pending, Event::Claimed, S::Dispatching, &[], &[]),
        (S::Pending, Event::TakenByHand, S::Submitted, &[], &[]),
        (S::Pending, Event::Pulled, S::Submitted, &[], &[]),
        (S::Submitted, Event::GivenBack, S::Pending, &[], &[Effect::Dispatch]),
        (S::InProgress, Event::GivenBack, S::Pending, &[], &[Effect::Dispatch]),
        (S::Review, Event::GivenBack, S::Pending, &[], &[Effect::Dispatch]),
        (S::InProgress, Event::Doubted(Doubt::NotHeardOf), S::Review, &[], &[Effect::AskPerson]),
        (S::Pending, Event::Doubted(Doubt::Restored), S::Review, &[], &[Effect::AskPerson]),
        (S::Unknown, Event::Doubted(Doubt::Restored), S::Review, &[], &[Effect::AskPerson]),
        (S::Review, Event::TryFound, S::Review, &[], &[]),
        (S::Pending, Event::CancelAsked, S::Canceled, &[(TransferKind::Release, 100_000)], &[]),
        (S::Dispatching, Event::NotSent, S::Pending, &[], &[Effect::Dispatch]),
        (S::Dispatching, Event::Accepted, S::Submitted, &[], &[Effect::ProviderCharged]),
        (
            S::Dispatching,
            Event::Rejected { another_way: true },
            S::Pending,
            &[],
            &[Effect::Dispatch],
        ),
        (
            S::Dispatching,
            Event::Rejected { another_way: false },
            S::Canceled,
            &[(TransferKind::Release, 100_000)],
            &[],
        ),
        (
            S::Unknown,
            Event::Rejected { another_way: false },
            S::Canceled,
            &[(TransferKind::Release, 100_000)],
            &[],
        ),
        (
            S::Review,
            Event::Rejected { another_way: false },
            S::Canceled,
            &[(TransferKind::Release, 100_000)],
            &[],
        ),
        (S::Dispatching, Event::AnswerLost, S::Unknown, &[], &[Effect::Resolve]),
        (S::Dispatching, Event::CancelAsked, S::Dispatching, &[], &[]),
        (S::Unknown, Event::CancelAsked, S::Unknown, &[], &[]),
        (S::Unknown, Event::Accepted, S::Submitted, &[], &[Effect::ProviderCharged]),
        (S::SubmittedNoId, Event::Accepted, S::Submitted, &[], &[]),
        (
            S::Unknown,
            Event::ShownNotAccepted(NotAccepted::BalanceUnmoved),
            S::Pending,
            &[],
            &[Effect::Dispatch],
        ),
        (S::Unknown, Event::ShownAccepted, S::SubmittedNoId, &[], &[Effect::ProviderCharged]),
        (
            S::Unknown,
            Event::WrittenOff,
            S::Canceled,
            &[(TransferKind::Release, 100_000)],
            &[Effect::OpenSuspense],
        ),
        (S::Submitted, progress, S::InProgress, &[], &[]),
        (S::InProgress, progress, S::InProgress, &[], &[]),
        (S::Submitted, Event::CancelAsked, S::Submitted, &[], &[Effect::ForwardCancel]),
        (S::InProgress, Event::CancelAsked, S::InProgress, &[], &[Effect::ForwardCancel]),
        (S::InProgress, DONE, S::Completed, &[(TransferKind::Capture, 100_000)], &[]),
        (S::SubmittedNoId, DONE, S::Completed, &[(TransferKind::Capture, 100_000)], &[]),
        // 200 of 300 delivered: ceil(100000 × 200 / 300) = 66667 earned, 33333 back.
        (
            S::InProgress,
            Event::Partial { remains: 100 },
            S::Partial,
            &[(TransferKind::Capture, 66_667), (TransferKind::Release, 33_333)],
            &[Effect::ProviderGaveBack],
        ),
        (
            S::InProgress,
            Event::Canceled,
            S::Canceled,
            &[(TransferKind::Release, 100_000)],
            &[Effect::ProviderGaveBack],
        ),
        (
            S::InProgress,
            Event::Doubted(Doubt::FiguresImpossible),
            S::Review,
            &[],
            &[Effect::AskPerson],
        ),
        (S::Pending, Event::Doubted(Doubt::CostDiffers), S::Review, &[], &[Effect::AskPerson]),
        (
            S::Review,
            Event::ShownNotAccepted(NotAccepted::Person),
            S::Pending,
            &[],
            &[Effect::Dispatch],
        ),
        (
            S::Review,
            Event::WrittenOff,
            S::Canceled,
            &[(TransferKind::Release, 100_000)],
            &[Effect::OpenSuspense],
        ),
        (S::Review, Event::Accepted, S::Submitted, &[], &[Effect::ProviderCharged]),
        (S::Review, DONE, S::Completed, &[(TransferKind::Capture, 100_000)], &[]),
        (S::Review, Event::Canceled, S::Canceled, &[(TransferKind::Release, 100_000)], &[]),
    ];
    for (from, event, to, money, effects) in rows {
        let change = apply(&order(*from), event, NOW)
            .unwrap_or_else(|refused| panic!("{from:?} {event:?}: {refused}"));
        assert_eq!(change.order.state, *to, "{from:?} {event:?}");
        let moved: Vec<_> = change.postings.iter().map(|p| (p.kind, p.amount.raw())).collect();
        assert_eq!(moved, *money, "{from:?} {event:?}");
        assert_eq!(change.effects, *effects, "{from:?} {event:?}");
        assert_eq!(change.order.ended.is_some(), to.is_terminal(), "{from:?} {event:?}");
    }
}

/// A cancel that was asked while the answer was open is carried out once nobody has the order:
/// back in `Pending` with the flag, nobody could ever take it.
#[test]
fn a_cancel_asked_meanwhile_is_carried_out() {
    use State as S;
    let rows = [
        (S::Dispatching, Event::NotSent),
        (S::Dispatching, Event::Rejected { another_way: true }),
        (S::Dispatching, Event::Rejected { another_way: false }),
        (S::Unknown, Event::ShownNotAccepted(NotAccepted::RequestIdNew)),
        (S::Review, Event::ShownNotAccepted(NotAccepted::Person)),
        (S::Submitted, Event::GivenBack),
        (S::Review, Event::GivenBack),
    ];
    for (from, event) in rows {
        let asked = after(&order(from), &[Event::CancelAsked]);
        assert_eq!((asked.state, asked.cancel_requested), (from, true));
        let change = apply(&asked, &event, NOW).unwrap();
        assert_eq!(change.order.state, S::Canceled, "{from:?} {event:?}");
        assert_eq!((change.order.released, change.order.remains), (asked.charge, 300));
        assert_eq!(change.effects, [], "{from:?} {event:?}: nothing is sent again");
    }
}

/// Each time somebody else gets it, what belongs to the time before is known by its number.
#[test]
fn every_pull_has_a_number_of_its_own() {
    let pulled = after(&order(State::Pending), &[Event::Pulled]);
    let progress = Event::Progress { start_count: Some(7), remains: Some(200) };
    let back = after(&pulled, &[progress, Event::Doubted(Doubt::NotHeardOf), Event::GivenBack]);
    assert_eq!((pulled.fence, back.fence, back.state), (1, 1, State::Pending));
    assert_eq!((back.start_count, back.remains), (Some(7), 200), "what was delivered stays so");
    assert_eq!(after(&back, &[Event::Pulled]).fence, 2);
    for state in [State::Dispatching, State::Unknown, State::SubmittedNoId, State::Completed] {
        let given_back = apply(&order(state), &Event::GivenBack, NOW);
        assert_eq!(given_back, Err(TransitionError::NotNow(state)), "nobody pulled it");
    }
}

/// A try that the books did not know has a number that no other has, and the wish to cancel stays.
#[test]
fn a_try_that_is_found_is_numbered() {
    let before = after(&order(State::Pending), &[Event::Claimed, Event::NotSent]);
    let asked = after(&before, &[Event::Doubted(Doubt::Restored), Event::CancelAsked]);
    let found = after(&asked, &[Event::TryFound]);
    assert_eq!((before.fence, found.fence, found.state), (1, 2, State::Review));
    let accepted = after(&found, &[Event::Accepted]);
    assert_eq!((accepted.state, accepted.cancel_requested), (State::Submitted, true));
    for state in State::ALL.iter().filter(|state| **state != State::Review) {
        let refused = apply(&order(*state), &Event::TryFound, NOW);
        assert_eq!(refused, Err(TransitionError::NotNow(*state)), "only a person finds one");
    }
}

#[test]
fn a_correction_that_is_worth_nothing_is_recorded() {
    for charge in [0, 1] {
        let open = Order { charge: Micros::new(charge), ..order(State::InProgress) };
        let completed = after(&open, &[DONE]);
        let change = apply(&completed, &Event::Partial { remains: 100 }, NOW).unwrap();
        assert_eq!((change.order.state, change.order.remains), (State::Partial, 100));
        assert_eq!(change.postings, [], "a part of {charge} rounds up to all of it");
        let worse = apply(&change.order, &Event::Partial { remains: 101 }, NOW).unwrap();
        assert_eq!(worse.order.remains, 101);
        for remains in [101, 100] {
            let again = apply(&worse.order, &Event::Partial { remains }, NOW);
            assert_eq!(again, Err(TransitionError::Favour), "{remains}");
        }
        let nothing = apply(&worse.order, &Event::Canceled, NOW).unwrap().order;
        assert_eq!((nothing.state, nothing.released.raw()), (State::Canceled, charge));
    }
}

#[test]
fn a_finished_order_is_corrected_only_in_the_customers_favour() {
    let completed = after(&order(State::InProgress), &[DONE]);
    let change = apply(&completed, &Event::Partial { remains: 100 }, NOW).unwrap();
    assert_eq!(
        change.postings,
        [Posting { kind: TransferKind::Refund, amount: Micros::new(33_333) }]
    );
    assert_eq!(net_charge(&(&change.order).into()).raw(), 66_667);
    let more_back = apply(&change.order, &Event::Partial { remains: 200 }, NOW).unwrap();
    assert_eq!(net_charge(&(&more_back.order).into()).raw(), 33_334);
    let less_back = apply(&change.order, &Event::Partial { remains: 50 }, NOW);
    assert_eq!(less_back, Err(TransitionError::Favour));
    let nothing_left = apply(&more_back.order, &Event::Canceled, NOW).unwrap().order;
    assert_eq!((net_charge(&(&nothing_left).into()).raw(), nothing_left.remains), (0, 300));
    assert_eq!(apply(&nothing_left, &DONE, NOW), Err(TransitionError::NotNow(State::Canceled)));
}

#[test]
fn impossible_figures_change_nothing() {
    let open = order(State::InProgress);
    let refused = TransitionError::Remains { quantity: 300 };
    for remains in [i64::MIN, -1, 0, 300, 301, i64::MAX] {
        assert_eq!(apply(&open, &Event::Partial { remains }, NOW), Err(refused), "{remains}");
    }
    let too_many = Event::Progress { start_count: None, remains: Some(301) };
    let too_many_left = TransitionError::TooMuchLeft { quantity: 300 };
    assert_eq!(apply(&open, &too_many, NOW), Err(too_many_left));
    let too_few = Event::Progress { start_count: None, remains: Some(i64::MIN) };
    assert_eq!(apply(&open, &too_few, NOW), Err(TransitionError::TooLittleLeft));
    let undelivered = Event::Completed { start_count: None, remains: Some(1) };
    assert_eq!(apply(&open, &undelivered, NOW), Err(TransitionError::Undelivered));
    let negative_start = Event::Progress { start_count: Some(-1), remains: None };
    assert_eq!(apply(&open, &negative_start, NOW), Err(TransitionError::StartCount));
}

#[test]
fn parts_take_their_money_from_the_whole() {
    let parent = Order { shape: OrderShape::DripFeed, ..order(State::Pending) };
    let part = Event::PartStarted { charge: Micros::new(60_000) };
    let running = after(&parent, &[part]);
    assert_eq!((running.state, running.held().raw()), (State::InProgress, 40_000));
    assert_eq!(apply(&running, &part, NOW), Err(TransitionError::PartTooDear));
    let stopped = after(&running, &[Event::CancelAsked, Event::PartsStopped]);
    assert_eq!((stopped.state, stopped.held().raw()), (State::InProgress, 0));
    let ended = Event::PartsEnded { state: State::Partial, remains: 120 };
    let ended = after(&stopped, &[ended]);
    assert_eq!((ended.state, ended.remains, ended.released.raw()), (State::Partial, 120, 100_000));
    let single = apply(&order(State::Pending), &part, NOW);
    assert_eq!(single, Err(TransitionError::NotNow(State::Pending)), "only parents have parts");
}
