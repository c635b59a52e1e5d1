//! Names of actions, their parameters, and calls without a name.

use panel_api::request::{AddProductOrder, Ids, Input, Number, Options, Request, read};
use panel_api::{Fault, limits};

use crate::{FORM, INCORRECT_REQUEST, INFER, STRICT, ask, form, id, ids};

const ORDER_ID: Fault = Fault("Incorrect order ID");
const REFILL_ID: Fault = Fault("Incorrect refill ID");

#[test]
fn no_debug_text_holds_a_secret() {
    let body = b"key=KEY-1&action=add_product_order&product=7&quantity=1&require=HUNTER2";
    let input = Input { body, content_type: Some(FORM), ..Input::default() };
    let shown = format!("{:?}", read(&input, &STRICT).unwrap());
    assert!(shown.contains("Int(7)"), "{shown}");
    assert!(!shown.contains("KEY-1") && !shown.contains("HUNTER2"), "{shown}");
}

fn one(asked: &str) -> Ids {
    Ids::One(id(asked))
}

fn many(asked: &[&str]) -> Ids {
    Ids::Many(ids(asked))
}

#[test]
fn every_action() {
    use Request as R;
    for (body, request) in [
        ("action=services", Ok(R::Services)),
        ("action=SERVICES", Ok(R::Services)),
        ("action=%20Services%0D%0A", Ok(R::Services)),
        ("action=balance", Ok(R::Balance)),
        ("action=products", Ok(R::Products)),
        ("action=status&order=1", Ok(R::Status(one("1")))),
        ("action=status&orders=1", Ok(R::Status(many(&["1"])))),
        ("action=status&order=1,2", Ok(R::Status(many(&["1", "2"])))),
        ("action=multi-status&orders=1,2", Ok(R::Status(many(&["1", "2"])))),
        ("action=multi_status&orders=1,2", Ok(R::Status(many(&["1", "2"])))),
        ("action=multiStatus&orders=1,2", Ok(R::Status(many(&["1", "2"])))),
        ("action=multistatus&order=1", Ok(R::Status(many(&["1"])))),
        ("action=orders&orders=1,2", Ok(R::Status(many(&["1", "2"])))),
        ("action=orders&order=1", Ok(R::Status(many(&["1"])))),
        ("action=orders&orders=1&limit=5", Ok(R::Status(many(&["1"])))),
        ("action=orders&orders=,", Err(ORDER_ID)),
        ("action=refill&order=1", Ok(R::Refill(one("1")))),
        ("action=refill&orders=1", Ok(R::Refill(many(&["1"])))),
        ("action=refill_status&refill=1", Ok(R::RefillStatus(one("1")))),
        ("action=refill_status&refills=1,2", Ok(R::RefillStatus(many(&["1", "2"])))),
        ("action=refill_status&refill=1,2", Ok(R::RefillStatus(many(&["1", "2"])))),
        ("action=refill_status&order=1", Ok(R::RefillStatus(one("1")))),
        ("action=refill_status&orders=1,2", Ok(R::RefillStatus(many(&["1", "2"])))),
        ("action=refill_status&refill=9&orders=1", Ok(R::RefillStatus(one("9")))),
        ("action=cancel&order=1", Ok(R::Cancel(one("1")))),
        ("action=cancel&orders=1", Ok(R::Cancel(many(&["1"])))),
        ("action=cancel&order=7&orders=1", Ok(R::Cancel(many(&["1"])))),
        ("action=product_order_status&order=1", Ok(R::ProductOrderStatus(one("1")))),
        ("action=product_order_status&orders=1,2", Ok(R::ProductOrderStatus(many(&["1", "2"])))),
        ("action=result_product&order=1", Ok(R::ResultProduct(id("1")))),
        ("action=result_product&orders=1", Ok(R::ResultProduct(id("1")))),
        ("action=result_product&orders=1,2", Err(ORDER_ID)),
        ("action=status", Err(ORDER_ID)),
        ("action=status&order=", Err(ORDER_ID)),
        ("action=status&order=undefined", Err(ORDER_ID)),
        ("action=status&orders=null", Err(ORDER_ID)),
        ("action=status&orders=[]", Err(ORDER_ID)),
        ("action=status&refill=1", Err(ORDER_ID)),
        ("action=multistatus", Err(ORDER_ID)),
        ("action=refill", Err(ORDER_ID)),
        ("action=cancel", Err(ORDER_ID)),
        ("action=product_order_status", Err(ORDER_ID)),
        ("action=result_product", Err(ORDER_ID)),
        ("action=refill_status", Err(REFILL_ID)),
        ("action=refill_status&refill=", Err(REFILL_ID)),
        ("action=refill_status&refills=,", Err(REFILL_ID)),
        ("action=refill_status&orders=,", Err(REFILL_ID)),
        ("action=Status_", Err(Fault("Incorrect action"))),
        ("action=nothing", Err(Fault("Incorrect action"))),
        ("action=1", Err(Fault("Incorrect action"))),
        ("action=", Err(INCORRECT_REQUEST)),
        ("action=undefined", Err(INCORRECT_REQUEST)),
        ("x=1", Err(INCORRECT_REQUEST)),
        ("order=1", Err(INCORRECT_REQUEST)),
    ] {
        assert_eq!(ask(body), request, "{body}");
    }
}

#[test]
fn my_recent_orders() {
    for (limit, wanted) in [
        ("", 100),
        ("&limit=", 100),
        ("&orders=", 100),
        ("&limit=1", 1),
        ("&limit=50", 50),
        ("&limit=100", 100),
        ("&limit=101", 100),
        ("&limit=9999999999999999999999", 100),
        ("&limit=0", 1),
        ("&limit=-5", 1),
        ("&limit=-9999999999999999999999", 1),
        ("&limit=all", 100),
    ] {
        let request = ask(format!("action=orders{limit}"));
        assert_eq!(request, Ok(Request::Orders { limit: wanted }), "{limit}");
    }
    assert_eq!(limits::ORDERS_LISTED, 100);
    assert_eq!(ask("action=orders&limit[]=1"), Err(INCORRECT_REQUEST));
}

#[test]
fn product_orders() {
    for (body, order) in [
        (
            "product=3&quantity=2&require=%20me%40example.com%0D%0Asecond%20",
            AddProductOrder {
                product: Some(Number::Int(3)),
                quantity: Some(Number::Int(2)),
                require: Some("me@example.com\r\nsecond".to_owned()),
                request_id: None,
            },
        ),
        (
            "product=x&request_id=r1",
            AddProductOrder {
                product: Some(Number::Malformed),
                request_id: Some("r1".to_owned()),
                ..AddProductOrder::default()
            },
        ),
        ("require=undefined", AddProductOrder::default()),
    ] {
        let request = ask(format!("action=add_product_order&{body}"));
        assert_eq!(request, Ok(Request::AddProductOrder(order)), "{body}");
    }
}

#[test]
fn a_forgotten_action_is_inferred_from_a_lone_parameter() {
    use Request as R;
    for (body, request) in [
        ("order=1", Ok(R::Refill(one("1")))),
        ("orders=1,2", Ok(R::Refill(many(&["1", "2"])))),
        ("orders[]=1&orders[]=2", Ok(R::Refill(many(&["1", "2"])))),
        ("refill=1", Ok(R::RefillStatus(one("1")))),
        ("refills=1,2", Ok(R::RefillStatus(many(&["1", "2"])))),
        ("order=1&action=", Ok(R::Refill(one("1")))),
        ("order=1&link=&comments=undefined", Ok(R::Refill(one("1")))),
        ("order=x", Ok(R::Refill(one("x")))),
        ("orders=,", Err(ORDER_ID)),
        ("order=1&orders=2", Err(INCORRECT_REQUEST)),
        ("order=1&refill=2", Err(INCORRECT_REQUEST)),
        ("order=1&quantity=2", Err(INCORRECT_REQUEST)),
        ("order=1&cancel=1", Err(INCORRECT_REQUEST)),
        ("service=1&link=a&quantity=10", Err(INCORRECT_REQUEST)),
        ("order=", Err(INCORRECT_REQUEST)),
        ("", Err(INCORRECT_REQUEST)),
        ("action=x&order=1", Err(Fault("Incorrect action"))),
    ] {
        let body = format!("key=k&{body}");
        let input = Input { content_type: Some(FORM), body: body.as_bytes(), ..Input::default() };
        assert_eq!(read(&input, &INFER).unwrap().request, request, "{body}");
    }
    assert!(!Options::default().infer_missing_action);
    assert_eq!(form("key=k&order=1").unwrap().request, Err(INCORRECT_REQUEST));
    let nothing = read(&Input::default(), &STRICT).unwrap();
    assert_eq!((nothing.key.as_str(), nothing.request), ("", Err(INCORRECT_REQUEST)));
}
