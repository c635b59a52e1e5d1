//! Clusters, as tests meet them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot be set up has failed"
)]

use pgcluster::{Cluster, Manager, NODES};
use std::time::Duration;

/// The next primary; it is not the old one.
fn next_primary(cluster: &Cluster, old: usize) -> usize {
    let found = pgkit::poll(6_000, || cluster.primary().filter(|node| *node != old));
    found.expect("a standby takes over within a minute")
}

/// What was acknowledged is on the standby that takes over, and the node that was killed comes back
/// as its standby; also when it has what the others never got.
fn takes_over(manager: Manager) {
    let mut cluster = Cluster::start(manager).unwrap();
    let first = cluster.primary().unwrap();
    cluster.run_sql(first, "create table a (b text)").unwrap();
    cluster.run_sql(first, "insert into a values ('waited for')").unwrap();
    assert_eq!(cluster.url().matches("127.0.0.1").count(), NODES);

    // Held up for so long, it cannot arrive.
    cluster.hold_replication(Duration::from_secs(600));
    let alone = "set synchronous_commit = local; insert into a values ('gone ahead')";
    cluster.run_sql(first, alone).unwrap();
    cluster.kill(first).unwrap();
    assert!(cluster.run_sql(first, "select 1").is_err());
    cluster.hold_replication(Duration::ZERO);
    let second = next_primary(&cluster, first);
    cluster.complete().unwrap();
    assert_eq!(cluster.primary(), Some(second));
    for node in 0..NODES {
        let rows = pgkit::poll(3_000, || {
            let rows = cluster.run_sql(node, "select b from a order by b").ok()?;
            (rows == "waited for").then_some(rows)
        });
        assert!(rows.is_some(), "node {node}");
    }
}

#[test]
fn a_standby_takes_over_under_pg_auto_failover() {
    takes_over(Manager::PgAutoFailover);
}

#[test]
fn a_standby_takes_over_under_patroni() {
    takes_over(Manager::Patroni);
}
