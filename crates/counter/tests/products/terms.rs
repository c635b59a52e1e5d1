//! What was agreed when an order was placed stays agreed, whatever becomes of the product.

use crate::shop::{Shop, lines, run, viewer, worker};
use counter::nodes::Job;
use counter::prices::Priced;
use counter::products::{ProductChange, ProductReport};
use domain::products::{Pieces, ProductKind, ProductRefusal, WhenShort};
use domain::{Micros, ProductId, ProductOrderId};

const OVER: &str = "the warranty of this piece is over; take it back";
const NONE: &str = "this order has no warranty; take the piece back";

fn warranty(days: i64) -> ProductChange {
    ProductChange { warranty_days: Some(days), ..ProductChange::default() }
}

impl Shop {
    async fn replace(&mut self, order: ProductOrderId, piece: i64) -> Result<(), String> {
        self.report(order, ProductReport::Replace(piece), None).await.map(|_| ())
    }
}

#[test]
fn a_larger_order_must_be_payable_at_every_price() {
    run(async {
        let mut shop = Shop::new().await;
        let max = |max: i64| ProductChange { max: Some(max), ..ProductChange::default() };
        let product = shop.product(max(1)).await;
        let (most, account, now) = (Micros::new(i64::MAX / 2), shop.account, shop.now);
        let priced = Priced::Product(product);
        shop.counter.set_price(account, priced, most, "tester", now).await.unwrap();
        let refused = shop.counter.edit_product(product, max(2), now).await.unwrap_err();
        let text = "max: the price that account 1 has of its own, 4611686018427.387903, is too \
                    large for an order of 2; change that price first";
        assert_eq!(refused.to_string(), text);
        let half = Micros::new(most.raw() / 2);
        shop.counter.set_price(account, priced, half, "tester", now).await.unwrap();
        shop.edit(product, max(2)).await;
        let order = shop.order(product, 2);
        assert_eq!(shop.place(order).await, Err(ProductRefusal::OutOfStock), "nothing overflows");
    });
}

#[test]
fn the_warranty_is_the_one_of_the_order() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(warranty(3)).await;
        let stock: Vec<String> = (0..20).map(|n| format!("key {n}")).collect();
        let stock: Vec<&str> = stock.iter().map(String::as_str).collect();
        shop.stock(product, &stock).await;
        let three = shop.buy(product, 1).await;
        shop.edit(product, warranty(0)).await;
        let none = shop.buy(product, 1).await;
        shop.edit(product, warranty(10)).await;
        let ten = shop.buy(product, 1).await;
        let begin = shop.now;
        // To the last moment, and no longer.
        shop.now = begin.plus_days(3);
        assert_eq!(shop.replace(three, 1).await, Ok(()));
        assert_eq!(shop.replace(none, 1).await, Err(String::from(NONE)));
        shop.now.0 += 1;
        assert_eq!(shop.replace(three, 1).await, Err(String::from(OVER)));
        assert_eq!(shop.replace(ten, 1).await, Ok(()));
        shop.edit(product, warranty(1)).await;
        shop.now = begin.plus_days(10);
        assert_eq!(shop.replace(ten, 1).await, Ok(()));
        shop.now.0 += 1;
        assert_eq!(shop.replace(ten, 1).await, Err(String::from(OVER)));
        for (order, days) in [(three, 3), (none, 0), (ten, 10)] {
            let view = shop.counter.show_product_order(order).await.unwrap();
            assert_eq!(view.order.warranty_days, days);
        }
        shop.clean().await;
    });
}

fn waits(hours: i64) -> ProductChange {
    ProductChange {
        when_short: Some(WhenShort::Wait),
        wait_hours: Some(hours),
        ..ProductChange::default()
    }
}

/// What comes late has its whole warranty; what takes the place of a bad one has no longer one.
#[test]
fn the_warranty_counts_from_the_delivery_of_the_piece() {
    run(async {
        let mut shop = Shop::new().await;
        let product = shop.product(waits(48)).await;
        shop.edit(product, warranty(1)).await;
        shop.stock(product, &["a"]).await;
        let order = shop.buy(product, 2).await;
        shop.now = shop.now.plus_hours(40);
        shop.stock(product, &["b", "c", "d"]).await;
        assert_eq!(shop.lines(order).await, ["a", "b"]);
        assert_eq!(shop.replace(order, 1).await, Err(String::from(OVER)));
        shop.now = shop.now.plus_hours(20);
        assert_eq!(shop.replace(order, 2).await, Ok(()));
        assert_eq!(shop.lines(order).await, ["a", "c"]);
        shop.now = shop.now.plus_hours(5);
        assert_eq!(shop.replace(order, 2).await, Err(String::from(OVER)));
        shop.clean().await;
    });
}

async fn labels(shop: &Shop, order: ProductOrderId) -> Vec<(String, String)> {
    let answers = shop.counter.reveal_form(order, viewer(), shop.now).await.unwrap();
    let view = shop.counter.show_product_order(order).await.unwrap();
    assert!(view.form.iter().eq(answers.iter().map(|answer| &answer.label)));
    answers.into_iter().map(|answer| (answer.label, answer.text)).collect()
}

#[test]
fn the_form_is_the_one_that_was_answered() {
    run(async {
        let mut shop = Shop::new().await;
        let form = |labels: &[&str]| ProductChange {
            kind: Some(ProductKind::Service),
            form: Some(labels.iter().map(|label| (*label).to_owned()).collect()),
            ..ProductChange::default()
        };
        let order = async |shop: &mut Shop, product: ProductId, typed: Option<&str>| {
            let mut order = shop.order(product, 1);
            order.request.require = typed.map(str::to_owned);
            shop.place(order).await.unwrap()
        };
        let product = shop.product(form(&["Domain", "Mail, for questions"])).await;
        let two = order(&mut shop, product, Some("example.com\nme@example.com")).await;
        shop.edit(product, form(&["Colour"])).await;
        let one = order(&mut shop, product, Some("blue\nor green")).await;
        shop.edit(product, form(&[])).await;
        let none = order(&mut shop, product, None).await;
        let pair = |label: &str, text: &str| (label.to_owned(), text.to_owned());
        let asked = [pair("Domain", "example.com"), pair("Mail, for questions", "me@example.com")];
        assert_eq!(labels(&shop, two).await, asked);
        assert_eq!(labels(&shop, one).await, [pair("Colour", "blue\nor green")]);
        assert_eq!(labels(&shop, none).await, []);
        shop.report(two, lines(&["done"]), None).await.unwrap();
        assert_eq!(labels(&shop, two).await, asked, "also when it is delivered");
        shop.clean().await;
    });
}

#[test]
fn an_order_waits_as_it_was_agreed_and_pays_what_was_agreed() {
    run(async {
        let mut shop = Shop::new().await;
        let mut orders = Vec::new();
        let mut products = Vec::new();
        for wanted in [3, 4] {
            let product = shop.product(waits(2)).await;
            shop.stock(product, &["a"]).await;
            orders.push(shop.buy(product, wanted).await);
            let other = ProductChange {
                when_short: Some(WhenShort::GiveBack),
                wait_hours: Some(0),
                rate: Micros::parse("99").ok(),
                on_sale: Some(false),
                ..ProductChange::default()
            };
            shop.edit(product, other).await;
            products.push(product);
        }
        let [served, late] = orders[..] else { panic!("two orders") };
        assert_eq!(shop.status(served).await.0, "InProgress", "it waits on");
        shop.stock(products[0], &["b", "c"]).await;
        let done = (String::from("Completed"), String::from("7.5"), None, true);
        assert_eq!(shop.status(served).await, done, "served, at the old price");
        let second = ProductReport::TakeBack(Pieces::Numbered(vec![2]));
        shop.report(served, second, None).await.unwrap();
        assert_eq!(shop.status(served).await.1, "5", "and the old price is returned");
        // The other one waits as long as was agreed.
        shop.now = shop.now.plus_hours(2);
        shop.now.0 -= 1;
        assert_eq!(
            worker(&shop.counter, Job::Orders).await.serve_waiting_orders(shop.now).await.unwrap(),
            0
        );
        assert_eq!(shop.status(late).await.0, "InProgress");
        shop.now.0 += 1;
        assert_eq!(
            worker(&shop.counter, Job::Orders).await.serve_waiting_orders(shop.now).await.unwrap(),
            1
        );
        let ended = (String::from("Partial"), String::from("2.5"), Some(3), true);
        assert_eq!(shop.status(late).await, ended);
        shop.clean().await;
    });
}
