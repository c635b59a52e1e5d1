//! An operator's day at the command line, beside a running server.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use serde_json::{Value, json};
use testkit::Program;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

/// A counter with an account of 100, a key, and services with refills and without.
fn set_up() -> (Program, String) {
    let program = Program::new(BINARY);
    assert_eq!(program.json(&["migrate"])["before"], 0);
    assert_eq!(program.json(&["account", "add", "Acme"])["account"], 1);
    let key = program.json(&["key", "add", "Acme", "shop"]);
    let credited = program.json(&["credit", "Acme", "100", "--reason", "bank transfer 17"]);
    assert_eq!((&credited["available"], &credited["transfer"]), (&json!("100"), &json!(1)));
    assert_eq!(program.json(&["category", "add", "Words"])["category"], 1);
    let service = [
        "service",
        "add",
        "--category",
        "1",
        "--name",
        "Proofreading",
        "--kind",
        "default",
        "--rate",
        "5.25",
        "--min",
        "10",
        "--max",
        "5000",
        "--refill-days",
        "30",
        "--refill-cooldown-hours",
        "0",
        "--cancel",
        "true",
    ];
    assert_eq!(program.json(&service)["service"], 1);
    (program, key["key"].as_str().unwrap().to_owned())
}

#[test]
fn a_whole_day_beside_a_running_server() {
    let (program, key) = set_up();
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let add = |link: &str| {
        let fields = [("action", "add"), ("service", "1"), ("quantity", "1000"), ("link", link)];
        client.call(&fields)["order"].as_i64().unwrap().to_string()
    };
    let orders: Vec<String> = ["a", "b", "c", "d"].map(add).to_vec();
    assert_eq!(orders, ["1", "2", "3", "4"]);
    let balance = || client.call(&[("action", "balance")])["balance"].clone();
    assert_eq!(balance(), "79");

    let pending = program.json(&["order", "list", "--state", "pending"]);
    assert_eq!(pending.as_array().unwrap().len(), 4);
    program.json(&["order", "progress", "1", "--accepted"]);
    let status = |order: &str| client.call(&[("action", "status"), ("order", order)]);
    assert_eq!(status("1")["status"], "Processing");
    program.json(&["order", "progress", "1", "--start-count", "42", "--remains", "400"]);
    let expected = json!({
        "charge": "5.25", "start_count": "42", "status": "In progress", "remains": "400",
        "currency": "USD",
    });
    assert_eq!(status("1"), expected);
    let completed = program.json(&["order", "complete", "1", "--remains", "-3"]);
    assert_eq!((&completed["captured"], &completed["held"]), (&json!("5.25"), &json!("0")));
    assert_eq!(status("1")["remains"], "-3");
    let partial = program.json(&["order", "partial", "2", "--remains", "250"]);
    assert_eq!((&partial["captured"], &partial["released"]), (&json!("3.9375"), &json!("1.3125")));
    program.json(&["order", "cancel", "3", "--reason", "file is empty"]);
    assert_eq!(balance(), "85.5625");

    // A cancel that is asked while somebody works on the order waits for them.
    program.json(&["order", "progress", "4", "--accepted"]);
    let asked = client.call(&[("action", "cancel"), ("orders", "4")]);
    assert_eq!(asked, json!([{ "order": 4, "cancel": 1 }]));
    assert_eq!(status("4")["status"], "Processing", "told canceled only when it is");
    assert_eq!(program.json(&["cancel", "list"])[0]["order"], 4);
    program.json(&["cancel", "reject", "1", "--note", "half done"]);
    let asked = client.call(&[("action", "cancel"), ("order", "4")]);
    assert_eq!(asked, json!({ "order": 4, "cancel": 1, "status": "success" }));
    program.json(&["order", "cancel", "4"]);
    assert_eq!(status("4")["status"], "Canceled");
    assert_eq!(program.json(&["cancel", "list"]), json!([]));

    let refill = client.call(&[("action", "refill"), ("order", "1")]);
    assert_eq!(refill, json!({ "refill": "1" }));
    assert_eq!(program.json(&["refill", "list"])[0]["refill"], 1);
    program.json(&["refill", "complete", "1"]);
    let refilled = client.call(&[("action", "refill_status"), ("refill", "1")]);
    assert_eq!(refilled, json!({ "status": "Completed" }));

    // A late correction is a new transfer; the old ones stay.
    program.json(&["order", "partial", "1", "--remains", "100", "--reason", "complaint 9"]);
    assert_eq!(balance(), "91.3375");
    let statement = program.json(&["account", "statement", "Acme", "--limit", "2"]);
    let newest = &statement[0];
    assert_eq!(
        (&newest["kind"], &newest["amount"], &newest["reason"], &newest["available_after"]),
        (&json!("refund"), &json!("0.525"), &json!("complaint 9"), &json!("91.3375"))
    );
    let shown = program.json(&["order", "show", "1"]);
    let kinds: Vec<&Value> =
        shown["transfers"].as_array().unwrap().iter().map(|transfer| &transfer["kind"]).collect();
    assert_eq!(kinds, ["hold", "capture", "refund"]);
    assert!(shown["timeline"].as_array().unwrap().len() >= 6, "{shown}");

    // Changes at the command line hold at once in the running server.
    program.json(&["service", "edit", "1", "--rate", "7"]);
    assert_eq!(client.call(&[("action", "services")])[0]["rate"], "7");
    add("e");
    assert_eq!(balance(), "84.3375");
    program.json(&["account", "suspend", "Acme"]);
    let refused = json!({ "error": "Your account has been suspended." });
    assert_eq!(client.call(&[("action", "balance")]), refused);
    assert_eq!(status("1")["status"], "Partial", "status goes on for those who wait for it");
    program.json(&["account", "resume", "Acme"]);
    program.json(&["key", "revoke", "1"]);
    assert_eq!(client.call(&[("action", "balance")]), json!({ "error": "Invalid API key" }));

    assert!(server.terminate().success());
    assert_eq!(program.json(&["verify"])["clean"], true);
}

#[test]
fn refusals_say_why_and_change_nothing() {
    let (program, _) = set_up();
    let before = program.json(&["account", "show", "1"]);
    let long = "x".repeat(501);
    let cases: [(&[&str], i32, &str); 18] = [
        (&["account", "add", "Acme"], 3, "the name `Acme` is taken by another account"),
        (&["account", "add", ""], 3, "name: give 1 to 300 bytes without control characters"),
        (
            &["account", "add", "17"],
            3,
            "name: must not be a number: accounts are called by their ids too",
        ),
        (&["service", "edit", "1"], 2, "nothing to change: give an option"),
        (&["account", "show", "Nobody"], 3, "there is no account Nobody"),
        (&["key", "add", "77"], 3, "there is no account 77"),
        (&["key", "revoke", "9"], 3, "there is no key 9"),
        (&["debit", "1", "100.000001", "--reason", "r"], 3, "not enough money on the account"),
        (&["credit", "1", "0", "--reason", "r"], 3, "amount: must be above zero"),
        (
            &["credit", "1", "9223372036854.775807", "--reason", "r"],
            3,
            "the amount is too large for the account",
        ),
        (
            &["credit", "1", "5", "--reason", " "],
            3,
            "reason: give 1 to 500 bytes without control characters",
        ),
        (
            &["credit", "1", "5", "--reason", &long],
            3,
            "reason: give 1 to 500 bytes without control characters",
        ),
        (&["order", "complete", "5"], 3, "there is no order 5"),
        (&["refill", "complete", "5"], 3, "there is no refill 5"),
        (
            &["service", "edit", "1", "--min", "0"],
            3,
            "min and max: need 1 <= min <= max <= 2147483647",
        ),
        (&["service", "add", "--name", "x"], 3, "category: a new service needs it"),
        (
            &["account", "set", "1"],
            2,
            "nothing to set: give --credit-limit, --get-writes, --tier or --discount",
        ),
        (
            &["verify", "--database", "mysql:x"],
            1,
            "database URL: write sqlite:PATH, for example sqlite:/var/lib/tradecounter/counter.db, \
             or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        ),
    ];
    for (arguments, code, text) in cases {
        let done = program.run(arguments);
        assert_eq!((done.code, done.stderr), (Some(code), format!("error: {text}\n")));
        assert_eq!(done.stdout, "");
        let mut with_json = vec!["--json"];
        with_json.extend(arguments);
        let done = program.run(&with_json);
        assert_eq!(done.stderr, format!("{}\n", json!({ "error": text })));
    }
    for arguments in [&["credit", "1", "1e3", "--reason", "r"][..], &["order", "complete", "x"]] {
        assert_eq!(program.run(arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(program.json(&["account", "show", "1"]), before);
    assert_eq!(program.json(&["verify"])["clean"], true);
}

#[test]
fn a_database_keeps_its_currency_and_its_key_secret() {
    let (mut program, _) = set_up();
    std::fs::rename(
        program.folder().join("tradecounter.db.secret"),
        program.folder().join("aside"),
    )
    .unwrap();
    let done = program.run(&["account", "list"]);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("put back the file"), "{}", done.stderr);
    std::fs::write(program.folder().join("tradecounter.db.secret"), "0".repeat(64)).unwrap();
    let done = program.run(&["account", "list"]);
    assert!(done.stderr.contains("made with another secret"), "{}", done.stderr);
    program.set("TRADECOUNTER_KEY_SECRET_FILE", "aside");
    assert_eq!(program.run(&["account", "list"]).code, Some(0));
    program.set("TRADECOUNTER_CURRENCY", "EUR");
    let done = program.run(&["account", "list"]);
    assert!(done.stderr.contains("set currency = \"USD\""), "{}", done.stderr);
}

#[test]
fn verify_fails_loudly_on_broken_books() {
    let (program, _) = set_up();
    let path = program.folder().join("tradecounter.db");
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute("update account set available = available + 1", []).unwrap();
    let done = program.run(&["verify"]);
    assert_eq!(done.code, Some(4));
    let finding = "account 1: available is 100000001, its transfers sum to 100000000";
    assert!(done.stdout.contains("FAIL") && done.stdout.contains(finding), "{}", done.stdout);
}

#[test]
fn drip_feeds_are_steered_and_orders_wait_for_each_other() {
    let (program, key) = set_up();
    program.json(&["service", "edit", "1", "--drip-feed", "true", "--link-rule", "queue"]);
    let services = program.json(&["service", "list"]);
    assert_eq!(
        (&services[0]["link_rule"], &services[0]["parts"]),
        (&json!("queue"), &json!("ours"))
    );
    assert_eq!(services[0]["one_open_per_link"], false);
    // The old option still takes what it took, and leaves the new rule alone.
    program.json(&["service", "edit", "1", "--one-open-per-link", "false"]);
    assert_eq!(program.json(&["service", "list"])[0]["link_rule"], "queue");
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let add = |more: &[(&str, &str)]| {
        let fields = [("action", "add"), ("service", "1"), ("link", "a"), ("quantity", "100")];
        let fields: Vec<(&str, &str)> = fields.iter().chain(more).copied().collect();
        client.call(&fields)["order"].as_i64().unwrap().to_string()
    };
    let whole = add(&[("runs", "3"), ("interval", "60")]);
    let behind = add(&[]);
    let show = |order: &str| program.json(&["order", "show", order]);
    assert_eq!(show(&behind)["waits"], format!("waits for order {whole} on the same link to end"));
    program.json(&["order", "pause", &whole, "--reason", "the customer asked"]);
    assert_eq!(show(&whole)["drip_feed"]["paused"], true);
    program.json(&["order", "resume", &whole]);
    assert_eq!(show(&whole)["drip_feed"]["paused"], false);
    program.json(&["order", "stop", &whole]);
    for part in show(&whole)["parts"].as_array().unwrap() {
        program.json(&["order", "complete", &part["order"].to_string()]);
    }
    let ended = show(&whole);
    assert!(ended["state"] == "partial" || ended["state"] == "canceled", "{ended}");
    assert_eq!(ended["held"], "0");
    assert_eq!(show(&behind)["waits"], Value::Null);
    program.json(&["order", "complete", &behind]);
    assert!(server.terminate().success());
    program.json(&["verify"]);
}
