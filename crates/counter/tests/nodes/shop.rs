//! A small counter, as each of its nodes sees it.

use counter::accounts::{AccountChange, Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::orders::PlaceOrder;
use counter::stock::Vault;
use counter::{Counter, Settings};
use domain::catalogue::{NumberField, ServiceKind};
use domain::orders::{Number, OrderRequest};
use domain::pricing::Discount;
use domain::{AccountId, KeyId, Micros, OrderId, ServiceId, TierId, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Access, Store};

pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
pub(crate) const SERVICE: ServiceId = ServiceId(1);
pub(crate) const ACCOUNT: AccountId = AccountId(1);
pub(crate) const TIER: TierId = TierId(1);

/// What 1,000 units cost at first; the account's tier gives no discount.
pub(crate) const RATE: i64 = 1_000_000;

/// The counter as one node sees it.
pub(crate) fn node(url: &str) -> Counter {
    node_with(url, Vault::from_random([7; 64]))
}

pub(crate) fn node_with(url: &str, vault: Vault) -> Counter {
    let store = Store::open(url, Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 0,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault,
    };
    Counter::new(store, settings)
}

/// A service that is sold in runs too, and an account of a tier with money.
pub(crate) async fn set_up(counter: &Counter) {
    let name = |text: &str| Some(String::from(text));
    let category = CategoryChange { name: name("things"), position: None };
    let change = ServiceChange {
        category: Some(counter.add_category(category, NOW).await.unwrap()),
        name: name("a service"),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(RATE)),
        min: Some(1),
        max: Some(1_000_000),
        drip_feed: Some(true),
        ..ServiceChange::default()
    };
    assert_eq!(counter.add_service(change, NOW).await.unwrap(), SERVICE);
    let tier = counter.add_tier("gold", Discount::default(), NOW).await.unwrap();
    assert_eq!(tier.id, TIER);
    assert_eq!(counter.open_account("a", NOW).await.unwrap(), ACCOUNT);
    let tier = Some(Some(TIER));
    let change = AccountChange { tier, ..AccountChange::default() };
    counter.change_account(ACCOUNT, change, NOW).await.unwrap();
    let (amount, reason) = (Micros::new(1_000_000_000_000), String::from("test"));
    let adjustment = Adjustment { account: ACCOUNT, amount, reason };
    counter.credit(adjustment, "tester", NOW).await.unwrap();
}

/// An order of 1,000 units, never the same again.
pub(crate) fn order(key: Option<KeyId>) -> PlaceOrder {
    static ASKED: AtomicI64 = AtomicI64::new(0);
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(SERVICE.0));
    request.link = Some(String::from("https://example.com"));
    request.set_number(NumberField::Quantity, Some(Number::Int(1_000)));
    let fingerprint = ASKED.fetch_add(1, Ordering::Relaxed);
    PlaceOrder { account: ACCOUNT, key, request, request_id: None, fingerprint }
}

/// The same in two runs, of which the first is due at once.
pub(crate) fn drip_feed() -> PlaceOrder {
    let mut order = order(None);
    for (field, value) in [(NumberField::Runs, 2), (NumberField::Interval, 10)] {
        order.request.set_number(field, Some(Number::Int(value)));
    }
    order
}

pub(crate) async fn set_rate(counter: &Counter, rate: i64) {
    let change = ServiceChange { rate: Some(Micros::new(rate)), ..ServiceChange::default() };
    counter.edit_service(SERVICE, change, NOW).await.unwrap();
}

/// The rate that an order was charged at.
pub(crate) async fn charged(counter: &Counter, order: OrderId) -> i64 {
    let order = counter.show_order(order, NOW).await.unwrap().order;
    assert_eq!(order.charge, order.rate, "1,000 units");
    order.rate.raw()
}

pub(crate) async fn assert_clean(counter: &Counter) {
    let report = counter.verify(&mut |_, _| {}).await.unwrap();
    assert!(report.clean(), "{report:#?}");
}
