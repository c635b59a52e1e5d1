//! Drip-feeds that are paused, resumed and stopped, and what that does with the money.

use crate::shop::{Shop, THINGS};
use counter::catalogue::ServiceChange;
use counter::orders::{Report, Steer};
use domain::catalogue::LinkRule;
use domain::orders::{PublicStatus, State};
use domain::{Micros, OrderId, ServiceId};
use proptest::prelude::*;

#[tokio::test]
async fn a_paused_drip_feed_starts_nothing_and_goes_on_without_a_burst() {
    let shop = Shop::open().await;
    let whole = shop.order(THINGS, 10, 4).await;
    shop.move_parts().await;
    shop.steer(whole, Steer::Pause).await.unwrap();
    shop.wait_minutes(1_000);
    shop.move_parts().await;
    let shown = shop.show(whole).await;
    assert_eq!(shown.parts.len(), 1);
    assert_eq!(shown.order.held(), Micros::new(30_000), "its money stays held");
    // It will go on, so customers are not told that it is paused: their panels would refund it.
    assert_eq!(shown.status.status, PublicStatus::InProgress);
    // The run that had started goes on, and its end does not end the whole.
    shop.done(shown.parts[0].id).await;
    assert_eq!(shop.stored(whole).await.state, State::InProgress);
    assert!(shop.steer(whole, Steer::Pause).await.unwrap_err().contains("is paused already"));
    shop.steer(whole, Steer::Resume).await.unwrap();
    assert!(shop.steer(whole, Steer::Resume).await.unwrap_err().contains("is not paused"));
    for (minutes, runs) in [(0, 2), (9, 2), (1, 3)] {
        shop.wait_minutes(minutes);
        shop.move_parts().await;
        assert_eq!(shop.show(whole).await.parts.len(), runs);
    }
    let told = shop.timeline(whole).await;
    assert!(told.iter().any(|kind| kind == "order.paused"), "{told:?}");
    assert!(told.iter().any(|kind| kind == "order.resumed"), "{told:?}");
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_stopped_gives_back_what_never_started() {
    let shop = Shop::open().await;
    let before = shop.available().await;
    let whole = shop.order(THINGS, 10, 4).await;
    shop.move_parts().await;
    shop.steer(whole, Steer::Pause).await.unwrap();
    shop.steer(whole, Steer::Stop).await.unwrap();
    assert_eq!(before - shop.available().await, 10_000, "what has started is still paid for");
    assert!(shop.steer(whole, Steer::Resume).await.unwrap_err().contains("no more parts"));
    shop.done(shop.show(whole).await.parts[0].id).await;
    let ended = shop.show(whole).await;
    assert_eq!((ended.status.status, ended.status.remains), (PublicStatus::Partial, 30));
    assert_eq!(before - shop.available().await, 10_000);
    // Before anything has started, all of it goes back.
    let untouched = shop.order(THINGS, 10, 2).await;
    shop.steer(untouched, Steer::Stop).await.unwrap();
    assert_eq!(shop.stored(untouched).await.state, State::Canceled);
    assert_eq!(before - shop.available().await, 10_000);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn only_drip_feeds_can_be_paused() {
    let shop = Shop::open().await;
    let (single, posts) = (shop.order(THINGS, 10, 1).await, shop.subscribe(3, None).await);
    for steer in [Steer::Pause, Steer::Resume, Steer::Stop] {
        let refused = shop.steer(single, steer).await.unwrap_err();
        assert!(refused.contains("not carried out in parts"), "{refused}");
    }
    let refused = shop.steer(posts, Steer::Pause).await.unwrap_err();
    assert!(refused.contains("can only be stopped"), "{refused}");
    let before = shop.available().await;
    let part = shop.post(posts, 10).await.unwrap();
    shop.steer(posts, Steer::Stop).await.unwrap();
    assert_eq!(shop.available().await - before, 100_000, "all but the post");
    assert!(shop.post(posts, 10).await.is_err());
    shop.done(part).await;
    assert_eq!(shop.stored(posts).await.state, State::Partial);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

/// A step on a drip-feed.
#[derive(Clone, Copy, Debug)]
enum Step {
    Steer(Steer),
    Move,
    Wait(i64),
    /// Ends an open run with so many thousandths not delivered.
    End(i64),
    Cancel,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Steer(Steer::Pause)),
        4 => Just(Step::Steer(Steer::Resume)),
        1 => Just(Step::Steer(Steer::Stop)),
        8 => Just(Step::Move),
        6 => prop::sample::select(vec![1, 10, 11, 25]).prop_map(Step::Wait),
        6 => (0..=1_000_i64).prop_map(Step::End),
        1 => Just(Step::Cancel),
    ]
}

async fn end_run(shop: &Shop, whole: OrderId, thousandths: i64) {
    let open = shop.show(whole).await.parts.into_iter().find(|part| !part.state.is_terminal());
    let Some(part) = open else { return };
    let report = match thousandths * part.quantity / 1_000 {
        0 => Report::Completed { start_count: None, remains: None },
        all if all == part.quantity => Report::Canceled,
        remains => Report::Partial { remains },
    };
    shop.report(part.id, report).await;
}

async fn step_on(shop: &Shop, whole: OrderId, step: Step) {
    match step {
        // Whether it may be is told elsewhere; a refusal moves nothing.
        Step::Steer(steer) => drop(shop.steer(whole, steer).await),
        Step::Move => shop.move_parts().await,
        Step::Wait(minutes) => shop.wait_minutes(minutes),
        Step::End(thousandths) => end_run(shop, whole, thousandths).await,
        Step::Cancel => {
            let asked = shop.counter.ask_cancels(shop.account, vec![whole], shop.now()).await;
            drop(asked.unwrap());
        }
    }
}

/// Whatever happens to a drip-feed: what its runs earned and what went back are its charge.
async fn every_micro_is_somewhere(rate: i64, run: i64, runs: i64, rule: LinkRule, steps: &[Step]) {
    let shop = Shop::open().await;
    let change = ServiceChange {
        rate: Some(Micros::new(rate)),
        link_rule: Some(rule),
        ..ServiceChange::default()
    };
    shop.counter.edit_service(ServiceId(THINGS), change, shop.now()).await.unwrap();
    let before = shop.available().await;
    let whole = shop.order(THINGS, run, runs).await;
    for step in steps {
        step_on(&shop, whole, *step).await;
        assert_eq!(shop.findings().await, Vec::<String>::new(), "{step:?}");
    }
    // To the end: what is left runs and is delivered.
    drop(shop.steer(whole, Steer::Resume).await);
    for _ in 0..=runs {
        shop.move_parts().await;
        for part in shop.show(whole).await.parts {
            if !part.state.is_terminal() {
                shop.done(part.id).await;
            }
        }
        shop.wait_minutes(25);
    }
    let shown = shop.show(whole).await;
    assert!(shown.order.state.is_terminal(), "{:?}", shown.order);
    let earned: i64 = shown.parts.iter().map(|part| part.captured.raw()).sum();
    assert_eq!(before - shop.available().await, earned);
    assert_eq!(shown.status.charge.raw(), earned);
    let given_back: i64 = shown.parts.iter().map(|part| part.released.raw()).sum::<i64>()
        + shown.order.released.raw()
        - shown.parts.iter().map(|part| part.charge.raw()).sum::<i64>();
    assert_eq!(earned + given_back, shown.order.charge.raw());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn runs_and_refunds_come_to_the_charge(
        rate in 1..99_999_i64,
        run in 1..120_i64,
        runs in 2..7_i64,
        in_turn in any::<bool>(),
        steps in prop::collection::vec(any_step(), 0..25),
    ) {
        let rule = if in_turn { LinkRule::Queue } else { LinkRule::Any };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(every_micro_is_somewhere(rate, run, runs, rule, &steps));
    }
}
