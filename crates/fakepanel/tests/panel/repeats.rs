//! Orders that are sent again.

use super::*;

fn add_with_id(panel: &mut Panel, id: &str, quantity: &str) -> String {
    ask(
        panel,
        0,
        &[
            ("action", "add"),
            ("service", "1"),
            ("link", "x"),
            ("quantity", quantity),
            ("request_id", id),
        ],
    )
}

#[test]
fn a_request_id_gives_the_same_order_again_where_they_are_taken() {
    let mut panel = Panel::new(Settings { request_ids: true, ..settings() }, 1).unwrap();
    assert_eq!(add_with_id(&mut panel, "a", "100"), r#"{"order":23501}"#);
    assert_eq!(add_with_id(&mut panel, "a", "100"), r#"{"order":23501}"#);
    assert_eq!(last_verdict(&panel), Verdict::Repeated(0));
    assert_eq!(add_with_id(&mut panel, "a", "101"), r#"{"error":"Incorrect request_id"}"#);
    assert_eq!(add_with_id(&mut panel, "b", "100"), r#"{"order":23502}"#);
    assert_eq!(panel.orders().len(), 2);
    assert_eq!(panel.orders_of_request_id("a").len(), 1);
    sound(&panel);
}

#[test]
fn a_request_id_finds_an_order_whose_answer_was_lost() {
    let mut panel = Panel::new(Settings { request_ids: true, ..settings() }, 1).unwrap();
    panel.set_faults(vec![Rule::new(Fault::HangAfter).times(1)]).unwrap();
    let fields = [
        ("action", "add"),
        ("service", "1"),
        ("link", "x"),
        ("quantity", "100"),
        ("request_id", "a"),
    ];
    assert_eq!(panel.handle(0, &form(&fields)).how, How::Silence);
    assert_eq!(ask(&mut panel, 1, &fields), r#"{"order":23501}"#);
    assert_eq!(panel.orders().len(), 1);
}

#[test]
fn a_late_order_is_the_one_that_came_meanwhile() {
    let mut panel = Panel::new(Settings { request_ids: true, ..settings() }, 1).unwrap();
    panel.set_faults(vec![Rule::new(Fault::AcceptLate).times(1)]).unwrap();
    let fields = [
        ("action", "add"),
        ("service", "1"),
        ("link", "x"),
        ("quantity", "100"),
        ("request_id", "a"),
    ];
    let late = panel.handle(0, &form(&fields));
    assert_eq!(ask(&mut panel, 1, &fields), r#"{"order":23501}"#);
    let reply = panel.collect(90 * SECOND, late.number).unwrap();
    assert_eq!(reply.body, r#"{"order":23501}"#);
    assert_eq!(panel.orders().len(), 1);
    sound(&panel);
}

#[test]
fn without_them_the_same_is_ordered_again() {
    let mut panel = panel();
    add_with_id(&mut panel, "a", "100");
    add_with_id(&mut panel, "a", "100");
    assert_eq!(panel.orders_of_request_id("a").len(), 2);
    assert_eq!(panel.duplicates("x").len(), 0, "a tag is what follows its marker");
    sound(&panel);
}

#[test]
fn a_guarded_link_takes_one_order_at_a_time() {
    let mut panel = Panel::new(Settings { guard_links: true, ..settings() }, 1).unwrap();
    order(&mut panel, 0, "x");
    let refused = add(&mut panel, 1, "x");
    let words = "You have active order with this link. Please wait until order being completed.";
    assert_eq!(json(&refused)["error"], words);
    assert_eq!(last_verdict(&panel), Verdict::Refused(words.into()));
    order(&mut panel, 1, "y");
    order(&mut panel, 11 * SECOND, "x");
    let other = Form::of(&[
        ("key", "key-of-other"),
        ("action", "add"),
        ("service", "1"),
        ("link", "x"),
        ("quantity", "10"),
    ]);
    assert!(panel.handle(11 * SECOND, &other).reply.body.starts_with(r#"{"order""#));
    sound(&panel);
}
