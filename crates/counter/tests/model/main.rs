//! Random sequences of all use cases against an in-memory model that was written apart from the
//! rules: after every step the answers agree, the balances agree, and `verify` is clean.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::panic,
    reason = "the model counts small numbers; what cannot be done is a failed test"
)]

mod breaks;
mod goods;
mod goods_ops;
mod goods_world;
mod model;
mod ops;
mod world;

use counter::Counter;
use counter::nodes::{Job, Node, Role, Worker};
use ops::{Op, any_goods_op, any_op};
use proptest::prelude::*;
use world::World;

/// Carries the steps out on a new counter.
fn carry_out(steps: impl IntoIterator<Item = Op>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new().await;
        for (index, op) in steps.into_iter().enumerate() {
            world.step(index, &op).await;
        }
        world.compare_secrets().await;
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_sequence_of_use_cases_agrees_with_the_model(
        ops in proptest::collection::vec(any_op(), 1..60)
    ) {
        carry_out(ops);
    }

    #[test]
    fn every_sequence_about_products_agrees_with_the_model(
        ops in proptest::collection::vec(any_goods_op(), 1..60)
    ) {
        let rich = (0..2).map(|account| Op::Credit { account, amount: 1_000 });
        carry_out(rich.chain(ops));
    }
}

/// The counter in the hands of the one node there is.
pub(crate) async fn worker(counter: &Counter, job: Job) -> Worker {
    let node = Node::new("test", Role::Worker, 60_000_000);
    counter.worker(counter.take_lease(&node, job).await.unwrap())
}
