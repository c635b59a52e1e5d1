//! Imports: all of it or nothing, and an exact report.

use crate::shop::{Shop, open, run, worker};
use counter::nodes::Job;
use counter::products::ProductChange;
use counter::stock::{ImportLine, Vault};
use domain::products::{BatchState, ProductKind, WhenShort};

#[test]
fn the_report_names_every_duplicate_and_what_it_is_one_of() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let first = shop.stock(product, &["a", "b", "a", " b "]).await;
        assert_eq!((first.lines, first.added, first.duplicates), (4, 2, 2));
        let sold = shop.buy(product, 1).await;
        assert_eq!(shop.lines(sold).await, ["a"]);
        let second = shop.stock(product, &["c", "a", "b"]).await;
        assert_eq!((second.lines, second.added, second.duplicates), (3, 1, 2));
        let found = shop.counter.duplicates(first.batch, 0, 10).await.unwrap();
        let lines: Vec<_> = found.iter().map(|d| (d.line, d.of_line, d.of_order)).collect();
        assert_eq!(lines, [(3, Some(1), None), (4, Some(2), None)]);
        let found = shop.counter.duplicates(second.batch, 0, 10).await.unwrap();
        let lines: Vec<_> = found.iter().map(|d| (d.line, d.of_line, d.of_order)).collect();
        assert_eq!(lines, [(2, None, Some(sold)), (3, None, None)]);
        // The same line of another product is no duplicate.
        let other = shop.product(ProductChange::default()).await;
        assert_eq!(shop.stock(other, &["a"]).await.added, 1);
        assert_eq!(shop.pieces(product).await, 2);
        shop.clean().await;
    });
}

#[test]
fn nothing_is_for_sale_until_everything_is_in() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let line = |n: i64| ImportLine { secret: format!("key {n}"), expires: None, uses: 1 };
        let (counter, now) = (shop.counter.clone(), shop.now);
        let mut importer = counter.begin_import(product, "test", "tester", now).await.unwrap();
        let id = importer.id();
        for number in 1..=1_200 {
            importer.push(number, line(number), [1; 32], now).await.unwrap();
        }
        assert_eq!(shop.pieces(product).await, 0, "staged is not for sale");
        let empty = ImportLine { secret: String::from(" "), expires: None, uses: 1 };
        let broken = importer.push(1_201, empty, [1; 32], now).await.unwrap_err();
        assert_eq!(broken.to_string(), "line 1201 is empty");
        drop(importer);
        let again = shop.stock_refusal(product).await;
        assert!(again.contains("`stock discard 1`"), "{again}");
        counter.discard_import(id, "tester", now).await.unwrap();
        assert!(counter.discard_import(id, "tester", now).await.is_err(), "once");
        assert_eq!(counter.stock_counts(product).await.unwrap(), []);
        let lines: Vec<ImportLine> = (1..=1_200).map(line).collect();
        let report = shop.import(product, &lines).await.unwrap();
        assert_eq!((report.added, report.duplicates), (1_200, 0));
        assert_eq!(shop.pieces(product).await, 1_200);
        shop.clean().await;
    });
}

#[test]
fn an_import_that_was_interrupted_while_it_went_on_sale_goes_on() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let report = shop.stock(product, &["a", "b", "c"]).await;
        // As a crash in the middle leaves it.
        let batch = format!(
            "update stock_batch set state = 'activating'; \
             update stock_item set state = 'staged' where line = 3; \
             update product_stock set pieces = 2 where product_id = {}",
            report.batch.0
        );
        shop.database.by_hand(&batch);
        assert_eq!(
            worker(&shop.counter, Job::Stock).await.resume_imports(shop.now).await.unwrap(),
            1
        );
        assert_eq!(shop.pieces(product).await, 3);
        assert_eq!(
            worker(&shop.counter, Job::Stock).await.resume_imports(shop.now).await.unwrap(),
            0
        );
        shop.clean().await;
    });
}

#[test]
fn an_importer_whose_import_was_discarded_is_told_by_whom_and_leaves_nothing() {
    run(async {
        let shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let line = |n: i64| ImportLine { secret: format!("key {n}"), expires: None, uses: 1 };
        let (counter, now) = (shop.counter.clone(), shop.now);
        let told = "import 1 was discarded by cli:bob while it was read; nothing was imported";
        let mut importer = counter.begin_import(product, "test", "tester", now).await.unwrap();
        for number in 1..=999 {
            importer.push(number, line(number), [1; 32], now).await.unwrap();
        }
        counter.discard_import(importer.id(), "cli:bob", now).await.unwrap();
        let refused = importer.push(1_000, line(1_000), [1; 32], now).await.unwrap_err();
        assert_eq!(refused.to_string(), told);
        let refused = importer.finish([2; 32], now, &mut |_| {}).await.unwrap_err();
        assert_eq!(refused.to_string(), told);
        assert_eq!(counter.stock_counts(product).await.unwrap(), []);
        let import = &counter.imports(1).await.unwrap()[0];
        assert_eq!((import.state, import.actor.as_str()), (BatchState::Discarded, "cli:bob"));
        shop.clean().await;
    });
}

#[test]
fn what_a_crash_leaves_of_a_discarded_import_is_no_duplicate_of_the_next() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let (counter, now) = (shop.counter.clone(), shop.now);
        let line = |n: i64| ImportLine { secret: format!("key {n}"), expires: None, uses: 1 };
        let mut importer = counter.begin_import(product, "test", "tester", now).await.unwrap();
        for number in 1..=500 {
            importer.push(number, line(number), [1; 32], now).await.unwrap();
        }
        // As a crash after the first unit of discarding leaves it.
        shop.database.by_hand("update stock_batch set state = 'discarded', added = 0");
        let lines: Vec<ImportLine> = (1..=500).map(line).collect();
        let report = shop.import(product, &lines).await.unwrap();
        assert_eq!((report.added, report.duplicates), (500, 0));
        assert_eq!(
            worker(&counter, Job::Stock).await.clear_discarded().await.unwrap(),
            0,
            "the import has cleared it"
        );
        // A server does it, too.
        shop.database.by_hand(
            "update stock_item set state = 'staged'; update product_stock set pieces = 0; \
             update stock_batch set state = 'discarded'",
        );
        assert_eq!(worker(&counter, Job::Stock).await.clear_discarded().await.unwrap(), 1);
        assert_eq!(counter.stock_counts(product).await.unwrap(), []);
        shop.clean().await;
    });
}

/// Items go on sale in units of their own, and orders that wait are served in a later one.
#[test]
fn orders_that_wait_are_served_after_a_crash_between_activation_and_serving() {
    let (mut shop, product, order) = run(async {
        let mut shop = Shop::new().await;
        let waits = ProductChange {
            when_short: Some(WhenShort::Wait),
            wait_hours: Some(1),
            ..ProductChange::default()
        };
        let product = shop.product(waits).await;
        shop.stock(product, &["a"]).await;
        let order = shop.buy(product, 3).await;
        assert_eq!(shop.lines(order).await, ["a"], "the rest is waited for");
        (shop, product, order)
    });
    // The importer dies as soon as it is told that its items are on sale.
    let import = async {
        let (counter, now) = (shop.counter.clone(), shop.now);
        let mut importer = counter.begin_import(product, "test", "tester", now).await.unwrap();
        for (secret, number) in ["b", "c", "d"].into_iter().zip(1..) {
            let line = ImportLine { secret: secret.to_owned(), expires: None, uses: 1 };
            importer.push(number, line, shop.seed(), now).await.unwrap();
        }
        importer.finish(shop.seed(), now, &mut |_| panic!("as if killed")).await
    };
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(import)));
    assert!(killed.is_err());
    run(async {
        let left = &shop.counter.imports(1).await.unwrap()[0];
        assert_eq!(left.state, BatchState::Activating, "the last unit was not reached");
        assert_eq!((shop.pieces(product).await, shop.lines(order).await.len()), (3, 1));
        let late = shop.order(product, 2);
        let late = shop.place(late).await.unwrap();
        assert_eq!(shop.lines(late).await.len(), 1, "two of the three are kept for who waits");
        let none_left = shop.order(product, 1);
        let refused = shop.place(none_left).await.unwrap_err();
        assert!(refused.to_string().contains("nothing is in stock"), "{refused}");
        let database = shop.close();
        let counter = open(&database, Vault::from_random([7; 64]));
        let now = domain::Timestamp(1_700_000_000_000_000);
        // Every tick of the server does this, whatever became of the import.
        assert_eq!(worker(&counter, Job::Orders).await.serve_waiting_orders(now).await.unwrap(), 1);
        let found = counter.product_order_statuses(domain::AccountId(1), &[order]).await.unwrap();
        assert_eq!(format!("{:?}", found[0].status), "Completed");
        assert_eq!(worker(&counter, Job::Stock).await.resume_imports(now).await.unwrap(), 1);
        assert_eq!(counter.imports(1).await.unwrap()[0].state, BatchState::Live);
        let report = counter.verify(&mut |_, _| {}).await.unwrap();
        assert!(report.checks.iter().all(|check| check.findings.is_empty()));
    });
}

#[test]
fn lines_that_cannot_be_items_are_named() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        let good = ImportLine { secret: String::from("a"), expires: None, uses: 1 };
        let with = |secret: &str| ImportLine { secret: secret.to_owned(), ..good.clone() };
        let past = Some(domain::Timestamp(shop.now.0 - 1));
        for (bad, text) in [
            (with(""), "line 2 is empty"),
            (with("a\u{0}b"), "line 2 holds control characters"),
            (with(&"x".repeat(4_001)), "line 2 is longer than 4000 bytes"),
            (ImportLine { uses: 0, ..good.clone() }, "line 2 has uses outside 1 to 1000000"),
            (ImportLine { expires: past, ..good.clone() }, "line 2 has expired already"),
        ] {
            let now = shop.now;
            let mut importer =
                shop.counter.begin_import(product, "test", "tester", now).await.unwrap();
            importer.push(1, good.clone(), [1; 32], now).await.unwrap();
            let refused = importer.push(2, bad, [1; 32], now).await.unwrap_err();
            assert_eq!(refused.to_string(), text);
            shop.counter.discard_import(importer.id(), "tester", now).await.unwrap();
        }
        let by_staff =
            ProductChange { kind: Some(ProductKind::Service), ..ProductChange::default() };
        let by_staff = shop.product(by_staff).await;
        assert!(shop.stock_refusal(by_staff).await.contains("staff deliver this product"));
        assert_eq!(shop.pieces(product).await, 0);
        shop.clean().await;
    });
}

impl Shop {
    async fn stock_refusal(&mut self, product: domain::ProductId) -> String {
        self.import(product, &[]).await.unwrap_err().to_string()
    }
}
