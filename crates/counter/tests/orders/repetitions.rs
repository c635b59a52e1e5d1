//! The duplicate window, beyond what one process remembers.

use crate::shop::{Shop, THINGS};
use counter::Failure;
use domain::catalogue::NumberField;
use domain::orders::{OrderRefusal, OrderRequest};

fn request() -> OrderRequest {
    Shop::request(THINGS, &[(NumberField::Quantity, 10)])
}

/// Whether the order with this fingerprint is refused as a repetition.
async fn repeats(shop: &Shop, fingerprint: i64) -> bool {
    match shop.add_as(request(), fingerprint).await {
        Ok(_) => false,
        Err(Failure::Refused(OrderRefusal::ActiveOrder)) => true,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_clock_that_was_ahead_refuses_nothing() {
    let shop = Shop::open().await;
    let year = 365 * 24 * 60;
    shop.wait_minutes(year);
    assert!(!repeats(&shop, 7).await);
    shop.wait_minutes(-year);
    assert!(!repeats(&shop, 7).await);
    assert!(repeats(&shop, 7).await, "within the window it is a repetition");
    shop.wait_minutes(1);
    assert!(!repeats(&shop, 7).await, "and not after it");
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_restart_forgets_no_order_of_the_window() {
    let shop = Shop::open().await;
    for fingerprint in [7, 8] {
        assert!(!repeats(&shop, fingerprint).await);
    }
    let shop = shop.restarted();
    assert!(repeats(&shop, 7).await);
    shop.wait_minutes(2);
    let shop = shop.restarted();
    assert!(!repeats(&shop, 7).await, "the window is over");
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_another_process_places_is_a_repetition_here() {
    let here = Shop::open().await;
    let there = here.beside();
    // Both remember something before it matters.
    assert!(!repeats(&here, 1).await);
    assert!(!repeats(&there, 2).await);
    for fingerprint in 3..40 {
        let (first, second) = if fingerprint % 3 == 0 { (&here, &there) } else { (&there, &here) };
        assert!(!repeats(first, fingerprint).await, "{fingerprint}");
        assert!(repeats(second, fingerprint).await, "{fingerprint}");
    }
    assert_eq!(here.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_order_that_was_rolled_back_is_no_repetition() {
    let shop = Shop::open().await;
    // The transfer cannot be written, so the whole unit is rolled back after the decision.
    shop.break_transfers();
    assert!(matches!(shop.add_as(request(), 7).await, Err(Failure::Store(_))));
    shop.mend_transfers();
    assert!(!repeats(&shop, 7).await);
    assert!(repeats(&shop, 7).await);
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn an_order_that_was_rolled_back_does_not_end_the_window_of_the_next_one() {
    let shop = Shop::open().await;
    shop.break_transfers();
    assert!(matches!(shop.add_as(request(), 7).await, Err(Failure::Store(_))));
    shop.mend_transfers();
    shop.wait_seconds(40);
    assert!(!repeats(&shop, 7).await, "gets the id of the one that was rolled back");
    shop.wait_seconds(30);
    assert!(repeats(&shop, 7).await, "30 seconds old, though the other would be 70");
    shop.wait_seconds(31);
    assert!(!repeats(&shop, 7).await);
}
