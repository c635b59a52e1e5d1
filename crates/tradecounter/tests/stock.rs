//! Stock at the command line, beside a running server: imports, secrets in no file, and sealing
//! everything anew through `kill -9`.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::{Client, Program, until};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

/// A counter with an account of 1,000,000, a key, and a product at 0.01 in orders of 1 to 100.
fn set_up() -> (Program, String) {
    let program = Program::new(BINARY);
    program.json(&["migrate"]);
    program.json(&["account", "add", "Acme"]);
    program.json(&["credit", "Acme", "1000000", "--reason", "test"]);
    let key = program.json(&["key", "add", "Acme", "shop"])["key"].as_str().unwrap().to_owned();
    program.json(&["category", "add", "Keys"]);
    let product = [
        "product",
        "add",
        "--category",
        "1",
        "--name",
        "Licence",
        "--kind",
        "auto",
        "--rate",
        "0.01",
        "--min",
        "1",
        "--max",
        "100",
    ];
    assert_eq!(program.json(&product)["product"], 1);
    (program, key)
}

fn write(program: &Program, name: &str, text: &str) {
    std::fs::write(program.folder().join(name), text).unwrap();
}

/// Buys `pieces` in orders of 100 and returns every line.
fn buy(client: &Client, pieces: usize) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for _ in 0..pieces.div_ceil(100) {
        let fields = [("action", "add_product_order"), ("product", "1"), ("quantity", "100")];
        let order = client.call(&fields)["order"].to_string();
        let result = client.call(&[("action", "result_product"), ("order", &order)]);
        for line in result["result"].as_array().unwrap() {
            assert!(lines.insert(line.as_str().unwrap().to_owned()), "{line} came twice");
        }
    }
    lines
}

#[test]
fn an_import_is_all_or_nothing_and_its_report_is_exact() {
    let (program, _) = set_up();
    let text: String = (1..=1_500).map(|n| format!("key {}\r\n", n % 1_400)).collect();
    write(&program, "stock.txt", &text);
    let report = program.json(&["stock", "import", "1", "stock.txt"]);
    let expected = json!({ "import": 1, "lines": 1_500, "added": 1_400, "duplicates": 100 });
    assert_eq!(report, expected);
    let duplicates = program.json(&["stock", "duplicates", "1"]);
    let first = &duplicates[0];
    assert_eq!((&first["line"], &first["of_line"]), (&json!(1_401), &json!(1)));
    assert_eq!(duplicates.as_array().unwrap().len(), 100);

    for (name, text, complaint) in [
        (
            "long.txt",
            format!("a\nb\n{}\nc\n", "x".repeat(4_001)),
            "line 3 is longer than 4000 bytes",
        ),
        ("control.txt", String::from("a\n\nb\u{7}\n"), "line 3 holds control characters"),
    ] {
        write(&program, name, &text);
        let done = program.run(&["stock", "import", "1", name]);
        assert_eq!(done.code, Some(3), "{done:?}");
        assert_eq!(done.stderr, format!("error: {complaint}\n"));
    }
    std::fs::write(program.folder().join("bytes.txt"), b"a\nb\xff\n").unwrap();
    let done = program.run(&["stock", "import", "1", "bytes.txt"]);
    assert_eq!(done.stderr, "error: line 2 is not UTF-8; nothing was imported\n");
    write(&program, "dates.csv", "a,31/12/2099,3\n\"b, and c\"\r\n\nd,soon\n");
    let done = program.run(&["stock", "import", "1", "dates.csv", "--csv"]);
    let text = "error: line 4 has no date in the second column; nothing was imported\n";
    assert_eq!(done.stderr, text);
    assert_eq!(program.json(&["product", "list"])[0]["stock"], 1_400);
    write(&program, "dates.csv", "a,31/12/2099,3\n\"b, and c\"\n");
    let report = program.json(&["stock", "import", "1", "dates.csv", "--csv"]);
    assert_eq!((&report["added"], &report["duplicates"]), (&json!(2), &json!(0)));
    assert_eq!(program.json(&["product", "list"])[0]["stock"], 1_404);
    let exported = program.run(&["stock", "export", "1"]).stdout;
    assert_eq!(exported.lines().count(), 1_403, "a heading and every item");
    assert!(exported.contains("1401,6,1,available,3,3,2100-01-01T00:00:00Z,\n"), "{exported}");
    assert!(!exported.contains("key "), "without secrets");
    assert_eq!(program.json(&["verify"])["clean"], true);
}

/// What the counter writes holds no secret: database, WAL, logs.
#[test]
fn no_file_and_no_log_holds_a_secret_of_a_hundred_thousand() {
    let (program, key) = set_up();
    let secrets: String = (0..100_000).map(|n| format!("VERYSECRET-{n:06}\n")).collect();
    write(&program, "stock.txt", &secrets);
    let report = program.json(&["stock", "import", "1", "stock.txt"]);
    assert_eq!(report["added"], 100_000);
    std::fs::remove_file(program.folder().join("stock.txt")).unwrap();
    let mut logging = program;
    logging.set("TRADECOUNTER_LOG", "trace");
    let server = logging.start(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(buy(&server.client_with(&key), 1_000).len(), 1_000);
    let search = |what: &str, bytes: &[u8]| {
        for needle in ["VERYSECRET-", &key] {
            let needle = needle.as_bytes();
            assert!(!bytes.windows(needle.len()).any(|w| w == needle), "a secret is in {what}");
        }
    };
    let folder = || std::fs::read_dir(logging.folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files = 0;
    for path in folder() {
        search(&path.display().to_string(), &std::fs::read(&path).unwrap());
        files += 1;
    }
    assert!(files >= 4, "database, WAL, shared memory, secrets");
    let copy = format!("vacuum into '{}'", logging.folder().join("backup.db").display());
    let database = logging.folder().join("tradecounter.db");
    rusqlite::Connection::open(database).unwrap().execute(&copy, []).unwrap();
    search("the backup", &std::fs::read(logging.folder().join("backup.db")).unwrap());
    let log = server.end_and_read_log();
    assert!(log.len() > 1_000, "there is a log");
    search("the log", log.as_bytes());
}

#[test]
fn sealing_anew_survives_kills_and_leaves_every_item_readable() {
    let (program, key) = set_up();
    let secrets: Vec<String> = (0..4_000).map(|n| format!("key {n:04}")).collect();
    write(&program, "stock.txt", &secrets.join("\n"));
    program.json(&["stock", "import", "1", "stock.txt"]);
    assert_eq!(program.json(&["stock", "new-key"])["key"], 2);
    let database = program.folder().join("tradecounter.db");
    let sealed_anew = || {
        let connection = rusqlite::Connection::open(&database).unwrap();
        let count = "select count(*) from stock_item where key_id = 2";
        connection.query_row(count, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let mut kills = 0;
    for milestone in [400, 1_400, 2_600] {
        let rekey = program.spawn(&["stock", "rekey"]);
        until("some items to be sealed anew", || (sealed_anew() >= milestone).then_some(()));
        rekey.kill();
        kills += 1;
        let done = sealed_anew();
        assert!((milestone..4_000).contains(&done), "killed in the middle: {done}");
    }
    assert_eq!(kills, 3);
    let rest = 4_000 - sealed_anew();
    assert_eq!(program.json(&["stock", "rekey"]), json!({ "sealed": rest, "key": 2 }));
    assert_eq!(program.json(&["verify"])["clean"], true);
    // The old key goes; everything opens without it, also when the ring comes by the environment.
    let path = program.folder().join("tradecounter.db.stock-keys");
    let ring = std::fs::read_to_string(&path).unwrap();
    let kept: String =
        ring.lines().filter(|l| !l.starts_with("1 ")).map(|l| format!("{l}\n")).collect();
    std::fs::remove_file(&path).unwrap();
    let mut program = program;
    program.set("TRADECOUNTER_STOCK_KEYS", &kept.replace('\n', ";"));
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let sold = buy(&server.client_with(&key), 4_000);
    assert_eq!(sold, secrets.into_iter().collect::<BTreeSet<_>>());
    assert!(server.terminate().success());
}

#[test]
fn staff_work_on_product_orders_beside_the_server() {
    let (program, key) = set_up();
    let product = [
        "product",
        "add",
        "--category",
        "1",
        "--name",
        "By hand",
        "--kind",
        "service",
        "--rate",
        "5",
        "--min",
        "1",
        "--max",
        "9",
        "--form",
        "Domain",
    ];
    assert_eq!(program.json(&product)["product"], 2);
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let fields = [
        ("action", "add_product_order"),
        ("product", "2"),
        ("quantity", "2"),
        ("require", "example.com"),
    ];
    assert_eq!(client.call(&fields), json!({ "order": 1 }));
    assert_eq!(program.json(&["product-order", "list", "--open"])[0]["state"], "pending");
    let form = program.json(&["product-order", "form", "1", "--reason", "to fulfil it"]);
    assert_eq!(form, json!(["example.com"]));
    program.json(&["product-order", "deliver", "1", "line one"]);
    program.json(&["product-order", "end", "1", "--note", "one only"]);
    let status = client.call(&[("action", "product_order_status"), ("order", "1")]);
    let expected = json!({
        "charge": 5, "status": "Partial", "remains": 1, "result": status["result"],
        "note": "one only",
    });
    assert_eq!(status, expected);
    let result = client.call(&[("action", "result_product"), ("order", "1")]);
    assert_eq!(result, json!({ "result": ["line one"] }));
    let reveals: Vec<Value> = program.json(&["stock", "reveals"]).as_array().unwrap().clone();
    let reasons: Vec<&str> = reveals.iter().map(|r| r["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["result_product", "to fulfil it"]);
    assert!(server.terminate().success());
    assert_eq!(program.json(&["verify"])["clean"], true);
}
