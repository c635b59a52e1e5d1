//! Keys of executors.

use crate::shop::Shop;
use counter::accounts::RANDOM_BYTES;
use counter::executors::{ExecutorChange, ExecutorKeyChange};
use counter::{Failure, Refusal};
use domain::access::Networks;
use domain::executors::{ExecutorServices, ExecutorState};
use domain::{AccountId, ExecutorId, ServiceId};
use std::net::IpAddr;

#[tokio::test]
async fn a_key_opens_what_it_is_for_until_it_is_revoked() {
    let shop = Shop::open().await;
    let (bob, now) = (shop.bob.executor, shop.now());
    let rules = ExecutorKeyChange {
        name: Some(String::from("server")),
        allow: Some(Networks::parse("192.0.2.0/24").unwrap()),
        expires: Some(Some(now.plus_hours(1))),
    };
    let made = shop.counter.make_executor_key(bob, rules, [9; RANDOM_BYTES], now).await.unwrap();
    let token = made.token.reveal().to_owned();
    let here: IpAddr = "192.0.2.7".parse().unwrap();
    let admit = async |key: &str, from: Option<IpAddr>| {
        let admitted = shop.counter.admit_executor(key, from, shop.now()).await.unwrap();
        admitted.map(|admitted| admitted.executor.name)
    };
    assert_eq!(admit(&token, Some(here)).await.as_deref(), Some("bob"));
    assert_eq!(admit(&token, Some("203.0.113.1".parse().unwrap())).await, None);
    assert_eq!(admit(&token, None).await, None);
    assert_eq!(admit(&format!("{token}x"), Some(here)).await, None);
    assert_eq!(admit("", Some(here)).await, None);
    // A customer's key is none of an executor's, and the other way round.
    let customer = shop.counter.make_key(AccountId(1), "k", [8; RANDOM_BYTES], now).await.unwrap();
    assert_eq!(admit(customer.token.reveal(), Some(here)).await, None);
    assert_eq!(shop.counter.principal(&token).await.unwrap(), None);
    assert_eq!(shop.counter.write_key_uses().await.unwrap(), 1);
    let keys = shop.counter.executor_keys(bob).await.unwrap();
    assert_eq!((keys.len(), keys[1].last_used), (2, Some(now)));
    assert!(!shop.database.holds(token.as_bytes()), "only its hash is stored");
    shop.wait_minutes(60);
    assert_eq!(admit(&token, Some(here)).await, None, "it is over");
    let never = ExecutorKeyChange { expires: Some(None), ..ExecutorKeyChange::default() };
    shop.counter.edit_executor_key(made.id, never, shop.now()).await.unwrap();
    assert_eq!(admit(&token, Some(here)).await.as_deref(), Some("bob"));
    let off = |state| ExecutorChange { state: Some(state), ..ExecutorChange::default() };
    shop.counter.edit_executor(bob, off(ExecutorState::Off), shop.now()).await.unwrap();
    assert_eq!(admit(&token, Some(here)).await, None, "nobody is there");
    shop.counter.edit_executor(bob, off(ExecutorState::Paused), shop.now()).await.unwrap();
    assert_eq!(admit(&token, Some(here)).await.as_deref(), Some("bob"));
    shop.counter.revoke_executor_key(made.id, shop.now()).await.unwrap();
    assert_eq!(admit(&token, Some(here)).await, None);
    let again = shop.counter.revoke_executor_key(made.id, shop.now()).await;
    assert!(matches!(again, Err(Failure::Refused(Refusal::NotNow(_)))), "{again:?}");
    shop.assert_clean().await;
}

#[tokio::test]
async fn executors_are_named_once_and_bound_to_what_is_there() {
    let shop = Shop::open().await;
    let name = |name: &str| ExecutorChange { name: Some(name.to_owned()), ..Default::default() };
    let add = async |change| shop.counter.add_executor(change, shop.now()).await;
    let taken = add(name("bob")).await.unwrap_err();
    assert!(matches!(taken, Failure::Refused(Refusal::Taken { .. })), "{taken}");
    let nameless = add(ExecutorChange::default()).await.unwrap_err().to_string();
    assert!(nameless.starts_with("name: "), "{nameless}");
    let services = Some(ExecutorServices::Only(vec![ServiceId(1), ServiceId(77)]));
    let strange = add(ExecutorChange { services, ..name("kim") }).await.unwrap_err().to_string();
    assert_eq!(strange, "there is no service 77");
    let edit = shop.counter.edit_executor(ExecutorId(9), name("kim"), shop.now()).await;
    assert!(matches!(edit, Err(Failure::Refused(Refusal::Missing { .. }))), "{edit:?}");
    let services = Some(ExecutorServices::Only(vec![ServiceId(3), ServiceId(1)]));
    let change = ExecutorChange { services, ..name("eva") };
    shop.counter.edit_executor(shop.eve.executor, change, shop.now()).await.unwrap();
    let view = shop.counter.show_executor(shop.eve.executor).await.unwrap();
    let services = ExecutorServices::Only(vec![ServiceId(1), ServiceId(3)]);
    assert_eq!((&*view.executor.name, view.executor.services), ("eva", services));
    assert_eq!((view.keys.len(), view.open), (1, 0));
    shop.assert_clean().await;
}
