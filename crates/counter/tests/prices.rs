//! Prices that change while orders come in: every order is charged at a price that was valid when
//! it was acknowledged, and none at a mixture.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "what cannot be done is a failed test, and the numbers are small"
)]

use counter::accounts::{AccountChange, Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::orders::PlaceOrder;
use counter::prices::{Priced, TierChange};
use counter::{Counter, Settings};
use domain::catalogue::{NumberField, ServiceKind};
use domain::orders::{Number, OrderRequest};
use domain::pricing::Discount;
use domain::{AccountId, Micros, OrderId, ServiceId, TierId, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use store::tables::orders;
use store::{Access, Store};
use tokio::task::JoinSet;

const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
const SERVICE: ServiceId = ServiceId(1);
const ACCOUNTS: usize = 3;
const CALLERS: usize = 12;
const CALLS: usize = 60;

/// What the three kinds of prices were at one time.
#[derive(Clone, Copy, Debug)]
struct State {
    list: i64,
    points: i64,
    own: i64,
    begun: u64,
    done: u64,
}

impl State {
    /// Account 0 pays the list rate, 1 that of its tier, 2 a price of its own.
    fn rate(&self, account: usize) -> i64 {
        match account {
            0 => self.list,
            1 => (self.list * (10_000 - self.points) + 9_999) / 10_000,
            _ => self.own,
        }
    }
}

/// Something that was told a price, and when it was asked and answered.
#[derive(Clone, Copy, Debug)]
struct Told {
    account: usize,
    rate: i64,
    begun: u64,
    done: u64,
}

fn account_id(account: usize) -> AccountId {
    AccountId(i64::try_from(account).unwrap() + 1)
}

async fn open() -> (Counter, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("counter.db").display());
    let store = Store::open(&url, Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: 30,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault: counter::stock::Vault::from_random([7; 64]),
    };
    let counter = Counter::new(store, settings);
    let name = |text: &str| Some(String::from(text));
    let category = CategoryChange { name: name("things"), position: None };
    let category = Some(counter.add_category(category, NOW).await.unwrap());
    let change = ServiceChange {
        category,
        name: name("a service"),
        kind: Some(ServiceKind::Default),
        rate: Some(Micros::new(1_000_003)),
        min: Some(1),
        max: Some(1_000_000),
        ..ServiceChange::default()
    };
    assert_eq!(counter.add_service(change, NOW).await.unwrap(), SERVICE);
    let tier = counter.add_tier("gold", Discount::new(100).unwrap(), NOW).await.unwrap();
    for account in 0..ACCOUNTS {
        let id = counter.open_account(&format!("a{account}"), NOW).await.unwrap();
        let (amount, reason) = (Micros::new(1_000_000_000_000), String::from("test"));
        let adjustment = Adjustment { account: id, amount, reason };
        counter.credit(adjustment, "tester", NOW).await.unwrap();
    }
    let tier = Some(Some(tier.id));
    let change = AccountChange { tier, ..AccountChange::default() };
    counter.change_account(account_id(1), change, NOW).await.unwrap();
    set_own(&counter, 500_009).await;
    (counter, folder)
}

async fn set_own(counter: &Counter, own: i64) {
    let of = Priced::Service(SERVICE);
    counter.set_price(account_id(2), of, Micros::new(own), "tester", NOW).await.unwrap();
}

fn order(account: usize, quantity: i64, number: usize) -> PlaceOrder {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(SERVICE.0));
    request.link = Some(String::from("https://example.com"));
    request.set_number(NumberField::Quantity, Some(Number::Int(quantity)));
    PlaceOrder {
        account: account_id(account),
        key: None,
        request,
        request_id: None,
        fingerprint: i64::try_from(number).unwrap(),
    }
}

/// One change after the other, of the list, the tier and the account's own price in turn.
async fn change_prices(counter: Counter, tick: Arc<AtomicU64>, end: Arc<AtomicBool>) -> Vec<State> {
    let mut states = vec![State { list: 1_000_003, points: 100, own: 500_009, begun: 0, done: 0 }];
    for number in 1.. {
        if end.load(Ordering::SeqCst) {
            break;
        }
        let mut state = *states.last().unwrap();
        state.begun = tick.fetch_add(1, Ordering::SeqCst);
        match number % 3 {
            0 => {
                state.list += 1_009;
                let rate = Some(Micros::new(state.list));
                let change = ServiceChange { rate, ..ServiceChange::default() };
                counter.edit_service(SERVICE, change, NOW).await.unwrap();
            }
            1 => {
                state.points = (state.points + 17) % 10_000;
                let discount = Some(Discount::new(state.points).unwrap());
                let change = TierChange { name: None, discount };
                counter.edit_tier(TierId(1), change, NOW).await.unwrap();
            }
            _ => {
                state.own += 1_013;
                set_own(&counter, state.own).await;
            }
        }
        state.done = tick.fetch_add(1, Ordering::SeqCst);
        states.push(state);
    }
    states
}

/// The states that may have been in force while `told` was found out: begun before it was answered,
/// and not replaced before it was asked.
fn possible(states: &[State], told: Told) -> Vec<usize> {
    let alive = |index: usize| {
        let replaced = states.get(index + 1).is_some_and(|next| next.done < told.begun);
        states[index].begun <= told.done && !replaced
    };
    let fits = |index: &usize| alive(*index) && states[*index].rate(told.account) == told.rate;
    (0..states.len()).filter(fits).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_order_is_charged_at_a_price_that_was_valid() {
    let (counter, _folder) = open().await;
    let tick = Arc::new(AtomicU64::new(1));
    let end = Arc::new(AtomicBool::new(false));
    let mut changer = JoinSet::new();
    changer.spawn(change_prices(counter.clone(), Arc::clone(&tick), Arc::clone(&end)));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (counter, tick) = (counter.clone(), Arc::clone(&tick));
        callers.spawn(async move {
            let account = caller % ACCOUNTS;
            let (mut placed, mut shown) = (Vec::new(), Vec::new());
            for call in 0..CALLS {
                let number = caller * CALLS + call;
                let quantity = i64::try_from(number % 997).unwrap() + 1;
                let begun = tick.fetch_add(1, Ordering::SeqCst);
                let id = counter.place_order(order(account, quantity, number), NOW).await.unwrap();
                let done = tick.fetch_add(1, Ordering::SeqCst);
                placed.push((id, quantity, Told { account, rate: 0, begun, done }));
                let begun = tick.fetch_add(1, Ordering::SeqCst);
                let offers = counter.list_services(account_id(account)).await.unwrap();
                let done = tick.fetch_add(1, Ordering::SeqCst);
                shown.push(Told { account, rate: offers[0].rate.raw(), begun, done });
            }
            (placed, shown)
        });
    }
    let (mut placed, mut shown) = (Vec::new(), Vec::new());
    while let Some(done) = callers.join_next().await {
        let (more_placed, more_shown) = done.unwrap();
        placed.extend(more_placed);
        shown.extend(more_shown);
    }
    end.store(true, Ordering::SeqCst);
    let states = changer.join_next().await.unwrap().unwrap();

    placed.sort_by_key(|(id, ..)| *id);
    assert_eq!(placed.len(), CALLERS * CALLS);
    let (mut earliest, mut used) = (0, BTreeSet::new());
    for (id, quantity, told) in placed {
        let stored = counter.store().read(move |tx| orders::by_id(tx, id)).await.unwrap();
        let stored = stored.unwrap().unwrap();
        let rate = stored.rate.raw();
        assert_eq!(stored.charge.raw(), (rate * quantity + 999) / 1_000, "order {id}");
        let told = Told { rate, ..told };
        let fitting = possible(&states, told);
        // Orders were placed one after the other, and so were the changes: there is one order of
        // both that explains every price.
        let state = fitting.iter().find(|state| **state >= earliest);
        earliest = *state.unwrap_or_else(|| panic!("order {id}: {told:?} {fitting:?} {earliest}"));
        used.insert(earliest);
    }
    for told in shown {
        assert!(!possible(&states, told).is_empty(), "shown {told:?}");
    }
    assert!(used.len() > 10, "prices changed while orders came in: {}", used.len());
    let report = counter.verify(&mut |_, _| {}).await.unwrap();
    assert!(report.clean(), "{report:#?}");
}

#[tokio::test]
async fn what_is_shown_is_what_is_charged_to_the_micro() {
    let (counter, _folder) = open().await;
    let mut number = 0;
    for points in [0, 1, 333, 4_999, 9_999, 10_000] {
        let change = TierChange { name: None, discount: Some(Discount::new(points).unwrap()) };
        counter.edit_tier(TierId(1), change, NOW).await.unwrap();
        for account in 0..ACCOUNTS {
            let rate = counter.list_services(account_id(account)).await.unwrap()[0].rate;
            for quantity in [1, 999, 1_000, 1_001] {
                number += 1;
                let id = counter.place_order(order(account, quantity, number), NOW).await.unwrap();
                let stored = counter.store().read(move |tx| orders::by_id(tx, id)).await.unwrap();
                let stored = stored.unwrap().unwrap();
                assert_eq!(stored.rate, rate);
                assert_eq!(stored.charge.raw(), (rate.raw() * quantity + 999) / 1_000);
            }
        }
    }
    let rate = |account: usize| {
        let counter = counter.clone();
        async move { counter.list_services(account_id(account)).await.unwrap()[0].rate.raw() }
    };
    // The account's own discount counts, also when it is smaller than its tier's.
    let change = |discount| AccountChange { discount, ..AccountChange::default() };
    let five = Some(Some(Discount::new(500).unwrap()));
    counter.change_account(account_id(1), change(five), NOW).await.unwrap();
    assert_eq!(rate(1).await, 950_003);
    counter.change_account(account_id(1), change(Some(None)), NOW).await.unwrap();
    assert_eq!(rate(1).await, 0, "the tier gives everything");
    // The price of its own counts until it is taken away.
    counter.change_account(account_id(2), change(five), NOW).await.unwrap();
    assert_eq!(rate(2).await, 500_009);
    let of = Priced::Service(SERVICE);
    counter.clear_price(account_id(2), of, "tester", NOW).await.unwrap();
    assert_eq!(rate(2).await, 950_003);
    assert!(counter.clear_price(account_id(2), of, "tester", NOW).await.is_err());
    assert!(counter.price_list(account_id(2)).await.unwrap().services.is_empty());
    assert_eq!(counter.list_services(AccountId(99)).await.unwrap(), []);
    let last = counter.show_order(OrderId(1), NOW).await.unwrap();
    assert_eq!(last.order.rate.raw(), 1_000_003, "an order keeps its rate");
}

#[tokio::test]
async fn prices_that_cannot_be_are_refused() {
    let (counter, _folder) = open().await;
    let of = Priced::Service(SERVICE);
    for (account, of, rate, text) in [
        (9, of, 1, "there is no account 9"),
        (1, Priced::Service(ServiceId(9)), 1, "there is no service 9"),
        (1, Priced::Product(domain::ProductId(9)), 1, "there is no product 9"),
        (1, of, -1, "rate: must not be negative"),
        (1, of, i64::MAX, "rate: must not be negative"),
    ] {
        let rate = Micros::new(rate);
        let refused = counter.set_price(AccountId(account), of, rate, "tester", NOW).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with(text), "{refused}");
    }
    let tier = |id| AccountChange { tier: Some(Some(TierId(id))), ..AccountChange::default() };
    let refused = counter.change_account(account_id(0), tier(9), NOW).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no tier 9");
    let refused = counter.add_tier("gold", Discount::default(), NOW).await.unwrap_err();
    assert_eq!(refused.to_string(), "the name `gold` is taken by another tier");
    let refused = counter.edit_tier(TierId(9), TierChange::default(), NOW).await.unwrap_err();
    assert_eq!(refused.to_string(), "there is no tier 9");
}
