//! Everything is there afterwards, and nobody goes on where it was.

use crate::shop::{assert_rows_in_every_table, go_over, lose, set_up, stock, trade, write_off};
use crate::{PASSWORD, with_password};
use serde_json::Value;
use testkit::{Client, Database};

/// What customers see of everything that was ordered.
fn seen(client: &Client) -> Vec<Value> {
    let orders: Vec<String> = (1..=270).map(|order| order.to_string()).collect();
    let pages = orders
        .chunks(100)
        .map(|ids| client.call(&[("action", "status"), ("orders", &ids.join(","))]));
    let mut seen: Vec<Value> = pages.collect();
    seen.push(client.call(&[("action", "balance")]));
    seen.push(client.call(&[("action", "services")]));
    seen.push(client.call(&[("action", "result_product"), ("order", "1")]));
    seen
}

#[test]
fn everything_moves_to_postgresql_and_back() {
    let (mut program, key) = set_up(None);
    stock(&program, 20);
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let server = program.start(&serve);
    let client = server.client_with(&key);
    trade(&program, &client);
    lose(&program, &client);
    assert!(server.terminate().success());
    write_off(&program);
    let server = program.start(&serve);
    let client = server.client_with(&key);
    let before = seen(&client);

    let postgres = Database::postgres();
    let url = with_password(&postgres);
    let busy = program.run(&["move", "--to", &url]);
    assert_eq!(busy.code, Some(3), "{busy:?}");
    assert!(busy.stderr.contains("somebody has it open; end the server"), "{busy:?}");
    assert!(server.terminate().success());
    let source = program.folder().join("tradecounter.db");
    assert_rows_in_every_table(&rusqlite::Connection::open(&source).unwrap());

    let there = program.json(&["move", "--to", &url]);
    assert_eq!(there["finished"], true, "{there}");
    assert!(there["rules"].as_u64().unwrap() > 10 && there["rows"].as_u64().unwrap() > 600);
    // Whoever starts on the old one by mistake is told where everything is.
    for arguments in [&serve[..], &["account", "list"], &["migrate"], &["verify"]] {
        let refused = program.run(arguments);
        assert_eq!(refused.code, Some(1), "{arguments:?}: {refused:?}");
        assert!(refused.stderr.contains("was moved to postgres://127.0.0.1:"), "{refused:?}");
        assert!(!refused.stderr.contains(PASSWORD), "{refused:?}");
    }
    let again = program.run_with_input(&["move", "--to", "-"], &url);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.stdout.contains("an earlier run has finished the move"), "{again:?}");
    assert!(again.stdout.contains("tradecounter.db.stock-keys: set stock_key_file"), "{again:?}");
    let second = Database::postgres();
    let elsewhere = program.run(&["move", "--to", second.url()]);
    assert_eq!(elsewhere.code, Some(3), "{elsewhere:?}");
    assert!(!postgres.holds(PASSWORD.as_bytes()), "no row holds the password");

    // Without its files it opens nothing, and says which ones it wants.
    program.set("TRADECOUNTER_DATABASE_URL", &url);
    let lost = program.run(&["verify"]);
    assert!(lost.stderr.contains("put back the file that belongs to this database"), "{lost:?}");
    go_over(&mut program, &url, &there);
    let server = program.start(&serve);
    let client = server.client_with(&key);
    assert_eq!(seen(&client), before);
    let repeated =
        [("action", "add"), ("service", "1"), ("request_id", "r-1"), ("quantity", "1000")];
    let link = [("link", "https://example.com/a")];
    let repeated: Vec<_> = repeated.into_iter().chain(link).collect();
    assert_eq!(client.call(&repeated)["order"], 1, "the request id is still known");
    let new =
        [("action", "add"), ("service", "1"), ("quantity", "10"), ("link", "https://n.example")];
    assert_eq!(client.call(&new)["order"], 271, "ids go on where they were");
    assert!(server.terminate().success());

    let back = format!("sqlite:{}", program.folder().join("back.db").display());
    let returned = program.json(&["move", "--to", &back]);
    go_over(&mut program, &back, &returned);
    assert_eq!(program.json(&["verify"])["clean"], true);
    let server = program.start(&serve);
    let mut now = seen(&server.client_with(&key));
    let mut then = before;
    // One order more has been placed.
    now.remove(3);
    then.remove(3);
    assert_eq!(now, then);
    assert!(server.terminate().success());
    for told in [there, returned] {
        assert!(!told.to_string().contains(PASSWORD), "{told}");
    }
}

#[test]
fn engines_of_the_same_kind_move_too() {
    for postgres in [false, true] {
        let fresh = || if postgres { Database::postgres() } else { Database::sqlite() };
        let (one, two) = (fresh(), fresh());
        let (mut program, key) = set_up(Some(one.url()));
        stock(&program, 20);
        let told = program.json(&["move", "--to", two.url()]);
        let moved = told["tables"].as_array().unwrap();
        assert!(moved.iter().all(|table| table["same"] == true), "{told}");
        go_over(&mut program, two.url(), &told);
        let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
        trade(&program, &server.client_with(&key));
        assert!(server.terminate().success());
        assert_eq!(program.json(&["verify"])["clean"], true);
    }
}

#[test]
fn targets_in_use_are_refused_and_the_source_stays_as_it_was() {
    let (program, _) = set_up(None);
    let own = format!("sqlite:{}", program.folder().join("tradecounter.db").display());
    let (taken, _) = set_up(None);
    let used = format!("sqlite:{}", taken.folder().join("tradecounter.db").display());
    let postgres = Database::postgres();
    let (_third, _) = set_up(Some(postgres.url()));
    for (to, code, complaint) in [
        (own.as_str(), 3, "is the source itself"),
        (&used, 3, "is not empty (there are rows in"),
        (postgres.url(), 3, "is not empty (there are rows in"),
        ("postgres://u:correct-horse@127.0.0.1:1/x", 1, "postgres://127.0.0.1:1/x: "),
        ("mysql://u:correct-horse@h/x", 1, "database URL: write sqlite:PATH"),
    ] {
        let refused = program.run(&["move", "--to", to]);
        assert_eq!(refused.code, Some(code), "{to}: {refused:?}");
        assert!(refused.stderr.contains(complaint), "{to}: {refused:?}");
        assert!(!refused.stderr.contains(PASSWORD), "{refused:?}");
        assert_eq!(program.json(&["verify"])["clean"], true, "the source is in use as before");
    }
    let nothing = program.run(&["move", "--undo"]);
    assert_eq!(nothing.code, Some(3), "{nothing:?}");
    // A fresh schema is empty, with secrets of its own that are of no use afterwards.
    let fresh = Database::postgres();
    let mut third = program.another();
    third.set("TRADECOUNTER_DATABASE_URL", fresh.url());
    third.json(&["migrate"]);
    let told = program.json(&["move", "--to", fresh.url()]);
    assert_eq!(told["finished"], true);
    let strange = third.run(&["verify"]);
    assert!(strange.stderr.contains("made with another secret"), "{strange:?}");

    // A finished move is undone only by who says that it is finished.
    let kept = program.run(&["move", "--undo"]);
    assert_eq!(kept.code, Some(3), "{kept:?}");
    assert!(kept.stderr.contains("--undo --finished"), "{kept:?}");
    let undone = program.run(&["move", "--undo", "--finished"]);
    assert!(undone.stdout.contains("serve one of them"), "{undone:?}");
    assert_eq!(program.json(&["verify"])["clean"], true);
}
