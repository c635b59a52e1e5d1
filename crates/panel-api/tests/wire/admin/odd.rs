//! Requests of suppliers that are nearly right: what is wrong is named, and the rest is taken.

use super::{field, item, status};
use crate::{FORM, JSON};
use panel_api::admin::AdminStatus as S;
use panel_api::admin::{Item, Wrong, v1, v2};
use panel_api::request::Input;

fn get(path: &str, query: &str) -> Result<v2::Request, Wrong> {
    let input = Input { query: Some(query), ..Input::default() };
    v2::read(v2::Method::Get, path, &input, Some("k")).unwrap().request
}

fn post_as(kind: &str, path: &str, body: &[u8]) -> Result<v2::Request, Wrong> {
    let input = Input { content_type: Some(kind), body, ..Input::default() };
    v2::read(v2::Method::Post, path, &input, Some("k")).unwrap().request
}

fn post(path: &str, body: &str) -> Result<v2::Request, Wrong> {
    post_as(JSON, path, body.as_bytes())
}

fn ask(form: &str) -> Result<v1::Request, Wrong> {
    let form = format!("key=k&{form}");
    let input = Input { content_type: Some(FORM), body: form.as_bytes(), ..Input::default() };
    v1::read(&input, None).unwrap().request
}

/// The items of a batch: their ids, and the fields that are wrong with them.
fn batch(orders: &str) -> Vec<(String, Option<&'static str>)> {
    let body = format!(r#"{{"orders":{orders}}}"#);
    let Ok(v2::Request::Update(items)) = post("/orders/update", &body) else {
        panic!("{orders} is refused as a whole")
    };
    let seen = |item: Item| (item.id.asked, item.update.err().map(|wrong| wrong.field));
    items.into_iter().map(seen).collect()
}

#[test]
fn an_item_that_is_wrong_holds_up_no_other() {
    let good = r#"{"id":7,"status":"completed"}"#;
    let long = format!(r#"{{"id":"{}","status":"completed"}}"#, "7".repeat(65));
    for (bad, echoed, wrong) in [
        (r#"{"status":"completed"}"#, "", "id"),
        (r#"{"id":null,"status":"completed"}"#, "", "id"),
        (r#"{"id":"","status":"completed"}"#, "", "id"),
        (r#"{"id":[7],"status":"completed"}"#, "", "id"),
        (r#"{"id":{"id":7},"status":"completed"}"#, "", "id"),
        (r#"{"id":"7\u0000","status":"completed"}"#, "", "id"),
        (r#"{"id":"\ud800","status":"completed"}"#, "", "id"),
        (r#"{"id":7,"id":8,"status":"completed"}"#, "", "id"),
        (r#"{"id":7,"status":"completed","status":"canceled"}"#, "7", "status"),
        (r#"{"id":7,"order_status":true}"#, "7", "order_status"),
        (r#"{"id":7,"status":["completed"]}"#, "7", "status"),
        (r#"{"id":7,"remains":99999999999999999999}"#, "7", "remains"),
        (r#"{"id":7,"start_count":1e3}"#, "7", "start_count"),
        (r#"{"\ud800":7}"#, "", "orders"),
        (&*long, "", "id"),
        ("null", "", "orders"),
        ("true", "true", "orders"),
        ("7", "7", "orders"),
        (r#""7""#, "7", "orders"),
        (r#""""#, "", "orders"),
        ("[]", "", "orders"),
        ("{}", "", "id"),
    ] {
        let wanted = [(echoed, Some(wrong)), ("7", None)];
        let wanted = wanted.map(|(id, wrong)| (id.to_owned(), wrong));
        assert_eq!(batch(&format!("[{bad},{good}]")), wanted, "{bad}");
        let [first, second] = wanted;
        let numbered = format!(r#"{{"0":{good},"1":{bad}}}"#);
        assert_eq!(batch(&numbered), [second, first], "{bad}, by places");
    }
    let unnamed = [(String::new(), Some("id"))];
    assert_eq!(batch(r#"{"status":"completed","remains":0}"#), unnamed, "one, without its list");
    // What stands for nothing hides no other name of the same.
    assert_eq!(batch(r#"[{"id":null,"order_id":7,"status":"","order_status":"partial"}]"#), {
        [(String::from("7"), None)]
    });
}

#[test]
fn a_batch_that_is_none_is_named() {
    let many: Vec<String> = (1..=101).map(|id| format!(r#"{{"id":{id}}}"#)).collect();
    let many = format!(r#"{{"orders":[{}]}}"#, many.join(","));
    for body in [
        "{}",
        r#"{"status":"completed"}"#,
        r#"{"orders":null}"#,
        r#"{"orders":""}"#,
        r#"{"orders":"x"}"#,
        r#"{"orders":"[{"}"#,
        r#"{"orders":"{\"id\":1"}"#,
        r#"{"orders":[]}"#,
        r#"{"orders":{}}"#,
        r#"{"orders":7}"#,
        r#"{"orders":[{"id":1}],"orders":[{"id":2}]}"#,
        &many,
    ] {
        assert_eq!(field(post("/orders/update", body)), "orders", "{body:.80}");
        let form = match body {
            "{}" => String::new(),
            _ => String::from("&orders=%5B%7B"),
        };
        assert_eq!(field(ask(&format!("action=updateOrders{form}"))), "orders");
    }
}

#[test]
fn a_filter_that_names_nothing_is_not_the_one_that_is_left_out() {
    for said in ["", "%20", ",,", "%20,%20", "[]", "[null]", "%5B1,2"] {
        for (path, names) in [
            ("/orders", &["ids", "orders", "service_ids", "service_id"][..]),
            ("/subscriptions", &["service_ids"]),
        ] {
            for name in names {
                assert_eq!(field(get(path, &format!("{name}={said}"))), *name, "{said}");
            }
        }
        for action in ["getOrder", "getOrders", "getSubscriptions"] {
            assert_eq!(field(ask(&format!("action={action}&type={said}"))), "type", "{said}");
        }
    }
    for name in ["order_status", "status"] {
        assert_eq!(field(get("/orders", &format!("{name}=,"))), name);
        assert_eq!(field(ask(&format!("action=getOrders&{name}=,"))), name);
    }
    for said in ["[]", r#"",""#, r#"[[""]]"#, r#""""#, r#"" ""#] {
        let body = &format!(r#"{{"service_ids":{said}}}"#);
        for path in ["/orders/pull", "/refill/pull", "/cancel/pull"] {
            assert_eq!(field(post(path, body)), "service_ids", "{path} {body}");
        }
    }
    for (path, body) in [
        ("/orders/change-status", r#"{"ids":[],"status":"completed"}"#),
        ("/refill/change-status", r#"{"ids":",","status":"completed"}"#),
        ("/cancel/reject", r#"{"ids":{}}"#),
    ] {
        assert_eq!(field(post(path, body)), "ids", "{path}");
    }
    // What scripts send for a variable without a value is as good as nothing at all.
    for said in ["null", "undefined"] {
        assert_eq!(get("/orders", &format!("ids={said}&order_status={said}")), get("/orders", ""));
        let pulled = ask(&format!("action=getOrders&type={said}"));
        assert_eq!(pulled, ask("action=getOrders"));
    }
    assert_eq!(post("/orders/pull", r#"{"service_ids":null}"#), post("/orders/pull", "{}"));
    assert_eq!(get("/orders", "order_status=%20"), get("/orders", ""), "no list of ids");
}

#[test]
fn a_field_is_named_as_it_was_said() {
    for (form, wrong) in [
        ("getOrders&status[]=processing", "status"),
        ("getOrders&status=lost", "status"),
        ("getOrders&order_status=lost", "order_status"),
        ("getOrders&service=x", "service"),
        ("getOrders-by-id&order=,", "order"),
        ("setCompleted&order_id[]=1", "order_id"),
    ] {
        assert_eq!(field(ask(&format!("action={form}"))), wrong, "{form}");
    }
    for (query, wrong) in [
        ("order_status=lost", "order_status"),
        ("status=lost", "status"),
        ("order_status[]=pending", "order_status"),
        ("offset=99999999999999999999", "offset"),
        ("limit=99999999999999999999", "limit"),
        ("created_to=1e9", "created_to"),
        ("ids=%FF", "ids"),
        ("sort[]=date-asc", "sort"),
    ] {
        assert_eq!(field(get("/orders", query)), wrong, "{query}");
    }
    let large = get("/orders", "offset=99999999999999999999").unwrap_err();
    assert_eq!(large.to_string(), "offset: must be a number of at most 18 digits");
    let latin = post_as(FORM, "/subscriptions/9/posts", b"link=https://a/\xe9&quantity=1");
    assert_eq!(field(latin), "link");
}

#[test]
fn a_field_that_is_said_twice_is_not_guessed() {
    for (form, wrong) in [
        ("getOrders&type=1&type=2", "type"),
        ("getOrders&type=1&type[]=2", "type"),
        ("getOrders&type[]=2&type=1", "type"),
        ("getOrders&limit=1&limit=100", "limit"),
        ("setCanceled&id=1&id=2", "id"),
        ("addPost&id=1&link=a&link=b&quantity=1", "link"),
    ] {
        let told = ask(&format!("action={form}")).unwrap_err();
        assert_eq!((told.field, told.must), (wrong, "is said twice, and not the same"), "{form}");
    }
    for form in ["id=1&remains=5&remains=6", "id=1&remains=5&remains[]=5"] {
        match ask(&format!("action=setPartial&{form}")) {
            Ok(v1::Request::Set(Item { update, .. })) => assert_eq!(field(update), "remains"),
            other => panic!("{form}: {other:?}"),
        }
    }
    let twice = "action=updateOrders&orders[0][id]=1&orders[0][id]=2&orders[0][status]=canceled";
    match ask(twice) {
        Ok(v1::Request::Update(items)) => assert_eq!(field(items[0].update.clone()), "id"),
        other => panic!("{other:?}"),
    }
    // The same twice is no two, a blank says nothing, and a body counts above the query.
    let wanted = Ok(v1::Request::Set(item("1", status(S::Canceled))));
    for form in ["id=1&id=+1", "id=1&id=", "id=&id=1"] {
        assert_eq!(ask(&format!("action=setCanceled&{form}")), wanted, "{form}");
    }
    let query = Some("key=k&action=setCanceled&id=2&orders[0][id]=1");
    let input = Input { query, body: b"id=1", ..Input::default() };
    assert_eq!(v1::read(&input, None).unwrap().request, wanted);
}

#[test]
fn an_order_in_a_path_is_the_one_that_is_meant() {
    for (path, body) in [
        ("/orders/15/change-status", r#"{"id":16,"status":"canceled"}"#),
        ("/orders/15/change-status", r#"{"order_id":[15],"status":"canceled"}"#),
        ("/orders/15/set-partial", r#"{"id":"x","remains":5}"#),
    ] {
        match post(path, body) {
            Ok(v2::Request::Set(Item { update, .. })) => {
                assert!(matches!(field(update), "id" | "order_id"), "{path} {body}");
            }
            other => panic!("{path}: {other:?}"),
        }
    }
    let same = post("/orders/15/change-status", r#"{"id":"015","status":"canceled"}"#);
    assert_eq!(same, Ok(v2::Request::Set(item("15", status(S::Canceled)))));
    // What is a number is asked for as an order, also one that can be nobody's.
    for nobody in ["0", "2147483648", "99999999999999999999"] {
        match get(&format!("/orders/{nobody}"), "") {
            Ok(v2::Request::Order(id)) => assert_eq!((&*id.asked, id.number), (nobody, None)),
            other => panic!("{nobody}: {other:?}"),
        }
    }
}
