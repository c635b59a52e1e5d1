//! The checker proves itself: a micro that appears from nowhere, and each kind of broken row, is
//! found by `verify`.

use super::world;

#[test]
fn verify_finds_what_was_broken_by_hand() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let breaks = [
        "update account set available = available + 1 where id = 1",
        "update account set held = held + 1 where id = 1",
        "update transfer set amount = amount + 1 where account_id = 1 and number = 1",
        "update transfer set available_after = available_after + 1 \
            where account_id = 1 and number = 2",
        "delete from transfer where account_id = 1 and number = 2",
        "delete from transfer where account_id = 1 and number = \
            (select max(number) from transfer where account_id = 1)",
        "update transfer set previous_id = 1 where account_id = 1 and number = 4",
        "update transfer set previous_id = id where account_id = 1 and number = 4",
        "update transfer set previous_id = (select max(id) from transfer \
            where account_id = 1) where account_id = 1 and number = 2",
        "update transfer set previous_id = (select min(id) from transfer where account_id = 2) \
            where account_id = 1 and number = 4",
        "update transfer set account_id = 2 where account_id = 1 and number = 2",
        "update account set last_transfer_id = (select max(id) from transfer \
            where account_id = 1 and number < 4) where id = 1",
        "insert into transfer select max(id) + 1, 1, 2, 1, 'credit', 5, 5, 0, null, null, 'x', \
            'by hand', 0 from transfer; update id_block set next = next + 1 where kind = 'transfer'",
        "insert into transfer_mark values (1, 256, 1)",
        "update id_block set next = 2 where kind = 'transfer'",
        "update orders set charge = charge + 1 where id = 1",
        "update orders set state = 'completed' where id = 1",
        "update orders set released = 1 where id = 1",
        "delete from orders where id = 1",
        "update orders set account_id = 2 where id = 1",
        "update event set data = '{}' where position = 3",
        "update event set order_id = 2 where position = 5",
        "delete from event where position = 4",
        "delete from seal where first_position = 1",
        "update id_block set next = 1 where kind = 'order'",
        "update request_id set order_id = 77 where order_id = 2",
        "delete from service where id = 1",
        "insert into open_link (service_id, link, order_id) values (1, 'x', 9)",
        "insert into link_queue values (1, 1, 'link-0', 0)",
        "update link_queue set link = 'x'",
        "update orders set state = 'submitted' where id = 16",
        "delete from open_link where link = 'link-0'",
        "update drip_feed set waits = 1 where order_id = 9",
        "update drip_feed set paused = 1 where order_id = 9",
        "insert into refill values (8, 1, 4, 'pending', null, 0, 0, null, null, null); \
            update id_block set next = 10 where kind = 'refill'",
        "insert into cancel values (9, 1, 1, 'requested', null, 0, 0, null, null); \
            update id_block set next = 10 where kind = 'cancel'",
        "update account set tier_id = 9 where id = 1",
        "insert into service_price values (1, 1, 5)",
        "insert into product_price values (1, 1, 5)",
        "update key_spend set key_id = 99",
        "update id_block set next = 2 where kind = 'tier'",
        // What an order is.
        "delete from orders where id = 4",
        "update orders set service_id = 2 where id = 1",
        "update orders set rate = 1 where id = 1",
        "update orders set rate = 1 where id = 4",
        "update orders set rate = 1 where id = 7",
        "update orders set rate = 1 where id = 8",
        "update orders set rate = 1 where id = 11",
        "update orders set quantity = 999999 where id = 1",
        "update orders set quantity = 999999, remains = 999999 where id = 1",
        "update orders set quantity = 999999 where id = 4",
        "update orders set quantity = 9 where id = 11",
        "update orders set quantity = 21, remains = 21 where id = 13",
        "update orders set quantity = 29 where id = 3",
        "update event set data = '{}' where id = (select placed_event from orders where id = 14)",
        "update event set kind = 'other' where id = (select placed_event from orders where id = 14)",
        "update event set data = replace(data, '[14,', '[999,') \
            where id = (select placed_event from orders where id = 14)",
        "update event set data = replace(data, ']]}', '],[999,1,1,5,null]]}') \
            where id = (select placed_event from orders where id = 14)",
        "update orders set placed_event = 1 where id = 14",
        "update orders set hold_id = 1 where id = 14",
        "update orders set hold_id = (select hold_id from orders where id = 5) where id = 14",
        // What became of it.
        "update orders set state = 'completed', remains = 0 where id = 5",
        "update orders set remains = 5 where id = 5",
        "update orders set remains = 0 where id = 5",
        "update orders set remains = 1 where id = 4",
        "update orders set state = 'partial', remains = 4 where id = 4",
        "update orders set state = 'canceled', remains = 13 where id = 4",
        "update orders set remains = 0 where id = 6",
        "update orders set state = 'completed', remains = 0 where id = 6",
        "update orders set remains = 21 where id = 9",
        "update orders set state = 'completed', remains = 0 where id = 9",
        "update orders set ended_us = null where id = 6",
        // Parts and plans.
        "update orders set parent_id = null where id = 11",
        "update orders set parent_id = null where id = 13",
        "update orders set parent_id = 9 where id = 11",
        "update orders set parent_id = 3 where id = 1",
        "update orders set shape = 'drip_feed' where id = 1",
        "update orders set shape = 'single' where id = 3",
        "update drip_feed set state = 'ended' where order_id = 3",
        "update drip_feed set state = 'active' where order_id = 9",
        "update drip_feed set runs = 4 where order_id = 3",
        "update drip_feed set run_quantity = 9 where order_id = 3",
        "update drip_feed set runs_started = 2 where order_id = 3",
        "update drip_feed set runs_started = 0 where order_id = 3",
        "delete from drip_feed where order_id = 3",
        "update drip_feed set order_id = 1 where order_id = 3",
        "update subscription set posts_done = 2",
        "update subscription set posts_done = 0",
        "update subscription set posts = 2",
        "update subscription set max = 19",
        "update subscription set min = 11",
        "update subscription set state = 'ended'",
        "delete from subscription",
        // Cancels and refills.
        "update orders set cancel_requested = 1 where id = 1",
        "update orders set cancel_requested = 0 where id = 2",
        "update cancel set state = 'rejected' where order_id = 2",
        "delete from cancel where order_id = 2",
        "insert into cancel values (9, 1, 2, 'requested', null, 0, 0, null, null); \
            update id_block set next = 10 where kind = 'cancel'",
        "update refill set order_id = 5",
        "update refill set account_id = 2",
        // Products and their stock.
        "delete from product where id = 1",
        "delete from product_stock where product_id = 1",
        "update product set category_id = 99 where id = 1",
        "update product_stock set pieces = pieces + 1 where product_id = 1",
        "delete from stock_batch where id = 1",
        "update stock_batch set added = added + 1, lines = lines + 1 where id = 1",
        "update stock_batch set lines = lines + 1 where id = 1",
        "delete from stock_duplicate where batch_id = 2",
        "update stock_item set batch_id = 99 where id = 9",
        "update stock_item set batch_id = 2 where id = 9",
        "update stock_item set product_id = 2 where id = 2",
        "update id_block set next = 1 where kind = 'product'",
        "update id_block set next = 1 where kind = 'product_order'",
        "update id_block set next = 1 where kind = 'stock_batch'",
        "update id_block set next = 1 where kind = 'stock_item'",
        // Items and whom they were sold to: 1 is bad, 2 sold, 5 bad with a use left, 10 for sale.
        "update stock_item set uses_left = 1 where id = 1",
        "update stock_item set uses = 2 where id = 1",
        "update stock_item set uses_left = 0 where id = 5",
        "update stock_item set uses_left = 2 where id = 5",
        "update stock_item set uses = 5 where id = 5",
        "update stock_item set uses_left = 1 where id = 2",
        "update stock_item set uses_left = 0, state = 'sold' where id = 10; \
            update product_stock set pieces = pieces - 1 where product_id = 1",
        "update stock_item set state = 'sold' where id = 1",
        "update stock_item set state = 'sold' where id = 5",
        "update stock_item set state = 'available' where id = 5; \
            update product_stock set pieces = pieces + 1 where product_id = 1",
        "update delivery set item_id = 1 where order_id = 1 and piece = 3",
        "update delivery set item_id = 5 where order_id = 1 and piece = 3",
        "update delivery set item_id = 2 where order_id = 1 and piece = 3",
        "update delivery set item_id = 99 where order_id = 1 and piece = 3",
        "update delivery set item_id = 8 where order_id = 1 and piece = 3",
        "delete from delivery where order_id = 1 and piece = 1 and turn = 1",
        "delete from delivery where order_id = 2 and piece = 2 and turn = 1",
        // Pieces: of order 1, the first was replaced, the second taken back.
        "update delivery set gone = null, gone_us = null where gone = 'replaced' and order_id = 1",
        "update delivery set gone = null, gone_us = null where gone = 'taken_back'",
        "update delivery set gone = 'taken_back' where gone = 'replaced' and order_id = 1",
        "update delivery set gone = 'replaced' where gone = 'taken_back'",
        "update delivery set gone = 'taken_back', gone_us = 0 where order_id = 1 and piece = 3",
        "update delivery set gone = 'replaced', gone_us = 0 where order_id = 1 and piece = 3",
        "update delivery set gone = null, gone_us = null where gone = 'taken_back'; \
            update delivery set gone = 'replaced', gone_us = 0 where order_id = 1 and piece = 3",
        "update delivery set turn = 3 where turn = 2 and order_id = 1",
        "update delivery set turn = 2 where order_id = 1 and piece = 3",
        "update delivery set piece = 4 where order_id = 1 and piece = 3",
        "update delivery set piece = 5 where order_id = 1 and piece = 2",
        "update delivery set order_id = 3, piece = 2 where order_id = 1 and piece = 3",
        "update delivery set order_id = 99 where order_id = 6",
        "update delivery set account_id = 1 where order_id = 1",
        "delete from delivery where order_id = 6",
        // Orders for products.
        "delete from product_order where id = 1",
        "delete from product_order where id = 8",
        "update product_order set account_id = 1 where id = 1",
        "update product_order set product_id = 99 where id = 8",
        "update product_order set product_id = 2 where id = 1",
        "update product_order set rate = 8 where id = 1",
        "update product_order set rate = 8 where id = 7",
        "update product_order set quantity = 4 where id = 1",
        "update product_order set quantity = 2 where id = 1",
        "update product_order set quantity = 9 where id = 7",
        "update product_order set delivered = 1 where id = 1",
        "update product_order set delivered = 3 where id = 1",
        "update product_order set captured = 7 where id = 1",
        "update product_order set captured = 7, released = 14 where id = 1",
        "update product_order set released = 6 where id = 1",
        "update product_order set charge = charge + 1 where id = 1",
        "update product_order set charge = charge + 1 where id = 8",
        "update product_order set state = 'completed' where id = 1",
        "update product_order set state = 'canceled' where id = 1",
        "update product_order set state = 'partial' where id = 2",
        "update product_order set state = 'partial' where id = 7",
        "update product_order set state = 'pending' where id = 6",
        "update product_order set state = 'waiting' where id = 6",
        "update product_order set wait_until_us = null where id = 5",
        "update product_order set ended_us = null where id = 1",
        "update product_order set ended_us = 5 where id = 8",
        "update product_order_form set order_id = 99 where order_id = 8",
        "update product_order_form set account_id = 1",
        "update product_request_id set order_id = 99",
        "update product_request_id set account_id = 1",
        "update transfer set product_order_id = 2 where product_order_id = 1",
        "update transfer set product_order_id = null, reason = 'by hand' where product_order_id = 1",
        "delete from transfer where product_order_id = 1 and kind = 'refund'",
        "update transfer set product_order_id = null, order_id = 1 where product_order_id = 1",
    ];
    let breaks = breaks.into_iter().map(String::from).chain(money_from_nowhere());
    runtime.block_on(async {
        let world = world::example().await;
        assert_eq!(world.findings().await, Vec::<String>::new(), "clean before");
        let mut missed = Vec::new();
        for statement in breaks {
            let copy = world.copy();
            copy.break_by_hand(&statement);
            let found = copy.findings().await;
            println!("{statement}\n   -> {found:?}");
            if found.is_empty() {
                missed.push(statement);
            }
        }
        assert_eq!(missed, Vec::<String>::new(), "not found");
    });
}

/// A transfer of each kind that fits the numbers and the balances, of no order, of one that is not
/// there, of another account's, and of one of the account's own. For products: of no order, of one
/// that is not there, and of two of the account's own.
fn money_from_nowhere() -> impl Iterator<Item = String> {
    let of = |account: i64, orders: [&str; 4], product: bool| {
        orders.map(|order| (account, order.to_owned(), product))
    };
    let orders = of(1, ["null", "777", "10", "4"], false);
    let products = of(3, ["null", "777", "1", "3"], true);
    let orders = orders.into_iter().chain(products).collect::<Vec<_>>();
    let kinds = [("refund", 5, 0), ("release", 5, -5), ("capture", 0, -5), ("hold", -5, 5)];
    kinds.into_iter().flat_map(move |(kind, available, held)| {
        orders.clone().into_iter().map(move |(account, order, product)| {
            let (order, product) =
                if product { (String::from("null"), order) } else { (order, String::from("null")) };
            format!(
                "insert into transfer select next, a.id, transfers + 1, last_transfer_id, \
                 '{kind}', 5, available + {available}, held + {held}, {order}, {product}, null, \
                 'by hand', 0 from account a join id_block on kind = 'transfer' \
                 where a.id = {account}; \
                 update id_block set next = next + 1 where kind = 'transfer'; \
                 update account set available = available + {available}, \
                 held = held + {held}, transfers = transfers + 1, \
                 last_transfer_id = (select max(id) from transfer) where id = {account}"
            )
        })
    })
}
