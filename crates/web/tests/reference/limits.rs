//! The table of limits, against the constants; and where a constant is private, against what the
//! server does.

use crate::kinds::{form, order};
use crate::page::Page;
use crate::shop::{Shop, WINDOW, worker};
use counter::nodes::Job;
use domain::limits as rules;
use panel_api::limits as wire;
use std::fmt::Display;
use web::Options;

const PARTS: i64 = 100;
const BODY: usize = 1 << 20;
const REQUEST_ID_HOURS: i64 = 72;

/// A number with its thousands apart.
fn apart(number: impl Display) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && digits.len().saturating_sub(place) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What the table must say.
fn rows() -> Vec<(&'static str, String)> {
    let text = format!(
        "{} characters, {} bytes",
        apart(wire::TEXT_CHARS),
        apart(rules::TEXT_BYTES_MAX.min(wire::URL_CHARS))
    );
    let bytes = |most: usize| format!("{} bytes", apart(most));
    let lines = wire::LIST_LINES.min(rules::LINES_MAX);
    let line = wire::LINE_CHARS.min(rules::LINE_BYTES_MAX);
    vec![
        ("Body of a request", format!("{} MiB", BODY >> 20)),
        (
            "Time for sending the body",
            format!("{} seconds", Options::default().body_timeout.as_secs()),
        ),
        ("Parameters in the query, and in the body", format!("{} each", apart(wire::PAIRS))),
        ("Key", format!("{} characters", apart(wire::KEY_CHARS))),
        ("Different ids in one call", apart(wire::IDS)),
        ("One id, as text", format!("{} characters", apart(wire::ID_CHARS))),
        (
            "Ids of services, orders and refills",
            format!("up to {}", apart(wire::ID_MAX.min(rules::PUBLIC_ID_MAX))),
        ),
        ("`link`", bytes(wire::URL_CHARS.min(rules::LINK_BYTES_MAX))),
        ("`username`, `media`, `referring_url`", bytes(wire::URL_CHARS.min(rules::TEXT_BYTES_MAX))),
        ("`hashtag`, `country`, `google_keyword`, `expiry`", text),
        ("Lines of a list", apart(lines)),
        ("One line of a list", bytes(line)),
        ("All lists of an order, encoded as a form", bytes(rules::LISTS_FORM_BYTES_MAX)),
        ("Quantity of an order, all its parts together", apart(rules::QUANTITY_MAX)),
        ("`runs`", apart(rules::RUNS_MAX)),
        ("`interval`", format!("1 to {} minutes", apart(rules::INTERVAL_MINUTES_MAX))),
        ("`posts` and `old_posts` together", apart(rules::POSTS_MAX)),
        ("`answer_number`", apart(rules::ANSWER_MAX)),
        ("`request_id`", format!("{} characters", apart(wire::REQUEST_ID_CHARS))),
        (
            "`require`",
            format!(
                "{} characters, {} bytes for each field",
                apart(wire::REQUIRE_CHARS),
                apart(rules::FORM_TEXT_BYTES_MAX)
            ),
        ),
        ("Time that a request id is kept", format!("{REQUEST_ID_HOURS} hours")),
        (
            "Time in which the same order is refused",
            format!("{WINDOW} seconds, unless set otherwise"),
        ),
        ("Orders that `orders` lists", apart(wire::ORDERS_LISTED)),
        ("Parts that `status` lists", apart(PARTS)),
    ]
}

#[test]
fn the_table_says_the_constants() {
    let page = Page::read();
    let table = page.table(&["What", "Limit"]);
    let wanted = rows();
    for (said, (what, limit)) in table.iter().zip(&wanted) {
        assert_eq!(*said, [*what, limit.as_str()]);
    }
    assert_eq!(table.len(), wanted.len());
    assert_eq!(apart(2_147_483_647), "2,147,483,647");
    assert_eq!((apart(100), apart(1_000)), (String::from("100"), String::from("1,000")));
}

#[test]
fn the_text_says_the_same() {
    let page = Page::read();
    let flat = page.flat();
    for said in [
        format!("The id is kept for {REQUEST_ID_HOURS} hours"),
        format!("the very same parameters less than {WINDOW} seconds ago"),
    ] {
        assert!(flat.contains(&said), "{said}");
    }
    let config = concat!(env!("CARGO_MANIFEST_DIR"), "/../tradecounter/src/config.default.toml");
    let config = std::fs::read_to_string(config).unwrap();
    assert!(config.contains(&format!("\nduplicate_window_seconds = {WINDOW}\n")));
}

#[tokio::test]
async fn the_body_is_as_large_as_is_said() {
    let shop = Shop::of_examples().await;
    let start = format!("key={}&action=balance&x=", shop.key);
    let filled = |size: usize| format!("{start}{}", "x".repeat(size - start.len()));
    assert!(shop.post(filled(BODY)).await.starts_with("{\"balance\""));
    assert_eq!(shop.post(filled(BODY + 1)).await, r#"{"error":"Incorrect request"}"#);
}

#[tokio::test]
async fn a_request_id_is_kept_as_long_as_is_said() {
    let shop = Shop::of_examples().await;
    let form = format!("{}&request_id=r", form(3, ["link"]));
    assert_eq!(order(&shop, &form).await, Some(1));
    shop.wait(REQUEST_ID_HOURS * 3_600);
    worker(&shop.counter, Job::Retention).await.forget_old(shop.now()).await.unwrap();
    assert_eq!(order(&shop, &form).await, Some(1));
    shop.wait(1);
    worker(&shop.counter, Job::Retention).await.forget_old(shop.now()).await.unwrap();
    assert_eq!(order(&shop, &form).await, Some(2));
    shop.close().await;
}

#[tokio::test]
async fn the_same_order_is_refused_as_long_as_is_said() {
    let shop = Shop::of_examples().await;
    let form = form(3, ["link"]);
    assert_eq!(order(&shop, &form).await, Some(1));
    shop.wait(WINDOW - 1);
    assert_eq!(order(&shop, &form).await, None);
    shop.wait(1);
    assert_eq!(order(&shop, &form).await, Some(2));
    shop.close().await;
}

#[tokio::test]
async fn as_many_parts_are_listed_as_is_said() {
    let shop = Shop::of_examples().await;
    let form = format!("{}&runs={}&interval=1", form(1, ["link", "quantity"]), PARTS + 1);
    assert_eq!(order(&shop, &form).await, Some(1));
    for _ in 0..=PARTS {
        assert_eq!(
            worker(&shop.counter, Job::Orders).await.move_parts(shop.now()).await.unwrap(),
            1
        );
        shop.wait(60);
    }
    let status = shop.ask("action=status&order=1").await;
    let (_, listed) = status.split_once("\"orders\":[").unwrap();
    assert_eq!(listed.split(',').count(), 100);
    assert!(listed.starts_with("3,"), "the newest: {listed}");
    shop.close().await;
}
