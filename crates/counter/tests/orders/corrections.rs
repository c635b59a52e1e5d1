//! Corrections of finished orders.

use crate::shop::{FREE, Shop, THINGS};
use counter::orders::Report;
use counter::requests::RefillDecision;
use domain::orders::State;
use domain::requests::RefillState;

#[tokio::test]
async fn a_refill_does_not_outlive_its_order() {
    let shop = Shop::open().await;
    for (begun, report) in [(false, Report::Partial { remains: 3 }), (true, Report::Canceled)] {
        let order = shop.order(THINGS, 10, 1).await;
        shop.done(order).await;
        let asked = shop.counter.ask_refills(shop.account, vec![order], shop.now()).await.unwrap();
        let refill = asked[0].unwrap().unwrap();
        if begun {
            let begin = RefillDecision::Begin;
            shop.counter.decide_refill(refill, begin, None, "staff", shop.now()).await.unwrap();
        }
        shop.report(order, report).await;
        let view = shop.show(order).await;
        let settled = view.last_refill.unwrap();
        assert_eq!((settled.id, settled.state), (refill, RefillState::Rejected));
        assert!(settled.note.unwrap().contains("corrected"));
        assert_eq!(view.events.iter().filter(|e| e.kind == "refill.changed").count(), {
            if begun { 2 } else { 1 }
        });
        assert_eq!(shop.counter.list_refills(None, 10).await.unwrap(), []);
        assert_eq!(shop.findings().await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_correction_is_recorded_though_it_is_worth_nothing() {
    let shop = Shop::open().await;
    let order = shop.order(FREE, 10, 1).await;
    shop.done(order).await;
    shop.report(order, Report::Partial { remains: 3 }).await;
    let corrected = shop.stored(order).await;
    assert_eq!((corrected.state, corrected.remains), (State::Partial, 3));
    shop.report(order, Report::Canceled).await;
    assert_eq!(shop.stored(order).await.state, State::Canceled);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}
