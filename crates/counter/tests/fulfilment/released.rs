//! Balances after an older copy of the database was put in its place: no evidence before staff have
//! accepted them.

use super::providers::told;
use super::restored::at;
use super::shop::{FIRST, NOW, Shop};
use counter::fulfilment::ProviderChange;
use counter::restore::Accept;

impl Shop {
    async fn read_balance(&self, balance: i64, minutes: i64) {
        let read = told(balance, Some(0));
        self.worker.record_balance(read, NOW.plus_minutes(minutes)).await.unwrap();
    }
}

#[tokio::test]
async fn a_balance_is_no_evidence_before_staff_have_accepted_it() {
    let mut shop = Shop::open().await;
    let change = ProviderChange { balance_decimals: Some(Some(5)), ..ProviderChange::default() };
    shop.counter.edit_provider(FIRST, change, None, NOW).await.unwrap();
    shop.read_balance(50_000_000, 1).await;
    let order = shop.order().await;
    assert_eq!((shop.booked(FIRST).await, shop.provider(FIRST).await.quiet_reads), (50_000_000, 1));
    shop.restored().await;
    assert_eq!(shop.provider(FIRST).await.quiet_reads, 0);
    let unread = shop.release(FIRST, Accept::Anything).await.unwrap_err();
    assert!(unread.contains("was not read since"), "{unread}");
    // Bought since the copy: the order, and something that is not in the books at all.
    shop.read_balance(46_000_000, 11).await;
    let provider = shop.provider(FIRST).await;
    assert_eq!((provider.booked.raw(), provider.quiet_reads), (50_000_000, 0), "nothing is booked");
    let off = shop.release(FIRST, Accept::Explained).await.unwrap_err();
    assert!(off.contains("off by -4"), "{off}");
    shop.decide(order, at(FIRST, Some("7"))).await.unwrap();
    let off = shop.release(FIRST, Accept::Explained).await.unwrap_err();
    assert!(off.contains("off by -3"), "{off}");
    shop.release(FIRST, Accept::Anything).await.unwrap();
    assert_eq!(shop.booked(FIRST).await, 46_000_000);
    shop.read_balance(46_000_000, 12).await;
    assert_eq!(shop.provider(FIRST).await.quiet_reads, 1, "from now on it counts");
    shop.assert_clean().await;
}

#[tokio::test]
async fn books_that_never_began_do_not_begin_meanwhile() {
    let mut shop = Shop::open().await;
    shop.restored().await;
    shop.read_balance(46_000_000, 11).await;
    assert_eq!(shop.booked(FIRST).await, 0);
    shop.release(FIRST, Accept::Explained).await.unwrap();
}
