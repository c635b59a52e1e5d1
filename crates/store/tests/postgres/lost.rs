//! A server that goes away and comes back.

use crate::{count, get, open, run};
use pgkit::{Options, Server};

#[test]
fn units_wait_for_a_server_that_starts_again() {
    let server = Server::start(&Options { durable: true, ..Options::default() }).unwrap();
    let database = server.database();
    run(async {
        let store = open(&database.url());
        count(&store, "before").await.unwrap().unwrap();
        for round in 0..3 {
            if round == 1 {
                server.restart().unwrap()
            } else {
                server.kill().unwrap()
            }
            assert_eq!(get(&store, "before").await.as_deref(), Some("done"), "reads come back");
            count(&store, &format!("round {round}")).await.unwrap().unwrap();
        }
        // While it is down, whoever asks waits.
        server.stop().unwrap();
        let mut waiting = tokio::task::JoinSet::new();
        let beside = store.clone();
        waiting.spawn(async move { count(&beside, "waited").await });
        server.start_again().unwrap();
        waiting.join_next().await.unwrap().unwrap().unwrap().unwrap();
        assert_eq!(get(&store, "count").await.as_deref(), Some("5"));
    });
}

#[test]
fn ids_are_never_given_out_twice_whatever_breaks() {
    let server = Server::start(&Options { durable: true, ..Options::default() }).unwrap();
    let database = server.database();
    run(async {
        let (one, two) = (open(&database.url()), open(&database.url()));
        let mut seen = std::collections::BTreeSet::new();
        for round in 0..6 {
            for store in [&one, &two] {
                let ids = store.write(|tx| tx.take_ids("event", 100)).await.unwrap().unwrap();
                assert!(ids.into_iter().all(|id| seen.insert(id)), "round {round}");
            }
            if round % 2 == 0 {
                server.kill().unwrap();
            }
        }
    });
}
