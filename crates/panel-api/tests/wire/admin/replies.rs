//! What suppliers are answered.

use super::{lines, row};
use crate::id;
use panel_api::admin::{Param, ParamValue, SubscriptionRow, v1, v2};

fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    let text = String::from_utf8(out).unwrap();
    let _: serde_json::Value = serde_json::from_str(&text).unwrap();
    text
}

fn params() -> Vec<Param> {
    vec![
        lines("comments", &["one", "two \"2\""]),
        Param { name: String::from("country"), value: ParamValue::Text(String::from("WW")) },
        Param { name: String::from("device"), value: ParamValue::Number(5) },
    ]
}

const PARAMS: &str = r#"{"comments":["one","two \"2\""],"country":"WW","device":5}"#;

#[test]
fn an_order_to_deliver_in_v1() {
    let params = params();
    let wanted = format!(
        concat!(
            r#"{{"status":"success","message":"","id":"15","link":"https://example.com/a","#,
            r#""charge":"0","user_id":"0","quantity":"100","comments":"one\ntwo \"2\"","#,
            r#""service_id":"7","service":"Proof \"reading\"","type":"Custom Comments","#,
            r#""start_count":"0","remains":"60","date":"2026-03-02 08:33:09","#,
            r#""lease_until":"1772444049","params":{}}}"#,
        ),
        PARAMS
    );
    assert_eq!(text(|out| v1::order(out, &row(&params))), wanted);
    let orders = text(|out| v1::orders(out, [row(&[])]));
    assert!(orders.starts_with(r#"{"status":"success","orders":[{"id":"15","link""#), "{orders}");
    assert!(orders.contains(r#""comments":"","#), "{orders}");
    assert_eq!(text(|out| v1::orders(out, [])), r#"{"status":"success","orders":[]}"#);
}

#[test]
fn orders_by_id_in_v1() {
    let wanted = concat!(
        r#"{"status":"success","orders":[{"id":"15","external_id":"","username":"","#,
        r#""service":"Proof \"reading\"","service_id":"7","provider":"","#,
        r#""order_status":"In progress","charge":"0","quantity":"100","start_count":"0","#,
        r#""remains":"60","link":"https://example.com/a","date":"2026-03-02 08:33:09","#,
        r#""current_date":"2026-03-02 09:00:00","comments":"","cancel_requested":"1","#,
        r#""lease_until":"1772444049","params":{}}]}"#,
    );
    let told = text(|out| v1::orders_by_id(out, [row(&[])], "2026-03-02 09:00:00"));
    assert_eq!(told, wanted);
    let wanted = concat!(
        r#"{"status":"success","data":{"15":{"id":"15","external_id":"","provider":"bob","#,
        r#""order_status":"In progress","charge":"0"}}}"#,
    );
    assert_eq!(text(|out| v1::providers(out, [row(&[])], "bob")), wanted);
}

#[test]
fn short_answers_of_v1() {
    assert_eq!(text(v1::done), r#"{"status":"success"}"#);
    let wanted = r#"{"status":"fail","error":"bad_auth"}"#;
    assert_eq!(text(|out| v1::fail(out, "bad_auth", "")), wanted);
    let wanted = r#"{"status":"fail","error":"bad_id","message":"id: must be \"x\""}"#;
    assert_eq!(text(|out| v1::fail(out, "bad_id", "id: must be \"x\"")), wanted);
    let (known, strange) = (id("15"), id("a\"b"));
    let outcomes = [(&known, Ok(())), (&strange, Err(("order_not_found", "none")))];
    let wanted = concat!(
        r#"{"status":"success","orders":[{"id":15,"status":"success"},"#,
        r#"{"id":"a\"b","status":"fail","error":"order_not_found","message":"none"}]}"#,
    );
    assert_eq!(text(|out| v1::updated(out, outcomes)), wanted);
    assert_eq!(text(|out| v1::placed(out, 16)), r#"{"status":"success","id":"16"}"#);
}

fn subscription(params: &[Param]) -> SubscriptionRow<'_> {
    SubscriptionRow {
        id: 9,
        service: 2,
        service_name: "posts",
        min: 10,
        max: 20,
        posts: 0,
        posts_done: 3,
        delay: 5,
        expiry: None,
        params,
    }
}

#[test]
fn subscriptions_in_both() {
    let username = ParamValue::Text(String::from("someone"));
    let params = [Param { name: String::from("username"), value: username }];
    let wanted = concat!(
        r#"{"status":"success","subscriptions":[{"id":"9","service_id":"2","service":"posts","#,
        r#""min":"10","max":"20","posts":"0","posts_done":"3","delay":"5","expiry":"","#,
        r#""params":{"username":"someone"}}],"next":"9"}"#,
    );
    assert_eq!(text(|out| v1::subscriptions(out, [subscription(&params)], Some(9))), wanted);
    let wanted = concat!(
        r#"{"data":{"count":1,"list":[{"id":9,"service_id":2,"service_name":"posts","min":10,"#,
        r#""max":20,"posts":0,"posts_done":3,"delay":5,"expiry_timestamp":null,"#,
        r#""params":{"username":"someone"}}]},"pagination":{"after":null},"error_message":"","#,
        r#""error_code":0}"#,
    );
    assert_eq!(text(|out| v2::subscriptions(out, vec![subscription(&params)], None)), wanted);
}

#[test]
fn orders_of_v2() {
    let params = params();
    let order = format!(
        concat!(
            r#"{{"id":15,"external_id":null,"user":"","provider":null,"status":"in_progress","#,
            r#""charge":{{"value":"0","currency_code":"USD"}},"created":"2026-03-02 08:33:09","#,
            r#""created_timestamp":1772440389,"last_update":"2026-03-02 08:34:09","#,
            r#""last_update_timestamp":1772440449,"service_id":7,"#,
            r#""service_name":"Proof \"reading\"","service_type":"Custom Comments","#,
            r#""link":"https://example.com/a","quantity":100,"start_count":null,"remains":60,"#,
            r#""comments":"one\ntwo \"2\"","order_buttons":[{{"title":"comments","#,
            r#""type":"comments","service_type":"Custom Comments","#,
            r#""user_data":["one","two \"2\""]}}],"params":{},"cancel_requested":true,"#,
            r#""lease_until_timestamp":1772444049,"actions":{{}}}}"#,
        ),
        PARAMS
    );
    let end = r#","error_message":"","error_code":0}"#;
    let told = text(|out| v2::order(out, &row(&params), "USD"));
    assert_eq!(told, format!(r#"{{"data":{order}{end}"#));
    let told = text(|out| v2::orders(out, vec![row(&params)], "USD"));
    assert_eq!(told, format!(r#"{{"data":{{"count":1,"list":[{order}]}}{end}"#));
    let told = text(|out| v2::orders_page(out, vec![row(&params)], "USD", 3, Some("/next")));
    let wanted = format!(
        r#"{{"data":{{"count":1,"list":[{order}]}},"pagination":{{"next_page_href":"/next","total":3}}{end}"#
    );
    assert_eq!(told, wanted);
    let told = text(|out| v2::orders_page(out, vec![], "USD", 0, None));
    let wanted = format!(
        r#"{{"data":{{"count":0,"list":[]}},"pagination":{{"next_page_href":null,"total":0}}{end}"#
    );
    assert_eq!(told, wanted);
}

#[test]
fn refills_and_cancels_of_v2_say_what_to_answer_with() {
    let refill = v2::RefillRow {
        id: 3,
        status: "in_progress",
        created: "2026-03-03 00:00:00",
        created_timestamp: 1_772_496_000,
        order: row(&[]),
    };
    let told = text(|out| v2::refills(out, vec![refill]));
    let begins = r#"{"data":{"count":1,"list":[{"id":3,"order_id":15,"status":"in_progress","#;
    assert!(told.starts_with(begins), "{told}");
    let told = text(|out| v2::cancels(out, vec![v2::CancelRow { cancel: 4, order: row(&[]) }]));
    let begins = r#"{"data":{"count":1,"list":[{"id":15,"order_id":15,"cancel_id":4,"#;
    assert!(told.starts_with(begins), "{told}");
}

#[test]
fn what_went_wrong_in_v2() {
    let wanted = r#"{"data":null,"error_message":"Order not found","error_code":404}"#;
    assert_eq!(text(|out| v2::failed(out, 404, "Order not found")), wanted);
    let (known, strange) = (id("15"), id("16"));
    let outcomes = [(&known, Ok(())), (&strange, Err((404, "Order not found")))];
    let wanted = concat!(
        r#"{"data":{"orders":[{"id":15,"success":true,"message":"","error_code":0},"#,
        r#"{"id":16,"success":false,"message":"Order not found","error_code":404}]},"#,
        r#""error_message":"","error_code":0}"#,
    );
    assert_eq!(text(|out| v2::updated(out, "orders", outcomes)), wanted);
    assert!(text(|out| v2::placed(out, 16)).starts_with(r#"{"data":{"id":16},"#));
}
