//! Another key of a provider may be one of another account, where our orders are not.

use super::providers::told;
use super::shop::{COST, FIRST, NOW, SECOND, Shop, accepted, secret};
use counter::fulfilment::{Found, ProviderChange};

impl Shop {
    async fn change_key(&self, key: &str, same_account: bool) -> Result<(), String> {
        let change = ProviderChange { same_account, ..ProviderChange::default() };
        let edited = self.counter.edit_provider(FIRST, change, Some(secret(key)), NOW).await;
        edited.map(drop).map_err(|error| error.to_string())
    }

    async fn key(&self) -> String {
        let access = self.counter.provider_access(FIRST).await.unwrap();
        access.key.reveal().to_owned()
    }
}

#[tokio::test]
async fn where_orders_are_a_key_is_changed_only_for_the_same_account() {
    for found in [accepted("7"), Found::Lost] {
        let shop = Shop::open().await;
        let attempt = shop.claim(shop.order().await).await;
        shop.found(attempt, found).await;
        let refused = shop.change_key("other", false).await.unwrap_err();
        assert!(refused.starts_with("key: ") && refused.contains("--same-account"), "{refused}");
        assert_eq!(shop.key().await, "first");
        // The same key once more is nothing new.
        shop.change_key(" first ", false).await.unwrap();
        shop.change_key("rotated", true).await.unwrap();
        assert_eq!(shop.key().await, "rotated");
        assert!(shop.change_key("first", false).await.is_err());
        // Nothing of ours is at the other one.
        let other = (ProviderChange::default(), Some(secret("other")));
        shop.counter.edit_provider(SECOND, other.0, other.1, NOW).await.unwrap();
        shop.assert_clean().await;
    }
}

/// The same account has the same money.
#[tokio::test]
async fn where_money_is_our_books_go_on_with_another_key_of_the_account() {
    let shop = Shop::open().await;
    shop.change_key("other", false).await.unwrap();
    shop.worker.record_balance(told(100 * COST, Some(0)), NOW).await.unwrap();
    let before = shop.provider(FIRST).await;
    assert!(before.reported.is_some());
    assert!(shop.change_key("wrong", false).await.unwrap_err().starts_with("key: "));
    shop.change_key("rotated", true).await.unwrap();
    assert_eq!(shop.provider(FIRST).await, before);
    shop.assert_clean().await;
}
