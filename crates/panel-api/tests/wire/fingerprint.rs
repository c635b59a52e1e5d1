//! When two requests are the same order.

use std::collections::HashSet;

use panel_api::request::{Add, AddProductOrder, Number, Request};

use crate::{add, add_json, ask};

#[test]
fn the_same_order_in_every_spelling() {
    let wanted = add("service=1&link=a&quantity=10&usernames=x%0Ay&comments=c").unwrap();
    for spelling in [
        "comments=c&usernames=x,y&quantity=10&link=a&service=1",
        "service=+01&link=+a&quantity=%2B10&usernames=x,+y,&comments=c%0D%0A%0D%0A",
        "service=1&link=b&link=a&quantity=10&usernames[]=x&usernames[]=y&comments[]=c",
        "service=1&link=a&quantity=10&usernames=x%0Ay&comments=c&request_id=r&runs=undefined&foo=1",
    ] {
        assert_eq!(
            add(spelling).unwrap().fingerprint_bytes(),
            wanted.fingerprint_bytes(),
            "{spelling}"
        );
    }
    let json = r#""service":"1","link":"a","quantity":10,"usernames":["x","y"],"comments":"c\n""#;
    assert_eq!(add_json(json).unwrap().fingerprint_bytes(), wanted.fingerprint_bytes());
}

#[test]
fn any_difference_shows() {
    let mut seen = HashSet::new();
    let numbers = [
        "service",
        "quantity",
        "runs",
        "interval",
        "min",
        "max",
        "posts",
        "old_posts",
        "delay",
        "answer_number",
        "device",
        "type_of_traffic",
    ];
    let texts = [
        "link",
        "hashtag",
        "username",
        "media",
        "country",
        "google_keyword",
        "referring_url",
        "expiry",
    ];
    let lists =
        ["comments", "usernames", "hashtags", "keywords", "groups", "list", "suggest", "search"];
    let mut params = vec![String::new(), "service=1&link=ab&username=c".to_owned()];
    params.push("service=1&link=a&username=bc".to_owned());
    params.push("link=a&username=a".to_owned());
    for name in numbers {
        for value in ["0", "1", "-1", "256", "99999999999999999999", "-99999999999999999999", "x"] {
            params.push(format!("{name}={value}"));
        }
    }
    for name in texts {
        params.extend(["a", "A", "aa", "0"].map(|value| format!("{name}={value}")));
    }
    for name in lists {
        params.extend(["a", "b", "a%0Ab", "b%0Aa", "ab", "a%0Aa"].map(|v| format!("{name}={v}")));
    }
    for params in params {
        assert!(seen.insert(add(&params).unwrap().fingerprint_bytes()), "{params}");
    }
    // Line breaks inside a line cannot come from the wire; made by hand they still differ from two
    // lines.
    let lines = |lines: &[&str]| Add {
        comments: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..Add::default()
    };
    assert_ne!(lines(&["a\nb"]).fingerprint_bytes(), lines(&["a", "b"]).fingerprint_bytes());
}

#[test]
fn product_orders_too() {
    let order = |params: &str| match ask(format!("action=add_product_order&{params}")) {
        Ok(Request::AddProductOrder(order)) => order.fingerprint_bytes(),
        other => panic!("{other:?}"),
    };
    let wanted = order("product=1&quantity=2&require=a");
    assert_eq!(order("require=+a&quantity=02&product=1&request_id=r"), wanted);
    let mut seen = HashSet::from([wanted]);
    for params in
        ["product=2&quantity=1&require=a", "product=1&quantity=2", "product=1", "quantity=1", ""]
    {
        assert!(seen.insert(order(params)), "{params}");
    }
    // An order for a service is never one for a product.
    assert!(seen.insert(Add::default().fingerprint_bytes()));
}

/// The encoding is stored by callers: these bytes must never change under the same version.
#[test]
fn the_encoding_is_for_ever() {
    let order = AddProductOrder {
        product: Some(Number::Int(258)),
        quantity: None,
        require: Some("ab".to_owned()),
        request_id: Some("r".to_owned()),
    };
    let mut wanted = vec![b'p', 1];
    wanted.extend([1, 0, 0, 0, 0, 0, 0, 1, 2]);
    wanted.extend([0; 9]);
    wanted.extend([1, 0, 0, 0, 0, 0, 0, 0, 2, b'a', b'b']);
    assert_eq!(order.fingerprint_bytes(), wanted);
    assert_eq!(Add::default().fingerprint_bytes().len(), 2 + 12 * 9 + 8 + 8 * 8);
}
