//! Another key of a provider may be one of another account, where our orders are not.

use super::providers::told;
use super::shop::{COST, FIRST, NOW, SECOND, Shop, accepted, secret};
use counter::fulfilment::{Found, ProviderChange, Reported, Settled};
use domain::orders::State;
use domain::providers::{Provider, ProviderState, Report, UpstreamWord};
use domain::{AttemptId, Timestamp};

/// When the key is changed: nothing that was placed before can still be sent.
const THEN: Timestamp = NOW.plus_minutes(10);

impl Shop {
    async fn change_key(&self, key: &str, same_account: bool) -> Provider {
        let change = ProviderChange { same_account, ..ProviderChange::default() };
        self.counter.edit_provider(FIRST, change, Some(secret(key)), THEN).await.unwrap()
    }

    /// An order that the first provider has, and its attempt.
    async fn there(&self, id: &str) -> AttemptId {
        let attempt = self.claim(self.order().await).await;
        self.found(attempt, accepted(id)).await;
        attempt
    }

    async fn not_found(&self, attempt: AttemptId) -> Option<State> {
        let words = String::from("Incorrect order ID");
        let reported = Reported { attempt, report: Report::NotFound, not_found: 90, words };
        let stands = self.worker.record_reports(vec![reported], THEN).await.unwrap().remove(0);
        stands.map(|stands| stands.state)
    }

    async fn proves(&self, since: Timestamp, attempt: AttemptId) -> bool {
        self.worker.prove_key(FIRST, since, vec![attempt], THEN).await.unwrap()
    }
}

#[tokio::test]
async fn what_another_key_does_not_find_ends_no_order() {
    let shop = Shop::open().await;
    let attempt = shop.there("7").await;
    assert_eq!(shop.change_key("other", false).await.key_doubted, Some(THEN));
    assert!(shop.counter.provider_access(FIRST).await.unwrap().key_doubted);
    assert_eq!(shop.not_found(attempt).await, Some(State::Submitted));
    assert_eq!(shop.followed(FIRST).await, [attempt], "it is asked for again");
    // What it does find is said of our order.
    assert_eq!(shop.says(attempt, UpstreamWord::InProgress).await, Some(State::InProgress));
    // A person says that it is the same account all the same: then what is not found is not there.
    let same = ProviderChange { same_account: true, ..ProviderChange::default() };
    let vouched = shop.counter.edit_provider(FIRST, same, None, THEN).await.unwrap();
    assert_eq!(vouched.key_doubted, None);
    assert_eq!(shop.not_found(attempt).await, Some(State::Review));
    shop.assert_clean().await;
}

#[tokio::test]
async fn an_order_from_before_proves_the_key() {
    let shop = Shop::open().await;
    let before = shop.there("7").await;
    shop.change_key("other", false).await;
    // Placed under the new key, wherever that leads.
    let claim = counter::fulfilment::Claim {
        order: shop.order().await,
        route: domain::RouteId(1),
        expected_cost: domain::Micros::new(COST),
    };
    let claimed = shop.worker.claim_orders(vec![claim], THEN).await.unwrap().remove(0);
    let since = claimed.unwrap().attempt;
    shop.found(since, accepted("8")).await;
    assert!(!shop.proves(THEN, since).await);
    assert!(!shop.proves(NOW, before).await, "it was changed again since it was asked");
    assert!(shop.proves(THEN, before).await);
    assert_eq!(shop.provider(FIRST).await.key_doubted, None);
    assert!(!shop.proves(THEN, before).await);
    shop.assert_clean().await;
}

/// What was placed between the two changes is in the account of the first.
#[tokio::test]
async fn a_second_wrong_key_is_not_proved_by_what_the_first_has_bought() {
    let shop = Shop::open().await;
    let before = shop.there("7").await;
    shop.change_key("wrong", false).await;
    let claim = counter::fulfilment::Claim {
        order: shop.order().await,
        route: domain::RouteId(1),
        expected_cost: domain::Micros::new(COST),
    };
    let claimed = shop.worker.claim_orders(vec![claim], THEN).await.unwrap().remove(0);
    let between = claimed.unwrap().attempt;
    shop.found(between, accepted("8")).await;
    let (change, later) = (ProviderChange::default(), THEN.plus_minutes(10));
    let again = Some(secret("wrong too"));
    let again = shop.counter.edit_provider(FIRST, change, again, later).await.unwrap();
    let since = again.key_doubted.unwrap();
    assert!(!shop.proves(since, between).await);
    assert!(!shop.proves(THEN, before).await, "it was asked with the first of them");
    assert!(shop.proves(since, before).await);
    shop.assert_clean().await;
}

/// Neither is there an order to prove the key by, nor may it be used for what it could buy again.
#[tokio::test]
async fn a_doubt_ends_when_nothing_from_before_is_left() {
    let shop = Shop::open().await;
    let before = shop.there("7").await;
    let lost = shop.claim(shop.order().await).await;
    shop.found(lost, Found::Lost).await;
    let doubted = shop.change_key("other", false).await;
    assert!(shop.counter.can_prove_key(&doubted).await.unwrap());
    let settle = |since| shop.worker.settle_key(FIRST, since, THEN);
    assert_eq!(settle(NOW).await.unwrap(), Settled::Moot);
    assert_eq!(settle(THEN).await.unwrap(), Settled::Stays);
    shop.worker.unfollow(vec![before]).await.unwrap();
    assert!(!shop.counter.can_prove_key(&doubted).await.unwrap());
    assert_eq!(settle(THEN).await.unwrap(), Settled::Stays, "an answer is lost");
    shop.found(lost, Found::Refused { another_way: false }).await;
    assert_eq!(settle(THEN).await.unwrap(), Settled::Ended);
    assert_eq!(shop.provider(FIRST).await.key_doubted, None);
    shop.assert_clean().await;
}

/// Until it finds one of our orders, also with another process.
#[tokio::test]
async fn what_a_person_says_of_a_key_is_kept() {
    let shop = Shop::open().await;
    let attempt = shop.there("7").await;
    let vouched = shop.change_key("rotated", true).await;
    assert_eq!((vouched.key_doubted, vouched.key_vouched), (None, Some(THEN)));
    assert!(shop.proves(THEN, attempt).await);
    assert_eq!(shop.provider(FIRST).await.key_vouched, None);
    shop.change_key("rotated", true).await;
    let other = shop.change_key("other", false).await;
    assert_eq!((other.key_doubted, other.key_vouched), (Some(THEN), None));
    shop.assert_clean().await;
}

#[tokio::test]
async fn books_begin_anew_with_another_key() {
    let shop = Shop::open().await;
    shop.worker.record_balance(told(100 * COST, Some(0)), NOW).await.unwrap();
    let read = |balance, begins| shop.worker.record_balance(told(balance, begins), THEN);
    // The same key once more is nothing new, nor is one that is vouched for.
    for (key, vouched) in [(" first ", false), ("rotated", true)] {
        let same = shop.change_key(key, vouched).await;
        assert!(same.reported.is_some() && same.quiet_reads == 1, "{same:?}");
    }
    let other = shop.change_key("other", false).await;
    assert_eq!((other.reported, other.quiet_reads), (None, 0));
    assert_eq!(other.key_doubted, None, "no order is there that could be mistaken");
    read(30 * COST, Some(100 * COST)).await.unwrap();
    let begun = shop.provider(FIRST).await;
    assert_eq!((begun.booked.raw(), begun.quiet_reads), (30 * COST, 1));
    assert_eq!(shop.counter.show_provider(FIRST).await.unwrap().off.unwrap().raw(), 0);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_balance_of_a_doubted_key_is_nobodys() {
    let shop = Shop::open().await;
    let attempt = shop.claim(shop.order().await).await;
    shop.found(attempt, Found::Lost).await;
    assert_eq!(shop.change_key("other", false).await.key_doubted, Some(THEN), "one may be there");
    shop.worker.record_balance(told(9 * COST, Some(0)), THEN.plus_minutes(1)).await.unwrap();
    let provider = shop.provider(FIRST).await;
    assert_eq!((provider.booked.raw(), provider.reported), (0, None));
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_provider_that_finds_none_of_our_orders_is_doubted_and_paused_once() {
    let shop = Shop::open().await;
    let attempt = shop.there("7").await;
    shop.worker.record_balance(told(COST, Some(-COST)), NOW.plus_minutes(1)).await.unwrap();
    let doubt = || shop.worker.doubt_key(FIRST, "none of 2 orders", THEN);
    assert!(doubt().await.unwrap());
    let provider = shop.provider(FIRST).await;
    assert_eq!((provider.state, provider.key_doubted), (ProviderState::Paused, Some(THEN)));
    assert_eq!((provider.reported, provider.quiet_reads), (None, 0));
    assert!(!doubt().await.unwrap());
    assert_eq!(shop.provider(SECOND).await.state, ProviderState::Active);
    // It finds them again; whether it gets orders is for staff to say.
    assert!(shop.proves(THEN, attempt).await);
    assert_eq!(shop.provider(FIRST).await.state, ProviderState::Paused);
    shop.assert_clean().await;
}
