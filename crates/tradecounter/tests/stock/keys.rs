//! The ring of keys: sealing anew, also under a running server.

use crate::{buy, set_up, write};
use serde_json::json;
use std::collections::BTreeSet;
use testkit::until;

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
fn a_running_server_takes_a_new_key_over_without_a_new_start() {
    let (program, key) = set_up();
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let secrets: Vec<String> = (0..200).map(|n| format!("key {n:04}")).collect();
    write(&program, "old.txt", &secrets[..100].join("\n"));
    write(&program, "new.txt", &secrets[100..].join("\n"));
    program.json(&["stock", "import", "1", "old.txt"]);
    assert_eq!(program.json(&["stock", "new-key"]), json!({ "key": 2, "served": true }));
    assert_eq!(program.json(&["stock", "import", "1", "new.txt"])["added"], 100);
    assert_eq!(program.json(&["stock", "rekey"]), json!({ "sealed": 100, "key": 2 }));
    let sold = buy(&server.client_with(&key), 200);
    assert_eq!(sold, secrets.into_iter().collect::<BTreeSet<_>>());
    // A file that is of no use does not stop the server.
    let path = program.folder().join("tradecounter.db.stock-keys");
    let ring = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, "no ring").unwrap();
    let done = program.run(&["stock", "count", "1"]);
    assert_eq!(done.code, Some(1), "{done:?}");
    std::fs::write(&path, ring).unwrap();
    assert_eq!(program.json(&["stock", "new-key"]), json!({ "key": 3, "served": true }));
    let log = server.end_and_read_log();
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(program.json(&["verify"])["clean"], true);
    // Nobody serves: the next server will read the file.
    assert_eq!(program.json(&["stock", "new-key"])["served"], true);
    write(&program, "more.txt", "one more");
    assert_eq!(program.json(&["stock", "import", "1", "more.txt"])["added"], 1);
}

#[test]
fn what_the_server_can_never_open_is_not_sealed() {
    let (mut program, key) = set_up();
    write(&program, "stock.txt", "one\ntwo");
    program.json(&["stock", "import", "1", "stock.txt"]);
    let path = program.folder().join("tradecounter.db.stock-keys");
    let one = std::fs::read_to_string(&path).unwrap();
    let with = |key: &str| format!("{one}2 {}\n", key.repeat(64));
    // A server that was given its keys when it started.
    program.set("TRADECOUNTER_STOCK_KEYS", &one.replace('\n', ";"));
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    program.set("TRADECOUNTER_STOCK_KEYS", &with("a").replace('\n', ";"));
    let refused = ") does not know this stock key 2 (it knows 1), so it could not deliver what is \
                   sealed with it; it was started with the setting stock_keys, which is read only \
                   then: add the key there and start it anew, then try again\n";
    write(&program, "more.txt", "three");
    let provider =
        "provider add --name up --currency USD --url https://example.com/ --key-file more.txt";
    let provider: Vec<&str> = provider.split(' ').collect();
    for sealing in [
        &["stock", "import", "1", "more.txt"][..],
        &["stock", "rekey"],
        &["product-order", "deliver", "1", "--file", "more.txt"],
        &provider,
    ] {
        let done = program.run(sealing);
        assert_eq!(done.code, Some(3), "{sealing:?}");
        let (node, told) = done.stderr.split_at(done.stderr.find(')').unwrap_or(0));
        assert!(node.starts_with("error: a running server (node "), "{}", done.stderr);
        assert_eq!(told, refused, "{sealing:?}");
    }
    assert_eq!(program.json(&["stock", "imports"]).as_array().unwrap().len(), 1);
    assert_eq!(buy(&server.client_with(&key), 2).len(), 2);
    assert!(server.terminate().success());
    // A server with the file, and a command with another key of the same number.
    program.set("TRADECOUNTER_STOCK_KEYS", "");
    std::fs::write(&path, with("b")).unwrap();
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    program.set("TRADECOUNTER_STOCK_KEYS", &with("a").replace('\n', ";"));
    let done = program.run(&["stock", "rekey"]);
    assert_eq!(done.code, Some(3), "{done:?}");
    assert!(done.stderr.contains("key 2 is not the key 2"), "{done:?}");
    // Or with one more.
    let more = format!("{}3 {}", with("b"), "c".repeat(64));
    program.set("TRADECOUNTER_STOCK_KEYS", &more.replace('\n', ";"));
    let done = program.run(&["stock", "rekey"]);
    assert_eq!(done.code, Some(3), "{done:?}");
    assert!(done.stderr.contains("it knows 1, 2"), "{done:?}");
    assert!(done.stderr.contains("reads the same file (stock_key_file)"), "{done:?}");
    assert!(server.terminate().success());
}

#[test]
fn what_a_lost_key_has_sealed_is_not_sold_and_its_number_not_used_again() {
    let (program, key) = set_up();
    let path = program.folder().join("tradecounter.db.stock-keys");
    let before = std::fs::read_to_string(&path).unwrap();
    program.json(&["stock", "new-key"]);
    write(&program, "stock.txt", "one\ntwo");
    program.json(&["stock", "import", "1", "stock.txt"]);
    // An older copy of the keys is put back.
    let ring = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &before).unwrap();
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let order = [("action", "add_product_order"), ("product", "1"), ("quantity", "1")];
    assert_eq!(client.call(&order), json!({ "error": "Out of stock" }));
    assert_eq!(program.json(&["stock", "new-key"])["key"], 3, "2 is lost, not free");
    write(&program, "more.txt", "three");
    program.json(&["stock", "import", "1", "more.txt"]);
    assert_eq!(buy(&client, 1), BTreeSet::from([String::from("three")]));
    let log = server.end_and_read_log();
    assert!(log.contains("stock is sealed with a key that is not in the ring"), "{log}");
    assert!(log.contains("key=2"), "{log}");
    // Another key of the lost one's number is refused; the lost one itself opens everything again.
    let now = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{now}2 {}\n", "e".repeat(64))).unwrap();
    let refused = program.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert!(refused.stderr.contains("key 2 is not the key 2"), "{refused:?}");
    let second = ring.lines().find(|line| line.starts_with("2 ")).unwrap();
    std::fs::write(&path, format!("{now}{second}\n")).unwrap();
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(buy(&server.client_with(&key), 2).len(), 2);
    assert!(server.terminate().success());
}

#[cfg(unix)]
#[test]
fn a_new_key_is_added_to_the_file_that_a_link_leads_to_and_nothing_else_of_it_changes() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (program, _) = set_up();
    let path = program.folder().join("tradecounter.db.stock-keys");
    let real = program.folder().join("mounted.new");
    let text = format!("# of the shop\n{}", std::fs::read_to_string(&path).unwrap());
    std::fs::write(&real, &text).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::fs::remove_file(&path).unwrap();
    symlink(&real, &path).unwrap();
    assert_eq!(program.json(&["stock", "new-key"])["key"], 2);
    let after = std::fs::read_to_string(&real).unwrap();
    assert!(after.starts_with(&text) && after.lines().count() == text.lines().count() + 1);
    assert!(path.is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
}
