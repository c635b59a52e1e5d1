//! The program on PostgreSQL: by its URL alone, and without telling anybody the password in it.

use serde_json::json;
use testkit::{Database, Program};

const PASSWORD: &str = "correct-horse";

#[test]
fn a_day_on_postgresql_needs_nothing_but_the_url() {
    let database = Database::postgres();
    let url = database.url().replace("tradecounter@", &format!("tradecounter:{PASSWORD}@"));
    assert!(url.contains(PASSWORD), "{url}");
    let mut program = Program::new(env!("CARGO_BIN_EXE_tradecounter"));
    program.set("TRADECOUNTER_DATABASE_URL", &url);
    let missing = program.run(&["verify"]);
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("create it with `tradecounter migrate`"), "{missing:?}");
    assert_eq!(program.json(&["migrate"])["before"], 0);
    program.json(&["account", "add", "Acme"]);
    let key = program.json(&["key", "add", "Acme", "shop"])["key"].as_str().unwrap().to_owned();
    program.json(&["credit", "Acme", "100", "--reason", "bank transfer 17"]);
    program.json(&["category", "add", "Words"]);
    let service = "service add --category 1 --name Proof --kind default --rate 5 --min 1 --max 900";
    program.json(&service.split(' ').collect::<Vec<_>>());

    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let order = |link: &str, more: &[(&str, &str)]| {
        let mut fields =
            vec![("action", "add"), ("service", "1"), ("link", link), ("quantity", "100")];
        fields.extend(more);
        client.call(&fields)
    };
    assert_eq!(order("https://a.example", &[]), json!({ "order": 1 }));
    let again = order("https://a.example", &[]);
    assert!(again["error"].as_str().unwrap().contains("active order"), "{again}");
    let named = [("request_id", "r-1")];
    let first = order("https://b.example", &named);
    assert_eq!(order("https://b.example", &named), first, "the same answer again");
    // What PostgreSQL cannot store is refused like anything else that makes no sense.
    for strange in ["https://c.example/%00", "%00", "https://c.example/%FF"] {
        let body = format!("key={key}&action=add&service=1&quantity=100&link={strange}");
        let request = format!(
            "POST /api/v2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = client.raw(request.as_bytes());
        assert_eq!(answer.status, 200, "{strange}: {}", answer.body);
    }
    let balance = client.call(&[("action", "balance")]);
    assert_eq!(balance["currency"], "USD");
    let log = server.end_and_read_log();

    let verified = program.run(&["verify"]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
    assert!(verified.stdout.contains("clean: "), "{verified:?}");
    let told = program.run(&["--json", "verify"]);
    assert_eq!(told.json()["clean"], true);
    for text in [&verified.stdout, &verified.stderr, &told.stdout, &missing.stderr, &log] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
}

#[test]
fn the_demo_on_postgresql_keeps_and_tells_no_password() {
    let database = Database::postgres();
    let url = database.url().replace("tradecounter@", &format!("tradecounter:{PASSWORD}@"));
    let program = Program::new(env!("CARGO_BIN_EXE_tradecounter"));
    let arguments = ["demo", "--data", "d", "--listen", "127.0.0.1:0", "--database", &url];
    let demo = program.start(&arguments);
    let told = demo.told.clone();
    let place = told["database"].as_str().unwrap();
    assert!(place.starts_with("postgres://127.0.0.1:") && !place.contains('@'), "{told}");
    let order = [("action", "status"), ("order", "1")];
    assert!(demo.client().call(&order)["status"].is_string());
    let mut log = demo.end_and_read_log();

    // Other commands need the URL, and the files that the demo tells of.
    let mut beside = program.another();
    beside.set("TRADECOUNTER_DATABASE_URL", &url);
    for (variable, told) in [
        ("TRADECOUNTER_KEY_SECRET_FILE", &told["key_secret_file"]),
        ("TRADECOUNTER_STOCK_KEY_FILE", &told["stock_key_file"]),
    ] {
        beside.set(variable, told.as_str().unwrap());
    }
    assert_eq!(beside.json(&["verify"])["clean"], true);

    // Started again, it goes on; a note from before that holds a password loses it.
    let note = program.folder().join("d/demo.json");
    let old = std::fs::read_to_string(&note).unwrap().replace(place, &url);
    assert!(old.contains(PASSWORD), "{old}");
    std::fs::write(&note, old).unwrap();
    let again = program.start(&arguments);
    assert_eq!(again.told["key"], told["key"]);
    assert_eq!(again.told["database"], told["database"]);
    log.push_str(&again.end_and_read_log());
    for text in [told.to_string(), std::fs::read_to_string(&note).unwrap(), log] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    let files = std::fs::read_dir(program.folder()).unwrap().count();
    assert_eq!(files, 1, "everything is in the folder of the demo");

    // Another folder's demo finds the database in use.
    let full = beside.run(&["demo", "--data", "e", "--listen", "127.0.0.1:0", "--database", &url]);
    assert_eq!(full.code, Some(1));
    assert!(full.stderr.contains("in use already"), "{full:?}");
    assert!(!full.stderr.contains(PASSWORD), "{full:?}");
}
