//! The client's own name for an order.

use panel_api::request::{Input, Request, read};
use panel_api::{Fault, limits};

use crate::STRICT;

fn request_id(action: &str, params: &str, header: Option<&str>) -> Result<Option<String>, Fault> {
    let body = format!("key=k&action={action}&{params}");
    let input = Input { body: body.as_bytes(), idempotency_key: header, ..Input::default() };
    match read(&input, &STRICT).unwrap().request? {
        Request::Add(add) => Ok(add.request_id),
        Request::AddProductOrder(order) => Ok(order.request_id),
        other => panic!("{other:?}"),
    }
}

#[test]
fn four_places_one_name() {
    let id = || Ok(Some("r 1".to_owned()));
    let differ = || Err(Fault("Incorrect request_id"));
    for (params, header, wanted) in [
        ("", None, Ok(None)),
        ("request_id=", Some(""), Ok(None)),
        ("request_id=undefined&ref=null", Some(" undefined "), Ok(None)),
        ("request_id=+r+1+", None, id()),
        ("custom_id=r+1", None, id()),
        ("ref=r+1", None, id()),
        ("", Some(" r 1 "), id()),
        ("", Some("\"r 1\""), id()),
        ("", Some("\"\""), Ok(None)),
        ("request_id=r+1&custom_id=r+1&ref=r+1", Some("\"r 1\""), id()),
        ("request_id=r+1&custom_id=&ref=undefined", None, id()),
        ("request_id=r+1&ref=r+2", None, differ()),
        ("request_id=r+1&custom_id=R+1", None, differ()),
        ("custom_id=r+1&ref=r+2", None, differ()),
        ("request_id=r+1", Some("r 2"), differ()),
        ("ref=r+1", Some("r 2"), differ()),
        ("", Some("a\u{7}"), differ()),
    ] {
        for action in ["add", "add_product_order"] {
            assert_eq!(request_id(action, params, header), wanted, "{action} {params} {header:?}");
        }
    }
}

#[test]
fn its_length_has_a_bound() {
    let longest = "é".repeat(limits::REQUEST_ID_CHARS);
    let longer = format!("{longest}é");
    let fault = Err(Fault("Incorrect request_id"));
    for name in ["request_id", "custom_id", "ref"] {
        let found = request_id("add", &format!("{name}={longest}"), None);
        assert_eq!(found, Ok(Some(longest.clone())), "{name}");
        assert_eq!(request_id("add", &format!("{name}={longer}"), None), fault, "{name}");
    }
    assert_eq!(request_id("add", "", Some(&longest)), Ok(Some(longest.clone())));
    assert_eq!(request_id("add", "", Some(&format!("\"{longest}\""))), Ok(Some(longest)));
    assert_eq!(request_id("add", "", Some(&longer)), fault);
}
