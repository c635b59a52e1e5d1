//! Units: what they keep and what they do not.

use crate::{on_every_engine, open, run};
use domain::{AccountId, Micros, Timestamp};
use store::tables::{accounts, meta};
use store::{Access, DbError, OpenError, Store, StoreError, Tx};
use testkit::Database;

on_every_engine![
    what_was_written_is_there_after_a_new_start,
    a_refused_unit_leaves_nothing_and_its_neighbours_stay,
    ids_are_given_out_once,
    a_guarded_write_that_finds_something_else_is_rolled_back,
    many_units_at_once_lose_nothing,
    stores_beside_each_other_see_what_the_other_wrote,
    a_moment_ends_when_an_epoch_moves,
    a_read_sees_one_state,
    a_database_is_opened_only_as_what_it_is,
];

async fn put(store: &Store, name: &str) -> Result<Result<(), DbError>, StoreError> {
    let name = name.to_owned();
    store.write(move |tx| meta::put(tx, &name, "x")).await
}

async fn get(store: &Store, name: &str) -> Option<String> {
    store.read(|tx| meta::get(tx, name)).await.unwrap().unwrap()
}

fn what_was_written_is_there_after_a_new_start(database: &Database) {
    run(async {
        let store = open(database);
        put(&store, "a").await.unwrap().unwrap();
        drop(store);
        assert_eq!(get(&open(database), "a").await.as_deref(), Some("x"));
    });
}

fn a_refused_unit_leaves_nothing_and_its_neighbours_stay(database: &Database) {
    run(async {
        let store = open(database);
        let refused = store.write(|tx| {
            meta::put(tx, "refused", "x")?;
            Err::<(), DbError>(DbError::new("TEST", "no"))
        });
        let panicking = store.write(|tx| -> Result<(), DbError> {
            meta::put(tx, "panicked", "x")?;
            panic!("on purpose")
        });
        // A unit that swallows a statement's error is rolled back all the same.
        let swallowing = store.write(|tx| {
            meta::put(tx, "swallowed", "x")?;
            let (id, zero, now) = (AccountId(7), Micros::ZERO, Timestamp(0));
            accounts::insert(tx, id, "same", zero, true, now)?;
            drop(accounts::insert(tx, id, "same", zero, true, now));
            Ok::<_, DbError>(())
        });
        let (first, refused, panicking, swallowing, last) =
            tokio::join!(put(&store, "first"), refused, panicking, swallowing, put(&store, "last"));
        first.unwrap().unwrap();
        last.unwrap().unwrap();
        assert_eq!(refused, Ok(Err(DbError::new("TEST", "no"))));
        assert_eq!(panicking, Err(StoreError::Panicked(String::from("on purpose"))));
        assert!(matches!(swallowing, Err(StoreError::Db(_))), "{swallowing:?}");
        for gone in ["refused", "panicked", "swallowed"] {
            assert_eq!(get(&store, gone).await, None, "{gone}");
        }
        for kept in ["first", "last"] {
            assert_eq!(get(&store, kept).await.as_deref(), Some("x"), "{kept}");
        }
    });
}

fn ids_are_given_out_once(database: &Database) {
    run(async {
        let store = open(database);
        let mut seen = std::collections::BTreeSet::new();
        for count in [1, 3, 0, 700, 2, 5_000] {
            let take = move |tx: &mut dyn Tx| tx.take_ids("order", count);
            let ids = store.write(take).await.unwrap().unwrap();
            assert!(ids.is_sorted());
            assert_eq!(ids.len(), count);
            assert!(ids.iter().all(|id| *id >= 1 && seen.insert(*id)), "given out twice");
        }
        // A new start wastes few of them.
        drop(store);
        let store = open(database);
        let next = store.write(|tx| tx.take_id_of_order()).await.unwrap().unwrap();
        assert!(seen.insert(next) && next < 10_000, "{next}");
        // Public ids end below 2^31: what does not fit is refused, not wrapped around.
        let used_up = |error: &StoreError| matches!(error, StoreError::Db(e) if e.is_ids_used_up());
        let too_many = store.write(|tx: &mut dyn Tx| tx.take_ids("order", 2_147_483_647)).await;
        assert!(used_up(&too_many.unwrap_err()));
        let unknown = store.write(|tx: &mut dyn Tx| tx.take_ids("nothing", 1)).await;
        assert!(used_up(&unknown.unwrap_err()));
        let next = store.write(|tx| tx.take_id_of_order()).await.unwrap().unwrap();
        assert!(seen.insert(next));
    });
}

/// Shorthand.
trait TakeOrderId {
    fn take_id_of_order(&mut self) -> Result<i64, DbError>;
}

impl TakeOrderId for dyn Tx + '_ {
    fn take_id_of_order(&mut self) -> Result<i64, DbError> {
        store::TxExt::take_id(self, "order")
    }
}

fn a_guarded_write_that_finds_something_else_is_rolled_back(database: &Database) {
    run(async {
        let store = open(database);
        let outcome = store.write(|tx| {
            meta::put(tx, "before", "x")?;
            accounts::set_suspended(tx, AccountId(404), true)
        });
        let outcome = outcome.await;
        assert!(matches!(outcome, Err(StoreError::Db(_))), "{outcome:?}");
        assert_eq!(get(&store, "before").await, None);
    });
}

fn many_units_at_once_lose_nothing(database: &Database) {
    run(async {
        let (one, two) = (open(database), open(database));
        put(&one, "count").await.unwrap().unwrap();
        one.write(|tx| meta::put(tx, "count", "0")).await.unwrap().unwrap();
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..200 {
            let store = if number % 2 == 0 { one.clone() } else { two.clone() };
            calls.spawn(async move {
                let unit = |tx: &mut dyn Tx| {
                    meta::lock_catalogue(tx)?;
                    let count = meta::get(tx, "count")?.unwrap().parse::<i64>().unwrap();
                    meta::put(tx, "count", &count.saturating_add(1).to_string())
                };
                store.write(unit).await
            });
        }
        while let Some(done) = calls.join_next().await {
            done.unwrap().unwrap().unwrap();
        }
        assert_eq!(get(&one, "count").await.as_deref(), Some("200"));
    });
}

fn stores_beside_each_other_see_what_the_other_wrote(database: &Database) {
    run(async {
        let (one, two) = (open(database), open(database));
        for round in 0..20 {
            let (writer, reader) = if round % 2 == 0 { (&one, &two) } else { (&two, &one) };
            let text = round.to_string();
            let unit = move |tx: &mut dyn Tx| meta::put(tx, "round", &text);
            writer.write(unit).await.unwrap().unwrap();
            assert_eq!(get(reader, "round").await, Some(round.to_string()));
        }
    });
}

fn a_moment_ends_when_an_epoch_moves(database: &Database) {
    run(async {
        let store = open(database);
        let before = store.moment().unwrap();
        store.write(meta::bump_catalogue_epoch).await.unwrap().unwrap();
        assert_ne!(store.moment(), Some(before));
    });
}

fn a_read_sees_one_state(database: &Database) {
    run(async {
        let store = open(database);
        let beside = open(database);
        put(&store, "a").await.unwrap().unwrap();
        let read = store.read(|tx| {
            let before = meta::get(tx, "b")?;
            std::thread::scope(|scope| {
                scope.spawn(|| run(put(&beside, "b")).unwrap().unwrap()).join().unwrap();
            });
            Ok::<_, DbError>((before, meta::get(tx, "b")?))
        });
        assert_eq!(read.await.unwrap().unwrap(), (None, None));
        assert_eq!(get(&store, "b").await.as_deref(), Some("x"));
    });
}

fn a_database_is_opened_only_as_what_it_is(database: &Database) {
    {
        let missing = Store::open(database.url(), Access::Existing, |_| {});
        assert!(matches!(missing, Err(OpenError::Missing { .. })), "{missing:?}");
    }
    let status = Store::migrate(database.url()).unwrap();
    let newest = i64::try_from(store::MIGRATIONS.len()).unwrap();
    assert_eq!((status.before, status.after), (0, newest));
    assert_eq!(Store::migrate(database.url()).unwrap().before, newest, "again is harmless");
    drop(Store::open(database.url(), Access::Existing, |_| {}).unwrap());

    database.by_hand("update schema_migration set checksum = 'other' where version = 1");
    let altered = Store::open(database.url(), Access::CreateIfMissing, |_| {});
    assert!(matches!(altered, Err(OpenError::Altered { version: 1, .. })), "{altered:?}");
    database.by_hand(
        "insert into schema_migration values (999, 'future', 'x');\
         update meta set value = '999' where name = 'schema_works_from'",
    );
    let ahead = Store::open(database.url(), Access::Migrate, |_| {});
    assert!(matches!(ahead, Err(OpenError::Ahead { found: 999, .. })), "{ahead:?}");
}
