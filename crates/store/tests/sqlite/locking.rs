//! Another process that holds the lock for longer than the store waits.

use crate::{get, put, run, url};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Access, DbError, SqliteOptions, Store, StoreError, Tx, Unit};
use tempfile::TempDir;

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("counter.db")
}

fn open(folder: &TempDir, lock_wait: Duration) -> Store {
    let options = SqliteOptions { readers: 1, queue: 64, ..SqliteOptions::new(file(folder)) };
    let on_fatal = |error: &str| panic!("{error}");
    Store::open_sqlite_waiting(&options, lock_wait, Access::CreateIfMissing, on_fatal).unwrap()
}

/// The lock, held as another process would.
fn foreign_lock(folder: &TempDir) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(file(folder)).unwrap();
    connection.execute_batch("begin immediate").unwrap();
    connection
}

/// Stops the writing thread between two transactions: after its COMMIT, before the next BEGIN.
struct Gate {
    reached: Sender<()>,
    go: Receiver<()>,
}

impl Unit for Gate {
    fn run(&mut self, _tx: &mut dyn Tx) -> Result<(), DbError> {
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        outcome.unwrap();
        self.reached.send(()).unwrap();
        self.go.recv().unwrap();
    }
}

/// Tells its outcome; the first one of them frees the lock.
struct Waiter {
    lock: Arc<Mutex<Option<rusqlite::Connection>>>,
    told: Sender<Result<(), StoreError>>,
}

impl Unit for Waiter {
    fn run(&mut self, _tx: &mut dyn Tx) -> Result<(), DbError> {
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        drop(self.lock.lock().unwrap().take());
        self.told.send(outcome).unwrap();
    }
}

/// A unit that was tried after the first one had been refused would find the lock free: so all of
/// them were refused by the one wait.
#[test]
fn all_that_wait_for_a_lock_are_refused_by_one_wait() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, Duration::from_millis(20));
    let (reached, at_gate) = channel();
    let (go, wait) = channel();
    store.submit(Box::new(Gate { reached, go: wait }));
    at_gate.recv().unwrap();
    let lock = Arc::new(Mutex::new(Some(foreign_lock(&folder))));
    let (told, outcomes) = channel();
    for _ in 0..10 {
        store.submit(Box::new(Waiter { lock: Arc::clone(&lock), told: told.clone() }));
    }
    drop(told);
    go.send(()).unwrap();
    let outcomes: Vec<_> = outcomes.iter().collect();
    assert_eq!(outcomes.len(), 10);
    for outcome in outcomes {
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    }
    run(put(&store, "after")).unwrap().unwrap();
    assert_eq!(run(get(&store, "after")).as_deref(), Some("x"));
}

/// Closing does not wait for the lock at all, and brings everything into the file all the same.
#[test]
fn a_store_closes_beside_a_foreign_lock() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, Duration::from_secs(3_600));
    run(put(&store, "a")).unwrap().unwrap();
    let lock = foreign_lock(&folder);
    let (tell, closed) = channel();
    let closing = std::thread::Builder::new().spawn(move || {
        drop(store);
        tell.send(()).unwrap();
    });
    // Generous: it is an hour when it waits.
    closed.recv_timeout(Duration::from_secs(60)).unwrap();
    closing.unwrap().join().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(file(&folder), file(&elsewhere)).unwrap();
    let copy = Store::open(&url(&elsewhere), Access::Existing, |_| {}).unwrap();
    assert_eq!(run(get(&copy, "a")).as_deref(), Some("x"));
    lock.execute_batch("insert into meta values ('b', 'x'); commit").unwrap();
    drop(lock);
    let again = open(&folder, Duration::from_secs(10));
    assert_eq!(run(get(&again, "b")).as_deref(), Some("x"));
}

/// A stop while units wait for the lock takes the one wait that has begun.
#[test]
fn a_stop_refuses_what_waits_for_a_lock() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder, Duration::from_millis(20));
    let (reached, at_gate) = channel();
    let (go, wait) = channel();
    store.submit(Box::new(Gate { reached, go: wait }));
    at_gate.recv().unwrap();
    let _lock = foreign_lock(&folder);
    let (told, outcomes) = channel();
    for _ in 0..3 {
        let lock = Arc::new(Mutex::new(None));
        store.submit(Box::new(Waiter { lock, told: told.clone() }));
    }
    drop(told);
    go.send(()).unwrap();
    drop(store);
    let outcomes: Vec<_> = outcomes.try_iter().collect();
    assert_eq!(outcomes.len(), 3, "all were told before the store was closed");
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Unavailable(_)))));
}
