//! Providers and routes.

use super::shop::{COST, FIRST, NOW, Shop, provider, route, secret};
use counter::fulfilment::{BalanceRead, Booking, Found, Outcome, ProviderChange, RouteChange};
use counter::{Failure, Refusal};
use domain::orders::NotAccepted;
use domain::providers::{EntryKind, Explains, ProviderState};
use domain::{Micros, ProviderId, RouteId};

fn text<T>(result: Result<T, Failure<Refusal>>) -> String {
    match result {
        Err(Failure::Refused(refusal)) => refusal.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("was not refused"),
    }
}

#[tokio::test]
async fn the_key_is_sealed_and_comes_back() {
    let shop = Shop::open().await;
    let key = "a-key-that-nobody-else-has";
    let id = shop.counter.add_provider(provider("third"), secret(key), NOW).await.unwrap();
    assert_eq!(shop.counter.provider_access(id).await.unwrap().key.reveal(), key);
    assert!(!shop.database.holds(key.as_bytes()));
    assert!(!format!("{:?}", shop.counter.provider_access(id).await.unwrap()).contains(key));
    let other = Some(secret(" another "));
    shop.counter.edit_provider(id, ProviderChange::default(), other, NOW).await.unwrap();
    assert_eq!(shop.counter.provider_access(id).await.unwrap().key.reveal(), "another");
    // A sealed key in another row does not open.
    shop.database.by_hand(
        "update provider set sealed = (select p.sealed from provider p where p.id = 3) where id = 1",
    );
    let moved = text(shop.counter.provider_access(FIRST).await);
    assert!(moved.contains("does not open"), "{moved}");
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_by_name() {
    let shop = Shop::open().await;
    let counter = &shop.counter;
    let add =
        async |change: ProviderChange| text(counter.add_provider(change, secret("k"), NOW).await);
    let third = || provider("third");
    assert!(add(ProviderChange { name: None, ..third() }).await.starts_with("name:"));
    let ftp = Some(String::from("ftp://x"));
    assert!(add(ProviderChange { url: ftp, ..third() }).await.starts_with("url:"));
    let euro = Some(String::from("euro"));
    assert!(add(ProviderChange { currency: euro, ..third() }).await.starts_with("currency:"));
    let none = Some(0);
    assert!(
        add(ProviderChange { adds_at_once: none, ..third() }).await.starts_with("adds at once:")
    );
    let none = Some(Micros::ZERO);
    assert!(add(ProviderChange { exchange: none, ..third() }).await.starts_with("exchange:"));
    assert!(add(provider("first")).await.contains("taken"));
    let blank = text(counter.add_provider(third(), secret("  "), NOW).await);
    assert!(blank.starts_with("key:"), "{blank}");

    let add = async |change: RouteChange| text(counter.add_route(change, NOW).await);
    let again = add(route(FIRST)).await;
    assert!(again.contains("already"), "{again}");
    let other = || RouteChange { upstream_service: Some(String::from("78")), ..route(FIRST) };
    assert!(add(RouteChange { weight: Some(0), ..other() }).await.starts_with("weight:"));
    let negative = Some(Micros::new(-1));
    assert!(add(RouteChange { cost: negative, ..other() }).await.starts_with("cost:"));
    assert!(add(RouteChange { min: Some(20_000), ..other() }).await.starts_with("min and max:"));
    let nobody = Some(ProviderId(9));
    assert!(add(RouteChange { provider: nobody, ..other() }).await.contains("no provider 9"));
    let moved = RouteChange { provider: Some(ProviderId(2)), ..RouteChange::default() };
    assert!(text(counter.edit_route(RouteId(1), moved, NOW).await).contains("fixed"));
    assert_eq!(counter.routes().await.unwrap().len(), 2);
    assert_eq!(counter.providers().await.unwrap().len(), 2);
}

#[tokio::test]
async fn only_what_is_used_gets_orders() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let off = RouteChange { on: Some(false), ..RouteChange::default() };
    shop.counter.edit_route(RouteId(1), off, NOW).await.unwrap();
    shop.claim_by(order, RouteId(1)).await.unwrap_err();
    let paused = ProviderChange { state: Some(ProviderState::Paused), ..ProviderChange::default() };
    shop.counter.edit_provider(ProviderId(2), paused, None, NOW).await.unwrap();
    shop.claim_by(order, RouteId(2)).await.unwrap_err();
    let active = ProviderChange { state: Some(ProviderState::Active), ..ProviderChange::default() };
    shop.counter.edit_provider(ProviderId(2), active, None, NOW).await.unwrap();
    shop.claim_by(order, RouteId(2)).await.unwrap();
}

#[tokio::test]
async fn what_staff_book_is_in_the_books() {
    let shop = Shop::open().await;
    let book = |kind, amount| Booking {
        provider: FIRST,
        kind,
        amount: Micros::new(amount),
        actor: String::from("ann"),
        reason: String::from("paid in"),
    };
    let counter = &shop.counter;
    counter.book_at_provider(book(EntryKind::Deposit, 50 * COST), NOW).await.unwrap();
    let after = counter.book_at_provider(book(EntryKind::Correction, -COST), NOW).await.unwrap();
    assert_eq!(after.booked.raw(), 49 * COST);
    assert!(
        text(counter.book_at_provider(book(EntryKind::Deposit, 0), NOW).await).contains("amount")
    );
    assert!(text(counter.book_at_provider(book(EntryKind::Charge, 5), NOW).await).contains("kind"));
    let entries = counter.provider_entries(FIRST, i64::MAX, 10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.amount.raw()).sum::<i64>(), 49 * COST);
    shop.assert_clean().await;
    // Somebody alters what is booked behind the counter's back.
    shop.database.by_hand("update provider set booked = booked + 1 where id = 1");
    let report = counter.verify(&mut |_, _| {}).await.unwrap();
    assert!(!report.clean());
}

/// A balance of the first provider that was just asked for, and what was booked before, when it may be
/// what our books begin with.
pub(crate) fn told(balance: i64, begins: Option<i64>) -> BalanceRead {
    BalanceRead {
        provider: FIRST,
        balance: Micros::new(balance),
        open: Micros::ZERO,
        slack: Micros::ZERO,
        begins: begins.map(Micros::new),
        age_us: 0,
    }
}

#[tokio::test]
async fn a_deposit_that_was_noted_before_it_arrived_stays_one() {
    let shop = Shop::open().await;
    let booking = Booking {
        provider: FIRST,
        kind: EntryKind::Deposit,
        amount: Micros::new(50 * COST),
        actor: String::from("ann"),
        reason: String::from("on its way"),
    };
    shop.counter.book_at_provider(booking, NOW).await.unwrap();
    let later = NOW.plus_minutes(1);
    // Noted while the balance was asked for.
    shop.worker.record_balance(told(COST, Some(0)), later).await.unwrap();
    assert_eq!(shop.provider(FIRST).await.reported, None);
    shop.worker.record_balance(told(0, Some(50 * COST)), later).await.unwrap();
    let provider = shop.provider(FIRST).await;
    assert_eq!((provider.booked.raw(), provider.quiet_reads), (50 * COST, 0));
    shop.worker.record_balance(told(50 * COST, None), later.plus_minutes(1)).await.unwrap();
    assert_eq!(shop.provider(FIRST).await.quiet_reads, 1, "it has arrived");
    shop.assert_clean().await;
}

/// What the engine knows of our books is a moment old; what has moved since is no difference.
#[tokio::test]
async fn a_balance_from_before_a_charge_is_explained() {
    let shop = Shop::open().await;
    shop.worker.record_balance(told(100 * COST, Some(0)), NOW).await.unwrap();
    let later = NOW.plus_minutes(1);
    for balance in [100, 99] {
        let attempt = shop.claim(shop.order().await).await;
        let outcome = Outcome {
            attempt,
            found: super::shop::accepted(&attempt.to_string()),
            evidence: String::new(),
        };
        shop.counter.record_outcomes(vec![outcome], later).await.unwrap();
        // Told by the provider before it took the order.
        shop.worker.record_balance(told(balance * COST, None), later).await.unwrap();
    }
    assert_eq!(shop.provider(FIRST).await.quiet_reads, 3);
    shop.worker.record_balance(told(99 * COST, None), later.plus_minutes(1)).await.unwrap();
    assert_eq!(shop.provider(FIRST).await.quiet_reads, 0);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_balance_from_before_a_booking_is_not_what_the_books_begin_with() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let read = told(100 * COST, Some(0));
    // Asked for while nothing was under way; when it is recorded, the provider has taken an order.
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Accepted { upstream_id: String::from("7"), cost: None }).await;
    shop.worker.record_balance(read, NOW).await.unwrap();
    assert_eq!(shop.booked(FIRST).await, -COST);
    let later = told(99 * COST, Some(-COST));
    shop.worker.record_balance(later, NOW.plus_minutes(1)).await.unwrap();
    assert_eq!(shop.booked(FIRST).await, 99 * COST);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_difference_is_shown_with_what_may_explain_it() {
    let shop = Shop::open().await;
    // The first time it is what our books begin with.
    shop.worker.record_balance(told(100 * COST, Some(0)), NOW).await.unwrap();
    assert_eq!(shop.booked(FIRST).await, 100 * COST);
    let order = shop.order().await;
    let attempt = shop.claim(order).await;
    shop.found(attempt, Found::Lost).await;
    shop.found(attempt, Found::NotAccepted(NotAccepted::Person)).await;
    shop.worker.record_balance(told(99 * COST, None), NOW.plus_minutes(1)).await.unwrap();
    let view = shop.counter.show_provider(FIRST).await.unwrap();
    assert_eq!(view.off, Some(Micros::new(-COST)));
    assert_eq!(view.provider.quiet_reads, 0);
    let explaining: Vec<_> =
        view.explaining.iter().map(|(attempt, how)| (attempt.id, *how)).collect();
    assert_eq!(explaining, [(attempt, Explains::Charged)]);
    shop.assert_clean().await;
}
