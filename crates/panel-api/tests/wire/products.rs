//! Replies of the products actions, byte by byte: numbers are numbers here.

use crate::replies::written;
use panel_api::reply::{self, ProductRow, ProductStatus};
use panel_api::request::Id;

fn row(kind: &'static str) -> ProductRow<'static, &'static str> {
    ProductRow {
        product: 1,
        name: "Licence, \"pro\", 1 month",
        require: Some("Your mail address"),
        rate: "2.5",
        min: 1,
        max: 10,
        category: "Licences",
        in_stock: true,
        inventory: Some(40),
        kind,
    }
}

#[test]
fn products_mix_numbers_and_texts() {
    let by_staff =
        ProductRow { product: 3, require: None, rate: "0.5", inventory: None, ..row("Service") };
    let sold_out = ProductRow { rate: "5", in_stock: false, inventory: Some(0), ..row("Auto") };
    let wanted = concat!(
        r#"[{"product":1,"name":"Licence, \"pro\", 1 month","require":"Your mail address","#,
        r#""rate":2.5,"min":1,"max":10,"category":"Licences","status":"In stock","#,
        r#""inventory":40,"type":"Auto"},"#,
        r#"{"product":1,"name":"Licence, \"pro\", 1 month","require":"Your mail address","#,
        r#""rate":5,"min":1,"max":10,"category":"Licences","status":"Out of stock","#,
        r#""inventory":0,"type":"Auto"},"#,
        r#"{"product":3,"name":"Licence, \"pro\", 1 month","rate":0.5,"min":1,"max":10,"#,
        r#""category":"Licences","status":"In stock","type":"Service"}]"#,
    );
    let rows = [row("Auto"), sold_out, by_staff];
    assert_eq!(written(|out| reply::products(out, rows)), wanted);
    assert_eq!(written(|out| reply::products::<&str>(out, [])), "[]");
}

#[test]
fn statuses_hold_what_there_is_to_say() {
    let completed = ProductStatus {
        charge: "7.5",
        status: "Completed",
        remains: None,
        result: Some("c85c1d1a"),
        note: None,
    };
    let partial = ProductStatus { charge: "6", status: "Partial", remains: Some(3), ..completed };
    let canceled = ProductStatus {
        charge: "0",
        status: "Canceled",
        result: None,
        note: Some("Out of stock"),
        ..completed
    };
    let one = |status| written(|out| reply::product_status_one(out, &status));
    assert_eq!(one(completed), r#"{"charge":7.5,"status":"Completed","result":"c85c1d1a"}"#);
    let wanted = r#"{"charge":6,"status":"Partial","remains":3,"result":"c85c1d1a"}"#;
    assert_eq!(one(partial), wanted);
    assert_eq!(one(canceled), r#"{"charge":0,"status":"Canceled","note":"Out of stock"}"#);
    let id = |asked: &str| Id { asked: asked.to_owned(), number: asked.parse().ok() };
    let (known, unknown) = (id("789"), id("456"));
    let rows = [(&known, Some(canceled)), (&unknown, None)];
    assert_eq!(
        written(|out| reply::product_status_many(out, rows)),
        concat!(
            r#"{"789":{"charge":0,"status":"Canceled","note":"Out of stock"},"#,
            r#""456":{"error":"Incorrect order ID"}}"#
        )
    );
}

#[test]
fn results_are_one_text_for_each_piece() {
    let lines = ["abc | 2 | 3", "a\tb\"c"];
    let wanted = r#"{"result":["abc | 2 | 3","a\tb\"c"]}"#;
    assert_eq!(written(|out| reply::result_product(out, lines)), wanted);
    assert_eq!(written(|out| reply::result_product(out, [])), r#"{"result":[]}"#);
}
