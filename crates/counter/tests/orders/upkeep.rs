//! What runs by itself, and what checks the books.

use crate::shop::Shop;

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
