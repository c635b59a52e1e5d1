//! Taking orders: the attempt is there before anybody is called, and nobody gets more than may be lost.

use super::shop::{FIRST, NOW, SECOND, Shop, accepted};
use counter::fulfilment::{Claim, Found, NotClaimed, ProviderChange, RouteChange};
use domain::catalogue::{Fulfilment, LinkRule};
use domain::orders::State;
use domain::providers::AttemptState;
use domain::{Micros, OrderId, RouteId, Timestamp};

#[tokio::test]
async fn an_order_is_taken_once() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let (waiting, more) = shop.counter.waiting_for_providers(OrderId(0), 10).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].order, more), (1, order, None));
    let placement = shop.claim_by(order, RouteId(1)).await.unwrap();
    assert_eq!((placement.provider, placement.quantity), (FIRST, 1_000));
    assert_eq!(placement.upstream_service, "77");
    assert_eq!(shop.state(order).await, State::Dispatching);
    let attempts = shop.counter.attempts_of_order(order).await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!((attempts[0].state, attempts[0].number), (AttemptState::Open, 1));
    assert_eq!(shop.claim_by(order, RouteId(2)).await, Err(NotClaimed::Gone));
    assert_eq!(shop.counter.waiting_for_providers(OrderId(0), 10).await.unwrap().0, []);
    // Twice in one unit.
    let order = shop.order().await;
    let claim = Claim { order, route: RouteId(1), expected_cost: Micros::new(1) };
    let answers = shop.worker.claim_orders(vec![claim, claim], NOW).await.unwrap();
    assert!(answers[0].is_ok());
    assert_eq!(answers[1], Err(NotClaimed::Gone));
}

#[tokio::test]
async fn an_order_is_not_taken_before_its_turn() {
    let shop = Shop::open().await;
    let rule = Some(LinkRule::Queue);
    let change = counter::catalogue::ServiceChange { link_rule: rule, ..Default::default() };
    shop.counter.edit_service(super::shop::THINGS, change, NOW).await.unwrap();
    let (first, second) = (shop.order_on("same").await, shop.order_on("same").await);
    let other = shop.order_on("other").await;
    let waiting = async |after| {
        let (waiting, _) = shop.counter.waiting_for_providers(after, 10).await.unwrap();
        waiting.into_iter().map(|waiting| waiting.order).collect::<Vec<_>>()
    };
    assert_eq!(waiting(OrderId(0)).await, [first, other]);
    assert_eq!(shop.claim_by(second, RouteId(1)).await, Err(NotClaimed::Waits));
    let attempt = shop.claim(first).await;
    // Nothing is sent, and it keeps its turn; refused everywhere, it ends.
    shop.found(attempt, Found::NotSent).await;
    assert_eq!(shop.claim_by(second, RouteId(1)).await, Err(NotClaimed::Waits));
    let attempt = shop.claim(first).await;
    shop.found(attempt, Found::Refused { another_way: false }).await;
    assert_eq!(shop.state(first).await, State::Canceled);
    // Whoever looks only at the newest sees it too.
    assert_eq!(waiting(OrderId(1_000_000)).await, [second]);
    shop.claim(second).await;
    assert_eq!(waiting(OrderId(1_000_000)).await, []);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_customer_cancels_before_or_not_at_all() {
    let shop = Shop::open().await;
    let change = counter::catalogue::ServiceChange { cancel: Some(true), ..Default::default() };
    shop.counter.edit_service(super::shop::THINGS, change, NOW).await.unwrap();
    let (first, second) = (shop.order().await, shop.order().await);
    let cancel = async |order| {
        shop.counter.ask_cancels(shop.account, vec![order], NOW).await.unwrap().remove(0)
    };
    assert_eq!(cancel(first).await, Some(Ok(())));
    assert_eq!(shop.claim_by(first, RouteId(1)).await, Err(NotClaimed::Gone));
    let attempt = shop.claim(second).await;
    assert_eq!(cancel(second).await, Some(Ok(())));
    assert_eq!(shop.state(second).await, State::Dispatching);
    // Nothing was sent, so it need not be placed any more.
    shop.found(attempt, Found::NotSent).await;
    assert_eq!(shop.state(second).await, State::Canceled);
    assert_eq!(shop.money().await, (1_000_000_000, 0));
    shop.assert_clean().await;
}

#[tokio::test]
async fn no_more_are_under_way_than_may_be_lost() {
    let shop = Shop::open().await;
    let mut attempts = Vec::new();
    for _ in 0..3 {
        attempts.push(shop.claim(shop.order().await).await);
    }
    let fourth = shop.order().await;
    assert_eq!(shop.claim_by(fourth, RouteId(1)).await, Err(NotClaimed::Busy));
    shop.found(attempts[0], accepted("1")).await;
    shop.claim(fourth).await;
    // In one unit too.
    let mut claims = Vec::new();
    for _ in 0..5 {
        let order = shop.order().await;
        claims.push(Claim { order, route: RouteId(2), expected_cost: Micros::new(1) });
    }
    let answers = shop.worker.claim_orders(claims, NOW).await.unwrap();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
}

#[tokio::test]
async fn a_lost_answer_holds_its_provider_and_no_other() {
    let shop = Shop::open().await;
    let (lost, next) = (shop.order().await, shop.order().await);
    let attempt = shop.claim(lost).await;
    shop.found(attempt, Found::Lost).await;
    assert_eq!(shop.claim_by(next, RouteId(1)).await, Err(NotClaimed::Held));
    // The same order goes nowhere else meanwhile.
    assert_eq!(shop.claim_by(lost, RouteId(2)).await, Err(NotClaimed::Gone));
    let elsewhere = shop.claim_by(next, RouteId(2)).await.unwrap();
    assert_eq!(elsewhere.provider, SECOND);
    // Once a person has it, the others go on.
    shop.found(attempt, Found::Undecided).await;
    assert_eq!(shop.state(lost).await, State::Review);
    let next = shop.order().await;
    shop.claim_by(next, RouteId(1)).await.unwrap();
    // A provider that knows request ids is asked again, and need not wait.
    let change = ProviderChange { takes_request_id: Some(true), ..ProviderChange::default() };
    let early = shop.counter.edit_provider(SECOND, change.clone(), None, NOW).await.unwrap_err();
    assert!(early.to_string().contains("decide about it first"), "{early}");
    shop.found(elsewhere.attempt, accepted("7")).await;
    shop.counter.edit_provider(SECOND, change, None, NOW).await.unwrap();
    let (lost, next) = (shop.order().await, shop.order().await);
    let attempt = shop.claim_by(lost, RouteId(2)).await.unwrap().attempt;
    shop.found(attempt, Found::Lost).await;
    shop.claim_by(next, RouteId(2)).await.unwrap();
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_route_carries_what_it_may_in_a_day() {
    let shop = Shop::open().await;
    let capped = RouteChange { daily_cap: Some(Some(1_500)), ..RouteChange::default() };
    shop.counter.edit_route(RouteId(1), capped, NOW).await.unwrap();
    let attempt = shop.claim(shop.order().await).await;
    let order = shop.order().await;
    assert_eq!(shop.claim_by(order, RouteId(1)).await, Err(NotClaimed::CapReached));
    let used = async |at| shop.counter.fulfilment_setup(at).await.unwrap().used_today;
    assert_eq!(used(NOW).await, [(RouteId(1), 1_000)]);
    assert_eq!(used(NOW.plus_minutes(24 * 60)).await, []);
    // What was refused has not gone by it; what was refused wrongly has.
    shop.found(attempt, Found::Refused { another_way: true }).await;
    assert_eq!(used(NOW).await, [(RouteId(1), 0)]);
    shop.found(attempt, accepted("5")).await;
    assert_eq!(used(NOW).await, [(RouteId(1), 1_000)]);
    let claim = Claim { order, route: RouteId(1), expected_cost: Micros::new(1) };
    let tomorrow = Timestamp(NOW.0 + 86_400_000_000);
    let answers = shop.worker.claim_orders(vec![claim], tomorrow).await.unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
}

#[tokio::test]
async fn what_a_worker_leaves_behind_is_unknown() {
    let shop = Shop::open().await;
    let (left, mine) = (shop.order().await, shop.order().await);
    let (left_attempt, my_attempt) = (shop.claim(left).await, shop.claim(mine).await);
    let given_up = shop.worker.give_up_attempts(FIRST, &[my_attempt], NOW).await.unwrap();
    assert_eq!(given_up, 1);
    assert_eq!(shop.state(left).await, State::Unknown);
    assert_eq!(shop.state(mine).await, State::Dispatching);
    let unknown = shop.counter.unknown_attempts(FIRST).await.unwrap();
    let states: Vec<_> = unknown.iter().map(|(attempt, order)| (attempt.state, *order)).collect();
    let left_and_mine =
        [(AttemptState::Lost, State::Unknown), (AttemptState::Open, State::Dispatching)];
    assert_eq!(states, left_and_mine);
    // Whoever placed it was only slow.
    shop.found(left_attempt, accepted("5")).await;
    assert_eq!(shop.state(left).await, State::Submitted);
    shop.assert_clean().await;
}

#[tokio::test]
async fn providers_are_given_no_order_that_is_somebody_elses() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let by = async |fulfilment| {
        let change = counter::catalogue::ServiceChange {
            fulfilment: Some(fulfilment),
            ..counter::catalogue::ServiceChange::default()
        };
        shop.counter.edit_service(super::shop::THINGS, change, NOW).await.unwrap();
    };
    by(Fulfilment::Staff).await;
    assert_eq!(shop.claim_by(order, RouteId(1)).await, Err(NotClaimed::Gone));
    by(Fulfilment::Providers).await;
    shop.claim_by(order, RouteId(1)).await.unwrap();
}

/// Another URL may lead to another account, where the same ids and balances mean something else.
#[tokio::test]
async fn where_orders_are_open_an_address_is_changed_only_for_the_same_account() {
    let shop = Shop::open().await;
    let moved = ProviderChange {
        url: Some(String::from("https://new.example.com/api/v2")),
        ..ProviderChange::default()
    };
    let euro = ProviderChange { currency: Some(String::from("EUR")), ..ProviderChange::default() };
    let attempt = shop.claim(shop.order().await).await;
    shop.found(attempt, accepted("7")).await;
    let told = async |change: &ProviderChange| {
        let edited = shop.counter.edit_provider(FIRST, change.clone(), None, NOW).await;
        edited.map(|edited| edited.provider.url).map_err(|error| error.to_string())
    };
    assert!(told(&moved).await.unwrap_err().starts_with("url: "));
    assert!(told(&euro).await.unwrap_err().starts_with("currency: "));
    let same = ProviderChange { same_account: true, ..moved.clone() };
    assert_eq!(told(&same).await.unwrap(), "https://new.example.com/api/v2");
    assert!(told(&euro).await.is_err());
    // Nothing of ours is at the other one.
    shop.counter.edit_provider(SECOND, euro, None, NOW).await.unwrap();
    shop.counter.edit_provider(SECOND, moved, None, NOW).await.unwrap();
}
