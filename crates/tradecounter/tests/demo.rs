//! The demo, as the README starts it: the real binary in a new folder.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Program, until};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

fn number(value: &Value) -> String {
    value.as_i64().unwrap().to_string()
}

#[test]
fn orders_of_the_demo_go_through_every_status_within_a_minute() {
    let program = Program::new(BINARY);
    let demo = program.start(&["demo", "--data", "d", "--listen", "127.0.0.1:0"]);
    let note: Value = serde_json::from_str(
        &std::fs::read_to_string(program.folder().join("d/demo.json")).unwrap(),
    )
    .unwrap();
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

    let service = number(&note["service"]);
    let ask = |link: &str| {
        let fields =
            [("action", "add"), ("service", &service), ("quantity", "1000"), ("link", link)];
        number(&client.call(&fields)["order"])
    };
    let partial = ask("https://example.com/partial.mp3");
    let canceled = ask("https://example.com/cancel.mp3");
    let mut orders: Vec<String> = note["orders"].as_array().unwrap().iter().map(number).collect();
    assert!(orders.len() >= 5);
    orders.extend([partial.clone(), canceled.clone()]);

    let ids = orders.join(",");
    let mut seen = BTreeSet::new();
    let last = until("an end of every order", || {
        let statuses = client.call(&[("action", "status"), ("orders", &ids)]);
        let words: Vec<String> = orders
            .iter()
            .map(|order| statuses[order]["status"].as_str().unwrap().to_owned())
            .collect();
        seen.extend(words.iter().cloned());
        let ended = |word: &String| ["Completed", "Partial", "Canceled"].contains(&word.as_str());
        words.iter().all(ended).then_some(statuses)
    });
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

    assert!(demo.terminate().success(), "SIGTERM ends it cleanly");
    let database = note["database"].as_str().unwrap();
    let verified = program.json(&["verify", "--database", database]);
    assert_eq!(verified["clean"], true, "{verified}");

    // Started again on the same folder, it goes on with the same account and key.
    let again = program.start(&["demo", "--data", "d", "--listen", "127.0.0.1:0"]);
    assert_eq!(again.told["key"], note["key"]);
    let still = again.client().call(&[("action", "status"), ("order", &partial)]);
    assert_eq!(still, expected);
    assert!(again.terminate().success());
}

#[test]
fn a_folder_that_holds_something_else_is_left_alone() {
    let program = Program::new(BINARY);
    std::fs::create_dir(program.folder().join("d")).unwrap();
    std::fs::write(program.folder().join("d/thesis.txt"), "mine").unwrap();
    let done = program.run(&["demo", "--data", "d", "--listen", "127.0.0.1:0"]);
    assert_eq!(done.code, Some(1));
    let text = "error: folder d holds something else; name an empty or new one with --data\n";
    assert_eq!(done.stderr, text);
}

#[test]
fn the_demo_takes_another_database() {
    let program = Program::new(BINARY);
    let url = format!("sqlite:{}", program.folder().join("other.db").display());
    let arguments = ["demo", "--data", "d", "--listen", "127.0.0.1:0", "--database", &url];
    let demo = program.start(&arguments);
    assert_eq!(demo.told["database"], url.as_str());
    assert_eq!(demo.client().call(&[("action", "balance")])["currency"], "USD");
    assert!(demo.terminate().success());
    assert!(program.folder().join("other.db").exists());
    assert!(!program.folder().join("d/counter.db").exists());
}
