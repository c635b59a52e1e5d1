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

/// Runs statements on the primary, whichever that is: on a machine that is busy, a manager may have
/// one step down that is late. They may be run more than once.
fn on_primary(cluster: &Cluster, sql: &str) -> usize {
    let done = pgkit::poll(6_000, || {
        let primary = cluster.primary()?;
        cluster.run_sql(primary, sql).ok().map(|_| primary)
    });
    done.expect("the primary does what it is told")
}

/// What was acknowledged is on the standby that takes over, and the node that was killed comes back
/// as its standby; also when it has what the others never got.
fn takes_over(manager: Manager) {
    let mut cluster = Cluster::start(manager).unwrap();
    on_primary(&cluster, "create table if not exists a (b text primary key)");
    on_primary(&cluster, "insert into a values ('waited for') on conflict (b) do nothing");
    assert_eq!(cluster.url().matches("127.0.0.1").count(), NODES);

    // Held up for so long, it cannot arrive.
    cluster.hold_replication(Duration::from_secs(600));
    let alone = "set synchronous_commit = local; \
        insert into a values ('gone ahead') on conflict (b) do nothing";
    let first = on_primary(&cluster, alone);
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
