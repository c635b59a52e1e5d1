//! The demo, as the README starts it: the real binary in a new folder.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

mod kinds;
mod lost;
mod staff;
mod supplier;

use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Client, Demo, Program, until};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const DEMO: [&str; 5] = ["demo", "--data", "d", "--listen", "127.0.0.1:0"];

fn number(value: &Value) -> String {
    value.as_i64().unwrap().to_string()
}

fn note(program: &Program) -> Value {
    let text = std::fs::read_to_string(program.folder().join("d/demo.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The orders that the demo placed at its start.
fn first_orders(note: &Value) -> Vec<String> {
    note["orders"].as_array().unwrap().iter().map(number).collect()
}

/// Orders 1,000 of the demo's plain service.
fn order(client: &Client, note: &Value, link: &str) -> String {
    let service = number(&note["service"]);
    let fields = [("action", "add"), ("service", &service), ("quantity", "1000"), ("link", link)];
    number(&client.call(&fields)["order"])
}

/// Waits until all have ended; their statuses. Says each word that is seen on the way.
fn ends(client: &Client, orders: &[String], mut sees: impl FnMut(&str)) -> Value {
    let ids = orders.join(",");
    until("an end of every order", || {
        let statuses = client.call(&[("action", "status"), ("orders", &ids)]);
        let word = |order: &String| statuses[order]["status"].as_str().unwrap();
        orders.iter().map(word).for_each(&mut sees);
        let ended = |order| ["Completed", "Partial", "Canceled"].contains(&word(order));
        orders.iter().all(ended).then(|| statuses.clone())
    })
}

fn assert_clean(program: &Program, note: &Value) {
    let verified = program.json(&["verify", "--database", note["database"].as_str().unwrap()]);
    assert_eq!(verified["clean"], true, "{verified}");
}

fn end(demo: Demo) {
    assert!(demo.terminate().success(), "SIGTERM ends it cleanly");
}

#[test]
fn orders_of_the_demo_go_through_every_status_within_a_minute() {
    let program = Program::new(BINARY);
    let demo = program.start(&DEMO);
    let note = note(&program);
    assert_eq!(note, demo.told, "the file says what the screen says");
    let client = demo.client();

    let services = client.call(&[("action", "services")]);
    let services = services.as_array().unwrap();
    let distinct = |name: &str| {
        let values = services.iter().map(|service| service[name].as_str().unwrap());
        values.collect::<BTreeSet<_>>().len()
    };
    assert!(services.len() >= 40, "{}", services.len());
    assert!(distinct("category") >= 6);
    assert_eq!(distinct("type"), 20, "every type of service");

    let partial = order(&client, &note, "https://example.com/a.mp3?outcome=partial:250");
    let canceled = order(&client, &note, "https://example.com/b.mp3?outcome=canceled");
    let by_staff = services
        .iter()
        .find(|service| service["name"] == "Translation, certified, per 1,000 words");
    let by_staff = json!({ "service": by_staff.unwrap()["service"] });
    let waits = order(&client, &by_staff, "https://example.com/deed.pdf");
    let mut orders = first_orders(&note);
    assert!(orders.len() >= 5);
    orders.extend([partial.clone(), canceled.clone()]);

    let mut seen = BTreeSet::new();
    let last = ends(&client, &orders, |word| {
        seen.insert(word.to_owned());
    });
    let status = |order: &str| client.call(&[("action", "status"), ("order", order)]);
    seen.insert(status(&waits)["status"].as_str().unwrap().to_owned());
    let every = ["Canceled", "Completed", "In progress", "Partial", "Pending", "Processing"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), every);
    // 1,000 units at 2.5 per 1,000: 2.5; a quarter was not delivered.
    let expected = json!({
        "charge": "1.875", "start_count": last[&partial]["start_count"], "status": "Partial",
        "remains": "250", "currency": "USD",
    });
    assert_eq!(last[&partial], expected);
    assert_eq!(last[&canceled]["charge"], "0");
    assert_eq!(last[&canceled]["remains"], "1000");
    assert_eq!(status(&waits)["status"], "Pending", "nobody but staff moves it");
    end(demo);
    assert_clean(&program, &note);

    // Started again on the same folder, it goes on with the same account and key.
    let again = program.start(&DEMO);
    assert_eq!(again.told["key"], note["key"]);
    let still = again.client().call(&[("action", "status"), ("order", &partial)]);
    assert_eq!(still, expected);
    end(again);
}

#[test]
fn a_folder_that_holds_something_else_is_left_alone() {
    let program = Program::new(BINARY);
    std::fs::create_dir(program.folder().join("d")).unwrap();
    std::fs::write(program.folder().join("d/thesis.txt"), "mine").unwrap();
    let done = program.run(&DEMO);
    assert_eq!(done.code, Some(1));
    let text = "error: folder d holds something else; name an empty or new one with --data\n";
    assert_eq!(done.stderr, text);
}

#[test]
fn the_demo_takes_another_database() {
    let program = Program::new(BINARY);
    let url = format!("sqlite:{}", program.folder().join("other.db").display());
    let arguments = [&DEMO[..], &["--database", &url]].concat();
    let demo = program.start(&arguments);
    assert_eq!(demo.told["database"], url.as_str());
    let client = demo.client();
    assert_eq!(client.call(&[("action", "balance")])["currency"], "USD");
    let first = first_orders(&demo.told);
    ends(&client, &first, |_| {});
    let note = demo.told.clone();
    end(demo);
    assert!(program.folder().join("other.db").exists());
    assert!(!program.folder().join("d/counter.db").exists());
    assert_clean(&program, &note);
}

#[test]
fn a_demo_that_is_refused_leaves_nothing_behind() {
    let program = Program::new(BINARY);
    program.json(&["migrate"]);
    program.json(&["account", "add", "Acme"]);
    let url = format!("sqlite:{}", program.folder().join("tradecounter.db").display());
    let arguments = [&DEMO[..], &["--database", &url]].concat();
    let done = program.run(&arguments);
    assert_eq!(done.code, Some(1), "{done:?}");
    let folder = program.folder().join("d");
    let left: Vec<_> = std::fs::read_dir(&folder).into_iter().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}
