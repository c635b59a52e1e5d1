//! A server that takes orders on PostgreSQL while its database is moved away: what it has acknowledged
//! is moved, and what is not moved it has not acknowledged.

use crate::shop::{go_over, set_up};
use std::collections::BTreeSet;
use testkit::{Client, Database, until};

/// Places orders until one is refused; the ids of those that were acknowledged.
fn order_until_refused(client: &Client, who: usize) -> (Vec<i64>, String) {
    let mut placed = Vec::new();
    for number in 0..100_000 {
        let link = format!("https://example.com/{who}/{number}");
        let fields = [("action", "add"), ("service", "1"), ("quantity", "1"), ("link", &link)];
        let answer = client.form(&fields);
        match serde_json::from_str::<serde_json::Value>(&answer.body) {
            Ok(answer) if answer["order"].is_i64() => {
                placed.push(answer["order"].as_i64().unwrap())
            }
            _ => return (placed, answer.body),
        }
    }
    panic!("nothing was refused");
}

#[test]
fn what_a_running_server_has_acknowledged_is_moved() {
    let source = Database::postgres();
    let (mut program, key) = set_up(Some(source.url()));
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let client = server.client_with(&key);
    let target = format!("sqlite:{}", program.folder().join("moved.db").display());
    let (placed, told) = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8)
            .map(|who| (who, client.clone()))
            .map(|(who, client)| scope.spawn(move || order_until_refused(&client, who)))
            .collect();
        until("orders under way", || {
            (source.number("select count(*) from orders") > 100).then_some(())
        });
        let told = program.json(&["move", "--to", &target]);
        let mut placed = BTreeSet::new();
        for client in clients {
            let (orders, refused) = client.join().unwrap();
            assert!(refused.contains("error"), "{refused}");
            for order in orders {
                assert!(placed.insert(order), "{order} was given out twice");
            }
        }
        (placed, told)
    });
    assert!(placed.len() > 100, "{}", placed.len());
    // The server ends by itself, and says why.
    let log = server.wait_and_read_log();
    assert!(log.contains("moved to sqlite:"), "{log}");
    go_over(&mut program, &target, &told);
    assert_eq!(program.json(&["verify"])["clean"], true);
    let moved = rusqlite::Connection::open(program.folder().join("moved.db")).unwrap();
    let mut moved = moved.prepare("select id from orders order by id").unwrap();
    let moved: Vec<i64> =
        moved.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let moved: BTreeSet<i64> = moved.into_iter().collect();
    let lost: Vec<_> = placed.difference(&moved).collect();
    assert!(lost.is_empty(), "acknowledged, and left behind: {lost:?}");
    // Nothing was committed on the source after it was copied.
    let left = source.rows("select id from orders order by id");
    let left: BTreeSet<i64> = left.iter().map(|row| row.parse().unwrap()).collect();
    assert_eq!(left, moved);
}
