//! Work that one node at a time does.

use crate::on_every_engine;
use crate::shop::{NOW, assert_clean, drip_feed, node, order, set_up};
use counter::nodes::{Held, Job, Lease, LeaseHolder, Node, Role};
use counter::orders::{OrderReport, Report, RequestId};
use counter::{Counter, Failure, Refusal};
use domain::ProviderId;
use testkit::Database;

on_every_engine![
    a_paused_owner_writes_nothing_once_another_has_taken_over,
    who_leaves_in_order_is_followed_at_once,
    a_lease_is_good_for_its_own_job_only,
];

const LONG_US: i64 = 600_000_000;

/// The lease of a job as one of the nodes has it; nothing when another does.
async fn beat(counter: &Counter, node: &Node, has: &[Lease], job: Job) -> Option<Lease> {
    match counter.beat(node, has, &[job]).await.unwrap().pop().unwrap() {
        Held::Here(lease) => Some(lease),
        Held::Elsewhere => None,
    }
}

fn rows(database: &Database) -> Vec<i64> {
    let tables = ["orders", "transfer", "event", "seal", "request_id", "stock_batch"];
    tables.iter().map(|t| database.number(&format!("select count(*) from {t}"))).collect()
}

/// What is done under a lease, by a node that was paused for longer than its lease lasts.
async fn a_paused_owner_writes_nothing_once_another_has_taken_over(database: &Database) {
    let (paused, other) = (node(database.url()), node(database.url()));
    set_up(&paused).await;
    let parent = paused.place_order(drip_feed(), NOW).await.unwrap();
    let mut named = order(None);
    named.request_id = Some(RequestId { id: String::from("old"), hash: [1; 16] });
    paused.place_order(named, NOW.plus_hours(-100)).await.unwrap();
    // Its leases are over as soon as it has them.
    let (a, b) = (Node::new("a", Role::All, 0), Node::new("b", Role::All, LONG_US));
    let mut leases = Vec::new();
    for job in Job::USUAL {
        leases.push(beat(&paused, &a, &[], job).await.unwrap());
    }
    let lease = |job: Job| leases.iter().find(|lease| lease.job() == job).unwrap().clone();
    // As long as nobody has taken over, it works on.
    assert_eq!(paused.worker(lease(Job::Orders)).move_parts(NOW).await.unwrap(), 1);
    for job in Job::USUAL {
        let taken = beat(&other, &b, &[], job).await.unwrap();
        assert_eq!(taken.fence(), lease(job).fence() + 1);
    }
    // An import that has stopped in the middle; and the second run is due.
    database.by_hand(
        "insert into stock_batch (id, product_id, state, source, actor, lines, added, duplicates, \
         created_us, changed_us) values (1, 1, 'activating', 'x', 'x', 0, 0, 0, 1, 1)",
    );
    let later = NOW.plus_minutes(10);
    let before = rows(database);
    let orders = paused.worker(lease(Job::Orders));
    let refused = [
        orders.move_parts(later).await.map(|_| ()),
        paused.worker(lease(Job::Sealing)).seal_events(later).await.map(|_| ()),
        paused.worker(lease(Job::Retention)).forget_old(later).await.map(|_| ()),
        paused.worker(lease(Job::Stock)).resume_imports(later).await.map(|_| ()),
        paused
            .worker(lease(Job::Fulfilment))
            .give_up_attempts(ProviderId(1), &[], later)
            .await
            .map(|_| ()),
    ];
    for (number, refused) in refused.into_iter().enumerate() {
        assert!(refused.is_err_and(|error| error.is_lease_lost()), "{number}");
    }
    let report = OrderReport { order: parent, report: Report::Canceled, reason: None };
    let reported = orders.report_order(report, "paused", later).await;
    assert!(matches!(reported, Err(Failure::Store(error)) if error.is_lease_lost()));
    let placed = orders.place_order(order(None), later).await;
    assert!(matches!(placed, Err(Failure::Store(error)) if error.is_lease_lost()));
    assert_eq!(rows(database), before, "nothing was written");
    assert!(Job::USUAL.iter().all(|job| lease(*job).is_lost()), "it knows by now");
    assert!(beat(&paused, &a, &leases, Job::Orders).await.is_none());
    // Orders of others are taken all the same, and who has taken over starts the run.
    paused.place_order(order(None), later).await.unwrap();
    let lease = other.take_lease(&b, Job::Orders).await.unwrap();
    assert_eq!(other.worker(lease).move_parts(later).await.unwrap(), 1);
    assert_eq!(paused.show_order(parent, later).await.unwrap().parts.len(), 2, "each run once");
    database.by_hand("delete from stock_batch");
    assert_clean(&other).await;
}

async fn who_leaves_in_order_is_followed_at_once(database: &Database) {
    let (first, second) = (node(database.url()), node(database.url()));
    let (a, b) = (Node::new("a", Role::All, LONG_US), Node::new("b", Role::All, LONG_US));
    let holder = |node: Option<&str>| {
        let (name, node) = (String::from("sealing"), node.map(str::to_owned));
        vec![LeaseHolder { name, node }]
    };
    assert_eq!(first.lease_holders(&[Job::Sealing]).await.unwrap(), holder(None));
    let lease = beat(&first, &a, &[], Job::Sealing).await.unwrap();
    assert!(beat(&second, &b, &[], Job::Sealing).await.is_none());
    let again = beat(&first, &a, std::slice::from_ref(&lease), Job::Sealing).await.unwrap();
    assert_eq!(again.fence(), lease.fence(), "renewed, not taken anew");
    assert_eq!(second.lease_holders(&[Job::Sealing]).await.unwrap(), holder(Some("a")));
    let refused = second.take_lease(&b, Job::Sealing).await.unwrap_err();
    assert!(matches!(refused, Failure::Refused(Refusal::NotNow(_))), "{refused}");
    first.leave(&a, &[again]).await.unwrap();
    assert_eq!(second.lease_holders(&[Job::Sealing]).await.unwrap(), holder(None));
    let taken = beat(&second, &b, &[], Job::Sealing).await.unwrap();
    assert_eq!(taken.fence(), lease.fence() + 1);
    // What the first one still has of it is worth nothing, also for giving it back.
    first.leave(&a, &[lease]).await.unwrap();
    assert_eq!(first.lease_holders(&[Job::Sealing]).await.unwrap(), holder(Some("b")));
}

async fn a_lease_is_good_for_its_own_job_only(database: &Database) {
    let counter = node(database.url());
    let node = Node::new("a", Role::All, LONG_US);
    let sealing = counter.worker(counter.take_lease(&node, Job::Sealing).await.unwrap());
    sealing.seal_events(NOW).await.unwrap();
    let refused = sealing.move_parts(NOW).await.unwrap_err().to_string();
    assert!(refused.contains("the lease `orders` is needed"), "{refused}");
}
