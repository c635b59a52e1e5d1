//! Prices: each account pays its own, to the micro, also while they change.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "what cannot be done is a failed test, and the numbers are small"
)]

mod load;
mod shop;

use counter::accounts::AccountChange;
use counter::prices::{Priced, TierChange};
use domain::pricing::Discount;
use domain::{AccountId, Micros, OrderId, ServiceId, TierId};
use shop::{ACCOUNTS, NOW, SERVICE, account_id, open, order};
use store::tables::orders;

#[tokio::test]
async fn what_is_shown_is_what_is_charged_to_the_micro() {
    let (counter, _database) = open().await;
    let mut number = 0;
    for points in [0, 1, 333, 4_999, 9_999, 10_000] {
        let change = TierChange { name: None, discount: Some(Discount::new(points).unwrap()) };
        counter.edit_tier(TierId(1), change, NOW).await.unwrap();
        for account in 0..ACCOUNTS {
            let rate = counter.list_services(account_id(account)).await.unwrap()[0].rate;
            for quantity in [1, 999, 1_000, 1_001] {
                number += 1;
                let id = counter.place_order(order(account, quantity, number), NOW).await.unwrap();
                let stored = counter.store().read(move |tx| orders::by_id(tx, id)).await.unwrap();
                let stored = stored.unwrap().unwrap();
                assert_eq!(stored.rate, rate);
                assert_eq!(stored.charge.raw(), (rate.raw() * quantity + 999) / 1_000);
            }
        }
    }
    let rate = |account: usize| {
        let counter = counter.clone();
        async move { counter.list_services(account_id(account)).await.unwrap()[0].rate.raw() }
    };
    // The account's own discount counts, also when it is smaller than its tier's.
    let change = |discount| AccountChange { discount, ..AccountChange::default() };
    let five = Some(Some(Discount::new(500).unwrap()));
    counter.change_account(account_id(1), change(five), NOW).await.unwrap();
    assert_eq!(rate(1).await, 950_003);
    counter.change_account(account_id(1), change(Some(None)), NOW).await.unwrap();
    assert_eq!(rate(1).await, 0, "the tier gives everything");
    // The price of its own counts until it is taken away.
    counter.change_account(account_id(2), change(five), NOW).await.unwrap();
    assert_eq!(rate(2).await, 500_009);
    let of = Priced::Service(SERVICE);
    counter.clear_price(account_id(2), of, "tester", NOW).await.unwrap();
    assert_eq!(rate(2).await, 950_003);
    assert!(counter.clear_price(account_id(2), of, "tester", NOW).await.is_err());
    assert!(counter.price_list(account_id(2)).await.unwrap().services.is_empty());
    assert_eq!(counter.list_services(AccountId(99)).await.unwrap(), []);
    let last = counter.show_order(OrderId(1), NOW).await.unwrap();
    assert_eq!(last.order.rate.raw(), 1_000_003, "an order keeps its rate");
}

#[tokio::test]
async fn prices_that_cannot_be_are_refused() {
    let (counter, _database) = open().await;
    let of = Priced::Service(SERVICE);
    for (account, of, rate, text) in [
        (9, of, 1, "there is no account 9"),
        (1, Priced::Service(ServiceId(9)), 1, "there is no service 9"),
        (1, Priced::Product(domain::ProductId(9)), 1, "there is no product 9"),
        (1, of, -1, "rate: must not be negative"),
        (1, of, i64::MAX, "rate: must not be negative"),
    ] {
        let rate = Micros::new(rate);
        let refused = counter.set_price(AccountId(account), of, rate, "tester", NOW).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with(text), "{refused}");
    }
    let tier = |id| AccountChange { tier: Some(Some(TierId(id))), ..AccountChange::default() };
    let refused = counter.change_account(account_id(0), tier(9), NOW).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no tier 9");
    let refused = counter.add_tier("gold", Discount::default(), NOW).await.unwrap_err();
    assert_eq!(refused.to_string(), "the name `gold` is taken by another tier");
    let refused = counter.edit_tier(TierId(9), TierChange::default(), NOW).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no tier 9");
}
