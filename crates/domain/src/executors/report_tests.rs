use super::ReportedStatus as R;
use super::*;
use crate::executors::{LeaseState, OrderLease};
use crate::invariants::{order_delivery, order_money};
use crate::orders::{Doubt, OrderShape};
use crate::{AccountId, ExecutorId, Micros, OrderId, ServiceId};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_000_000);

fn pending() -> Order {
    Order {
        id: OrderId(1),
        account: AccountId(1),
        service: ServiceId(1),
        parent: None,
        shape: OrderShape::Single,
        state: State::Pending,
        fence: 0,
        link: String::from("https://example.com/a"),
        quantity: 300,
        rate: Micros::new(1_000_000),
        charge: Micros::new(300_000),
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

fn pulled() -> Order {
    after(&pending(), &[Event::Pulled])
}

const fn said(status: Option<R>, start_count: Option<i64>, remains: Option<i64>) -> Said {
    Said { status, start_count, remains }
}

const fn word(status: R) -> Said {
    said(Some(status), None, None)
}

fn reported(order: &Order, said: &Said) -> Order {
    after(order, &steps(order, said, NOW).unwrap())
}

#[test]
fn a_delivery_from_the_first_report_to_the_last() {
    let order = pulled();
    assert_eq!(steps(&order, &word(R::Processing), NOW), Ok(vec![]), "it is as it was");
    let order = reported(&order, &said(None, Some(40), None));
    assert_eq!((order.state, order.start_count), (State::InProgress, Some(40)));
    let order = reported(&order, &said(Some(R::InProgress), None, Some(120)));
    assert_eq!(order.remains, 120);
    for again in [said(None, Some(40), Some(120)), word(R::InProgress), word(R::Processing)] {
        assert_eq!(steps(&order, &again, NOW), Ok(vec![]), "{again:?}");
    }
    let done = reported(&order, &word(R::Completed));
    assert_eq!((done.state, done.remains, done.captured.raw()), (State::Completed, 0, 300_000));
    // Without a number, the units that are known to be left.
    let part = reported(&order, &word(R::Partial));
    assert_eq!((part.state, part.remains, part.captured.raw()), (State::Partial, 120, 180_000));
    let part = reported(&order, &said(Some(R::Partial), Some(41), Some(100)));
    assert_eq!((part.start_count, part.remains), (Some(41), 100));
    let nothing = reported(&order, &said(Some(R::Canceled), None, Some(7)));
    assert_eq!((nothing.state, nothing.released.raw()), (State::Canceled, 300_000));
}

#[test]
fn a_report_that_is_sent_again_does_nothing_and_another_end_is_refused() {
    let order = pulled();
    let ends = [word(R::Completed), said(Some(R::Partial), None, Some(100)), word(R::Canceled)];
    for end in ends {
        let ended = reported(&order, &end);
        assert_eq!(steps(&ended, &end, NOW), Ok(vec![]), "{end:?}");
        for late in [said(None, Some(4), None), word(R::InProgress), Said::default()] {
            let refused = steps(&ended, &late, NOW);
            assert_eq!(refused, Err(ReportRefusal::Ended(ended.state)), "{late:?}");
        }
    }
    let completed = reported(&order, &word(R::Completed));
    let less = said(Some(R::Partial), None, Some(100));
    let corrected = reported(&completed, &less);
    assert_eq!((corrected.state, corrected.released.raw()), (State::Partial, 100_000));
    let more = steps(&corrected, &said(Some(R::Partial), None, Some(50)), NOW);
    assert_eq!(more, Err(ReportRefusal::Step(TransitionError::Favour)));
    let refused = steps(&corrected, &word(R::Completed), NOW);
    assert_eq!(refused, Err(ReportRefusal::Ended(State::Partial)));
    let late = NOW.plus_hours(EXECUTOR_CORRECTS_HOURS);
    assert!(steps(&completed, &less, late).is_ok());
    let too_late = steps(&completed, &less, Timestamp(late.0 + 1));
    assert_eq!(too_late, Err(ReportRefusal::Ended(State::Completed)));
}

#[test]
fn impossible_figures_are_refused() {
    let order = pulled();
    let remains = Err(ReportRefusal::Step(TransitionError::Remains { quantity: 300 }));
    let too_much = Err(ReportRefusal::Step(TransitionError::TooMuchLeft { quantity: 300 }));
    let count = Err(ReportRefusal::Step(TransitionError::StartCount));
    for (report, refused) in [
        (Said::default(), Err(ReportRefusal::Nothing)),
        (word(R::Partial), Err(ReportRefusal::NoRemains)),
        (said(Some(R::Partial), None, Some(0)), remains.clone()),
        (said(Some(R::Partial), Some(-1), Some(100)), count.clone()),
        (said(Some(R::Partial), None, Some(300)), remains),
        (said(Some(R::Completed), None, Some(1)), {
            Err(ReportRefusal::Step(TransitionError::Undelivered))
        }),
        (said(None, None, Some(301)), too_much.clone()),
        (said(None, None, Some(i64::MAX)), too_much),
        (said(None, Some(-1), None), count.clone()),
        (said(None, Some(i64::MAX), Some(-1)), count),
        (said(None, None, Some(i64::MIN)), {
            Err(ReportRefusal::Step(TransitionError::TooLittleLeft))
        }),
    ] {
        assert_eq!(steps(&order, &report, NOW), refused, "{report:?}");
    }
    let ended = reported(&order, &word(R::Completed));
    let refused = steps(&ended, &word(R::Partial), NOW);
    assert_eq!(refused, Err(ReportRefusal::NoRemains));
}

#[test]
fn who_is_heard_of_again_goes_on() {
    let silent = after(&pulled(), &[Event::Doubted(Doubt::NotHeardOf)]);
    for status in [R::Processing, R::InProgress] {
        assert_eq!(reported(&silent, &word(status)).state, State::InProgress);
    }
    assert_eq!(reported(&silent, &word(R::Completed)).state, State::Completed);
}

#[test]
fn a_lease_is_kept_by_every_word_and_ends_with_the_order() {
    let order = pulled();
    let lease = OrderLease {
        order: order.id,
        fence: 1,
        account: order.account,
        executor: ExecutorId(1),
        state: LeaseState::Live,
        taken: NOW,
        until: NOW.plus_minutes(10),
    };
    assert!(lease.fits(&order) && !lease.is_due(NOW));
    assert!(lease.is_due(lease.until) && !lease.is_due(Timestamp(lease.until.0 - 1)));
    let later = NOW.plus_minutes(7);
    assert_eq!(lease.reported(&order, 10, later).until, NOW.plus_minutes(17));
    assert_eq!(lease.reported(&order, 1, later).until, lease.until, "never shorter");
    let expired = OrderLease { state: LeaseState::Expired, ..lease.clone() };
    assert!(!expired.is_due(later.plus_minutes(60)) && expired.state.is_open());
    assert_eq!(expired.reported(&order, 10, later).state, LeaseState::Live);
    let ended = reported(&order, &word(R::Completed));
    assert!(!lease.fits(&ended));
    let done = lease.reported(&ended, 10, later);
    assert_eq!((done.state, done.fits(&ended), done.fits(&order)), (LeaseState::Done, true, false));
    let pulled_again = after(&order, &[Event::GivenBack, Event::Pulled]);
    assert!(!lease.fits(&pulled_again), "of the pull before");
}

fn any_said() -> impl Strategy<Value = Said> {
    let status = prop_oneof![
        Just(None),
        Just(Some(R::Processing)),
        Just(Some(R::InProgress)),
        Just(Some(R::Completed)),
        Just(Some(R::Partial)),
        Just(Some(R::Canceled)),
    ];
    let count =
        || prop_oneof![Just(None), (-5_i64..400).prop_map(Some), any::<i64>().prop_map(Some)];
    (status, count(), count()).prop_map(|(status, start_count, remains)| Said {
        status,
        start_count,
        remains,
    })
}

proptest! {
    /// Whatever an executor says in whatever order: every step is legal, money stays whole, nothing
    /// is given back twice, and what was said last is not done again.
    #[test]
    fn no_report_breaks_an_order(reports in proptest::collection::vec(any_said(), 1..20)) {
        let mut order = pulled();
        for report in reports {
            let Ok(events) = steps(&order, &report, NOW) else { continue };
            let next = after(&order, &events);
            prop_assert_eq!(order_money(&next), Ok(()));
            prop_assert_eq!(order_delivery(&next), Ok(()));
            prop_assert!(next.released >= order.released);
            let again = steps(&next, &report, NOW);
            prop_assert!(again.as_ref().is_ok_and(Vec::is_empty), "{:?}: {:?}", report, again);
            order = next;
        }
    }
}
