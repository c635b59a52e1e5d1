use super::*;
use crate::{AccountId, OrderId, ServiceId, Timestamp};

/// 3 runs of 10 at 0.001333 per 1,000: 40 millionths, in runs of 14, 13 and 13.
fn drip_feed() -> (Order, DripFeed, Vec<Order>) {
    let parent = Order {
        id: OrderId(1),
        account: AccountId(1),
        service: ServiceId(1),
        parent: None,
        shape: OrderShape::DripFeed,
        state: State::InProgress,
        fence: 0,
        link: String::from("x"),
        quantity: 30,
        rate: Micros::new(1_333),
        charge: Micros::new(40),
        captured: Micros::ZERO,
        released: Micros::new(27),
        start_count: None,
        remains: 30,
        cancel_requested: false,
        created: Timestamp(0),
        changed: Timestamp(0),
        ended: None,
    };
    let plan = DripFeed {
        runs: 3,
        interval_minutes: 1,
        run_quantity: 10,
        runs_started: 2,
        next_run: Timestamp(0),
        state: PartsState::Active,
        paused: false,
        waits: false,
    };
    let part = |id, charge| Order {
        id: OrderId(id),
        parent: Some(OrderId(1)),
        shape: OrderShape::Single,
        quantity: 10,
        remains: 10,
        charge: Micros::new(charge),
        released: Micros::ZERO,
        ..parent.clone()
    };
    let parts = vec![part(2, 14), part(3, 13)];
    (parent, plan, parts)
}

fn check(parent: &Order, plan: &DripFeed, parts: &[Order]) -> bool {
    order_parts(parent, &PartsPlan::DripFeed(plan.clone()), parts).is_ok()
}

#[test]
fn parts_that_fit_and_parts_that_do_not() {
    let (parent, plan, parts) = drip_feed();
    assert_eq!(order_parts(&parent, &PartsPlan::DripFeed(plan.clone()), &parts), Ok(()));
    assert_eq!(order_charge(&parent), Ok(()));
    assert!(!check(&parent, &plan, &parts[1..]), "a part is gone");
    assert!(!check(&parent, &DripFeed { runs_started: 1, ..plan.clone() }, &parts));
    assert!(!check(&parent, &DripFeed { runs: 4, ..plan.clone() }, &parts));
    assert!(!check(&parent, &DripFeed { state: PartsState::Ended, ..plan.clone() }, &parts));
    assert!(!check(&Order { released: Micros::new(26), ..parent.clone() }, &plan, &parts));
    assert!(!check(&Order { released: Micros::new(28), ..parent.clone() }, &plan, &parts));
    for change in [
        |part: &mut Order| part.charge = Micros::new(13),
        |part: &mut Order| part.rate = Micros::new(1),
        |part: &mut Order| part.quantity = 11,
        |part: &mut Order| part.account = AccountId(2),
    ] {
        let mut changed = parts.clone();
        change(&mut changed[0]);
        assert!(!check(&parent, &plan, &changed), "{:?}", changed[0]);
    }
}

#[test]
fn an_order_in_parts_ends_with_them() {
    let (mut parent, mut plan, mut parts) = drip_feed();
    plan.state = PartsState::Ended;
    parent.released = parent.charge;
    assert!(check(&parent, &plan, &parts), "its parts are open");
    for part in &mut parts {
        (part.state, part.remains) = (State::Completed, 0);
    }
    assert!(!check(&parent, &plan, &parts), "its last part has ended");
    (parent.state, parent.remains) = (State::Partial, 10);
    assert!(check(&parent, &plan, &parts));
    parent.remains = 9;
    assert!(!check(&parent, &plan, &parts));
    (parent.state, parent.remains) = (State::Completed, 0);
    assert!(!check(&parent, &plan, &parts));
}

#[test]
fn what_was_earned_is_what_was_delivered() {
    let (_, _, parts) = drip_feed();
    let order = |state, remains, captured| Order {
        state,
        remains,
        captured: Micros::new(captured),
        ..parts[0].clone()
    };
    // 14 millionths for 10 units; 7 of them are worth 9.8.
    for (state, remains, captured, fits) in [
        (State::InProgress, 10, 0, true),
        (State::InProgress, 11, 0, false),
        (State::InProgress, 5, 1, false),
        (State::Completed, 0, 14, true),
        (State::Completed, -2, 14, true),
        (State::Completed, 0, 10, false),
        (State::Completed, 1, 14, false),
        (State::Partial, 3, 10, true),
        (State::Partial, 3, 9, false),
        (State::Partial, 4, 10, false),
        (State::Partial, 0, 14, false),
        (State::Partial, 10, 0, false),
        (State::Canceled, 10, 0, true),
        (State::Canceled, 9, 0, false),
        (State::Canceled, 10, 1, false),
    ] {
        let order = order(state, remains, captured);
        assert_eq!(order_delivery(&order).is_ok(), fits, "{state:?} {remains} {captured}");
    }
}

#[test]
fn charges_are_of_rate_and_quantity() {
    let (parent, ..) = drip_feed();
    let order = |shape, quantity, charge| Order {
        shape,
        quantity,
        charge: Micros::new(charge),
        ..parent.clone()
    };
    let fits = |order: Order| order_charge(&order).is_ok();
    assert!(fits(order(OrderShape::Single, 30, 40)));
    assert!(!fits(order(OrderShape::Single, 30, 39)));
    assert!(!fits(order(OrderShape::Single, 999_999, 40)));
    assert!(fits(order(OrderShape::Single, 1, 1_333)), "a package");
    assert!(fits(order(OrderShape::Single, 1, 2)), "one unit");
    assert!(!fits(order(OrderShape::Single, 1, 3)));
    assert!(!fits(order(OrderShape::DripFeed, 1, 1_333)), "packages have no runs");
}
