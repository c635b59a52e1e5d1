//! Executors and their scripts: those of the documentation, run as they stand there by a real shell
//! with a real curl, beside the people who look after the counter.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use serde_json::{Value, json};
use std::process::{Command, Stdio};
use testkit::{Client, Database, Demo, Program, until};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const DOCUMENT: &str = include_str!("../../../docs/EXECUTORS.md");

/// The scripts of the documentation, in order.
fn scripts() -> Vec<&'static str> {
    let blocks = DOCUMENT.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap()).collect()
}

/// Runs a script against a server; gives what it printed.
fn run(script: &str, server: &Demo, key: &str) -> String {
    let output = Command::new("sh")
        .args(["-euc", script])
        .env("URL", server.url.trim_end_matches("/api/v2"))
        .env("KEY", key)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A counter with a service that executors fulfil and a customer, and the customer's key.
fn set_up(database: &Database) -> (Program, String) {
    let mut program = Program::new(BINARY);
    program.set("TRADECOUNTER_DATABASE_URL", database.url());
    program.json(&["migrate"]);
    program.json(&["account", "add", "Acme"]);
    program.json(&["credit", "Acme", "100", "--reason", "bank transfer 17"]);
    program.json(&["category", "add", "Words"]);
    let service = "service add --category 1 --name Proofreading --kind default --rate 5 --min 10 \
                   --max 5000 --cancel true --fulfilment executors";
    program.json(&service.split_whitespace().collect::<Vec<_>>());
    let key = program.json(&["key", "add", "Acme", "shop"])["key"].as_str().unwrap().to_owned();
    (program, key)
}

fn executor_key(program: &Program, executor: &str) -> String {
    let made = program.json(&["executor", "key", "add", executor]);
    made["key"].as_str().unwrap().to_owned()
}

/// Places an order of a hundred; gives its number.
fn place(customer: &Client, link: &str) -> i64 {
    let fields = [("action", "add"), ("service", "1"), ("quantity", "100"), ("link", link)];
    customer.call(&fields)["order"].as_i64().unwrap()
}

fn status(customer: &Client, order: i64) -> Value {
    customer.call(&[("action", "status"), ("order", &order.to_string())])
}

fn documented_scripts(database: &Database) {
    let (program, key) = set_up(database);
    program.json(&["executor", "add", "anna", "--services", "1"]);
    let executor = executor_key(&program, "anna");
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let customer = server.client_with(&key);
    let scripts = scripts();
    assert_eq!(scripts.len(), 2, "one of each dialect");
    for (dialect, script) in scripts.into_iter().enumerate() {
        let links = (0..3).map(|number| format!("https://example.com/{dialect}/{number}"));
        let orders: Vec<i64> = links.map(|link| place(&customer, &link)).collect();
        let said = run(script, &server, &executor);
        assert!(!said.contains("fail") && !said.contains("\"success\":false"), "{said}");
        for order in orders {
            let status = status(&customer, order);
            let seen = (&status["status"], &status["start_count"], &status["charge"]);
            assert_eq!(seen, (&json!("Completed"), &json!("250"), &json!("0.5")), "{said}");
        }
    }
    let shown = program.json(&["executor", "show", "anna"]);
    assert_eq!((&shown["open"], &shown["orders"]), (&json!(0), &json!([])));
    let log = server.end_and_read_log();
    assert!(!log.contains(&executor[..12]), "{log}");
    assert_eq!(program.json(&["verify"])["clean"], true);
}

fn people(database: &Database) {
    let (program, key) = set_up(database);
    let added = program.json(&["executor", "add", "anna", "--lease", "1m", "--at-once", "2"]);
    let wanted = (&json!(1), &json!("all"), &json!(1), &json!(2));
    let seen = (&added["executor"], &added["services"], &added["lease_minutes"], &added["at_once"]);
    assert_eq!(seen, wanted);
    let anna = executor_key(&program, "anna");
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let customer = server.client_with(&key);
    // Where ids are taken by the thousand, they need not begin with one.
    let mut orders: Vec<i64> =
        ["a", "b", "c"].map(|name| place(&customer, &format!("https://example.com/{name}"))).into();
    orders.sort_unstable();
    let ids: Vec<String> = orders.iter().map(i64::to_string).collect();
    let [first, second, third] = [&ids[0], &ids[1], &ids[2]].map(String::as_str);
    let ask = |key: &str, rest: &str| {
        let path = format!("/adminapi/v1?key={key}&{rest}");
        let answer = customer.get(&path);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    assert_eq!(ask(&anna, "action=getOrders")["orders"].as_array().unwrap().len(), 2);
    assert_eq!(ask(&anna, "action=getOrder")["error"], "not_now", "as many as it may have");
    let shown = program.json(&["order", "show", first]);
    let lease = &shown["leases"][0];
    assert_eq!((&lease["executor"], &lease["state"]), (&json!(1), &json!("live")));
    let listed = program.json(&["executor", "list"]);
    assert_eq!((&listed[0]["name"], &listed[0]["open"]), (&json!("anna"), &json!(2)));

    // Staff take one back: the next one gets it, and Anna's reports on it are refused.
    let refused = program.run(&["order", "release", third, "--reason", "mine"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    assert!(refused.stderr.contains("in no executor's hands"), "{}", refused.stderr);
    let reason = "anna says that she has not begun";
    let released = program.json(&["order", "release", first, "--reason", reason]);
    assert_eq!(released["state"], "pending");
    assert!(program.json(&["order", "show", first])["timeline"].to_string().contains(reason));
    program.json(&["executor", "edit", "anna", "--state", "paused"]);
    program.json(&["executor", "add", "ben", "--services", "1"]);
    let ben = executor_key(&program, "ben");
    assert_eq!(ask(&ben, "action=getOrder&type=1")["id"], first);
    assert_eq!(ask(&anna, &format!("action=setCompleted&id={first}"))["error"], "order_not_found");
    assert_eq!(ask(&ben, &format!("action=setCompleted&id={first}"))["status"], "success");
    assert_eq!(status(&customer, orders[0])["status"], "Completed");
    let progress = ask(&anna, &format!("action=setInprogress&id={second}"));
    assert_eq!(progress["status"], "success", "what it has");

    // Keys are shown once, changed and revoked.
    let keys = program.json(&["executor", "key", "list", "ben"]);
    assert_eq!((&keys[0]["key_id"], &keys[0]["name"]), (&json!(2), &json!("bot")));
    assert!(ben.ends_with(keys[0]["ends_with"].as_str().unwrap()));
    assert!(!keys.to_string().contains(&ben));
    let bound = program.json(&["executor", "key", "edit", "2", "--allow", "192.0.2.7"]);
    assert_eq!(bound["allow"], "192.0.2.7");
    assert_eq!(ask(&ben, "action=getOrder")["error"], "bad_auth", "from a wrong address");
    program.json(&["executor", "key", "edit", "2", "--allow", "any"]);
    assert_eq!(ask(&ben, "action=getOrder")["id"], third);
    program.json(&["executor", "key", "revoke", "2"]);
    assert_eq!(ask(&ben, "action=getOrder")["error"], "bad_auth");
    assert!(server.terminate().success());
    assert_eq!(program.json(&["verify"])["clean"], true);
}

fn forgotten(database: &Database) {
    let (program, key) = set_up(database);
    program.json(&["executor", "add", "anna"]);
    let anna = executor_key(&program, "anna");
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let customer = server.client_with(&key);
    let order = place(&customer, "https://example.com/a");
    let ask = |rest: &str| customer.get(&format!("/adminapi/v1?key={anna}&{rest}")).json();
    assert_eq!(ask("action=getOrder")["id"], order.to_string());
    // A day goes by.
    database.by_hand("update order_lease set taken_us = taken_us - 90000000000");
    database.by_hand("update order_lease set until_us = until_us - 90000000000");
    let review = until("an order that waits for a person", || {
        let listed = program.json(&["order", "list", "--state", "review"]);
        listed.as_array().unwrap().first().cloned()
    });
    assert_eq!(review["order"], order);
    assert_eq!(status(&customer, order)["status"], "Pending", "nobody is told that it is lost");
    assert_eq!(ask("action=getOrder")["error"], "order_not_found", "nobody gets it by that");
    let shown = program.json(&["order", "show", &order.to_string()]);
    assert!(shown["timeline"].to_string().contains("executor anna has said nothing"), "{shown}");
    until("the log names it", || {
        let log = server.logged();
        let told = log.lines().find(|line| line.contains("ERROR"))?;
        assert!(told.contains(&format!("order={order} executor=\"anna\"")), "{told}");
        assert!(told.contains("`order release`"), "{told}");
        Some(())
    });
    // It is heard of after all.
    assert_eq!(ask(&format!("action=setRemains&id={order}&remains=30"))["status"], "success");
    assert_eq!(status(&customer, order)["status"], "In progress");
    assert_eq!(program.json(&["order", "show", &order.to_string()])["leases"][0]["state"], "live");
    assert!(server.terminate().success());
    assert_eq!(program.json(&["verify"])["clean"], true);
}

macro_rules! on_both_engines {
    ($($name:ident => $test:ident),+ $(,)?) => {
        $(mod $name {
            use testkit::Database;

            #[test]
            fn on_sqlite() {
                super::$test(&Database::sqlite());
            }

            #[test]
            fn on_postgresql() {
                super::$test(&Database::postgres());
            }
        })+
    };
}

on_both_engines! {
    the_scripts_of_the_documentation_deliver => documented_scripts,
    people_look_after_executors_and_what_they_forget => people,
    an_order_of_which_nothing_is_heard_comes_before_a_person => forgotten,
}
