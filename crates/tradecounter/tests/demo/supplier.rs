//! The demo's supplier: what it is told, what is lost on the way, and how it is found again.

use super::{
    BINARY, DEMO, Program, Value, assert_clean, end, ends, first_orders, note, order, until,
};
use testkit::Client;

/// Asks the port that the supplier is looked at by.
fn look(note: &Value, target: &str) -> Value {
    let control = note["supplier_control"].as_str().unwrap().trim_start_matches("http://");
    let client = Client { address: control.to_owned(), key: String::new() };
    client.get(target).json()
}

fn placed(note: &Value, link: &str) -> usize {
    look(note, &format!("/orders?link={link}")).as_array().unwrap().len()
}

#[test]
fn an_answer_that_was_lost_is_found_out_about() {
    let program = Program::new(BINARY);
    let demo = program.start(&DEMO);
    let (note, client) = (note(&program), demo.client());
    let link = "https://example.com/mine.mp3?lost-answer";
    let mine = order(&client, &note, link);
    ends(&client, std::slice::from_ref(&mine), |_| {});
    assert_eq!(placed(&note, link), 1, "the supplier has it once");
    let database = note["database"].as_str().unwrap();
    let shown = program.json(&["order", "show", &mine, "--database", database]);
    let attempts = shown["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 1, "{shown}");
    let evidence = attempts[0]["evidence"].as_str().unwrap();
    assert!(evidence.starts_with("asked again under the same request id: accepted"), "{shown}");
    let timeline = shown["timeline"].as_array().unwrap();
    let kinds: Vec<&str> = timeline.iter().map(|event| event["event"].as_str().unwrap()).collect();
    let unknown = kinds.iter().position(|kind| *kind == "order.unknown");
    let accepted = kinds.iter().position(|kind| *kind == "order.accepted");
    assert!(unknown.is_some() && unknown < accepted, "{kinds:?}");
    end(demo);
    assert_clean(&program, &note);
}

#[test]
fn a_demo_that_was_killed_finds_its_supplier_again() {
    let program = Program::new(BINARY);
    let demo = program.start(&DEMO);
    let before = note(&program);
    let mut orders = first_orders(&before);
    orders.push(order(&demo.client(), &before, "https://example.com/mine.mp3"));
    until("orders at the supplier", || {
        (look(&before, "/")["orders"].as_u64() >= Some(3)).then_some(())
    });
    let second = program.run(&DEMO);
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains("is in use by another demo"), "{second:?}");
    demo.kill();

    let demo = program.start(&DEMO);
    assert_eq!(demo.told["supplier_url"], before["supplier_url"], "it listens where it was");
    ends(&demo.client(), &orders, |_| {});
    let twice = look(&demo.told, "/duplicates?marker=recordings/");
    assert_eq!(twice, serde_json::json!({}));
    assert_eq!(look(&demo.told, "/")["orders"], orders.len());
    end(demo);
    assert_clean(&program, &before);

    // Somebody else has its port meanwhile.
    let address = before["supplier_url"].as_str().unwrap().trim_start_matches("http://");
    let taken = std::net::TcpListener::bind(address.trim_end_matches("/api/v2")).unwrap();
    let demo = program.start(&DEMO);
    assert_ne!(demo.told["supplier_url"], before["supplier_url"]);
    let database = before["database"].as_str().unwrap();
    let provider = before["provider"].to_string();
    let shown = program.json(&["provider", "show", &provider, "--database", database]);
    assert_eq!(shown["url"], demo.told["supplier_url"], "the shop was told");
    let mine = order(&demo.client(), &before, "https://example.com/later.mp3");
    ends(&demo.client(), &[mine], |_| {});
    drop(taken);
    end(demo);
    assert_clean(&program, &before);
}
