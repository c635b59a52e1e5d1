//! Requests in the very form in which known kinds of clients send them.

use panel_api::request::{Add, Ids, Input, Number, Request, read};

use crate::{FORM, JSON, STRICT, id, ids};

fn place(add: Add) -> Request {
    Request::Add(Box::new(add))
}

fn order() -> Add {
    Add {
        service: Some(Number::Int(1)),
        link: Some("https://example.com/p/1".to_owned()),
        quantity: Some(Number::Int(100)),
        ..Add::default()
    }
}

#[test]
fn they_are_all_understood() {
    for (client, content_type, body, request) in [
        (
            "the PHP class",
            FORM,
            "key=K&action=add&service=1&link=https%3A%2F%2Fexample.com%2Fp%2F1&quantity=100",
            place(order()),
        ),
        (
            "an SDK that sends what is not set",
            FORM,
            "action=add&service=1&link=https%3A%2F%2Fexample.com%2Fp%2F1&quantity=100&runs=undefined&interval=undefined&key=K",
            place(order()),
        ),
        (
            "a panel that sends blank comments with any order",
            FORM,
            "key=K&action=add&service=1&link=https%3A%2F%2Fexample.com%2Fp%2F1&quantity=100&comments=",
            place(order()),
        ),
        (
            "a typed client with zeroes, and comments",
            FORM,
            "key=K&action=add&service=1&link=https%3A%2F%2Fexample.com%2Fp%2F1&quantity=0&comments=good%0Ab%2C+ad",
            place(Add {
                quantity: Some(Number::Int(0)),
                comments: vec!["good".to_owned(), "b, ad".to_owned()],
                ..order()
            }),
        ),
        (
            "a form declared, JSON sent",
            FORM,
            r#"{"key":"K","action":"add","service":"1","link":"https:\/\/example.com\/p\/1","quantity":100}"#,
            place(order()),
        ),
        (
            "a JSON client that joins ids",
            JSON,
            r#"{"key":"K","action":"status","orders":"1,2"}"#,
            Request::Status(Ids::Many(ids(&["1", "2"]))),
        ),
        (
            "a PHP script that encodes ids as JSON",
            FORM,
            "key=K&action=status&orders=%5B12%2C2%2C13%5D",
            Request::Status(Ids::Many(ids(&["12", "2", "13"]))),
        ),
        (
            "an indexed array of PHP",
            FORM,
            "key=K&action=status&orders%5B0%5D=1&orders%5B1%5D=2",
            Request::Status(Ids::Many(ids(&["1", "2"]))),
        ),
        (
            "a refill's state asked by order",
            FORM,
            "key=K&action=refill_status&order=7",
            Request::RefillStatus(Ids::One(id("7"))),
        ),
        (
            "a guard against double orders",
            JSON,
            r#"{"key":"K","action":"orders","limit":100}"#,
            Request::Orders { limit: 100 },
        ),
    ] {
        let input =
            Input { content_type: Some(content_type), body: body.as_bytes(), ..Input::default() };
        let call = read(&input, &STRICT).unwrap();
        assert_eq!((call.key.as_str(), call.request), ("K", Ok(request)), "{client}");
    }
}
