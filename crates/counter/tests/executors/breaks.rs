//! The checker proves itself: each kind of broken row is found by `verify`.

use crate::shop::{MINUTES, Shop, THINGS};

#[tokio::test]
async fn verify_finds_what_was_broken_by_hand() {
    let breaks = [
        "update order_lease set executor_id = 9 where order_id = 1",
        "update order_lease set account_id = 9 where order_id = 1",
        "update order_lease set order_id = 99 where order_id = 1",
        "update order_lease set fence = 2 where order_id = 1",
        "update order_lease set state = 'done' where order_id = 1",
        "update order_lease set state = 'live' where order_id = 2",
        "update order_lease set state = 'live' where order_id = 3 and fence = 1",
        "update order_lease set state = 'done' where order_id = 4",
        "update orders set state = 'pending' where id = 1",
        "update orders set fence = 0 where id = 1",
        "delete from executor where id = 1",
        "update executor_key set executor_id = 9 where id = 1",
        "insert into executor_service (executor_id, service_id) values (1, 1)",
        "update executor_service set service_id = 77",
        "update id_block set next = 1 where kind = 'executor'",
        "update id_block set next = 1 where kind = 'executor_key'",
    ];
    for statement in breaks {
        // 1 is pulled, 2 done, 3 given back and pulled again, 4 waits for a person.
        let shop = Shop::open().await;
        for _ in 0..4 {
            shop.order(THINGS, 10).await;
        }
        let orders = shop.pull_ids(shop.bob, 4).await;
        shop.done(shop.bob, orders[1]).await;
        shop.counter.release_order(orders[2], "test", "staff", shop.now()).await.unwrap();
        shop.pull(shop.eve, 1).await;
        shop.wait_minutes(MINUTES - 1);
        shop.progress(shop.bob, orders[0], 5).await;
        shop.progress(shop.eve, orders[2], 5).await;
        shop.wait_minutes(1);
        assert_eq!(shop.expire().await, 1);
        shop.assert_clean().await;
        shop.database.by_hand(statement);
        let found = shop.findings().await;
        println!("{statement}\n   -> {found:?}");
        assert!(!found.is_empty(), "{statement}");
    }
}
