//! Units on a connection that breaks, with other units in the way: every unit is carried out once, or
//! its caller knows that it was not.

use crate::{count, get, open, run};
use pgkit::proxy::{Fault, Faults, Proxy};
use std::sync::Arc;
use store::StoreError;

const UNITS: usize = 400;

/// What became of the units: how many are acknowledged, and how many are there.
fn outcome(faults: Faults, isolation: &str) -> (Proxy, usize) {
    let server = pgkit::Server::shared();
    let database = server.database();
    drop(open(&database.url()));
    let proxy = Proxy::start(server.address(), faults, 7).unwrap();
    let url = format!("{}?writers=8&isolation={isolation}", proxy.url(&database));
    let acknowledged = run(async {
        let store = Arc::new(open(&url));
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..UNITS {
            let store = Arc::clone(&store);
            calls.spawn(async move { (number, count(&store, &format!("unit {number}")).await) });
        }
        let mut acknowledged = Vec::new();
        while let Some(done) = calls.join_next().await {
            match done.unwrap() {
                (number, Ok(Ok(()))) => acknowledged.push(number),
                // Met too often. Nothing was written then, which is checked below.
                (_, Err(StoreError::Db(_))) => {}
                (number, other) => panic!("unit {number}: {other:?}"),
            }
        }
        drop(store);
        acknowledged
    });
    proxy.set_faults(Faults::none());
    run(async {
        let store = open(&database.url());
        let mut there: usize = 0;
        for number in 0..UNITS {
            let done = get(&store, &format!("unit {number}")).await.is_some();
            assert_eq!(done, acknowledged.contains(&number), "unit {number}");
            there = there.saturating_add(usize::from(done));
        }
        let counted = get(&store, "count").await.unwrap().parse::<usize>().unwrap();
        assert_eq!(counted, there, "each once");
    });
    (proxy, acknowledged.len())
}

#[test]
fn every_kind_of_fault_together_loses_and_doubles_nothing() {
    let (proxy, acknowledged) = outcome(Faults::each(40), "read_committed");
    assert_eq!(acknowledged, UNITS, "nobody had to be refused");
    for fault in Fault::ALL {
        assert!(proxy.counts().of(fault) > 0, "{fault:?}: {:?}", proxy.counts());
    }
}

/// Each COMMIT whose answer is lost is settled rightly: where it was carried out, and where it was
/// not, also where it arrives after somebody has looked.
#[test]
fn commits_without_an_answer_are_settled() {
    for fault in [
        Fault::CutBeforeCommit,
        Fault::CutAfterCommit,
        Fault::CutAtCommit,
        Fault::LateCommit,
        Fault::SerializationAtCommit,
    ] {
        let (proxy, acknowledged) = outcome(Faults::none().with(fault, 150), "read_committed");
        assert_eq!(acknowledged, UNITS, "{fault:?}");
        assert!(proxy.counts().of(fault) > 20, "{fault:?}: {:?}", proxy.counts());
    }
}

#[test]
fn units_that_meet_are_run_again_also_when_the_database_keeps_them_apart() {
    let (_, acknowledged) = outcome(Faults::none().with(Fault::Serialization, 200), "serializable");
    assert!(acknowledged > 0);
}
