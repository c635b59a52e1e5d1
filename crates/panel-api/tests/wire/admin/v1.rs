//! `/adminapi/v1`, as scripts speak it.

use super::{field, figures, item, status};
use crate::{FORM, JSON, id, ids};
use panel_api::admin::AdminStatus as S;
use panel_api::admin::v1::{Call, Request, read};
use panel_api::admin::{Item, Update, Wrong};
use panel_api::request::Input;

fn query(query: &str) -> Result<Call, Wrong> {
    read(&Input { query: Some(query), ..Input::default() }, None)
}

fn body(kind: &str, body: &str) -> Result<Call, Wrong> {
    let input = Input { content_type: Some(kind), body: body.as_bytes(), ..Input::default() };
    read(&input, None)
}

fn ask(form: &str) -> Result<Request, Wrong> {
    let call = query(&format!("key=k&{form}")).unwrap();
    assert_eq!(call.key, "k");
    call.request
}

fn json(members: &str) -> Result<Request, Wrong> {
    body(JSON, &format!(r#"{{"key":"k",{members}}}"#)).unwrap().request
}

#[test]
fn orders_are_pulled_one_by_one_or_many() {
    let pull = |services: &[i64], limit, one| {
        Ok(Request::Pull { services: services.to_vec(), limit, one })
    };
    assert_eq!(ask("action=getOrder&type=7"), pull(&[7], 1, true));
    assert_eq!(ask("action=getorder&type=7&limit=50"), pull(&[7], 1, true), "lower case too");
    assert_eq!(ask("action=getOrders&type=7,8"), pull(&[7, 8], 100, false));
    assert_eq!(ask("action=getOrders&limit=20"), pull(&[], 20, false));
    assert_eq!(
        ask("action=getOrders&limit=5000"),
        pull(&[], 100, false),
        "as many as there may be"
    );
    assert_eq!(json(r#""action":"getOrders","type":7,"limit":5"#), pull(&[7], 5, false));
    for (form, wrong) in [
        ("action=getOrder&type=all", "type"),
        ("action=getOrder&type=7.5", "type"),
        ("action=getOrders&limit=0", "limit"),
        ("action=getOrders&limit=many", "limit"),
    ] {
        assert_eq!(field(ask(form)), wrong, "{form}");
    }
}

#[test]
fn one_report_at_a_time() {
    let set = |order, update| Ok(Request::Set(item(order, update)));
    for (form, wanted) in [
        ("setStartcount&id=15&start_count=42", figures(Some(42), None)),
        ("setRemains&id=15&remains=7", figures(None, Some(7))),
        ("setRemains&id=15&remains=-7", figures(None, Some(-7))),
        ("setInprogress&id=15", status(S::InProgress)),
        ("setCompleted&id=15", status(S::Completed)),
        ("setcanceled&id=15", status(S::Canceled)),
        ("setCompleted&order=15", status(S::Completed)),
        (
            "setPartial&id=15&remains=7",
            Update { status: Some(S::Partial), remains: Some(7), ..Update::default() },
        ),
        (
            "setCanceled&id=15&reason=gone",
            Update { reason: Some(String::from("gone")), ..status(S::Canceled) },
        ),
    ] {
        assert_eq!(ask(&format!("action={form}")), set("15", wanted), "{form}");
    }
    for (form, wrong) in [
        ("setRemains&id=15", "remains"),
        ("setRemains&id=15&remains=", "remains"),
        ("setRemains&id=15&remains=1e3", "remains"),
        ("setRemains&id=15&remains=99999999999999999999", "remains"),
        ("setStartcount&id=15&remains=7", "start_count"),
        ("setPartial&id=15&remains=a", "remains"),
    ] {
        match ask(&format!("action={form}")) {
            Ok(Request::Set(Item { update, .. })) => assert_eq!(field(update), wrong, "{form}"),
            other => panic!("{form}: {other:?}"),
        }
    }
    for form in ["setCompleted", "setCompleted&id=", "setCompleted&id[]=1"] {
        assert_eq!(field(ask(&format!("action={form}"))), "id", "{form}");
    }
    assert_eq!(ask("action=setCompleted&id=abc"), set("abc", status(S::Completed)), "nobody's");
}

#[test]
fn many_reports_in_whatever_form_they_are_sent() {
    let first = Update {
        status: Some(S::InProgress),
        start_count: Some(3),
        remains: Some(7),
        reason: None,
    };
    let wanted = Ok(Request::Update(vec![item("1", first), item("2", status(S::Canceled))]));
    let list = r#"[{"id":1,"status":"in progress","start_count":"3","remains":7},
        {"id":"2","status":"Cancelled"}]"#;
    assert_eq!(json(&format!(r#""action":"updateOrders","orders":{list}"#)), wanted);
    // The list as a text within JSON, and as a field of a form.
    let text = list.replace('"', "\\\"").replace('\n', " ");
    assert_eq!(json(&format!(r#""action":"updateOrders","orders":"{text}""#)), wanted);
    let escaped: String = form_urlencoded::byte_serialize(list.as_bytes()).collect();
    assert_eq!(ask(&format!("action=updateOrders&orders={escaped}")), wanted);
    // As PHP writes a nested array, and such an array as JSON.
    let php = "orders[0][id]=1&orders[0][status]=in_progress&orders[0][start_count]=3\
        &orders[0][remains]=7&orders[1][id]=2&orders[1][status]=canceled";
    assert_eq!(ask(&format!("action=updateOrders&{php}")), wanted);
    assert_eq!(body(FORM, &format!("key=k&action=updateOrders&{php}")).unwrap().request, wanted);
    let object = r#""orders":{"0":{"id":1,"status":"in_progress","start_count":3,"remains":7},
        "5":{"id":2,"status":"canceled"}}"#;
    assert_eq!(json(&format!(r#""action":"updateOrders",{object}"#)), wanted);
    let single = json(r#""action":"updateOrders","orders":{"id":2,"status":"canceled"}"#);
    assert_eq!(single, Ok(Request::Update(vec![item("2", status(S::Canceled))])));
    // What is wrong with one order holds up no other.
    let mixed = r#""orders":[{"id":1,"status":"pending"},{"id":2,"remains":"x"},{"id":3}]"#;
    match json(&format!(r#""action":"updateOrders",{mixed}"#)) {
        Ok(Request::Update(items)) => {
            assert_eq!(field(items[0].update.clone()), "status", "only a person gives back");
            assert_eq!(field(items[1].update.clone()), "remains");
            assert_eq!(items[2], item("3", Update::default()));
        }
        other => panic!("{other:?}"),
    }
    let many: Vec<String> = (1..=101).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    for orders in [r#""x""#, "[]", "{}", &format!("[{}]", many.join(","))] {
        let told = json(&format!(r#""action":"updateOrders","orders":{orders}"#));
        assert_eq!(field(told), "orders", "{orders}");
    }
}

#[test]
fn what_is_known_of_orders_is_asked_by_id() {
    assert_eq!(ask("action=getOrders-by-id&orders=1,2"), Ok(Request::ById(ids(&["1", "2"]))));
    let asked = "action=getMassProviderData&orders=1,2,02,x";
    assert_eq!(ask(asked), Ok(Request::Providers(ids(&["1", "2", "x"]))));
    let list = json(r#""action":"getOrders-by-id","orders":[1,"2"]"#);
    assert_eq!(list, Ok(Request::ById(ids(&["1", "2"]))));
    assert_eq!(ask("action=getOrders-by-id&orders[]=1&orders[]=2"), list);
    let held = |statuses: &[S]| {
        let statuses = statuses.to_vec();
        Ok(Request::Held { services: Vec::new(), statuses, limit: 100 })
    };
    assert_eq!(ask("action=getOrders&status=processing"), held(&[S::Processing]));
    let both = "action=getOrders&order_status=processing,In%20progress";
    assert_eq!(ask(both), held(&[S::Processing, S::InProgress]));
    let many: Vec<String> = (1..=101).map(|id| id.to_string()).collect();
    for orders in ["", ",", &many.join(",")] {
        assert_eq!(field(ask(&format!("action=getOrders-by-id&orders={orders}"))), "orders");
    }
}

#[test]
fn posts_of_subscriptions_are_an_addition() {
    let subscriptions = Request::Subscriptions { services: vec![7], after: 3, limit: 100 };
    assert_eq!(ask("action=getSubscriptions&type=7&after=3"), Ok(subscriptions));
    let post = Request::Post { id: id("9"), link: String::from("a b"), quantity: 15 };
    assert_eq!(ask("action=addPost&id=9&link=a+b&quantity=15"), Ok(post));
    assert_eq!(field(ask("action=addPost&id=9&link=a")), "quantity");
    assert_eq!(field(ask("action=addPost&link=a&quantity=1")), "id");
}

#[test]
fn other_actions_are_the_operators_or_none() {
    for action in ["addPayment", "deductPayment", "getUser", "addTicket", "getOrders-by-user"] {
        let told = ask(&format!("action={action}&id=1"));
        assert_eq!(told, Ok(Request::NotForSuppliers), "{action}");
    }
    for action in ["", "status", "balance", "setFail", "nonsense"] {
        let told = ask(&format!("action={action}&id=1"));
        assert_eq!(told, Ok(Request::NoSuchAction), "{action}");
    }
}

#[test]
fn the_key_is_a_field_or_a_header() {
    assert_eq!(query("action=getOrder&key=+k+").unwrap().key, "k");
    assert_eq!(query("action=getOrder").unwrap().key, "");
    let input = Input { query: Some("action=getOrder"), ..Input::default() };
    assert_eq!(read(&input, Some(" h ")).unwrap().key, "h");
    let both = Input { query: Some("key=k"), ..Input::default() };
    assert_eq!(read(&both, Some("h")).unwrap().key, "k");
    let call = query("key=secret&action=getOrder").unwrap();
    assert!(!format!("{call:?}").contains("secret"), "{call:?}");
    for clash in ["key=a&key=b", "key=a&action=getOrder&action=getOrders"] {
        assert_eq!(field(query(clash)), "request", "{clash}");
    }
    let input = Input { query: Some("key=a"), body: b"key=b", ..Input::default() };
    assert_eq!(field(read(&input, None)), "request");
    assert_eq!(query("key=a&key=a").unwrap().key, "a", "the same twice is no two");
    let long = "k".repeat(513);
    assert_eq!(field(query(&format!("key={long}"))), "key");
    for (kind, unread) in [
        (JSON, "["),
        (JSON, "{"),
        (JSON, "x=1"),
        (FORM, "[1]"),
        (JSON, r#"{"key":"k"} x"#),
        (FORM, "{\"key\":\"\u{fffd}\""),
    ] {
        assert_eq!(field(body(kind, unread)), "request", "{unread}");
    }
    let parts = [("key".to_owned(), "k".to_owned()), ("action".to_owned(), "getOrder".to_owned())];
    let call = read(&Input { multipart: Some(&parts), ..Input::default() }, None).unwrap();
    assert_eq!(call.request, Ok(Request::Pull { services: Vec::new(), limit: 1, one: true }));
}
