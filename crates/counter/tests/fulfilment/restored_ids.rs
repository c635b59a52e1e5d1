//! After an older copy of the database was put in its place: ids that may have been given out since are
//! not given out again, and none are lost because somebody says it twice.

use super::restored::{LATER, NOBODY, refused};
use super::shop::{FIRST, SECOND, Shop};
use counter::nodes::{Job, Node, Role};
use counter::restore::{Accept, Skip};
use domain::orders::State;

#[tokio::test]
async fn ids_are_skipped_and_nobody_may_serve_meanwhile() {
    let mut shop = Shop::open().await;
    let before = shop.order().await;
    let node = Node::new("a-node", Role::All, 60_000_000);
    let held = shop.counter.beat(&node, &[], &[Job::Orders]).await.unwrap();
    assert_eq!(held.len(), 1);
    let beside = shop.counter.begin_after_restore(Skip::Once, "ann", LATER).await;
    assert!(refused(beside).contains("a-node"));
    assert_eq!(shop.state(before).await, State::Pending, "nothing was changed");
    shop.counter.leave(&node, &[]).await.unwrap();
    let wrong = shop.counter.begin_after_restore(Skip::Ids(-1), "ann", LATER).await;
    assert!(refused(wrong).contains("skip-ids"));
    let restored = shop.counter.begin_after_restore(Skip::Ids(5_000), "ann", LATER).await.unwrap();
    let first = restored.restore.first_order;
    assert!(first.0 > before.0 + 5_000, "{first}");
    shop.restart().await;
    let after = shop.order().await;
    assert!(after >= first, "{after}");
    // Another copy, of the time in between.
    let again = shop.counter.begin_after_restore(Skip::Again, "bob", LATER).await.unwrap();
    assert_eq!((again.restore.epoch, again.to_decide), (2, 2));
    shop.assert_clean().await;
}

/// Somebody who is not sure whether it was done says it again: no ids are lost by that.
#[tokio::test]
async fn a_restore_is_said_once() {
    let mut shop = Shop::open().await;
    let before = shop.order().await;
    shop.restored().await;
    let blocks = "select next from id_block where kind = 'order'";
    let (next, books) = (shop.database.number(blocks), "select count(*) from event");
    let written = shop.database.number(books);
    let again =
        async |shop: &Shop, skip: Skip| shop.counter.begin_after_restore(skip, "bob", LATER).await;
    let held = refused(again(&shop, Skip::Once).await);
    assert!(held.contains("restore 1, by ann; held still: ") && held.contains("--another-copy"));
    assert_eq!((shop.database.number(blocks), shop.database.number(books)), (next, written));
    // Everybody is released, and still nobody has ordered: it is the same restore.
    shop.decide(before, NOBODY).await.unwrap();
    for provider in [FIRST, SECOND] {
        shop.release(provider, Accept::Anything).await.unwrap();
    }
    let early = refused(again(&shop, Skip::Once).await);
    assert!(early.contains("no order was placed since"), "{early}");
    assert_eq!(shop.database.number(blocks), next);
    // To hold everybody once more takes no ids.
    let held = again(&shop, Skip::Ids(0)).await.unwrap();
    assert_eq!((held.restore.epoch, shop.database.number(blocks)), (2, next));
    assert_eq!(shop.counter.quarantine().await.unwrap().unwrap().providers.len(), 2);
    let another = again(&shop, Skip::Again).await.unwrap();
    assert_eq!(another.restore.epoch, 3);
    assert!(another.restore.first_order > held.restore.first_order);
    // That one ends, the shop goes on, and one day there is another.
    shop.restart().await;
    shop.decide(before, NOBODY).await.unwrap();
    for provider in [FIRST, SECOND] {
        shop.release(provider, Accept::Anything).await.unwrap();
    }
    shop.order().await;
    let later = again(&shop, Skip::Once).await.unwrap();
    assert_eq!(later.restore.epoch, 4);
    assert!(later.restore.first_order > another.restore.first_order);
    shop.assert_clean().await;
}
