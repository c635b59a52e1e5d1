//! Refills and cancels of orders that providers have.

use super::shop::{FIRST, NOW, SECOND, Shop, THINGS, accepted};
use counter::catalogue::ServiceChange;
use counter::fulfilment::{ForwardKind, Forwarded, Found, Recorded, ToForward, WantedForwards};
use counter::orders::{OrderReport, Report};
use domain::catalogue::RefillRule;
use domain::orders::{NotAccepted, State};
use domain::providers::UpstreamWord;
use domain::requests::{CancelState, RefillState};
use domain::{AttemptId, CancelId, OrderId, ProviderId, RefillId, RouteId};

pub(crate) async fn with_refills() -> Shop {
    let shop = Shop::open().await;
    let rule = RefillRule { days: 30, cooldown_hours: 0 };
    let change = ServiceChange { refill: Some(Some(rule)), ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    shop
}

/// An order that the provider has delivered, under an id.
pub(crate) async fn delivered(shop: &Shop, id: &str) -> (OrderId, AttemptId) {
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, accepted(id)).await;
    shop.says(attempt, UpstreamWord::Completed).await;
    assert_eq!(shop.state(order).await, State::Completed);
    (order, attempt)
}

pub(crate) async fn ask(shop: &Shop, order: OrderId) {
    let asked = shop.counter.ask_refills(shop.account, vec![order], NOW).await.unwrap();
    assert!(matches!(asked[..], [Some(Ok(_))]), "{asked:?}");
}

/// The provider gives another order this id too.
async fn gives_away(shop: &Shop, id: &str) -> Recorded {
    let attempt = shop.claim(shop.order().await).await;
    shop.found(attempt, accepted(id)).await
}

/// The provider's ids of the orders for which refills are to go out.
async fn going_out(shop: &Shop, minutes: i64) -> Vec<String> {
    let found = shop.forwards(NOW.plus_minutes(minutes)).await;
    assert!(found.iter().all(|forward| forward.kind == ForwardKind::Refill), "{found:?}");
    found.into_iter().flat_map(|forward| forward.asked).map(|(_, id)| id).collect()
}

#[tokio::test]
async fn a_refill_of_an_id_that_means_two_orders_is_not_sent_on() {
    let shop = with_refills().await;
    let (followed, _) = delivered(&shop, "5").await;
    let (old, old_attempt) = delivered(&shop, "6").await;
    let (own, _) = delivered(&shop, "7").await;
    // A day later nobody asks for its status any more.
    shop.worker.unfollow(vec![old_attempt]).await.unwrap();
    for order in [followed, old, own] {
        ask(&shop, order).await;
    }
    assert_eq!(going_out(&shop, 0).await, ["5", "6", "7"]);
    assert_eq!(going_out(&shop, 20).await, ["5", "6", "7"], "nobody has answered");
    gives_away(&shop, "5").await;
    gives_away(&shop, "6").await;
    assert_eq!(going_out(&shop, 40).await, ["7"]);
    assert_eq!(shop.state(old).await, State::Completed);
    shop.assert_clean().await;
}

#[tokio::test]
async fn nor_once_a_person_has_said_how_the_order_ended() {
    let shop = with_refills().await;
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, accepted("5")).await;
    gives_away(&shop, "5").await;
    assert_eq!(shop.state(order).await, State::Review);
    let report = Report::Completed { start_count: None, remains: None };
    let report = OrderReport { order, report, reason: None };
    shop.counter.report_order(report, "ann", NOW).await.unwrap();
    ask(&shop, order).await;
    assert_eq!(going_out(&shop, 0).await, [""; 0]);
    shop.assert_clean().await;
}

#[tokio::test]
async fn what_an_id_was_given_to_is_noted_once() {
    let shop = with_refills().await;
    let (order, attempt) = delivered(&shop, "5").await;
    shop.worker.unfollow(vec![attempt]).await.unwrap();
    let notes = async || {
        let view = shop.counter.show_order(order, NOW).await.unwrap();
        view.events.into_iter().filter(|event| event.kind == "order.id_shared").count()
    };
    let other = shop.claim(shop.order().await).await;
    for _ in 0..2 {
        shop.found(other, accepted("5")).await;
        assert_eq!(notes().await, 1);
    }
    gives_away(&shop, "5").await;
    assert_eq!(notes().await, 2);
    assert_eq!(shop.followed(FIRST).await, []);
}

/// What a provider puts off is asked of it again, for a day from the first time.
#[tokio::test]
async fn what_is_put_off_for_a_day_is_refused() {
    let shop = with_refills().await;
    let change = ServiceChange { cancel: Some(true), ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    let (old, _) = delivered(&shop, "5").await;
    ask(&shop, old).await;
    let open = shop.order().await;
    let attempt = shop.claim(open).await;
    shop.found(attempt, accepted("6")).await;
    let asked = shop.counter.ask_cancels(shop.account, vec![open], NOW).await.unwrap();
    assert_eq!(asked, [Some(Ok(()))]);
    let later = String::from("try again later");
    let answers = vec![
        Forwarded::RefillPutOff(RefillId(1), later.clone()),
        Forwarded::CancelPutOff(CancelId(1), later.clone()),
    ];
    let day = 24 * 60;
    // Nobody could ask it for two days.
    let first = NOW.plus_minutes(2 * day);
    for minutes in [0, 21, day - 1] {
        let now = first.plus_minutes(minutes);
        let found = shop.forwards(now).await;
        let kinds: Vec<ForwardKind> = found.iter().map(|forward| forward.kind).collect();
        assert_eq!(kinds, [ForwardKind::Cancel, ForwardKind::Refill], "after {minutes} minutes");
        shop.worker.record_forwards(answers.clone(), now).await.unwrap();
    }
    let refill = shop.counter.show_order(old, NOW).await.unwrap().last_refill.unwrap();
    assert_eq!(
        (refill.state, refill.note),
        (RefillState::Pending, Some(format!("put off: {later}")))
    );
    let now = first.plus_minutes(day);
    shop.worker.record_forwards(answers, now).await.unwrap();
    let refill = shop.counter.show_order(old, now).await.unwrap().last_refill.unwrap();
    assert_eq!((refill.state, refill.note), (RefillState::Rejected, Some(later.clone())));
    let cancel = shop.counter.show_order(open, now).await.unwrap().cancels.remove(0);
    assert_eq!((cancel.state, cancel.note), (CancelState::Rejected, Some(later)));
    assert_eq!(shop.forwards(now.plus_minutes(20)).await, []);
    shop.assert_clean().await;
}

/// What is to be asked of a provider above a number, two at most: our numbers.
async fn page(shop: &Shop, provider: ProviderId, kind: ForwardKind, after: i64) -> Vec<i64> {
    let wanted = vec![WantedForwards { provider, kind, after, limit: 2 }];
    // Late enough for refills whose answers were lost.
    let taken = shop.worker.take_forwards(wanted, NOW.plus_minutes(20 + after)).await.unwrap();
    let [taken] = &taken[..] else { panic!("{taken:?}") };
    assert_eq!((taken.provider, taken.kind), (provider, kind));
    taken.asked.iter().map(|(id, _)| *id).collect()
}

/// Those of one provider fill no page of another one's, and those in front none of those behind.
#[tokio::test]
async fn each_provider_is_asked_for_its_own_from_any_place() {
    let shop = with_refills().await;
    let change = ServiceChange { cancel: Some(true), ..ServiceChange::default() };
    shop.counter.edit_service(THINGS, change, NOW).await.unwrap();
    for (number, route) in [1, 1, 1, 2].into_iter().enumerate() {
        for ends in [true, false] {
            let order = shop.order().await;
            let attempt = shop.claim_by(order, RouteId(route)).await.unwrap().attempt;
            shop.found(attempt, accepted(&format!("{number}{ends}"))).await;
            if ends {
                shop.says(attempt, UpstreamWord::Completed).await;
                ask(&shop, order).await;
            } else {
                let asked = shop.counter.ask_cancels(shop.account, vec![order], NOW).await;
                assert_eq!(asked.unwrap(), [Some(Ok(()))]);
            }
        }
    }
    let all = [ForwardKind::Cancel, ForwardKind::Refill, ForwardKind::RefillStatus];
    for kind in all {
        if kind == ForwardKind::RefillStatus {
            let name = |id: i64| Some(format!("r{id}"));
            let taken = (1..=4).map(|id| Forwarded::RefillTaken(RefillId(id), name(id))).collect();
            shop.worker.record_forwards(taken, NOW).await.unwrap();
        }
        assert_eq!(page(&shop, FIRST, kind, 0).await, [1, 2], "{kind:?}");
        assert_eq!(page(&shop, SECOND, kind, 0).await, [4], "{kind:?}");
        assert_eq!(page(&shop, FIRST, kind, 2).await, [3], "{kind:?}");
    }
    shop.assert_clean().await;
}

/// An order that was bought twice is asked of whom it was bought from last.
#[tokio::test]
async fn the_later_purchase_is_refilled() {
    let shop = with_refills().await;
    let order = shop.order().await;
    let first = shop.claim(order).await;
    shop.found(first, Found::Lost).await;
    shop.found(first, Found::NotAccepted(NotAccepted::BalanceUnmoved)).await;
    let second = shop.claim_by(order, RouteId(2)).await.unwrap().attempt;
    shop.found(second, accepted("6")).await;
    shop.found(first, accepted("5")).await;
    let report = Report::Completed { start_count: None, remains: None };
    let report = OrderReport { order, report, reason: None };
    shop.counter.report_order(report, "ann", NOW).await.unwrap();
    ask(&shop, order).await;
    let forwards = shop.forwards(NOW).await;
    let [sent] = &forwards[..] else { panic!("{forwards:?}") };
    let (provider, asked) = (SECOND, vec![(1, String::from("6"))]);
    assert_eq!(sent, &ToForward { provider, kind: ForwardKind::Refill, asked });
    shop.assert_clean().await;
}
