//! The checker proves itself: each kind of broken row is found by `verify`.

use super::shop::{Shop, accepted};
use counter::fulfilment::Found;
use domain::RouteId;

#[tokio::test]
async fn what_is_broken_by_hand_is_found() {
    for broken in [
        "update attempt set account_id = 2 where id = 1",
        "update attempt set number = 9 where id = 1",
        "update attempt set order_id = 99 where id = 1",
        "update attempt set state = 'lost', upstream_id = null where id = 1",
        "update attempt set state = 'open' where id = 2",
        "update attempt set followed = 1 where id = 2",
        "update attempt set cost = cost + 1 where id = 1",
        "delete from attempt where id = 2",
        "update provider_entry set amount = amount + 1",
        "delete from provider_entry",
        "update provider set booked = 0 where id = 1",
        "update orders set state = 'pending', fence = 1 where id = 2",
    ] {
        let shop = Shop::open().await;
        let (one, two) = (shop.order().await, shop.order().await);
        let attempt = shop.claim(one).await;
        shop.found(attempt, accepted("5")).await;
        let lost = shop.claim_by(two, RouteId(2)).await.unwrap().attempt;
        shop.found(lost, Found::Lost).await;
        shop.assert_clean().await;
        shop.database.by_hand(broken);
        let report = shop.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(!report.clean(), "not found: {broken}");
    }
}
