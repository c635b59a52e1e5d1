//! The SQLite engine: what a unit keeps, what it does not, and how a database is opened.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done is a failed test")]

mod closing;
mod groups;
mod locking;
mod reading;
mod wal;

use store::tables::{accounts, meta};
use store::{Access, DbError, OpenError, Store, StoreError, Tx, Unit};
use tempfile::TempDir;
use tokio::sync::oneshot;

fn open(folder: &TempDir) -> Store {
    let url = url(folder);
    Store::open(&url, Access::CreateIfMissing, |error| panic!("{error}")).unwrap()
}

fn url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("counter.db").display())
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

async fn put(store: &Store, name: &'static str) -> Result<Result<(), DbError>, StoreError> {
    store.write(move |tx| meta::put(tx, name, "x")).await
}

async fn get(store: &Store, name: &str) -> Option<String> {
    store.read(|tx| meta::get(tx, name)).await.unwrap().unwrap()
}

#[test]
fn ids_are_given_out_once_and_not_used_up_by_a_refused_unit() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder);
        let take = |count| store.write(move |tx: &mut dyn Tx| tx.take_ids("order", count));
        assert_eq!(take(3).await.unwrap().unwrap(), [1, 2, 3]);
        let refused = store.write(|tx| {
            tx.take_ids("order", 5)?;
            Err::<(), DbError>(DbError::new("TEST", "no"))
        });
        refused.await.unwrap().unwrap_err();
        assert_eq!(take(1).await.unwrap().unwrap(), [4]);
        assert_eq!(take(0).await.unwrap().unwrap(), Vec::<i64>::new());
        // Public ids end below 2^31: what does not fit is refused, not wrapped around.
        let too_many = take(2_147_483_647).await;
        let used_up = |error: &StoreError| matches!(error, StoreError::Db(e) if e.is_ids_used_up());
        assert!(used_up(&too_many.unwrap_err()));
        let unknown = store.write(|tx: &mut dyn Tx| tx.take_ids("nothing", 1)).await;
        assert!(used_up(&unknown.unwrap_err()));
        let other = store.write(|tx| accounts::set_suspended(tx, domain::AccountId(404), true));
        assert!(!used_up(&other.await.unwrap_err()));
        assert_eq!(take(1).await.unwrap().unwrap(), [5]);
    });
}

#[test]
fn a_caller_that_goes_away_does_not_undo_its_unit() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder);
        let mut call = Box::pin(put(&store, "a"));
        std::future::poll_fn(|context| {
            drop(call.as_mut().poll(context));
            std::task::Poll::Ready(())
        })
        .await;
        drop(call);
        // The writer takes units in order: once this one is through, the first one is.
        put(&store, "b").await.unwrap().unwrap();
        assert_eq!(get(&store, "a").await.as_deref(), Some("x"));
    });
}

/// A unit that tells when it runs and waits to be let go.
struct Slow {
    began: Option<oneshot::Sender<()>>,
    go: std::sync::mpsc::Receiver<()>,
}

impl Unit for Slow {
    fn run(&mut self, _tx: &mut dyn Tx) -> Result<(), DbError> {
        if let Some(began) = self.began.take() {
            began.send(()).unwrap();
        }
        self.go.recv().unwrap();
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        outcome.unwrap();
    }
}

struct Told(oneshot::Sender<Result<(), StoreError>>);

impl Unit for Told {
    fn run(&mut self, _tx: &mut dyn Tx) -> Result<(), DbError> {
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        self.0.send(outcome).unwrap();
    }
}

#[test]
fn a_full_queue_refuses_at_once_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let path = folder.path().join("counter.db");
        let options =
            store::SqliteOptions { readers: 1, queue: 3, ..store::SqliteOptions::new(path) };
        let store =
            Store::open_sqlite(&options, Access::CreateIfMissing, |e| panic!("{e}")).unwrap();
        let (began, begun) = oneshot::channel();
        let (go, wait) = std::sync::mpsc::channel();
        store.submit(Box::new(Slow { began: Some(began), go: wait }));
        begun.await.unwrap();
        let submit = || {
            let (tell, told) = oneshot::channel();
            store.submit(Box::new(Told(tell)));
            told
        };
        let calls: Vec<_> = (0..5).map(|_| submit()).collect();
        go.send(()).unwrap();
        let mut outcomes = Vec::new();
        for call in calls {
            outcomes.push(call.await.unwrap());
        }
        let (done, full) = (Ok(()), Err(StoreError::Full));
        assert_eq!(outcomes, [done.clone(), done.clone(), done, full.clone(), full]);
    });
}

#[test]
fn a_database_is_opened_only_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counter.db");
    let missing = Store::open(&url(&folder), Access::Existing, |_| {});
    assert!(matches!(missing, Err(OpenError::Missing { .. })), "{missing:?}");
    assert!(!path.exists(), "a refusal leaves no file behind");
    for bad in ["", "counter.db", "sqlite:", "sqlite::memory:", "mysql://x"] {
        let refused = Store::open(bad, Access::CreateIfMissing, |_| {});
        assert!(matches!(refused, Err(OpenError::Url)), "{bad}: {refused:?}");
    }
    let status = Store::migrate(&url(&folder)).unwrap();
    let newest = i64::try_from(store::MIGRATIONS.len()).unwrap();
    assert_eq!((status.before, status.after), (0, newest));
    assert_eq!(Store::migrate(&url(&folder)).unwrap().before, newest, "again is harmless");

    let change = |statement: &str| {
        let connection = rusqlite::Connection::open(&path).unwrap();
        assert_eq!(connection.execute(statement, []).unwrap(), 1);
    };
    change("update schema_migration set checksum = 'other' where version = 1");
    let altered = Store::open(&url(&folder), Access::CreateIfMissing, |_| {});
    assert!(matches!(altered, Err(OpenError::Altered { version: 1, .. })), "{altered:?}");
    change("insert into schema_migration values (999, 'future', 'x')");
    change("update meta set value = '999' where name = 'schema_works_from'");
    let ahead = Store::open(&url(&folder), Access::Migrate, |_| {});
    assert!(matches!(ahead, Err(OpenError::Ahead { found: 999, .. })), "{ahead:?}");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counter.db");
    std::fs::write(&path, "not a database, but somebody's thesis").unwrap();
    let refused = Store::open(&url(&folder), Access::CreateIfMissing, |_| {});
    assert!(matches!(refused, Err(OpenError::Engine { .. })), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "not a database, but somebody's thesis");
}
