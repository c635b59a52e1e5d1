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
