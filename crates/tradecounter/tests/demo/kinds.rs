//! Whatever a visitor of the demo orders, the supplier takes.

use super::{BINARY, DEMO, Program, assert_clean, end, ends, note, number};

/// What an order of each type carries beside a link.
const FIELDS: [(&str, &[(&str, &str)]); 20] = [
    ("Default", &[("quantity", "1000")]),
    ("Package", &[]),
    ("SEO", &[("quantity", "1000"), ("keywords", "one\ntwo")]),
    ("Custom Comments", &[("comments", "one\ntwo")]),
    ("Custom Comments Package", &[("comments", "one\ntwo")]),
    ("Mentions", &[("quantity", "100"), ("usernames", "ann\nbob")]),
    (
        "Mentions with Hashtags",
        &[("quantity", "100"), ("usernames", "ann\nbob"), ("hashtags", "one\ntwo")],
    ),
    ("Mentions Custom List", &[("usernames", "a\nb\nc\nd\ne\nf")]),
    ("Mentions Hashtag", &[("quantity", "100"), ("hashtag", "one")]),
    ("Mentions User Followers", &[("quantity", "100"), ("username", "https://example.com/ann")]),
    ("Mentions Media Likers", &[("quantity", "100"), ("media", "https://example.com/1")]),
    ("Comment Likes", &[("quantity", "100"), ("username", "ann")]),
    ("Comment Replies", &[("username", "ann"), ("comments", "one\ntwo")]),
    ("Poll", &[("quantity", "100"), ("answer_number", "2")]),
    ("Invites from Groups", &[("quantity", "100"), ("groups", "one\ntwo")]),
    (
        "Subscriptions",
        &[("username", "ann"), ("min", "500"), ("max", "600"), ("posts", "3"), ("delay", "0")],
    ),
    (
        "Web Traffic",
        &[
            ("quantity", "100"),
            ("runs", "2"),
            ("interval", "10"),
            ("country", "WW"),
            ("device", "1"),
            ("type_of_traffic", "3"),
        ],
    ),
    ("Video List", &[("quantity", "100"), ("list", "one\ntwo")]),
    ("Video Suggest", &[("quantity", "100"), ("suggest", "one\ntwo")]),
    ("Video Search", &[("quantity", "100"), ("search", "one\ntwo")]),
];

#[test]
fn the_supplier_takes_orders_of_every_type() {
    let program = Program::new(BINARY);
    let demo = program.start(&DEMO);
    let (note, client) = (note(&program), demo.client());
    let services = client.call(&[("action", "services")]);
    let services = services.as_array().unwrap();
    let mut orders = Vec::new();
    for (kind, fields) in FIELDS {
        let service = services.iter().find(|service| service["type"] == kind);
        let service = number(&service.unwrap_or_else(|| panic!("no {kind}"))["service"]);
        let mut all = vec![("action", "add"), ("service", &service)];
        if kind != "Subscriptions" {
            all.push(("link", "https://example.com/of-its-kind?outcome=completed"));
        }
        all.extend(fields);
        let told = client.call(&all);
        assert!(told["order"].is_i64(), "{kind}: {told}");
        orders.push(number(&told["order"]));
    }
    let last = ends(&client, &orders, |_| {});
    for (order, (kind, _)) in orders.iter().zip(FIELDS) {
        let (word, told) = (&last[order]["status"], &last[order]);
        // A subscription has no link to ask for its end in.
        assert!(word == "Completed" || kind == "Subscriptions", "{kind}: {told}");
        assert_eq!(told["runs"].as_i64(), (kind == "Web Traffic").then_some(2), "{told}");
        assert_eq!(told["posts"].is_i64(), kind == "Subscriptions", "{told}");
    }
    end(demo);
    assert_clean(&program, &note);
}
