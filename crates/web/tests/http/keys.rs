//! What a key may do, from where, for how much; and that each account sees and pays its own prices.

use crate::common::{FORM, Reply, Shop, error};
use axum::http::Request;
use counter::accounts::{AccountChange, ImportedKey, KeyChange, RANDOM_BYTES};
use counter::prices::Priced;
use domain::access::{KeyRules, Networks, Scopes};
use domain::pricing::Discount;
use domain::{KeyId, Micros, ServiceId};
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use std::io::Read;
use web::Peer;

const INVALID: &str = r#"{"error":"Invalid API key"}"#;
const BALANCE: &str = r#"{"balance":"1000","currency":"USD"}"#;

/// A key of Alice's with these rules.
async fn bound(shop: &Shop, rules: KeyRules, number: u8) -> (KeyId, String) {
    let random = [number; RANDOM_BYTES];
    let made = shop.counter.make_bound_key(shop.alice.id, "bound", rules, random, shop.now());
    let made = made.await.unwrap();
    (made.id, made.token.reveal().to_owned())
}

async fn ask(shop: &Shop, key: &str, form: &str) -> String {
    shop.post(format!("key={key}&{form}")).await.dialect()
}

/// Asks for the balance over a connection from `peer`.
async fn from(shop: &Shop, key: &str, peer: Option<&str>, forwarded: &[&str]) -> String {
    let mut request = Request::post("/api/v2").header("content-type", FORM);
    for value in forwarded {
        request = request.header("x-forwarded-for", *value);
    }
    if let Some(peer) = peer {
        request = request.extension(Peer(peer.parse().unwrap()));
    }
    let body = format!("key={key}&action=balance");
    shop.send(request.body(body.into()).unwrap()).await.dialect()
}

#[tokio::test]
async fn each_action_needs_its_scope_and_no_other() {
    let shop = Shop::open().await;
    let order = shop.place("service=1&link=https://example.com/first&quantity=10").await;
    let refill_cancel =
        [format!("action=refill&order={order}"), format!("action=cancel&order={order}")];
    let actions = [
        ("read", vec!["action=balance", "action=services", "action=status&order=1"]),
        (
            "read",
            vec!["action=orders", "action=refill_status&refill=1", "action=multi_status&orders=1"],
        ),
        ("order", vec!["action=add&service=1&link=https://example.com&quantity=10"]),
        ("products", vec!["action=products", "action=add_product_order&product=9&quantity=1"]),
        ("products", vec!["action=product_order_status&order=1", "action=result_product&order=1"]),
        ("refill_cancel", refill_cancel.iter().map(String::as_str).collect()),
    ];
    let refused = error("Incorrect request");
    for (number, scope) in (10..).zip(["read", "order", "products", "refill_cancel"]) {
        let rules = KeyRules { scopes: Scopes::parse(scope).unwrap(), ..KeyRules::default() };
        let (_, key) = bound(&shop, rules, number).await;
        for (needed, forms) in &actions {
            for form in forms {
                let before = shop.books().await;
                let reply = shop.post(format!("key={key}&{form}")).await;
                assert_eq!(reply.text() == refused, *needed != scope, "{scope}: {form}");
                if *needed != scope {
                    assert_eq!(shop.books().await, before, "{scope}: {form}");
                }
            }
        }
        // What cannot be read is told as ever.
        assert_eq!(ask(&shop, &key, "action=nonsense").await, error("Incorrect action"));
    }
    let (id, key) = bound(&shop, KeyRules::default(), 20).await;
    assert_eq!(
        ask(&shop, &key, "action=refill_status&refill=9").await,
        error("Incorrect refill ID")
    );
    let scopes = Some(Scopes::parse("order,products").unwrap());
    let change = KeyChange { scopes, ..KeyChange::default() };
    shop.counter.edit_key(id, change, shop.now()).await.unwrap();
    assert_eq!(ask(&shop, &key, "action=balance").await, refused, "from the next request on");
    shop.close().await;
}

#[tokio::test]
async fn a_key_opens_only_from_its_addresses() {
    let shop = Shop::open().await;
    let allow = Networks::parse("192.0.2.0/24,2001:db8::/32").unwrap();
    let (id, key) = bound(&shop, KeyRules { allow, ..KeyRules::default() }, 10).await;
    for (peer, forwarded, opens) in [
        (Some("192.0.2.7"), &[][..], true),
        (Some("::ffff:192.0.2.7"), &[], true),
        (Some("2001:db8::7"), &[], true),
        (Some("192.0.3.7"), &[], false),
        (Some("2001:db9::7"), &[], false),
        // Nobody who is not a proxy of ours is believed about others.
        (Some("192.0.3.7"), &["192.0.2.7"], false),
        (Some("192.0.2.7"), &["203.0.113.1"], true),
        (None, &[], false),
    ] {
        let reply = from(&shop, &key, peer, forwarded).await;
        assert_eq!(reply, if opens { BALANCE } else { INVALID }, "{peer:?} {forwarded:?}");
        assert_eq!(from(&shop, &shop.alice.key, peer, forwarded).await, BALANCE, "without a list");
    }
    let allow = Some(Networks::parse("203.0.113.1").unwrap());
    let change = KeyChange { allow, ..KeyChange::default() };
    shop.counter.edit_key(id, change, shop.now()).await.unwrap();
    assert_eq!(from(&shop, &key, Some("192.0.2.7"), &[]).await, INVALID);
    assert_eq!(from(&shop, &key, Some("203.0.113.1"), &[]).await, BALANCE);
    shop.close().await;
}

#[tokio::test]
async fn behind_our_proxies_the_last_hop_before_them_counts() {
    let mut setup = crate::common::Setup::default();
    setup.options.trusted_proxies = Networks::parse("10.0.0.0/8").unwrap();
    let shop = Shop::with(setup).await;
    let allow = Networks::parse("192.0.2.7").unwrap();
    let (_, key) = bound(&shop, KeyRules { allow, ..KeyRules::default() }, 10).await;
    for (peer, forwarded, opens) in [
        ("10.0.0.1", &["192.0.2.7"][..], true),
        ("::ffff:10.0.0.1", &["192.0.2.7"], true),
        ("10.0.0.1", &["203.0.113.1, 192.0.2.7, 10.0.0.9"], true),
        ("10.0.0.1", &["203.0.113.1", "192.0.2.7"], true),
        // What the client wrote itself stands before what our proxy wrote.
        ("10.0.0.1", &["192.0.2.7, 203.0.113.1"], false),
        ("10.0.0.1", &["192.0.2.7, \u{e4}"], false),
        ("10.0.0.1", &["192.0.2.7, x"], false),
        ("10.0.0.1", &[], false),
        ("203.0.113.1", &["192.0.2.7"], false),
    ] {
        let reply = from(&shop, &key, Some(peer), forwarded).await;
        assert_eq!(reply, if opens { BALANCE } else { INVALID }, "{peer} {forwarded:?}");
    }
    shop.close().await;
}

#[tokio::test]
async fn a_key_that_has_expired_is_nobody_s() {
    let shop = Shop::open().await;
    let expires = Some(shop.now().plus_minutes(1));
    let (_, key) = bound(&shop, KeyRules { expires, ..KeyRules::default() }, 10).await;
    assert_eq!(ask(&shop, &key, "action=balance").await, BALANCE);
    shop.wait(59);
    assert_eq!(ask(&shop, &key, "action=balance").await, BALANCE);
    shop.wait(1);
    assert_eq!(ask(&shop, &key, "action=balance").await, INVALID);
    shop.close().await;
}

#[tokio::test]
async fn a_key_that_has_spent_its_day_is_told_that_the_money_is_gone() {
    let shop = Shop::open().await;
    let daily_cap = Some(Micros::parse("0.02").unwrap());
    let (_, key) = bound(&shop, KeyRules { daily_cap, ..KeyRules::default() }, 10).await;
    let add = |link: &str, quantity: i64| {
        format!("action=add&service=1&link=https://example.com/{link}&quantity={quantity}")
    };
    assert_eq!(ask(&shop, &key, &add("a", 20)).await, r#"{"order":1}"#, "0.018 of 0.02");
    let before = shop.books().await;
    assert_eq!(ask(&shop, &key, &add("b", 10)).await, error("Not enough funds on balance"));
    assert_eq!(shop.books().await, before);
    // A replay is no new order, and the other keys of the account have their own money.
    let replayed = format!("{}&request_id=r", add("c", 10));
    assert_eq!(shop.ask(&shop.alice, &replayed).await, r#"{"order":2}"#);
    assert_eq!(ask(&shop, &key, &replayed).await, r#"{"order":2}"#);
    // What was given back was spent all the same: the cap bounds what a lost key can do.
    assert!(ask(&shop, &key, "action=cancel&order=1").await.contains("success"));
    assert_eq!(ask(&shop, &key, &add("d", 10)).await, error("Not enough funds on balance"));
    shop.wait(24 * 3_600);
    assert_eq!(ask(&shop, &key, &add("e", 10)).await, r#"{"order":3}"#);
    shop.close().await;
}

#[tokio::test]
async fn keys_from_elsewhere_work_unchanged() {
    let shop = Shop::open().await;
    let plain = "0123456789abcdef0123456789abcdef";
    // Of this one the other panel kept the SHA-256 only.
    let zeros = "00000000000000000000000000000000";
    let digest: [u8; 32] = Sha256::digest(zeros.as_bytes()).into();
    let keys = [ImportedKey::Plain(plain.to_owned()), ImportedKey::Sha256(digest)];
    let rules = KeyRules::default();
    let imported = shop.counter.import_keys(shop.alice.id, "old", rules, &keys, shop.now());
    imported.await.unwrap();
    for key in [plain, zeros] {
        assert_eq!(ask(&shop, key, "action=balance").await, BALANCE);
        assert_eq!(ask(&shop, &format!("{key}0"), "action=balance").await, INVALID);
    }
    shop.close().await;
}

async fn list(shop: &Shop, key: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::post("/api/v2").header("content-type", FORM);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    shop.send(request.body(format!("key={key}&action=services").into()).unwrap()).await
}

fn rate(body: &[u8]) -> String {
    let rows: serde_json::Value = serde_json::from_slice(body).unwrap();
    rows[0]["rate"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_account_sees_and_pays_its_own_prices() {
    let shop = Shop::open().await;
    let (alice, bob) = (shop.alice.key.as_str(), shop.bob.key.as_str());
    let old = list(&shop, bob, &[]).await;
    let old_tag = old.header("etag").to_owned();
    assert_eq!(old_tag, list(&shop, alice, &[]).await.header("etag"));
    let third = Some(Some(Discount::parse("33.33").unwrap()));
    let change = AccountChange { discount: third, ..AccountChange::default() };
    shop.counter.change_account(shop.bob.id, change, shop.now()).await.unwrap();
    // 0.9 less 33.33 percent, to the micro.
    let wanted = [(alice, "0.9"), (bob, "0.60003")];
    for (key, rate_of) in [wanted[0], wanted[1], wanted[0], wanted[1]] {
        let plain = list(&shop, key, &[]).await;
        assert_eq!(rate(&plain.body), rate_of);
        let zipped = list(&shop, key, &[("accept-encoding", "gzip")]).await;
        assert_eq!(zipped.header("content-encoding"), "gzip");
        let mut body = Vec::new();
        GzDecoder::new(&*zipped.body).read_to_end(&mut body).unwrap();
        assert_eq!(body, plain.body, "nobody gets the list of others");
        let again = list(&shop, key, &[("if-none-match", &old_tag)]).await;
        assert_eq!(again.status == 304, key == alice, "{key}");
    }
    let add =
        |link: &str| format!("action=add&service=1&link=https://example.com/{link}&quantity=1000");
    assert_eq!(ask(&shop, bob, &add("a")).await, r#"{"order":1}"#);
    assert_eq!(shop.money(&shop.bob).await.1, "0.60003");
    let of = Priced::Service(ServiceId(1));
    let own = Micros::parse("1.000001").unwrap();
    shop.counter.set_price(shop.bob.id, of, own, "test", shop.now()).await.unwrap();
    assert_eq!(rate(&list(&shop, bob, &[]).await.body), "1.000001");
    assert_eq!(ask(&shop, bob, &add("b")).await, r#"{"order":2}"#);
    assert_eq!(shop.money(&shop.bob).await.1, "1.600031");
    assert_eq!(ask(&shop, alice, &add("b")).await, r#"{"order":3}"#);
    assert_eq!(shop.money(&shop.alice).await.1, "0.9");
    shop.close().await;
}
