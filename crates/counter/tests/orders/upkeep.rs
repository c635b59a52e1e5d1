//! What runs by itself, and what checks the books.

use crate::shop::{Shop, THINGS};
use domain::catalogue::NumberField;

#[tokio::test]
async fn a_large_turnover_can_be_verified() {
    let shop = Shop::open().await;
    let most = i64::MAX - 1_000_000_000;
    // Three times what fits into an amount goes in, and out again.
    for _ in 0..3 {
        shop.adjust(most, true).await;
        shop.adjust(most, false).await;
    }
    assert_eq!(shop.findings().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_clock_that_was_ahead_is_forgotten() {
    let shop = Shop::open().await;
    let request = || Shop::request(THINGS, &[(NumberField::Quantity, 10)]);
    let year = 365 * 24 * 60;
    shop.wait_minutes(year);
    shop.add_as(request(), 7).await.unwrap();
    shop.wait_minutes(-year);
    assert_eq!(shop.counter.forget_old(shop.now()).await.unwrap(), 1);
    shop.add_as(request(), 7).await.unwrap();
    // Within the window it is a repetition, and stays one when old rows are forgotten.
    assert_eq!(shop.counter.forget_old(shop.now()).await.unwrap(), 0);
    assert!(shop.add_as(request(), 7).await.is_err());
    assert_eq!(shop.findings().await, Vec::<String>::new());
}
