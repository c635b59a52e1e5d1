//! Keys, tiers and prices at the command line, beside a running server.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use serde_json::{Value, json};
use testkit::{Demo, Program};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");
const INVALID: &str = "Invalid API key";

/// A counter with an account of 100 and two services.
fn set_up() -> Program {
    let program = Program::new(BINARY);
    program.json(&["migrate"]);
    program.json(&["account", "add", "Acme"]);
    program.json(&["credit", "Acme", "100", "--reason", "bank transfer 17"]);
    program.json(&["category", "add", "Words"]);
    for (name, rate) in [("Proofreading", "5.25"), ("Translation", "10")] {
        let service = ["service", "add", "--category", "1", "--kind", "default", "--name", name];
        let sold = ["--rate", rate, "--min", "10", "--max", "5000", "--cancel", "true"];
        program.json(&[&service[..], &sold].concat());
    }
    program
}

/// Makes a key with these options.
fn key(program: &Program, options: &[&str]) -> String {
    let made = program.json(&[&["key", "add", "Acme", "shop"], options].concat());
    made["key"].as_str().unwrap().to_owned()
}

/// What a call with the key is answered with; the text alone when it is refused.
fn call(server: &Demo, key: &str, fields: &[(&str, &str)]) -> Value {
    let reply = server.client_with(key).call(fields);
    reply.get("error").cloned().unwrap_or(reply)
}

const BALANCE: &[(&str, &str)] = &[("action", "balance")];

#[test]
fn keys_are_bound_changed_rotated_and_listed() {
    let program = set_up();
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let here = key(&program, &["--allow", "127.0.0.1,::1", "--expires", "90d"]);
    let there = key(&program, &["--allow", "192.0.2.0/24"]);
    let capped = key(&program, &["--scopes", "read,order", "--daily-cap", "6"]);
    let funded = json!({ "balance": "100", "currency": "USD" });
    assert_eq!(call(&server, &here, BALANCE), funded, "the address reaches the handler");
    assert_eq!(call(&server, &there, BALANCE), INVALID);
    let add = |link: &str| {
        let fields = [("action", "add"), ("service", "1"), ("quantity", "1000"), ("link", link)];
        call(&server, &capped, &fields)
    };
    assert_eq!(add("a"), json!({ "order": 1 }));
    assert_eq!(add("b"), "Not enough funds on balance");
    assert_eq!(
        call(&server, &capped, &[("action", "cancel"), ("order", "1")]),
        "Incorrect request"
    );
    program.json(&["key", "edit", "3", "--daily-cap", "10.50", "--scopes", "order"]);
    assert_eq!(add("b"), json!({ "order": 2 }), "at once");
    assert_eq!(call(&server, &capped, BALANCE), "Incorrect request");
    program.json(&["key", "edit", "2", "--allow", "any", "--name", "anywhere"]);
    assert_eq!(call(&server, &there, BALANCE)["balance"], "89.5");

    let rotated = program.json(&["key", "rotate", "1", "--overlap", "0m"]);
    assert_eq!((&rotated["key_id"], &rotated["replaces"]), (&json!(4), &json!(1)));
    assert_eq!(call(&server, &here, BALANCE), INVALID);
    let new = rotated["key"].as_str().unwrap();
    assert_eq!(call(&server, new, BALANCE)["balance"], "89.5");
    program.json(&["key", "rotate", "4"]);
    assert_eq!(call(&server, new, BALANCE)["balance"], "89.5", "both work for a day");
    assert!(server.terminate().success());

    let keys = program.json(&["key", "list", "Acme"]);
    let shown = |index: usize, name: &str| keys[index][name].clone();
    assert_eq!(keys.as_array().unwrap().len(), 5);
    assert_eq!(shown(0, "allow"), "127.0.0.1,::1");
    assert_eq!(shown(3, "allow"), "127.0.0.1,::1");
    assert_eq!((shown(1, "name"), shown(1, "allow")), (json!("anywhere"), Value::Null));
    assert_eq!((shown(2, "daily_cap"), shown(2, "spent_today")), (json!("10.5"), json!("10.5")));
    assert_eq!((shown(2, "scopes"), shown(1, "spent_today")), (json!("order"), Value::Null));
    assert!(shown(3, "last_used").is_string(), "written when the server ends");
    assert!(shown(4, "last_used").is_null() && shown(0, "expires").is_string());
    let printed = keys.to_string();
    for key in [&here, &there, &capped, new] {
        assert!(!printed.contains(key), "shown once");
    }
    assert_eq!(program.json(&["verify"])["clean"], true);
}

#[test]
fn a_proxy_that_is_trusted_says_where_a_request_comes_from() {
    let mut program = set_up();
    program.set("TRADECOUNTER_TRUSTED_PROXIES", "127.0.0.0/8");
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let key = key(&program, &["--allow", "192.0.2.7"]);
    let asked = |hops: &str| {
        let body = format!("key={key}&action=balance");
        let request = format!(
            "POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             X-Forwarded-For: {hops}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        server.client_with(&key).raw(request.as_bytes()).json()
    };
    assert_eq!(asked("198.51.100.1, 192.0.2.7")["balance"], "100");
    assert_eq!(asked("192.0.2.7, 198.51.100.1")["error"], INVALID);
    assert_eq!(call(&server, &key, BALANCE), INVALID, "without the header");
    assert!(server.terminate().success());
}

#[test]
fn keys_of_another_panel_work_unchanged() {
    let program = set_up();
    let (first, second) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210");
    std::fs::write(program.folder().join("keys.txt"), format!("{first}\r\n\n {second} \n"))
        .unwrap();
    let done = program.run(&["--json", "key", "import", "Acme", "keys.txt", "--scopes", "read"]);
    assert_eq!(done.json()["keys"], json!([1, 2]));
    // SHA-256 of 32 zeros.
    let digest = "84e0c0eafaa95a34c293f278ac52e45ce537bab5e752a00e6959a13ae103b65a";
    let hashed = program.run(&["key", "import", "Acme", "--sha256", digest, "--name", "hashed"]);
    assert_eq!(hashed.stdout, "1 keys of account 1 are imported\n");
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    for key in [first, second, "00000000000000000000000000000000"] {
        assert_eq!(call(&server, key, BALANCE)["balance"], "100", "{key}");
    }
    assert!(server.terminate().success());
    for printed in [done.stdout, done.stderr, program.json(&["key", "list", "1"]).to_string()] {
        assert!(!printed.contains(first) && !printed.contains(digest), "{printed}");
    }
    for (arguments, code, text) in [
        (&["key", "import", "Acme", "keys.txt"][..], 3, "key 1: is here already, as key 1"),
        (&["key", "import", "Acme", "nothing.txt"], 1, "keys from nothing.txt: "),
        (&["key", "import", "Acme"], 3, "keys: give 1 to 500 at a time"),
        (&["key", "import", "Acme", "--sha256", "abc"], 2, "error: invalid value 'abc'"),
        (&["key", "edit", "1"], 2, "nothing to change: give --name"),
        (&["key", "edit", "9", "--name", "x"], 3, "there is no key 9"),
        (&["key", "edit", "1", "--expires", "2001-01-01"], 3, "expires: is over already"),
        (&["key", "edit", "1", "--expires", "soon"], 2, "--expires: write a day as"),
        (&["key", "add", "Acme", "--scopes", "write"], 2, "error: invalid value 'write'"),
        (&["key", "add", "Acme", "--allow", "10.0.0.1/8"], 2, "error: invalid value '10.0.0.1/8'"),
        (&["key", "rotate", "9"], 3, "there is no key 9"),
    ] {
        let done = program.run(arguments);
        assert_eq!(done.code, Some(code), "{done:?}");
        assert!(done.stderr.contains(text), "{done:?}");
    }
}

#[test]
fn tiers_discounts_and_prices_hold_at_once() {
    let program = set_up();
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let key = key(&program, &[]);
    let rates = || {
        let rows = call(&server, &key, &[("action", "services")]);
        [0, 1].map(|row: usize| rows[row]["rate"].as_str().unwrap().to_owned())
    };
    assert_eq!(rates(), ["5.25", "10"]);
    assert_eq!(program.json(&["tier", "add", "Gold", "--discount", "7.5"])["tier"], 1);
    let set = program.json(&["account", "set", "Acme", "--tier", "Gold"]);
    assert_eq!((&set["tier"], &set["discount"]), (&json!(1), &Value::Null));
    assert_eq!(rates(), ["4.85625", "9.25"]);
    program.json(&["tier", "edit", "Gold", "--discount", "10"]);
    assert_eq!(rates(), ["4.725", "9"]);
    program.json(&["account", "set", "Acme", "--discount", "5"]);
    assert_eq!(rates(), ["4.9875", "9.5"], "its own in place of its tier's");
    let list = program.json(&["price", "set", "Acme", "--service", "2", "8.000001"]);
    let own = json!({
        "of": "service", "id": 2, "name": "Translation", "rate": "8.000001", "list_rate": "10",
    });
    let expected =
        json!({ "tier": "Gold", "tier_discount": "10", "discount": "5", "prices": [own] });
    assert_eq!(list, expected);
    assert_eq!(rates(), ["4.9875", "8.000001"]);
    let fields = [("action", "add"), ("service", "2"), ("quantity", "1000"), ("link", "a")];
    assert_eq!(call(&server, &key, &fields), json!({ "order": 1 }));
    assert_eq!(call(&server, &key, BALANCE)["balance"], "91.999999");
    program.json(&["price", "clear", "Acme", "--service", "2"]);
    program.json(&["account", "set", "Acme", "--discount", "none", "--tier", "none"]);
    assert_eq!(rates(), ["5.25", "10"]);
    assert!(server.terminate().success());
    assert_eq!(program.json(&["tier", "list"])[0]["discount"], "10");
    assert_eq!(program.json(&["price", "list", "Acme"])["prices"], json!([]));
    for (arguments, code, text) in [
        (&["price", "clear", "Acme", "--service", "2"][..], 3, "account 1 has no price of its own"),
        (&["price", "set", "Acme", "--service", "9", "1"], 3, "there is no service 9"),
        (&["price", "set", "Acme", "--product", "9", "1"], 3, "there is no product 9"),
        (&["price", "set", "Acme", "1"], 2, "--service"),
        (&["account", "set", "Acme", "--tier", "Silver"], 3, "there is no tier Silver"),
        (&["account", "set", "Acme", "--discount", "101"], 2, "discount: write a percentage"),
        (
            &["tier", "add", "Gold", "--discount", "1"],
            3,
            "the name `Gold` is taken by another tier",
        ),
        (&["tier", "edit", "Gold"], 2, "nothing to change: give --name or --discount"),
    ] {
        let done = program.run(arguments);
        assert_eq!(done.code, Some(code), "{done:?}");
        assert!(done.stderr.contains(text), "{done:?}");
    }
    assert_eq!(program.json(&["verify"])["clean"], true);
}
