//! Providers and routes, as an operator sets them up.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use fakepanel::{Panel, Server, Settings};
use serde_json::{Value, json};
use testkit::{Client, Program, until};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

#[test]
fn what_may_be_none_is_said_and_taken_back() {
    let program = Program::new(BINARY);
    program.json(&["migrate"]);
    program.json(&["category", "add", "all"]);
    let service = "service add --category 1 --name things --kind default --rate 2 --min 1 --max 9 \
                   --fulfilment providers";
    program.json(&service.split_whitespace().collect::<Vec<_>>());
    let words = ["--json", "provider", "add", "--name", "up", "--url", "https://example.com/api"];
    let words = [&words[..], &["--currency", "USD", "--balance-decimals", "5"]].concat();
    assert_eq!(program.run_with_input(&words, "a-key\n").json()["provider"], 1);
    let shown = || program.json(&["provider", "show", "up"])["balance_decimals"].clone();
    assert_eq!(shown(), 5);
    program.json(&["provider", "edit", "up", "--balance-decimals", "none"]);
    assert_eq!(shown(), json!(null));
    let wrong = program.run(&["provider", "edit", "up", "--balance-decimals", "many"]);
    assert!(wrong.stderr.contains("a whole number, or none"), "{wrong:?}");

    let words = ["route", "add", "1", "up", "77", "--cost", "0.9", "--daily-cap", "1000"];
    program.json(&words);
    let cap = || program.json(&["route", "list"])[0]["daily_cap"].clone();
    assert_eq!(cap(), 1_000);
    program.json(&["route", "edit", "1", "--daily-cap", "none"]);
    assert_eq!(cap(), json!(null));
}

#[test]
fn an_address_to_which_nothing_would_be_sent_is_told() {
    let program = Program::new(BINARY);
    program.json(&["migrate"]);
    let add = |name: &str, url: &str| {
        let words =
            ["--json", "provider", "add", "--currency", "USD", "--name", name, "--url", url];
        program.run_with_input(&words, "a-key\n").json()["hindrance"].clone()
    };
    assert_eq!(add("up", "https://example.com/api"), json!(null));
    let told = add("near", "http://127.0.0.1:9090/api");
    assert!(told.as_str().unwrap().contains("`private_providers`"), "{told}");
    assert_eq!(program.json(&["provider", "show", "near"])["hindrance"], told);
    assert_eq!(program.json(&["provider", "show", "up"])["hindrance"], json!(null));
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Sells what a panel does, where we have said that this is our key.
fn set_up(panel: &Server, provider_key: &str) -> (Program, String) {
    let mut program = Program::new(BINARY);
    program.set("TRADECOUNTER_PRIVATE_PROVIDERS", "true");
    program.json(&["migrate"]);
    program.json(&words("account add Acme"));
    program.json(&words("credit Acme 100 --reason paid"));
    let key = program.json(&words("key add Acme shop"))["key"].as_str().unwrap().to_owned();
    program.json(&words("category add all"));
    let service =
        "service add --category 1 --name things --kind default --rate 2 --min 1 --max 9000";
    program.json(&words(&format!("{service} --cancel true --fulfilment providers")));
    let provider = "--json provider add --name up --currency USD --balance-decimals none --url";
    let provider = format!("{provider} {}", panel.url());
    assert_eq!(program.run_with_input(&words(&provider), provider_key).json()["provider"], 1);
    program.json(&words("route add 1 up 1 --cost 0.9"));
    (program, key)
}

/// What a line of text that begins with a name says.
fn line<'t>(text: &'t str, name: &str) -> &'t str {
    let line = text.lines().find(|line| line.split_whitespace().next() == Some(name));
    line.map(|line| line[name.len()..].trim()).unwrap()
}

fn panel() -> Server {
    let panel = Panel::new(Settings::default(), 7).unwrap();
    Server::start(panel, "127.0.0.1:0".parse().unwrap()).unwrap()
}

fn place(client: &Client, link: &str) -> String {
    let order = [("action", "add"), ("service", "1"), ("link", link), ("quantity", "100")];
    let placed = client.call(&order);
    assert!(placed["error"].is_null(), "{placed}");
    placed["order"].to_string()
}

#[test]
fn why_a_provider_is_paused_is_shown_until_staff_end_it() {
    let panel = panel();
    let (program, key) = set_up(&panel, "wrong-key\n");
    let shown = || program.json(&words("provider show up"));
    assert_eq!((&shown()["paused_for"], &shown()["state"]), (&json!(null), &json!("active")));
    let server = program.start(&words("serve --listen 127.0.0.1:0"));
    place(&server.client_with(&key), "https://example.com/a");
    let why = until("it is paused", || Some(shown()["paused_for"].as_str()?.to_owned()));
    assert!(why.contains("Invalid API key"), "{why}");
    assert!(server.terminate().success());
    assert_eq!(shown()["state"], "paused");
    assert_eq!(program.json(&words("provider list"))[0]["paused_for"], why.as_str());
    assert_eq!(line(&program.run(&words("provider show up")).stdout, "paused_for"), why);
    assert!(program.run(&words("provider list")).stdout.contains(&why));
    // What says nothing of its state leaves it as it is.
    let edited = |more: &str| program.json(&words(&format!("provider edit up {more}")));
    let of = |edited: Value| (edited["paused_for"].clone(), edited["was_paused_for"].clone());
    assert_eq!(of(edited("--adds-per-second 9")), (why.as_str().into(), Value::Null));
    assert_eq!(of(edited("--state active")), (Value::Null, why.as_str().into()));
    assert_eq!(of(edited("--state active")), (Value::Null, Value::Null));
    assert_eq!(shown()["paused_for"], json!(null));
}

#[test]
fn what_a_provider_puts_off_is_noted_and_logged_when_it_begins() {
    let panel = panel();
    let (program, key) = set_up(&panel, "fake-key\n");
    let server = program.start(&words("serve --listen 127.0.0.1:0"));
    let client = server.client_with(&key);
    let orders = ["a", "b"].map(|name| place(&client, &format!("https://example.com/{name}")));
    for order in &orders {
        until("the provider has it", || {
            let shown = program.json(&["order", "show", order]);
            (shown["attempts"][0]["state"] == "accepted").then_some(())
        });
    }
    // Somebody puts in a key that is none, and vouches for it.
    let rotated = words("--json provider edit up --same-account --key-file -");
    assert_eq!(program.run_with_input(&rotated, "wrong-key\n").json()["provider"], 1);
    for (number, order) in orders.iter().enumerate() {
        client.call(&[("action", "cancel"), ("orders", order)]);
        until("it is put off", || {
            let note = program.json(&["cancel", "list"])[number]["note"].clone();
            (note.as_str()? == "put off: Invalid API key").then_some(())
        });
    }
    let log = server.end_and_read_log();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("puts cancels")).collect();
    assert!(told.len() == 1 && told[0].contains("Invalid API key"), "{told:?}");
}
