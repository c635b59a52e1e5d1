//! Ordering from stock is one unit: price, reserve, charge, deliver.

use crate::shop::{Shop, request_id, run, worker};
use counter::Failure;
use counter::accounts::RANDOM_BYTES;
use counter::nodes::Job;
use counter::products::{PlaceProductOrder, ProductChange};
use counter::stock::ImportLine;
use domain::Micros;
use domain::access::KeyRules;
use domain::products::{ProductRefusal, WhenShort};
use std::collections::BTreeSet;

/// Orders of 1 to 100 items against stock of every size around them: delivered, charged, given
/// back and remains are exact, and no item goes out twice.
#[test]
fn every_order_size_against_every_stock_size() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let mut sold: BTreeSet<String> = BTreeSet::new();
        let mut spent: i64 = 0;
        let mut made = 0;
        let sizes = [1, 2, 3, 7, 50, 99, 100];
        for wanted in sizes {
            for there in [0, 1, wanted - 1, wanted, wanted + 1] {
                // Fill the shelf to exactly `there`.
                let left = shop.pieces(product).await;
                if left > 0 {
                    let order = shop.buy(product, left).await;
                    sold.extend(shop.lines(order).await);
                    spent += left * 2_500_000;
                }
                let fresh: Vec<String> = (0..there).map(|n| format!("key {}", made + n)).collect();
                made += there;
                let lines: Vec<&str> = fresh.iter().map(String::as_str).collect();
                shop.stock(product, &lines).await;
                let asked = shop.order(product, wanted);
                let placed = shop.place(asked).await;
                if there == 0 {
                    assert_eq!(placed, Err(ProductRefusal::OutOfStock));
                    continue;
                }
                let order = placed.unwrap();
                let delivered = there.min(wanted);
                let charge = delivered * 2_500_000;
                spent += charge;
                let word = if delivered == wanted { "Completed" } else { "Partial" };
                let remains = (delivered < wanted).then_some(wanted - delivered);
                let expected = (String::from(word), Micros::new(charge).to_string(), remains, true);
                assert_eq!(shop.status(order).await, expected, "{wanted} of {there}");
                let lines = shop.lines(order).await;
                assert_eq!(i64::try_from(lines.len()).unwrap(), delivered);
                for line in lines {
                    assert!(sold.insert(line.clone()), "{line} went out twice");
                }
                let available = Micros::new(100_000_000_000 - spent).to_string();
                assert_eq!(shop.available().await, (available, String::from("0")));
            }
        }
        shop.clean().await;
    });
}

#[test]
fn many_buyers_at_once_share_what_is_there() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let lines: Vec<String> = (0..100).map(|n| format!("key {n}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        shop.stock(product, &lines).await;
        let orders: Vec<_> = (0..200).map(|n| shop.order(product, 1 + n % 2)).collect();
        let mut calls = tokio::task::JoinSet::new();
        for order in orders {
            let (counter, now) = (shop.counter.clone(), shop.now);
            calls.spawn(async move { counter.place_product_order(order, now).await });
        }
        let mut sold: BTreeSet<String> = BTreeSet::new();
        let (mut refused, mut ids) = (0, Vec::new());
        while let Some(placed) = calls.join_next().await {
            match placed.unwrap() {
                Ok(id) => ids.push(id),
                Err(Failure::Refused(ProductRefusal::OutOfStock)) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        for id in &ids {
            for line in shop.lines(*id).await {
                assert!(sold.insert(line.clone()), "{line} went out twice");
            }
        }
        assert_eq!((sold.len(), ids.len() + refused), (100, 200));
        assert_eq!(shop.available().await.0, "99750");
        shop.clean().await;
    });
}

#[test]
fn the_rest_is_waited_for_and_given_back_when_time_is_over() {
    run(async {
        let mut shop = Shop::new().await;
        let wait = ProductChange {
            when_short: Some(WhenShort::Wait),
            wait_hours: Some(2),
            ..ProductChange::default()
        };
        let product = shop.product(wait).await;
        shop.stock(product, &["a", "b"]).await;
        let order = shop.buy(product, 5).await;
        let waiting = (String::from("InProgress"), String::from("12.5"), Some(3), true);
        assert_eq!(shop.status(order).await, waiting);
        assert_eq!(shop.available().await, (String::from("99987.5"), String::from("7.5")));
        // New stock goes to who waits, before it is for sale to others.
        shop.stock(product, &["c"]).await;
        assert_eq!(shop.lines(order).await, ["a", "b", "c"]);
        assert_eq!(shop.pieces(product).await, 0);
        shop.now = shop.now.plus_hours(2);
        assert_eq!(
            worker(&shop.counter, Job::Orders).await.serve_waiting_orders(shop.now).await.unwrap(),
            1
        );
        let ended = (String::from("Partial"), String::from("7.5"), Some(2), true);
        assert_eq!(shop.status(order).await, ended);
        assert_eq!(shop.available().await, (String::from("99992.5"), String::from("0")));
        shop.clean().await;
    });
}

#[test]
fn what_expires_first_goes_first_and_what_has_expired_never() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let line = |secret: &str, days: Option<i64>, now: domain::Timestamp| ImportLine {
            secret: secret.to_owned(),
            expires: days.map(|days| now.plus_days(days)),
            uses: 1,
        };
        let now = shop.now;
        let lines = [
            line("never", None, now),
            line("late", Some(9), now),
            line("soon", Some(2), now),
            line("sooner", Some(1), now),
        ];
        shop.import(product, &lines).await.unwrap();
        let order = shop.buy(product, 1).await;
        assert_eq!(shop.lines(order).await, ["sooner"]);
        shop.now = now.plus_days(3);
        let shown = shop.counter.list_products(shop.account, shop.now).await.unwrap();
        assert_eq!(shown[0].inventory, Some(2), "what can be bought, also before the sweep");
        let order = shop.buy(product, 1).await;
        assert_eq!(shop.lines(order).await, ["late"]);
        assert_eq!(
            worker(&shop.counter, Job::Stock).await.expire_stock(shop.now).await.unwrap(),
            1
        );
        assert_eq!(shop.pieces(product).await, 1);
        let order = shop.buy(product, 5).await;
        assert_eq!(shop.lines(order).await, ["never"]);
        shop.clean().await;
    });
}

#[test]
fn an_item_with_many_uses_is_sold_that_often() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let shared = ImportLine { secret: String::from("shared"), expires: None, uses: 3 };
        shop.import(product, &[shared]).await.unwrap();
        assert_eq!(shop.pieces(product).await, 3);
        let one = shop.buy(product, 1).await;
        let rest = shop.buy(product, 5).await;
        assert_eq!(shop.lines(one).await, ["shared"]);
        assert_eq!(shop.lines(rest).await, ["shared", "shared"]);
        assert_eq!(shop.status(rest).await.0, "Partial");
        let more = shop.order(product, 1);
        assert_eq!(shop.place(more).await, Err(ProductRefusal::OutOfStock));
        shop.clean().await;
    });
}

#[test]
fn the_same_request_is_the_same_order() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        shop.stock(product, &["a", "b", "c"]).await;
        let with_id = |shop: &mut Shop, byte| {
            let mut order = shop.order(product, 1);
            order.request_id = request_id("r-1", byte);
            order
        };
        let (one, two) = (with_id(&mut shop, 1), with_id(&mut shop, 1));
        let (one, two) = tokio::join!(shop.place(one), shop.place(two));
        assert_eq!(one, two);
        let again = with_id(&mut shop, 1);
        assert_eq!(shop.place(again).await, one);
        let changed = with_id(&mut shop, 2);
        assert_eq!(shop.place(changed).await, Err(ProductRefusal::RequestIdReused));
        assert_eq!(shop.pieces(product).await, 2);
        assert_eq!(shop.available().await.0, "99997.5");
        shop.clean().await;
    });
}

#[test]
fn what_cannot_be_ordered_costs_nothing() {
    run(async {
        let mut shop = Shop::new().await;
        let limits = ProductChange { min: Some(2), max: Some(5), ..ProductChange::default() };
        let product = shop.product(limits).await;
        shop.stock(product, &["a", "b", "c"]).await;
        let dear = ProductChange {
            rate: Some(Micros::parse("100001").unwrap()),
            ..ProductChange::default()
        };
        let dear = shop.product(dear).await;
        shop.stock(dear, &["x"]).await;
        let hidden = ProductChange { on_sale: Some(false), ..ProductChange::default() };
        let hidden = shop.product(hidden).await;
        for (product, quantity, refusal) in [
            (product, 1, ProductRefusal::QuantityLow { min: 2 }),
            (product, 6, ProductRefusal::QuantityHigh { max: 5 }),
            (dear, 1, ProductRefusal::NotEnoughFunds),
            (hidden, 1, ProductRefusal::Product),
            (domain::ProductId(99), 1, ProductRefusal::Product),
        ] {
            let order = shop.order(product, quantity);
            assert_eq!(shop.place(order).await, Err(refusal));
        }
        assert_eq!(shop.available().await, (String::from("100000"), String::from("0")));
        assert_eq!(shop.pieces(product).await, 3);
        shop.clean().await;
    });
}

#[test]
fn what_a_key_may_spend_a_day_counts_for_products_too() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        shop.stock(product, &["a", "b", "c", "d"]).await;
        let cap = Some(Micros::parse("5").unwrap());
        let rules = KeyRules { daily_cap: cap, ..KeyRules::default() };
        let (account, now) = (shop.account, shop.now);
        let key = shop.counter.make_bound_key(account, "k", rules, [1; RANDOM_BYTES], now).await;
        let key = Some(key.unwrap().id);
        // Two orders that come together must not each see the whole budget.
        let one = PlaceProductOrder { key, ..shop.order(product, 2) };
        let two = PlaceProductOrder { key, ..shop.order(product, 1) };
        let answers = tokio::join!(shop.place(one), shop.place(two));
        assert!(answers.0.is_ok());
        assert_eq!(answers.1, Err(ProductRefusal::KeyCap));
        let tomorrow = PlaceProductOrder { key, ..shop.order(product, 1) };
        shop.now = now.plus_days(1);
        assert!(shop.place(tomorrow).await.is_ok());
        assert_eq!(shop.pieces(product).await, 1);
        shop.clean().await;
    });
}
