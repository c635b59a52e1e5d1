//! Keys: what they may spend, when they end, how they are replaced and brought along.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what cannot be done is a failed test, also in a helper"
)]

use counter::accounts::{
    AccountChange, Adjustment, ImportedKey, KeyChange, KeySecret, RANDOM_BYTES,
};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::nodes::{Job, Node, Role, Worker};
use counter::orders::PlaceOrder;
use counter::{Counter, Failure, Settings};
use domain::access::{KeyRules, Networks, Scopes};
use domain::catalogue::{NumberField, ServiceKind};
use domain::orders::{Number, OrderRefusal, OrderRequest};
use domain::{AccountId, KeyId, Micros, Timestamp};
use std::net::IpAddr;
use store::{Access, Store};
use testkit::Database;

/// A day's first moment, UTC.
const MIDNIGHT: Timestamp = Timestamp(1_772_409_600_000_000);
const ACCOUNT: AccountId = AccountId(1);
const OLD_KEY: &str = "0123456789abcdef0123456789abcdef";

fn counter_on(database: &Database) -> Counter {
    let store =
        Store::open(database.url(), Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 0,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault: counter::stock::Vault::from_random([7; 64]),
    };
    Counter::new(store, settings)
}

async fn open() -> (Counter, Database) {
    let database = Database::fresh();
    let counter = counter_on(&database);
    let name = |text: &str| Some(String::from(text));
    let category = CategoryChange { name: name("things"), position: None };
    let change = ServiceChange {
        category: Some(counter.add_category(category, MIDNIGHT).await.unwrap()),
        name: name("a service"),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(1_000)),
        min: Some(1),
        max: Some(1_000),
        ..ServiceChange::default()
    };
    counter.add_service(change, MIDNIGHT).await.unwrap();
    counter.open_account("a", MIDNIGHT).await.unwrap();
    let (amount, reason) = (Micros::new(1_000_000), String::from("test"));
    let adjustment = Adjustment { account: ACCOUNT, amount, reason };
    counter.credit(adjustment, "tester", MIDNIGHT).await.unwrap();
    (counter, database)
}

/// An order of so many micros.
fn order(key: Option<KeyId>, charge: i64) -> PlaceOrder {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(1));
    request.link = Some(String::from("https://example.com"));
    request.set_number(NumberField::Quantity, Some(Number::Int(charge)));
    PlaceOrder { account: ACCOUNT, key, request, request_id: None, fingerprint: 0 }
}

async fn spend(counter: &Counter, key: KeyId, charge: i64, at: Timestamp) -> bool {
    match counter.place_order(order(Some(key), charge), at).await {
        Ok(_) => true,
        Err(Failure::Refused(OrderRefusal::KeyCap)) => false,
        Err(other) => panic!("{other}"),
    }
}

async fn capped(counter: &Counter, cap: i64) -> KeyId {
    let rules = KeyRules { daily_cap: Some(Micros::new(cap)), ..KeyRules::default() };
    let made = counter.make_bound_key(ACCOUNT, "capped", rules, [1; RANDOM_BYTES], MIDNIGHT).await;
    made.unwrap().id
}

async fn spent(counter: &Counter, key: KeyId, at: Timestamp) -> Option<i64> {
    let keys = counter.keys(ACCOUNT, at).await.unwrap();
    let found = keys.iter().find(|shown| shown.key.id == key).unwrap();
    found.spent_today.map(Micros::raw)
}

#[tokio::test]
async fn a_cap_holds_to_the_micro_until_midnight() {
    let (counter, _database) = open().await;
    let key = capped(&counter, 100).await;
    let late = Timestamp(MIDNIGHT.0 + 86_399_999_999);
    let next_day = Timestamp(MIDNIGHT.0 + 86_400_000_000);
    assert!(spend(&counter, key, 60, MIDNIGHT).await);
    assert!(!spend(&counter, key, 41, late).await);
    assert!(spend(&counter, key, 40, late).await);
    assert!(!spend(&counter, key, 1, late).await);
    assert_eq!(spent(&counter, key, late).await, Some(100));
    // Without a key, or with another one, the account orders on.
    counter.place_order(order(None, 500), late).await.unwrap();
    let other = counter.make_key(ACCOUNT, "other", [2; RANDOM_BYTES], late).await.unwrap().id;
    assert!(spend(&counter, other, 500, late).await);
    assert_eq!(spent(&counter, other, late).await, None);
    assert!(spend(&counter, key, 100, next_day).await, "a new day");
    assert_eq!(spent(&counter, key, next_day).await, Some(100));
    // A cap that is raised, lowered and lifted holds from the next order on.
    for (cap, charge, taken) in [(Some(101), 1, true), (Some(50), 1, false), (None, 900, true)] {
        let daily_cap = Some(cap.map(Micros::new));
        let change = KeyChange { daily_cap, ..KeyChange::default() };
        counter.edit_key(key, change, next_day).await.unwrap();
        assert_eq!(spend(&counter, key, charge, next_day).await, taken, "{cap:?}");
    }
    let after = Timestamp(next_day.0 + 90_000_000_000);
    assert!(
        worker(&counter, Job::Retention).await.forget_old(after).await.unwrap() >= 2,
        "sums of days gone by"
    );
    assert_eq!(worker(&counter, Job::Retention).await.forget_old(after).await.unwrap(), 0);
    assert!(counter.verify(&mut |_, _| {}).await.unwrap().clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_come_together_do_not_overspend() {
    let (counter, _database) = open().await;
    let key = capped(&counter, 105).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let counter = counter.clone();
        calls.spawn(async move { spend(&counter, key, 10, MIDNIGHT).await });
    }
    let taken = calls.join_all().await.into_iter().filter(|taken| *taken).count();
    assert_eq!(taken, 10);
    assert_eq!(spent(&counter, key, MIDNIGHT).await, Some(100));
}

#[tokio::test]
async fn a_rotated_key_works_until_the_overlap_ends_and_shares_its_cap() {
    let (counter, _database) = open().await;
    let rules = KeyRules {
        scopes: Scopes::parse("order").unwrap(),
        allow: Networks::parse("192.0.2.0/24").unwrap(),
        daily_cap: Some(Micros::new(100)),
        expires: Some(MIDNIGHT.plus_days(10)),
    };
    let old = counter.make_bound_key(ACCOUNT, "shop", rules.clone(), [1; RANDOM_BYTES], MIDNIGHT);
    let old = old.await.unwrap();
    let now = MIDNIGHT.plus_hours(1);
    let until = now.plus_hours(2);
    let new = counter.rotate_key(old.id, until, [2; RANDOM_BYTES], now).await.unwrap();
    let from: Option<IpAddr> = "192.0.2.9".parse().ok();
    let admitted = async |token: &str, at: Timestamp| {
        counter.admit(token, from, at).await.unwrap().map(|principal| principal.key)
    };
    let (old_token, new_token) = (old.token.reveal(), new.token.reveal());
    let last = Timestamp(until.0 - 1);
    assert_eq!(admitted(old_token, last).await, Some(old.id));
    assert_eq!(admitted(old_token, until).await, None);
    assert_eq!(admitted(new_token, until).await, Some(new.id));
    let principal = counter.principal(new_token).await.unwrap().unwrap();
    let renewed = KeyRules { expires: Some(now.plus_days(10)), ..rules };
    assert_eq!(principal.rules, renewed);
    assert!(spend(&counter, old.id, 60, now).await);
    assert!(!spend(&counter, new.id, 50, now).await, "both have spent it");
    assert!(spend(&counter, new.id, 40, now).await);
    assert!(!spend(&counter, old.id, 1, now).await);
    let third = counter.rotate_key(new.id, until, [3; RANDOM_BYTES], now).await.unwrap();
    assert!(!spend(&counter, third.id, 1, now).await, "also after another rotation");
    // The new key was not caught, and the old one is rotated once more: as if it were the first time.
    let lasting = counter.make_key(ACCOUNT, "lasting", [5; RANDOM_BYTES], now).await.unwrap();
    for random in [6, 7] {
        let next =
            counter.rotate_key(lasting.id, until, [random; RANDOM_BYTES], now).await.unwrap();
        let next = counter.principal(next.token.reveal()).await.unwrap().unwrap();
        assert_eq!(next.rules.expires, None, "a key for ever gives its place to a key for ever");
    }
    let refused = counter.rotate_key(old.id, until, [4; RANDOM_BYTES], until).await.unwrap_err();
    assert_eq!(refused.to_string(), "key 1 has expired");
    counter.revoke_key(new.id, now).await.unwrap();
    let refused = counter.rotate_key(new.id, until, [4; RANDOM_BYTES], now).await.unwrap_err();
    assert_eq!(refused.to_string(), "key 2 was revoked before");
    assert!(counter.verify(&mut |_, _| {}).await.unwrap().clean());
}

#[tokio::test]
async fn keys_from_elsewhere_open_as_they_are() {
    let (counter, database) = open().await;
    let rules = KeyRules::default;
    let plain = |key: &str| ImportedKey::Plain(String::from(key));
    let abc = "abcdefghijklmnopqrstuvwxyz012345";
    let keys = [plain(OLD_KEY), plain("another-key-of-16+")];
    let ids = counter.import_keys(ACCOUNT, "old", rules(), &keys, MIDNIGHT).await.unwrap();
    assert_eq!(ids, [KeyId(1), KeyId(2)]);
    // SHA-256 of the text above, by sha256sum.
    let digest = [
        0x65, 0x3b, 0xb1, 0x24, 0x5e, 0x82, 0x8f, 0xcd, 0xa4, 0xfa, 0x53, 0xfc, 0xd5, 0xa3, 0xde,
        0xf5, 0xbd, 0x76, 0x54, 0xe6, 0x51, 0xf5, 0x4b, 0x41, 0x32, 0xb7, 0x3d, 0x74, 0xe6, 0x44,
        0x35, 0xc4,
    ];
    let hashed = [ImportedKey::Sha256(digest)];
    counter.import_keys(ACCOUNT, "hash", rules(), &hashed, MIDNIGHT).await.unwrap();
    for (key, id) in [(OLD_KEY, 1), ("another-key-of-16+", 2), (abc, 3)] {
        let principal = counter.admit(key, None, MIDNIGHT).await.unwrap();
        assert_eq!(principal.map(|principal| principal.key), Some(KeyId(id)), "{key}");
    }
    let shown = counter.keys(ACCOUNT, MIDNIGHT).await.unwrap();
    let hints: Vec<&str> = shown.iter().map(|shown| shown.key.hint.as_str()).collect();
    assert_eq!(hints, ["cdef", "-16+", ""]);
    for (keys, text) in [
        (vec![plain("fresh-key-of-a-shop"), plain(OLD_KEY)], "key 2: is here already, as key 1"),
        (hashed.to_vec(), "key 1: is here already, as key 3"),
        (vec![plain("tooshort")], "key 1: must be 16 to 512 characters without blanks"),
        (vec![plain("with blanks in the middle")], "key 1: must be 16 to 512 characters"),
        (vec![plain("tc_0123456789abcdef")], "key 1: begins like one of ours, but its checksum"),
        (vec![], "keys: give 1 to 500 at a time"),
    ] {
        let refused = counter.import_keys(ACCOUNT, "x", rules(), &keys, MIDNIGHT).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with(text), "{refused}");
    }
    let fresh = counter.admit("fresh-key-of-a-shop", None, MIDNIGHT).await.unwrap();
    assert_eq!(fresh, None, "all or none");
    assert_eq!(format!("{:?}", plain(OLD_KEY)), "ImportedKey(…)");
    drop(counter);
    assert!(
        !database.holds(OLD_KEY.as_bytes()) && !database.holds(&digest),
        "neither key nor hash"
    );
}

#[tokio::test]
async fn the_last_use_is_written_now_and_then() {
    let (counter, _database) = open().await;
    let key = counter.make_key(ACCOUNT, "k", [1; RANDOM_BYTES], MIDNIGHT).await.unwrap();
    let last_used =
        async || counter.keys(ACCOUNT, MIDNIGHT).await.unwrap().first().unwrap().key.last_used;
    let (first, second) = (MIDNIGHT.plus_minutes(5), MIDNIGHT.plus_minutes(7));
    for at in [first, second, first] {
        counter.admit(key.token.reveal(), None, at).await.unwrap().unwrap();
    }
    assert_eq!(last_used().await, None, "asking does not write");
    assert_eq!(counter.write_key_uses().await.unwrap(), 1);
    assert_eq!(last_used().await, Some(second));
    assert_eq!(counter.write_key_uses().await.unwrap(), 0, "nobody asked since");
    counter.admit(key.token.reveal(), None, first).await.unwrap().unwrap();
    counter.write_key_uses().await.unwrap();
    assert_eq!(last_used().await, Some(second), "the latest counts");
    let expires = Some(Some(second));
    let change = KeyChange { expires, ..KeyChange::default() };
    counter.edit_key(key.id, change, first).await.unwrap();
    assert_eq!(counter.admit(key.token.reveal(), None, second).await.unwrap(), None);
    assert_eq!(counter.write_key_uses().await.unwrap(), 0, "a refused key is not used");
}

#[tokio::test]
async fn rules_that_cannot_be_are_refused() {
    let (counter, _database) = open().await;
    let cap = KeyRules { daily_cap: Some(Micros::new(-1)), ..KeyRules::default() };
    let over = KeyRules { expires: Some(MIDNIGHT), ..KeyRules::default() };
    for (rules, text) in [(cap, "daily cap: must not be negative"), (over, "expires: is over")] {
        let made = counter.make_bound_key(ACCOUNT, "k", rules, [1; RANDOM_BYTES], MIDNIGHT).await;
        let refused = made.unwrap_err().to_string();
        assert!(refused.starts_with(text), "{refused}");
    }
    let refused = counter.edit_key(KeyId(9), KeyChange::default(), MIDNIGHT).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no key 9");
    assert_eq!(counter.keys(ACCOUNT, MIDNIGHT).await.unwrap(), []);
}

#[tokio::test]
async fn a_key_that_another_process_revokes_places_no_order() {
    let (here, database) = open().await;
    let there = counter_on(&database);
    let key = here.make_key(ACCOUNT, "k", [1; RANDOM_BYTES], MIDNIGHT).await.unwrap();
    let admitted = async |at| here.admit(key.token.reveal(), None, at).await.unwrap().is_some();
    let refused = async || match here.place_order(order(Some(key.id), 1), MIDNIGHT).await {
        Ok(_) => None,
        Err(Failure::Refused(refusal)) => Some(refusal),
        Err(other) => panic!("{other}"),
    };
    assert!(admitted(MIDNIGHT).await);
    assert_eq!(refused().await, None);
    let narrowed =
        KeyChange { scopes: Some(Scopes::parse("read").unwrap()), ..KeyChange::default() };
    there.edit_key(key.id, narrowed, MIDNIGHT).await.unwrap();
    assert_eq!(refused().await, Some(OrderRefusal::Key), "at once, though it was admitted");
    there.revoke_key(key.id, MIDNIGHT).await.unwrap();
    assert_eq!(refused().await, Some(OrderRefusal::Key));
    assert!(!admitted(MIDNIGHT).await, "nor is anything else admitted");
}

#[tokio::test]
async fn a_key_that_is_revoked_here_is_refused_at_once() {
    let (counter, _database) = open().await;
    let key = counter.make_key(ACCOUNT, "k", [1; RANDOM_BYTES], MIDNIGHT).await.unwrap();
    let admitted = async || counter.admit(key.token.reveal(), None, MIDNIGHT).await.unwrap();
    assert!(admitted().await.is_some_and(|principal| !principal.suspended));
    let suspended = |yes| AccountChange { suspended: Some(yes), ..AccountChange::default() };
    counter.change_account(ACCOUNT, suspended(true), MIDNIGHT).await.unwrap();
    assert!(admitted().await.is_some_and(|principal| principal.suspended));
    counter.revoke_key(key.id, MIDNIGHT).await.unwrap();
    assert_eq!(admitted().await, None);
}

/// The counter in the hands of the one node there is.
async fn worker(counter: &Counter, job: Job) -> Worker {
    let node = Node::new("test", Role::Worker, 60_000_000);
    counter.worker(counter.take_lease(&node, job).await.unwrap())
}
