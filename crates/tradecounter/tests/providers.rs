//! Providers and routes, as an operator sets them up.

use serde_json::json;
use testkit::Program;

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
