//! Secrets at rest: nowhere in the files, bound to their rows, and sealed anew online.

use crate::shop::{Shop, open, run, viewer};
use counter::products::ProductChange;
use counter::stock::Vault;
use domain::{ProductOrderId, StockItemId};
use testkit::Database;

fn vault() -> Vault {
    Vault::from_random([7; 64])
}

#[test]
fn no_file_holds_a_secret() {
    run(async {
        let mut shop = Shop::new().await;
        let form = vec![String::from("Your account"), String::from("Its password")];
        let change = ProductChange { form: Some(form), ..ProductChange::default() };
        let product = shop.product(change).await;
        let lines: Vec<String> = (0..500).map(|n| format!("SECRET-{n:04}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        shop.stock(product, &lines).await;
        let mut order = shop.order(product, 7);
        order.request.require = Some(String::from("me@example.com\nHUNTER2"));
        let order = shop.place(order).await.unwrap();
        assert_eq!(shop.lines(order).await.len(), 7);
        let typed = shop.counter.reveal_form(order, viewer(), shop.now).await.unwrap();
        let typed: Vec<&str> = typed.iter().map(|answer| answer.text.as_str()).collect();
        assert_eq!(typed, ["me@example.com", "HUNTER2"]);
        let search = |database: &Database| {
            for needle in ["SECRET-", "HUNTER2", "me@example"] {
                assert!(!database.holds(needle.as_bytes()), "{needle} is stored in clear");
            }
        };
        search(&shop.database);
        search(&shop.close());
    });
}

#[test]
fn a_ciphertext_that_was_moved_does_not_open() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        shop.stock(product, &["one", "two"]).await;
        let swap = "update stock_item set sealed = (select o.sealed from stock_item o \
            where o.id = 3 - stock_item.id)";
        shop.database.by_hand(swap);
        let opened = shop.counter.reveal_item(StockItemId(1), viewer(), shop.now).await;
        assert!(opened.unwrap_err().to_string().contains("does not open"));
        let order = shop.buy(product, 1).await;
        let result = shop.counter.result_product(shop.account, order, viewer(), shop.now).await;
        assert!(result.is_err(), "nobody gets another's secret");
    });
}

#[test]
fn everything_is_sealed_anew_with_the_newest_key_and_the_old_one_can_go() {
    run(async {
        let mut shop = Shop::new().await;
        let form = Some(vec![String::from("Your account")]);
        let product = shop.product(ProductChange { form, ..ProductChange::default() }).await;
        let lines: Vec<String> = (0..450).map(|n| format!("key {n}")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        shop.stock(product, &lines).await;
        let mut order = shop.order(product, 2);
        order.request.require = Some(String::from("me"));
        let order = shop.place(order).await.unwrap();
        let (account, now) = (shop.account, shop.now);
        let database = shop.close();
        let ring = open(&database, vault()).ring_with_new_key([9; 32]).await.unwrap();
        let counter = open(&database, ring.clone());
        let mut seeds = 0;
        let mut seed = || {
            seeds += 1;
            [seeds; 32]
        };
        assert_eq!(counter.rekey(&mut seed, &mut |_| {}).await.unwrap(), 451);
        assert_eq!(counter.rekey(&mut seed, &mut |_| {}).await.unwrap(), 0);
        drop(counter);
        // The old key is taken out of the ring.
        let without: String = ring
            .text()
            .lines()
            .filter(|line| !line.starts_with("1 "))
            .map(|l| format!("{l}\n"))
            .collect();
        let counter = open(&database, Vault::parse(&without).unwrap());
        let shown = counter.result_product(account, order, viewer(), now).await.unwrap().unwrap();
        assert!(shown.lines().eq(["key 0", "key 1"]));
        assert_eq!(counter.reveal_form(order, viewer(), now).await.unwrap()[0].text, "me");
    });
}

/// It goes on with the keys that it began with; the old one would be missed.
#[test]
fn nothing_is_sealed_anew_while_an_import_is_unfinished() {
    run(async {
        let shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let (counter, now) = (shop.counter.clone(), shop.now);
        let importer = counter.begin_import(product, "test", "tester", now).await.unwrap();
        let refused = counter.rekey(&mut || [1; 32], &mut |_| {}).await.unwrap_err();
        assert!(refused.to_string().starts_with("import 1 is unfinished"), "{refused}");
        importer.finish([1; 32], now, &mut |_| {}).await.unwrap();
        assert_eq!(counter.rekey(&mut || [1; 32], &mut |_| {}).await.unwrap(), 0);
    });
}

#[test]
fn every_look_is_logged_and_strangers_see_nothing() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        shop.stock(product, &["one", "two"]).await;
        let order = shop.buy(product, 1).await;
        let stranger = shop.counter.open_account("Stranger", shop.now).await.unwrap();
        let seen = shop.counter.result_product(stranger, order, viewer(), shop.now).await.unwrap();
        assert_eq!(seen, None);
        let absent = ProductOrderId(99);
        let seen = shop.counter.result_product(shop.account, absent, viewer(), shop.now).await;
        assert_eq!(seen.unwrap(), None);
        assert_eq!(shop.counter.reveals(10).await.unwrap(), []);
        assert_eq!(shop.lines(order).await, ["one"]);
        let statuses = shop.counter.product_order_statuses(shop.account, &[order]).await.unwrap();
        let token = statuses[0].result.clone().unwrap();
        let shown = shop.counter.download(&token, viewer(), shop.now).await.unwrap();
        assert!(shown.unwrap().lines().eq(["one"]));
        let later = shop.now.plus_days(7);
        assert_eq!(shop.counter.download(&token, viewer(), later).await.unwrap(), None);
        let no_reason = counter::products::Viewer { reason: String::from(" "), ..viewer() };
        let refused = shop.counter.reveal_item(StockItemId(2), no_reason, shop.now).await;
        assert!(refused.is_err(), "staff need a reason");
        assert_eq!(shop.counter.reveals(10).await.unwrap().len(), 2);
        for item in [1, 2] {
            shop.counter.reveal_item(StockItemId(item), viewer(), shop.now).await.unwrap();
        }
        let seen = shop.counter.reveals(2).await.unwrap();
        let whose = [seen[1].account, seen[0].account];
        assert_eq!(whose, [shop.account, domain::AccountId(0)], "sold, and not sold");
        shop.clean().await;
    });
}
