//! The dialect, when nothing goes wrong.

use super::*;

#[test]
fn an_order_is_placed_and_told() {
    let mut panel = panel();
    let placed = add(&mut panel, 5, "https://example.com/a");
    assert_eq!(placed.reply.body, r#"{"order":23501}"#);
    assert_eq!(placed.reply.content_type, "application/json");
    assert_eq!(placed.how, How::Answer { after_us: 0 });
    let text = ask(&mut panel, 6, &[("action", "status"), ("order", "23501")]);
    let expected = r#"{"charge":"0.09","start_count":"0","status":"Pending","remains":"100","currency":"USD"}"#;
    assert_eq!(text, expected);
    let text = ask(&mut panel, 6, &[("action", "balance")]);
    assert_eq!(text, r#"{"balance":"99.91","currency":"USD"}"#);
    sound(&panel);
}

#[test]
fn the_catalogue_has_its_fields_in_their_types() {
    let mut panel = panel();
    let text = ask(&mut panel, 0, &[("action", "services")]);
    let services: Value = serde_json::from_str(&text).unwrap();
    let services = services.as_array().unwrap();
    assert_eq!(services.len(), 20);
    let expected = serde_json::json!({
        "service": 1, "name": "Survey answers: Default", "type": "Default", "category": "Surveys",
        "rate": "0.9", "min": "10", "max": "1000000",
        "dripfeed": true, "refill": true, "cancel": true,
    });
    assert_eq!(services[0], expected);
}

#[test]
fn several_orders_are_told_by_the_ids_that_were_sent() {
    let mut panel = panel();
    order(&mut panel, 0, "a");
    let foreign = Form::of(&[
        ("key", "key-of-other"),
        ("action", "add"),
        ("service", "1"),
        ("link", "b"),
        ("quantity", "10"),
    ]);
    panel.handle(0, &foreign);
    let text =
        ask(&mut panel, 0, &[("action", "status"), ("orders", "23502, 23501,nonsense,23501,")]);
    let told: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&String> = told.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["23502", "23501", "nonsense"]);
    assert_eq!(told["23502"]["error"], "Incorrect order ID");
    assert_eq!(told["23501"]["status"], "Pending");
    let many: Vec<String> = (0..101).map(|n| n.to_string()).collect();
    let text = ask(&mut panel, 0, &[("action", "status"), ("orders", &many.join(","))]);
    assert_eq!(text, r#"{"error":"Maximum 100 orders"}"#);
}

/// Drip-feeds and subscriptions say how many of their parts are done, where they say so.
#[test]
fn parts_are_told_beside_what_remains_or_instead() {
    use fakepanel::settings::Parts;
    let more = [("runs", "4"), ("interval", "1")];
    let drip = [("action", "add"), ("service", "1"), ("link", "a"), ("quantity", "25")];
    let posts = [("username", "u"), ("min", "10"), ("max", "20"), ("posts", "5")];
    let subscription = [&[("action", "add"), ("service", "16")][..], &posts].concat();
    for (told, has, remains) in
        [(Parts::Untold, false, true), (Parts::Beside, true, true), (Parts::Instead, true, false)]
    {
        let mut panel = Panel::new(Settings { tells_parts: told, ..settings() }, 1).unwrap();
        ask(&mut panel, 0, &[&drip[..], &more].concat());
        ask(&mut panel, 0, &subscription);
        ask(&mut panel, 0, &drip);
        // A second until they start, and six of ten.
        let told = |panel: &mut Panel, id| status(panel, 7 * SECOND, id);
        let runs = told(&mut panel, 23_501);
        assert_eq!((runs["runs"] == 2, runs["remains"] == "40"), (has, remains), "{runs}");
        let posts = told(&mut panel, 23_502);
        assert_eq!((posts["posts"] == 3, posts["remains"] == "40"), (has, remains), "{posts}");
        let single = told(&mut panel, 23_503);
        assert_eq!((&single["runs"], &single["remains"]), (&Value::Null, &"10".into()), "{single}");
    }
}

#[test]
fn refusals_have_the_words_of_the_dialect() {
    let mut panel = panel();
    let default =
        |quantity| vec![("action", "add"), ("service", "1"), ("link", "x"), ("quantity", quantity)];
    for (fields, words) in [
        (vec![], "Incorrect request"),
        (vec![("action", "sell")], "Incorrect action"),
        (vec![("action", "add")], "Incorrect service ID"),
        (vec![("action", "add"), ("service", "99")], "Incorrect service ID"),
        (vec![("action", "add"), ("service", "1"), ("link", " ")], "Bad link"),
        (default("many"), "Incorrect quantity"),
        (default("9"), "Quantity less than minimal 10"),
        (default("1000001"), "Quantity more than maximum 1000000"),
        (default("200000"), "Not enough funds on balance"),
        (vec![("action", "add"), ("service", "4"), ("link", "x")], "Incorrect comments"),
        (vec![("action", "status"), ("order", "1")], "Incorrect order ID"),
        (vec![("action", "refill"), ("order", "1")], "Incorrect order ID"),
        (vec![("action", "refill_status"), ("refill", "1")], "Incorrect refill ID"),
        (vec![("action", "cancel"), ("order", "1")], "Incorrect order ID"),
    ] {
        let text = ask(&mut panel, 0, &fields);
        assert_eq!(text, format!(r#"{{"error":"{words}"}}"#), "{fields:?}");
    }
    for key in ["", "nobody's"] {
        let form = Form::of(&[("key", key), ("action", "balance")]);
        let reaction = panel.handle(0, &form);
        assert_eq!(reaction.reply.body, r#"{"error":"Invalid API key"}"#, "{key:?}");
    }
    assert!(panel.orders().is_empty());
    assert_eq!(panel.balance("main"), Some(amount("100")));
    sound(&panel);
}

#[test]
fn every_type_of_service_is_sold_and_its_parameters_are_kept() {
    let mut panel = panel();
    let (comments, users, replies) = ("good\n".repeat(12), "u\r".repeat(11), "c\n".repeat(10));
    let sold = [
        ("Default", vec![("quantity", "100"), ("runs", "3"), ("interval", "10")], 300),
        ("Package", vec![("quantity", "undefined")], 1),
        ("SEO", vec![("quantity", "50"), ("keywords", "a\r\nb")], 50),
        ("Custom Comments", vec![("comments", comments.as_str())], 12),
        ("Custom Comments Package", vec![("comments", "one\ntwo")], 1),
        ("Mentions", vec![("quantity", "20"), ("usernames", "u")], 20),
        (
            "Mentions with Hashtags",
            vec![("quantity", "20"), ("usernames", "u"), ("hashtags", "#h")],
            20,
        ),
        ("Mentions Custom List", vec![("usernames", users.as_str())], 11),
        ("Mentions Hashtag", vec![("quantity", "20"), ("hashtag", "#h")], 20),
        ("Mentions User Followers", vec![("quantity", "20"), ("username", "u")], 20),
        ("Mentions Media Likers", vec![("quantity", "20"), ("media", "m")], 20),
        ("Comment Likes", vec![("quantity", "20"), ("username", "u")], 20),
        ("Comment Replies", vec![("username", "u"), ("comments", replies.as_str())], 10),
        ("Poll", vec![("quantity", "20"), ("answer_number", "2")], 20),
        ("Invites from Groups", vec![("quantity", "20"), ("groups", "g\nh")], 20),
        (
            "Subscriptions",
            vec![("username", "u"), ("min", "10"), ("max", "20"), ("posts", "3"), ("delay", "5")],
            60,
        ),
        ("Web Traffic", vec![("quantity", "20"), ("country", "WW"), ("device", "5")], 20),
        ("List", vec![("quantity", "20"), ("list", "l")], 20),
        ("Suggest", vec![("quantity", "20"), ("suggest", "s")], 20),
        ("Search", vec![("quantity", "20"), ("search", "s")], 20),
    ];
    for (service, (kind, parameters, quantity)) in (1_u64..).zip(&sold) {
        let id = service.to_string();
        let mut fields = vec![("action", "add"), ("service", id.as_str()), ("own", "&=%")];
        if *kind != "Subscriptions" {
            fields.push(("link", "https://example.com/?a=1&b=é"));
        }
        fields.extend(parameters);
        let text = ask(&mut panel, 0, &fields);
        assert!(text.starts_with(r#"{"order":"#), "{kind}: {text}");
        let order = panel.orders().last().unwrap();
        assert_eq!((order.service, order.quantity), (service, *quantity), "{kind}");
        let flat = kind.contains("Package");
        let charge = if flat { 900_000 } else { 900 * quantity };
        assert_eq!(order.charge, Amount::new(charge), "{kind}");
        let request = panel.journal().write(order.request).unwrap();
        let mut kept = request.fields();
        assert_eq!(kept.remove(0), ("key".to_owned(), "***".to_owned()));
        let sent: Vec<_> = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        assert_eq!(kept, sent, "{kind}");
    }
    assert_eq!(panel.orders().len(), 20);
    sound(&panel);
}

#[test]
fn the_journal_knows_who_asked_what_and_what_was_answered() {
    let mut panel = panel();
    let id = order(&mut panel, 7, "https://example.com/o-12/x");
    order(&mut panel, 8, "https://example.com/o-123");
    order(&mut panel, 9, "https://example.com/o-12");
    status(&mut panel, 10, id);
    let first = &panel.journal().writes()[0];
    assert_eq!((first.number, first.at_us, first.account), (0, 7, Some(0)));
    assert_eq!((first.action, first.fault), (Some(Action::Add), None));
    assert_eq!(first.verdict, Verdict::Accepted(0));
    assert_eq!(first.answer.as_ref().unwrap().body.as_ref(), r#"{"order":23501}"#);
    assert_eq!(first.field("link").as_deref(), Some("https://example.com/o-12/x"));
    assert!(!format!("{:?}", panel.journal()).contains("key-of"));
    assert_eq!(panel.journal().requests_for(Action::Add), 3);
    assert_eq!(panel.journal().reads().count(), 1);
    assert_eq!(panel.orders()[0].accepted_us, 7);

    let tagged = panel.orders_by_tag("/o-");
    let ids: Vec<(&str, usize)> = tagged.iter().map(|(tag, o)| (*tag, o.len())).collect();
    assert_eq!(ids, [("12", 2), ("123", 1)]);
    assert_eq!(panel.duplicates("/o-").into_keys().collect::<Vec<_>>(), ["12"]);
    assert_eq!(panel.orders_of_link("https://example.com/o-12").len(), 1);
    assert_eq!(panel.order(id).unwrap().number, 0);
}

#[test]
fn of_requests_that_read_the_latest_are_kept() {
    let mut panel = Panel::new(Settings { reads_kept: 2, ..settings() }, 1).unwrap();
    for order in ["1", "2", "3"] {
        ask(&mut panel, 0, &[("action", "status"), ("order", order)]);
    }
    let kept: Vec<_> = panel.journal().reads().map(|read| read.field("order").unwrap()).collect();
    assert_eq!(kept, ["2", "3"]);
    assert_eq!(panel.journal().requests_for(Action::Status), 3);
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    let service = |change: fn(&mut Service)| {
        let mut settings = settings();
        change(&mut settings.services[0]);
        settings
    };
    let mut same_key = settings();
    same_key.accounts[1].key = same_key.accounts[0].key.clone();
    let mut shares = settings();
    shares.delivery.partial_per_mille = 600;
    shares.delivery.canceled_per_mille = 600;
    for settings in [
        Settings { decimals: 7, ..settings() },
        Settings { decimals: 1, ..settings() },
        Settings { accounts: Vec::new(), ..settings() },
        Settings { first_order: 0, ..settings() },
        service(|service| service.min = 0),
        service(|service| service.max = 5),
        service(|service| service.id = 2),
        service(|service| service.rate = Amount::new(-1)),
        same_key,
        shares,
    ] {
        assert!(Panel::new(settings, 1).is_err());
    }
}
