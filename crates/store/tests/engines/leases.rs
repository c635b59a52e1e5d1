//! Leases: one owner at a time, by the database's clock, and a fence that outlives every pause.

use crate::{on_every_engine, open, run};
use domain::Timestamp;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use store::tables::leases::{self, LeaseRow};
use store::{DbError, Store, StoreError, Tx};
use testkit::Database;

on_every_engine![
    a_lease_goes_to_one_owner_at_a_time,
    many_who_want_a_lease_at_once_get_it_once,
    a_lost_lease_ends_a_unit_at_once,
    the_clock_of_the_database_goes_on,
];

const TERM_US: i64 = 60_000_000;

/// Takes the lease `job` for so long; nothing where another has it.
async fn take(store: &Store, owner: &str, term_us: i64) -> Option<i64> {
    let owner = owner.to_owned();
    let unit = move |tx: &mut dyn Tx| {
        let now = tx.database_now()?;
        leases::take(tx, "job", &owner, now, Timestamp(now.0.saturating_add(term_us)))
    };
    store.write(unit).await.unwrap().unwrap()
}

async fn renew(store: &Store, owner: &str, fence: i64) -> bool {
    let owner = owner.to_owned();
    let unit = move |tx: &mut dyn Tx| {
        let until = Timestamp(tx.database_now()?.0.saturating_add(TERM_US));
        leases::renew(tx, "job", &owner, fence, until)
    };
    store.write(unit).await.unwrap().unwrap()
}

async fn check(store: &Store, owner: &str, fence: i64) -> Result<(), StoreError> {
    let owner = owner.to_owned();
    let unit = move |tx: &mut dyn Tx| leases::check(tx, "job", &owner, fence);
    store.write(unit).await?.map_err(StoreError::from)
}

fn a_lease_goes_to_one_owner_at_a_time(database: &Database) {
    run(async {
        let (one, two) = (open(database), open(database));
        assert_eq!(take(&one, "a", TERM_US).await, Some(1));
        assert_eq!(take(&two, "b", TERM_US).await, None, "it is held");
        assert_eq!(take(&one, "a", TERM_US).await, Some(1), "its owner has it already");
        check(&one, "a", 1).await.unwrap();
        for (owner, fence) in [("b", 1), ("a", 0), ("a", 2)] {
            assert!(check(&two, owner, fence).await.unwrap_err().is_lease_lost());
        }
        // Its time is over at once, but as long as nobody else has taken it, it is good.
        database.by_hand("update lease set until_us = 1");
        check(&one, "a", 1).await.unwrap();
        assert_eq!(take(&two, "b", TERM_US).await, Some(2));
        assert!(check(&one, "a", 1).await.unwrap_err().is_lease_lost());
        assert!(!renew(&one, "a", 1).await, "what was lost is not had again by renewing");
        assert!(renew(&two, "b", 2).await);
        // Given back by who does not have it: nothing. By its owner: free at once.
        for (owner, fence, next) in [("a", 1, None), ("b", 2, Some(3))] {
            let unit = move |tx: &mut dyn Tx| leases::release(tx, "job", owner, fence);
            one.write(unit).await.unwrap().unwrap();
            assert_eq!(take(&one, "a", TERM_US).await, next);
        }
        let rows = one.read(|tx| leases::all(tx)).await.unwrap().unwrap();
        let row = rows.first().unwrap();
        assert_eq!((rows.len(), row.owner.as_str(), row.fence), (1, "a", 3));
        assert!(row.is_held(Timestamp(row.until.0.saturating_sub(1))) && !row.is_held(row.until));
        assert!(!LeaseRow { owner: String::new(), ..row.clone() }.is_held(Timestamp(0)));
    });
}

fn many_who_want_a_lease_at_once_get_it_once(database: &Database) {
    run(async {
        let stores = [open(database), open(database)];
        for fence in 1..=8 {
            let takers = (0..16).map(|taker: usize| {
                let store = stores[taker % 2].clone();
                async move { take(&store, &format!("taker {taker}"), TERM_US).await }
            });
            let mut takers: tokio::task::JoinSet<_> = takers.collect();
            let mut got = Vec::new();
            while let Some(done) = takers.join_next().await {
                got.extend(done.unwrap());
            }
            assert_eq!(got, [fence], "one of them");
            database.by_hand("update lease set until_us = 1");
        }
    });
}

fn a_lost_lease_ends_a_unit_at_once(database: &Database) {
    run(async {
        let store = open(database);
        assert_eq!(take(&store, "a", TERM_US).await, Some(1));
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let unit = move |tx: &mut dyn Tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            // The error is swallowed: the unit is rolled back all the same.
            drop(leases::check(tx, "job", "a", 2));
            Ok::<_, DbError>(())
        };
        let refused = store.write(unit).await.unwrap_err();
        assert!(refused.is_lease_lost(), "{refused}");
        assert_eq!(
            refused.to_string(),
            "database error, nothing was written: LEASE_LOST: the \
            lease `job` is not held any more"
        );
        assert_eq!(runs.load(Ordering::SeqCst), 1, "it is not run again");
    });
}

fn the_clock_of_the_database_goes_on(database: &Database) {
    run(async {
        let store = open(database);
        let before = store.read(|tx| tx.database_now()).await.unwrap().unwrap();
        let (early, late) = (1_577_836_800_000_000, 15_778_368_000_000_000);
        assert!(before.0 > early && before.0 < late, "microseconds since 1970: {before:?}");
        loop {
            let later = store.read(|tx| tx.database_now()).await.unwrap().unwrap();
            if later > before {
                return;
            }
        }
    });
}

/// A unit that has made sure of its fence keeps others from taking the lease before it has ended, and
/// they do not wait for it: they look again.
#[test]
fn a_unit_under_way_keeps_the_lease() {
    let database = Database::postgres();
    let (one, two) = (open(&database), open(&database));
    run(async {
        assert_eq!(take(&one, "a", 0).await, Some(1), "over as soon as it is taken");
        let (checked, is_checked) = mpsc::channel();
        let (go_on, may_go_on) = mpsc::channel::<()>();
        let may_go_on = parking(may_go_on);
        let unit = move |tx: &mut dyn Tx| {
            leases::check(tx, "job", "a", 1)?;
            checked.send(()).unwrap();
            may_go_on();
            Ok::<_, DbError>(())
        };
        let mut under_way = tokio::task::JoinSet::new();
        let store = one.clone();
        under_way.spawn_blocking(move || crate::run(store.write(unit)));
        is_checked.recv().unwrap();
        assert_eq!(take(&two, "b", TERM_US).await, None, "a unit of its owner is under way");
        // Renewing does not wait for it either.
        assert!(renew(&one, "a", 1).await);
        database.by_hand("update lease set until_us = 1");
        go_on.send(()).unwrap();
        under_way.join_next().await.unwrap().unwrap().unwrap().unwrap();
        assert_eq!(take(&two, "b", TERM_US).await, Some(2));
    });
}

/// Waits for one message, on whatever thread.
fn parking(receiver: mpsc::Receiver<()>) -> impl Fn() + Send {
    let receiver = std::sync::Mutex::new(receiver);
    move || receiver.lock().unwrap().recv().unwrap()
}
