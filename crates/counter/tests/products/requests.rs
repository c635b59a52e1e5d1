//! Request ids of orders for products are remembered for three days, and then no longer.

use crate::shop::{Shop, request_id, run, worker};
use counter::nodes::Job;
use counter::products::{PlaceProductOrder, ProductChange};
use domain::ProductOrderId;
use domain::products::{ProductKind, ProductRefusal};

/// More than one unit forgets.
const MANY: i64 = 1_203;

impl Shop {
    fn named(&mut self, product: domain::ProductId, name: i64, byte: u8) -> PlaceProductOrder {
        let mut order = self.order(product, 1);
        order.request_id = request_id(&format!("r-{name}"), byte);
        order
    }

    fn remembered(&self) -> i64 {
        self.database.number("select count(*) from product_request_id")
    }
}

#[test]
fn what_is_old_is_forgotten_and_the_rest_is_not() {
    run(async {
        let mut shop = Shop::new().await;
        let kind = Some(ProductKind::Service);
        let product = shop.product(ProductChange { kind, ..ProductChange::default() }).await;
        let mut calls = tokio::task::JoinSet::new();
        for name in 1..=MANY {
            let (order, counter, now) =
                (shop.named(product, name, 1), shop.counter.clone(), shop.now);
            calls.spawn(async move { counter.place_product_order(order, now).await });
        }
        while let Some(placed) = calls.join_next().await {
            placed.unwrap().unwrap();
        }
        let begin = shop.now;
        shop.now = begin.plus_hours(1);
        let fresh = shop.named(product, 0, 1);
        let fresh_order = shop.place(fresh).await.unwrap();
        // Three days are not over to the last moment.
        shop.now = begin.plus_hours(72);
        assert_eq!(
            worker(&shop.counter, Job::Retention).await.forget_old(shop.now).await.unwrap(),
            0
        );
        let again = shop.named(product, 7, 2);
        assert_eq!(shop.place(again).await, Err(ProductRefusal::RequestIdReused));
        shop.now.0 += 1;
        assert_eq!(
            worker(&shop.counter, Job::Retention).await.forget_old(shop.now).await.unwrap(),
            1_203
        );
        assert_eq!(shop.remembered(), 1);
        let same = shop.named(product, 0, 1);
        assert_eq!(shop.place(same).await, Ok(fresh_order), "the young one is remembered");
        let again = shop.named(product, 7, 2);
        assert_eq!(shop.place(again).await, Ok(ProductOrderId(MANY + 2)), "the name is free");
        assert_eq!(
            worker(&shop.counter, Job::Retention).await.forget_old(shop.now).await.unwrap(),
            0
        );
        shop.clean().await;
    });
}
