//! Random sequences of all use cases against an in-memory model that was written apart from the
//! rules: after every step the answers agree, the balances agree, and `verify` is clean.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the model counts small numbers; what cannot be done is a failed test"
)]

mod model;
mod ops;
mod world;

use ops::any_op;
use proptest::prelude::*;
use world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_of_use_cases_agrees_with_the_model(
        ops in proptest::collection::vec(any_op(), 1..60)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut world = World::new().await;
            for (index, op) in ops.iter().enumerate() {
                world.step(index, op).await;
            }
        });
    }
}

/// The checker proves itself: a micro that appears from nowhere, and each kind of broken row, is
/// found by `verify`.
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
        "insert into refill values (1, 1, 1, 'pending', null, 0, 0), \
            (2, 1, 1, 'pending', null, 0, 0)",
        "insert into cancel values (9, 1, 1, 'requested', null, 0, 0)",
        "update drip_feed set state = 'ended'",
        "delete from drip_feed",
    ];
    for statement in breaks {
        runtime.block_on(async {
            let world = world::example().await;
            assert_eq!(world.findings().await, Vec::<String>::new(), "clean before");
            world.break_by_hand(statement);
            assert!(!world.findings().await.is_empty(), "not found: {statement}");
        });
    }
}
