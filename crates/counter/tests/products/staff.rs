//! What staff do: deliver by hand, end, replace, take back.

use crate::shop::{Shop, lines, run};
use counter::products::{ProductChange, ProductReport};
use domain::products::{Pieces, ProductKind, ProductRefusal};

const NO_PIECE_1: &str =
    "piece: the customer has no piece 1; it was never delivered, or is taken back";

#[test]
fn staff_deliver_piece_by_piece() {
    run(async {
        let mut shop = Shop::new().await;
        let form = Some(vec![String::from("Domain"), String::from("Mail")]);
        let kind = Some(ProductKind::Service);
        let product = shop.product(ProductChange { form, kind, ..ProductChange::default() }).await;
        for bad in [None, Some("one line"), Some("a\nb\nc"), Some("a\n ")] {
            let mut order = shop.order(product, 3);
            order.request.require = bad.map(str::to_owned);
            let refused = Err(ProductRefusal::Require { fields: 2 });
            assert_eq!(shop.place(order).await, refused, "{bad:?}");
        }
        let mut order = shop.order(product, 3);
        order.request.require = Some(String::from("example.com\nme@example.com"));
        let order = shop.place(order).await.unwrap();
        let none = |word: &str| (String::from(word), String::from("7.5"), None, false);
        assert_eq!(shop.status(order).await, none("Pending"));
        assert_eq!(shop.available().await, (String::from("99992.5"), String::from("7.5")));
        shop.report(order, ProductReport::Begin, None).await.unwrap();
        assert_eq!(shop.status(order).await, none("InProgress"));
        shop.report(order, lines(&["first"]), None).await.unwrap();
        let partly = (String::from("InProgress"), String::from("7.5"), Some(2), true);
        assert_eq!(shop.status(order).await, partly);
        let too_many = shop.report(order, lines(&["a", "b", "c"]), None).await.unwrap_err();
        assert_eq!(too_many, "pieces: must be 1 to 2");
        let broken = shop.report(order, lines(&["a", ""]), None).await.unwrap_err();
        assert_eq!(broken, "line 2: is empty");
        shop.report(order, ProductReport::End, Some("no more this month")).await.unwrap();
        let ended = (String::from("Partial"), String::from("2.5"), Some(2), true);
        assert_eq!(shop.status(order).await, ended);
        assert_eq!(shop.lines(order).await, ["first"]);
        assert_eq!(shop.available().await, (String::from("99997.5"), String::from("0")));
        shop.clean().await;
    });
}

#[test]
fn an_order_that_is_not_delivered_costs_nothing_and_says_why() {
    run(async {
        let mut shop = Shop::new().await;
        let kind = Some(ProductKind::Service);
        let product = shop.product(ProductChange { kind, ..ProductChange::default() }).await;
        let order = shop.buy(product, 2).await;
        shop.report(order, ProductReport::End, Some("Not available")).await.unwrap();
        let found = shop.counter.product_order_statuses(shop.account, &[order]).await.unwrap();
        assert_eq!(found[0].note.as_deref(), Some("Not available"));
        assert_eq!(
            shop.status(order).await,
            (String::from("Canceled"), String::from("0"), None, false)
        );
        assert_eq!(shop.available().await.0, "100000");
        assert!(shop.report(order, lines(&["late"]), None).await.is_err());
        shop.clean().await;
    });
}

#[test]
fn a_bad_item_is_replaced_within_the_warranty_or_taken_back() {
    run(async {
        let mut shop = Shop::new().await;
        let warranty = ProductChange { warranty_days: Some(3), ..ProductChange::default() };
        let product = shop.product(warranty).await;
        shop.stock(product, &["bad", "good", "fresh", "last"]).await;
        let order = shop.buy(product, 2).await;
        assert_eq!(shop.lines(order).await, ["bad", "good"]);
        shop.report(order, ProductReport::Replace(1), Some("did not work")).await.unwrap();
        assert_eq!(shop.lines(order).await, ["fresh", "good"]);
        let told = shop.counter.product_order_statuses(shop.account, &[order]).await.unwrap();
        assert_eq!(told[0].note.as_deref(), Some("did not work"));
        for note in ["", "red \u{1b}[31m", &"x".repeat(501)] {
            let refused = shop.report(order, ProductReport::Replace(2), Some(note)).await;
            assert!(refused.unwrap_err().starts_with("note: give 1 to 500 bytes"), "{note}");
        }
        assert_eq!(shop.pieces(product).await, 1);
        assert_eq!(shop.available().await.0, "99995", "a replacement costs nothing");
        shop.clean().await;
        let absent = shop.report(order, ProductReport::Replace(3), None).await.unwrap_err();
        assert!(absent.contains("no piece 3"), "{absent}");
        shop.now = shop.now.plus_days(4);
        let over = shop.report(order, ProductReport::Replace(1), None).await.unwrap_err();
        assert!(over.contains("warranty"), "{over}");
        shop.report(order, ProductReport::TakeBack(Pieces::Last(1)), Some("did not work"))
            .await
            .unwrap();
        assert_eq!(shop.available().await.0, "99997.5");
        assert_eq!(shop.status(order).await.0, "Partial");
        shop.clean().await;
        assert_eq!(shop.lines(order).await, ["fresh"], "what was taken back is gone");
        shop.report(order, ProductReport::TakeBack(Pieces::Last(1)), None).await.unwrap();
        assert_eq!(shop.lines(order).await, Vec::<String>::new());
        shop.clean().await;
        // The bad one is known: it cannot be imported again.
        let report = shop.stock(product, &["bad"]).await;
        assert_eq!((report.added, report.duplicates), (0, 1));
    });
}

#[test]
fn an_item_with_several_uses_is_not_its_own_replacement() {
    run(async {
        let mut shop = Shop::new().await;
        let warranty = ProductChange { warranty_days: Some(3), ..ProductChange::default() };
        let product = shop.product(warranty).await;
        let line = |secret: &str| counter::stock::ImportLine {
            secret: secret.to_owned(),
            expires: None,
            uses: 5,
        };
        shop.import(product, &[line("a"), line("b")]).await.unwrap();
        let order = shop.buy(product, 2).await;
        assert_eq!(shop.lines(order).await, ["a", "a"]);
        shop.report(order, ProductReport::Replace(1), None).await.unwrap();
        assert_eq!(shop.lines(order).await, ["b", "a"]);
        assert_eq!(shop.pieces(product).await, 4, "of the bad one nothing more is sold");
        shop.report(order, ProductReport::TakeBack(Pieces::Last(2)), None).await.unwrap();
        let gone = shop.report(order, ProductReport::Replace(1), None).await.unwrap_err();
        assert_eq!(gone, NO_PIECE_1, "paid back is not replaced");
        shop.clean().await;
    });
}
