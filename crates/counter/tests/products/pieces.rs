//! Any piece of an order can be taken back; the others keep their numbers.

use crate::shop::{Shop, lines, run, viewer};
use counter::products::{ProductChange, ProductReport};
use counter::stock::ImportLine;
use domain::products::{ItemState, Pieces, ProductKind};
use domain::{Micros, ProductOrderId};

impl Shop {
    /// Takes pieces back by their numbers.
    async fn take(&mut self, order: ProductOrderId, numbers: &[i64]) -> Result<(), String> {
        let which = Pieces::Numbered(numbers.to_vec());
        self.report(order, ProductReport::TakeBack(which), Some("bad")).await.map(|_| ())
    }

    /// The numbers and contents of what the customer has.
    async fn kept(&self, order: ProductOrderId) -> Vec<(i64, String)> {
        let found = self.counter.result_product(self.account, order, viewer(), self.now).await;
        let pieces = found.unwrap().unwrap().pieces;
        pieces.into_iter().map(|piece| (piece.number, piece.line)).collect()
    }
}

fn pieces(pieces: &[(i64, &str)]) -> Vec<(i64, String)> {
    pieces.iter().map(|(number, line)| (*number, (*line).to_owned())).collect()
}

#[test]
fn the_operator_names_which_pieces_come_back() {
    run(async {
        let mut shop = Shop::new().await;
        // A price that no sum of it rounds.
        let change = ProductChange {
            rate: Micros::parse("0.333333").ok(),
            warranty_days: Some(3),
            ..ProductChange::default()
        };
        let product = shop.product(change).await;
        shop.stock(product, &["a", "b", "c", "d", "e", "f", "g"]).await;
        let order = shop.buy(product, 5).await;
        assert_eq!(shop.available().await.0, "99998.333335");
        shop.take(order, &[4, 2]).await.unwrap();
        assert_eq!(shop.kept(order).await, pieces(&[(1, "a"), (3, "c"), (5, "e")]));
        assert_eq!(shop.available().await, (String::from("99999.000001"), String::from("0")));
        let status = (String::from("Partial"), String::from("0.999999"), Some(2), true);
        assert_eq!(shop.status(order).await, status);
        assert_eq!(shop.pieces(product).await, 2, "what came back is not sold again");
        shop.clean().await;

        for (numbers, complaint) in [
            (&[1, 2][..], "the customer has no piece 2"),
            (&[6], "the customer has no piece 6"),
            (&[0], "the customer has no piece 0"),
            (&[-1], "the customer has no piece -1"),
            (&[3, 1, 3], "3 is named twice"),
            (&[], "pieces: must be 1 to 3"),
        ] {
            let refused = shop.take(order, numbers).await.unwrap_err();
            assert!(refused.contains(complaint), "{numbers:?}: {refused}");
        }
        assert_eq!(shop.available().await.0, "99999.000001", "what is refused changes nothing");
        assert_eq!(shop.kept(order).await.len(), 3);

        // A replacement has the number of what it replaces, and can be taken back like it.
        shop.report(order, ProductReport::Replace(3), None).await.unwrap();
        let replaced = pieces(&[(1, "a"), (3, "f"), (5, "e")]);
        assert_eq!(shop.kept(order).await, replaced);
        let last = ProductReport::TakeBack(Pieces::Last(1));
        shop.report(order, last, None).await.unwrap();
        assert_eq!(shop.kept(order).await, pieces(&[(1, "a"), (3, "f")]));
        shop.take(order, &[3]).await.unwrap();
        assert_eq!(shop.kept(order).await, pieces(&[(1, "a")]));
        shop.clean().await;
        shop.take(order, &[1]).await.unwrap();
        assert_eq!(shop.kept(order).await, []);
        assert_eq!(shop.available().await.0, "100000", "all of it is paid back");
        let canceled = (String::from("Canceled"), String::from("0"), None, false);
        assert_eq!(shop.status(order).await, canceled);
        assert_eq!(shop.pieces(product).await, 1);
        let refused = shop.take(order, &[1]).await.unwrap_err();
        assert_eq!(refused, "the customer has no piece of this order");
        shop.clean().await;
        let view = shop.counter.show_product_order(order).await.unwrap();
        let gone = view.deliveries.iter().map(|d| (d.piece, d.turn, d.gone.map(|(w, _)| w.name())));
        let (replaced, back) = (Some("replaced"), Some("taken_back"));
        let expected = [
            (1, 1, back),
            (2, 1, back),
            (3, 1, replaced),
            (3, 2, back),
            (4, 1, back),
            (5, 1, back),
        ];
        assert!(gone.eq(expected), "{:?}", view.deliveries);
        let told = view.events.iter().filter(|event| event.kind == "product_order.taken_back");
        let told: Vec<bool> = told.map(|event| event.data.contains("\"pieces\":[2,4]")).collect();
        assert_eq!(told, [true, false, false, false], "the timeline names them");
    });
}

#[test]
fn what_was_taken_back_is_in_no_download() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(ProductChange::default()).await;
        shop.stock(product, &["a", "b"]).await;
        let order = shop.buy(product, 2).await;
        let found = shop.counter.product_order_statuses(shop.account, &[order]).await.unwrap();
        let token = found[0].result.clone().unwrap();
        let shown = async |shop: &Shop| {
            let found = shop.counter.download(&token, viewer(), shop.now).await.unwrap();
            found.map(|found| found.pieces.into_iter().map(|p| p.number).collect::<Vec<_>>())
        };
        assert_eq!(shown(&shop).await, Some(vec![1, 2]));
        shop.take(order, &[1]).await.unwrap();
        assert_eq!(shown(&shop).await, Some(vec![2]));
        let staff = shop.counter.reveal_product_order(order, viewer(), shop.now).await.unwrap();
        assert!(staff.lines().eq(["b"]));
        shop.take(order, &[2]).await.unwrap();
        assert_eq!(shown(&shop).await, None);
    });
}

/// The address is good for a week from the last delivery, not from the order's end.
#[test]
fn a_replacement_can_be_downloaded_for_a_week_too() {
    run(async {
        let mut shop = Shop::new().await;
        let warranty = ProductChange { warranty_days: Some(9), ..ProductChange::default() };
        let product = shop.product(warranty).await;
        shop.stock(product, &["bad", "good"]).await;
        let order = shop.buy(product, 1).await;
        let found = shop.counter.product_order_statuses(shop.account, &[order]).await.unwrap();
        let token = found[0].result.clone().unwrap();
        let shown = async |shop: &Shop| {
            shop.counter.download(&token, viewer(), shop.now).await.unwrap().is_some()
        };
        shop.now = shop.now.plus_days(8);
        assert!(!shown(&shop).await);
        shop.report(order, ProductReport::Replace(1), None).await.unwrap();
        assert!(shown(&shop).await);
        shop.now = shop.now.plus_days(7);
        assert!(!shown(&shop).await);
    });
}

/// What staff wrote comes back like an item; of an item with several uses only the use of this
/// order does.
#[test]
fn every_kind_of_piece_can_be_taken_back() {
    run(async {
        let mut shop = Shop::new().await;
        let kind = Some(ProductKind::Service);
        let by_hand = shop.product(ProductChange { kind, ..ProductChange::default() }).await;
        let order = shop.buy(by_hand, 3).await;
        let early = shop.take(order, &[1]).await.unwrap_err();
        assert_eq!(early, "the customer has no piece of this order");
        shop.report(order, lines(&["one", "two"]), None).await.unwrap();
        let early = shop.take(order, &[1]).await.unwrap_err();
        assert_eq!(early, "an order that is in_progress cannot take this step");
        shop.report(order, lines(&["three"]), None).await.unwrap();
        shop.take(order, &[2]).await.unwrap();
        assert_eq!(shop.kept(order).await, pieces(&[(1, "one"), (3, "three")]));
        assert_eq!(shop.available().await.0, "99995");

        let shared = shop.product(ProductChange::default()).await;
        let line = ImportLine { secret: String::from("shared"), expires: None, uses: 5 };
        shop.import(shared, &[line]).await.unwrap();
        let (one, other) = (shop.buy(shared, 3).await, shop.buy(shared, 1).await);
        shop.take(one, &[1, 3]).await.unwrap();
        assert_eq!(shop.kept(one).await, pieces(&[(2, "shared")]));
        assert_eq!(shop.kept(other).await, pieces(&[(1, "shared")]));
        assert_eq!(shop.pieces(shared).await, 1, "its last use is still for sale");
        let counts = shop.counter.stock_counts(shared).await.unwrap();
        assert_eq!(counts[0].state, ItemState::Available);
        shop.clean().await;
    });
}
