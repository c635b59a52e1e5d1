//! After an older copy of the database was put in its place: executors are given nothing, and what
//! they may have is before a person.

use super::shop::{Shop, THINGS, refused, word};
use counter::fulfilment::Verdict;
use counter::restore::Skip;
use domain::OrderId;
use domain::executors::{LeaseState, ReportedStatus};
use domain::orders::State;

/// Whoever looked long enough: nothing is on its way any more.
const NOBODY: Verdict = Verdict::NotAccepted { grace_us: i64::MIN };

impl Shop {
    async fn restored(&self) -> i64 {
        self.counter.begin_after_restore(Skip::Once, "ann", self.now()).await.unwrap().to_decide
    }

    async fn decide(&self, order: OrderId, verdict: Verdict) -> State {
        let decided = self.counter.decide_attempt(order, verdict, "ann", "asked", self.now());
        decided.await.unwrap().state
    }
}

#[tokio::test]
async fn executors_are_given_nothing_before_somebody_has_asked_them() {
    let shop = Shop::open().await;
    let (delivered, held) = (shop.order(THINGS, 10).await, shop.order(THINGS, 20).await);
    assert_eq!(shop.pull_ids(shop.bob, 2).await, [delivered, held]);
    shop.done(shop.bob, delivered).await;
    shop.ask_refill(delivered).await;
    let (pulled, free) = (shop.order(THINGS, 30).await, shop.order(THINGS, 40).await);
    assert_eq!(shop.restored().await, 3);
    for order in [held, pulled, free] {
        assert_eq!(shop.state(order).await, State::Review);
    }
    shop.ask_cancel(held).await;
    let new = shop.order(THINGS, 50).await;
    let nothing = refused(shop.counter.pull_orders(shop.bob, &[], 9, shop.now()).await);
    assert!(nothing.to_string().contains("older books"), "{nothing}");
    let pulled_refills = shop.counter.pull_refills(shop.bob, &[], false, 9, shop.now());
    assert_eq!(pulled_refills.await.unwrap(), []);
    assert_eq!(shop.counter.executor_cancels(shop.bob, &[], 9).await.unwrap(), []);

    // What it is known to have, it goes on telling of.
    shop.progress(shop.bob, held, 5).await;
    assert_eq!(shop.state(held).await, State::InProgress);
    // What it pulled after the copy was made is its own again; the other is nobody's.
    assert_eq!(shop.decide(pulled, Verdict::Pulled(shop.bob.executor)).await, State::Submitted);
    assert_eq!(shop.leases(pulled).await, [(shop.bob.executor, LeaseState::Live)]);
    shop.report(shop.bob, pulled, word(ReportedStatus::Completed)).await.unwrap();
    assert_eq!(shop.state(pulled).await, State::Completed);
    assert_eq!(shop.decide(free, NOBODY).await, State::Pending);
    shop.assert_clean().await;

    let bob = shop.bob.executor;
    shop.counter.release_executor(bob, "ann", "asked bob", shop.now()).await.unwrap();
    assert!(shop.counter.release_executor(bob, "ann", "again", shop.now()).await.is_err());
    assert_eq!(shop.pull_ids(shop.bob, 9).await, [free, new]);
    let refills = shop.counter.pull_refills(shop.bob, &[], false, 9, shop.now()).await.unwrap();
    assert_eq!(refills.len(), 1);
    assert_eq!(shop.counter.executor_cancels(shop.bob, &[], 9).await.unwrap().len(), 1);
    refused(shop.counter.pull_orders(shop.eve, &[], 9, shop.now()).await);
    shop.assert_clean().await;
}

#[tokio::test]
async fn runs_that_were_due_meanwhile_are_before_a_person_too() {
    let shop = Shop::open().await;
    let whole = shop.drip_feed(10, 5).await;
    shop.worker().await.move_parts(shop.now()).await.unwrap();
    let first = shop.show(whole).await.parts[0].id;
    assert_eq!(shop.pull_ids(shop.bob, 9).await, [first]);
    // The copy is of then. After it two more runs were due; nobody knows whether they were made.
    shop.wait_minutes(25);
    assert_eq!(shop.restored().await, 3);
    let parts = shop.show(whole).await.parts;
    let states: Vec<State> = parts.iter().map(|part| part.state).collect();
    assert_eq!(states, [State::Review; 3]);
    // The others are as they were planned, and were surely not made.
    shop.wait_minutes(4);
    let moved = || async { shop.worker().await.move_parts(shop.now()).await.unwrap() };
    assert_eq!(moved().await, 0);
    shop.wait_minutes(1);
    assert_eq!(moved().await, 1);
    let parts = shop.show(whole).await.parts;
    assert_eq!((parts.len(), parts[3].state), (4, State::Pending));
    // All of it is still paid for: nothing is given back that may have been delivered.
    for part in &parts[1..3] {
        assert_eq!(shop.decide(part.id, NOBODY).await, State::Pending);
    }
    shop.assert_clean().await;
}
