//! The checker proves itself: each kind of broken row is found by `verify`.

use super::shop::{COST, Shop, first_costs};
use testkit::Database;

#[tokio::test]
async fn what_is_broken_by_hand_is_found() {
    for broken in [
        "delete from change_set",
        "update change_item set route_id = 99 where id = 1",
        "update change_item set service_id = 2 where route_id = 1",
        "update change_item set provider_id = 2 where id = 1",
        "update change_item set state = 'refused' where id = 1",
        "insert into change_item (id, set_id, provider_id, route_id, \
            service_id, upstream_service, finding, before_text, after_text, state, edits, made, \
            standing, found_us, changed_us) select 90, set_id, provider_id, route_id, service_id, \
            upstream_service, finding, before_text, after_text, state, edits, made, standing, \
            found_us, changed_us from change_item where id = 1",
        "update change_set set state = 'writing'",
        "update offer set provider_id = 9 where service = '1'",
        "insert into route_listed (route_id, missing, gone, off_sale_with_it) values (99, 0, 0, 0)",
        "update route_listed set off_sale_with_it = 1 where route_id = 1",
        "update id_block set next = 1 where kind = 'change_set'",
    ] {
        let shop = Shop::open(Database::fresh(), 3).await;
        shop.take(first_costs(3, 5 * COST)).await;
        shop.assert_clean().await;
        shop.database.alter("drop index change_item_once");
        shop.database.by_hand(broken);
        let report = shop.counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(!report.clean(), "not found: {broken}");
    }
}
