//! Orders that are not taken: the exact text, and nothing charged or stored.

use crate::common::{Shop, encoded, error};
use counter::orders::Report;

/// A default order but for one parameter.
fn but(changed: &str) -> String {
    let (name, _) = changed.split_once('=').unwrap();
    let usual = ["service=1", "link=https://example.com/p", "quantity=100"];
    let kept = usual.iter().filter(|pair| pair.split_once('=').unwrap().0 != name);
    let kept: Vec<&str> = kept.copied().chain([changed]).collect();
    format!("action=add&{}", kept.join("&"))
}

fn table(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(changed, text)| (but(changed), (*text).to_owned())).collect()
}

#[tokio::test]
async fn services_that_are_not_for_sale() {
    let shop = Shop::open().await;
    let text = "Incorrect service ID";
    let services = [
        "",
        "undefined",
        "0",
        "-1",
        "999",
        "21",
        "abc",
        "1.0",
        "1e0",
        "0x1",
        "1 2",
        "１",
        "2147483648",
        "99999999999999999999",
        "-99999999999999999999",
        "1,2",
    ];
    let rows: Vec<_> =
        services.iter().map(|id| (but(&format!("service={}", encoded(id))), text)).collect();
    shop.refuses(&rows).await;
    shop.refuses(&[("action=add", text), ("action=add&link=x&quantity=1", text)]).await;
    shop.close().await;
}

#[tokio::test]
async fn links_that_lead_nowhere_good() {
    let shop = Shop::open().await;
    let long = format!("https://example.com/{}", "x".repeat(1_981));
    let wide = "ü".repeat(1_001);
    let links = [
        "",
        "null",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "FILE:///etc/passwd",
        "https://example.com/a b",
        "a\tb",
        "a\u{a0}b",
        "https://example.com/a\nb",
        "a\r\nb",
        &long,
        &wide,
    ];
    let rows: Vec<_> =
        links.iter().map(|link| (but(&format!("link={}", encoded(link))), "Bad link")).collect();
    shop.refuses(&rows).await;
    for (number, link) in
        (1..).zip(["@name", "12345", "example.com", "mailto:a@b.c", "a:b", &long[1..]])
    {
        let form = but(&format!("link={}", encoded(link)));
        let taken = format!("{{\"order\":{number}}}");
        assert_eq!(shop.ask(&shop.alice, &form).await, taken, "{link}");
        assert_eq!(shop.show(number).await.order.link, link);
    }
    shop.close().await;
}

#[tokio::test]
async fn quantities_that_are_not_sold() {
    let shop = Shop::open().await;
    let (low, high) = ("Quantity less than minimal 10", "Quantity more than maximum 10000");
    let no_number = "Incorrect quantity";
    shop.refuses(&table(&[
        ("quantity=", no_number),
        ("quantity=undefined", no_number),
        ("quantity=9", low),
        ("quantity=0", low),
        ("quantity=-100", low),
        ("quantity=-9223372036854775808", low),
        ("quantity=-99999999999999999999", low),
        ("quantity=10001", high),
        ("quantity=2147483648", high),
        ("quantity=9223372036854775807", high),
        ("quantity=99999999999999999999", high),
        ("quantity=1.5", no_number),
        ("quantity=100.0", no_number),
        ("quantity=1e3", no_number),
        ("quantity=1E3", no_number),
        ("quantity=1,000", no_number),
        ("quantity=1%20000", no_number),
        ("quantity=0x64", no_number),
        ("quantity=%EF%BC%91%EF%BC%90%EF%BC%90", no_number),
        ("quantity=%D9%A1%D9%A0%D9%A0", no_number),
        ("quantity=--100", no_number),
        ("quantity=ten", no_number),
        ("quantity=true", no_number),
        ("quantity=NaN", no_number),
        ("quantity=Infinity", no_number),
    ]))
    .await;
    shop.close().await;
}

#[tokio::test]
async fn runs_that_cannot_be() {
    let shop = Shop::open().await;
    shop.refuses(&table(&[
        ("runs=3", "Incorrect interval"),
        ("runs=3&interval=", "Incorrect interval"),
        ("runs=3&interval=0", "Incorrect interval"),
        ("runs=3&interval=-5", "Incorrect interval"),
        ("runs=3&interval=43201", "Incorrect interval"),
        ("runs=3&interval=1.5", "Incorrect interval"),
        ("runs=3&interval=99999999999999999999", "Incorrect interval"),
        ("runs=-1&interval=5", "Incorrect runs"),
        ("runs=1001&interval=5", "Incorrect runs"),
        ("runs=2.5&interval=5", "Incorrect runs"),
        ("runs=two&interval=5", "Incorrect runs"),
        ("runs=101&interval=5", "Quantity more than maximum 10000"),
        ("runs=1000&interval=5", "Quantity more than maximum 10000"),
    ]))
    .await;
    let small = "action=add&service=1&link=a&quantity=9&runs=5&interval=5";
    shop.refuses(&[(small, "Quantity less than minimal 10")]).await;
    let bare = "action=add&service=23&link=a&quantity=10&runs=5&interval=5";
    shop.refuses(&[(bare, "Incorrect runs")]).await;
    let wrap = "action=add&service=1&link=a&quantity=9223372036854775807&runs=1000&interval=5";
    shop.refuses(&[(wrap, "Quantity more than maximum 10000")]).await;
    shop.close().await;
}

#[tokio::test]
async fn kinds_that_miss_what_they_need() {
    let shop = Shop::open().await;
    let lines = |count: usize| "x%0A".repeat(count);
    let traffic = "service=17&quantity=100&country=DE";
    let rows = [
        ("service=3&quantity=10".to_owned(), "Incorrect keywords"),
        ("service=4".to_owned(), "Incorrect comments"),
        ("service=4&comments=%0A%20%0D%0A".to_owned(), "Incorrect comments"),
        (format!("service=4&comments={}", lines(501)), "Quantity more than maximum 500"),
        (format!("service=4&comments={}", "x".repeat(5_001)), "Incorrect comments"),
        (format!("service=4&comments={}", "x".repeat(10_001)), "Incorrect comments"),
        (format!("service=4&comments={}", lines(10_001)), "Incorrect comments"),
        ("service=5&comments=".to_owned(), "Incorrect comments"),
        ("service=6&quantity=10".to_owned(), "Incorrect usernames"),
        ("service=6&quantity=9&usernames=a".to_owned(), "Quantity less than minimal 10"),
        ("service=7&quantity=10&hashtags=a".to_owned(), "Incorrect usernames"),
        ("service=7&quantity=10&usernames=a".to_owned(), "Incorrect hashtags"),
        ("service=8&usernames=,,".to_owned(), "Incorrect usernames"),
        (format!("service=8&usernames={}", lines(101)), "Quantity more than maximum 100"),
        ("service=9&quantity=10".to_owned(), "Incorrect hashtag"),
        (format!("service=9&quantity=10&hashtag={}", "x".repeat(501)), "Incorrect hashtag"),
        ("service=9&quantity=10&hashtag=a%0Ab".to_owned(), "Incorrect hashtag"),
        ("service=9&quantity=10&hashtag=a%09b".to_owned(), "Incorrect hashtag"),
        ("service=10&quantity=10".to_owned(), "Incorrect username"),
        ("service=11&quantity=10".to_owned(), "Incorrect media"),
        ("service=12&quantity=10&username=null".to_owned(), "Incorrect username"),
        ("service=13&comments=a".to_owned(), "Incorrect username"),
        ("service=13&username=a".to_owned(), "Incorrect comments"),
        ("service=14&quantity=10".to_owned(), "Incorrect answer_number"),
        ("service=14&quantity=10&answer_number=0".to_owned(), "Incorrect answer_number"),
        ("service=14&quantity=10&answer_number=1001".to_owned(), "Incorrect answer_number"),
        ("service=14&quantity=10&answers_number=x".to_owned(), "Incorrect answer_number"),
        ("service=15&quantity=10".to_owned(), "Incorrect groups"),
        ("service=17&quantity=100&device=1&type_of_traffic=3".to_owned(), "Incorrect country"),
        (format!("{traffic}&type_of_traffic=3"), "Incorrect device"),
        (format!("{traffic}&device=6&type_of_traffic=3"), "Incorrect device"),
        (format!("{traffic}&device=1"), "Incorrect type_of_traffic"),
        (format!("{traffic}&device=1&type_of_traffic=4"), "Incorrect type_of_traffic"),
        (format!("{traffic}&device=1&type_of_traffic=1"), "Incorrect google_keyword"),
        (format!("{traffic}&device=1&type_of_traffic=2"), "Incorrect referring_url"),
        ("service=18&quantity=10".to_owned(), "Incorrect list"),
        ("service=19&quantity=10&list=a".to_owned(), "Incorrect suggest"),
        ("service=20&quantity=10&list=a&suggest=b".to_owned(), "Incorrect search"),
    ]
    .map(|(form, text)| (format!("action=add&link=https://example.com&{form}"), text));
    shop.refuses(&rows).await;
    shop.close().await;
}

#[tokio::test]
async fn subscriptions_that_do_not_fit() {
    let shop = Shop::open().await;
    let rows = [
        ("min=10&max=20", "Incorrect username"),
        ("username=a&max=20", "Incorrect min"),
        ("username=a&min=10", "Incorrect max"),
        ("username=a&min=x&max=20", "Incorrect min"),
        ("username=a&min=9&max=20", "Quantity less than minimal 10"),
        ("username=a&min=10&max=1001", "Quantity more than maximum 1000"),
        ("username=a&min=20&max=10", "Incorrect max"),
        ("username=a&min=10&max=20&delay=7", "Incorrect delay"),
        ("username=a&min=10&max=20&delay=-5", "Incorrect delay"),
        ("username=a&min=10&max=20&posts=-1", "Incorrect posts"),
        ("username=a&min=10&max=20&posts=10001", "Incorrect posts"),
        ("username=a&min=10&max=20&posts=1.5", "Incorrect posts"),
        ("username=a&min=10&max=20&posts=9999&old_posts=2", "Incorrect old_posts"),
        ("username=a&min=10&max=20&old_posts=x", "Incorrect old_posts"),
        ("username=a&min=10&max=20&expiry=soon", "Incorrect expiry"),
        ("username=a&min=10&max=20&expiry=01/03/2026", "Incorrect expiry"),
        ("username=a&min=10&max=20&expiry=31/02/2027", "Incorrect expiry"),
    ]
    .map(|(form, text)| (format!("action=add&service=16&{form}"), text));
    shop.refuses(&rows).await;
    shop.close().await;
}

#[tokio::test]
async fn more_than_there_is_on_the_account() {
    let shop = Shop::open().await;
    let before = shop.books().await;
    // 12 units at 0.9 per 1000 are 0.0108; there is 0.01.
    for (form, text) in [
        ("service=1&link=a&quantity=12", "Not enough funds on balance"),
        ("service=2&link=a", "Not enough funds on balance"),
        ("service=1&link=a&quantity=10&runs=2&interval=5", "Not enough funds on balance"),
        ("service=16&username=a&min=10&max=10&posts=1", "Not enough funds on balance"),
    ] {
        let reply = shop.ask(&shop.poor, &format!("action=add&{form}")).await;
        assert_eq!(reply, error(text), "{form}");
    }
    assert_eq!(shop.books().await, before);
    // Exactly what there is: 10 at 1 per 1000.
    let reply = shop.ask(&shop.poor, "action=add&service=23&link=a&quantity=10").await;
    assert_eq!(reply, r#"{"order":1}"#);
    assert_eq!(shop.money(&shop.poor).await, (String::from("0"), String::from("0.01")));
    assert_eq!(shop.ask(&shop.poor, "action=balance").await, r#"{"balance":"0","currency":"USD"}"#);
    shop.close().await;
}

const ACTIVE: &str =
    "You have active order with this link. Please wait until order being completed.";

#[tokio::test]
async fn the_same_order_again_at_once() {
    let shop = Shop::open().await;
    let form = but("quantity=100");
    assert_eq!(shop.ask(&shop.alice, &form).await, r#"{"order":1}"#);
    let spelled_otherwise = [
        form.clone(),
        format!("{form}&runs=undefined&comments="),
        but("quantity=%20+100"),
        but("quantity=%2B0100"),
    ];
    let rows = spelled_otherwise.map(|form| (form, ACTIVE));
    shop.refuses(&rows).await;
    shop.wait(29);
    shop.refuses(&rows).await;
    // Not the same: another quantity, link, service, account.
    for (number, form) in (2..).zip([but("quantity=101"), but("link=other"), but("service=24")]) {
        let taken = format!("{{\"order\":{number}}}");
        assert_eq!(shop.ask(&shop.alice, &form).await, taken, "{form}");
    }
    assert_eq!(shop.ask(&shop.bob, &form).await, r#"{"order":5}"#);
    shop.wait(1);
    assert_eq!(shop.ask(&shop.alice, &form).await, r#"{"order":6}"#, "the window is over");
    shop.refuses(&rows).await;
    shop.close().await;
}

#[tokio::test]
async fn a_second_order_on_a_link_that_takes_one() {
    let shop = Shop::open().await;
    let form = |quantity: i64, link: &str| {
        format!("action=add&service=22&quantity={quantity}&link={link}")
    };
    assert_eq!(shop.ask(&shop.alice, &form(10, "a")).await, r#"{"order":1}"#);
    shop.outwait_repetition();
    let with_id = format!("{}&request_id=r-1", form(12, "a"));
    shop.refuses(&[(form(11, "a"), ACTIVE), (form(10, "a"), ACTIVE), (with_id, ACTIVE)]).await;
    assert_eq!(shop.ask(&shop.bob, &form(11, "a")).await, error(ACTIVE), "whoever's it is");
    assert_eq!(shop.ask(&shop.alice, &form(10, "b")).await, r#"{"order":2}"#);
    shop.report(1, Report::Progress { start_count: None, remains: None }).await;
    shop.refuses(&[(form(11, "a"), ACTIVE)]).await;
    shop.report(1, Report::Completed { start_count: None, remains: None }).await;
    assert_eq!(shop.ask(&shop.bob, &form(11, "a")).await, r#"{"order":3}"#, "it is free again");
    shop.close().await;
}
