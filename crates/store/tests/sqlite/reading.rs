//! Reads that go wrong, and the connections they leave behind.

use crate::{get, put, run};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use store::tables::meta;
use store::{Access, DbError, SqliteOptions, Store, StoreError, Tx};

const READERS: usize = 3;

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("a read of SQLite does not wait"),
    }
}

/// Reads on every connection, each inside the read before; `last` in the innermost.
fn on_all(store: &Store, last: &(dyn Fn(&mut dyn Tx) + Sync)) {
    within(store, 1..READERS, last);
}

fn within(store: &Store, mut more: std::ops::Range<usize>, last: &(dyn Fn(&mut dyn Tx) + Sync)) {
    let read = store.read(|tx| {
        let before = meta::get(tx, "a")?;
        match more.next() {
            Some(_) => within(store, more.clone(), last),
            None => last(tx),
        }
        Ok::<_, DbError>(before)
    });
    assert_eq!(now(read).unwrap().unwrap().as_deref(), Some("x"));
}

#[test]
fn a_read_that_fails_or_panics_leaves_its_connection_usable() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counter.db");
    let options = SqliteOptions { readers: READERS, queue: 8, ..SqliteOptions::new(path) };
    let store = Store::open_sqlite(&options, Access::CreateIfMissing, |e| panic!("{e}")).unwrap();
    run(put(&store, "a")).unwrap().unwrap();
    let all = || on_all(&store, &|_| {});
    all();

    // The panic goes through a read on every connection.
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        on_all(&store, &|_| panic!("on purpose"));
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&"on purpose"));
    all();

    for _ in 0..READERS {
        let refused = now(store.read(|_| Err::<(), _>(DbError::new("TEST", "no"))));
        assert_eq!(refused, Ok(Err(DbError::new("TEST", "no"))));
        let poisoned = now(store.read(|tx| {
            drop(meta::put(tx, "c", "a reader cannot write"));
            Ok::<_, DbError>(())
        }));
        assert!(matches!(poisoned, Err(StoreError::Db(_))), "{poisoned:?}");
    }
    all();

    // A snapshot that was left open would not see it.
    run(put(&store, "b")).unwrap().unwrap();
    on_all(&store, &|tx| assert_eq!(meta::get(tx, "b").unwrap().as_deref(), Some("x")));
    assert_eq!(run(get(&store, "b")).as_deref(), Some("x"));
}
