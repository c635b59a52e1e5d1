//! The end of a store: what it leaves on disk, and where it may be dropped.

use crate::{get, open, put, run, url};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use store::{Access, DbError, Store, StoreError, Tx, Unit};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// The three files of a database.
fn files(folder: &TempDir) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|end| folder.path().join(format!("counter.db{end}")))
}

/// Which of them are there.
fn there(folder: &TempDir) -> [bool; 3] {
    files(folder).map(|file| file.exists())
}

/// What a copy of the database file alone says, as `scp` or `mv` of the one file would make it.
fn in_file_alone(file: &Path, name: &str) -> Option<String> {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(file, elsewhere.path().join("counter.db")).unwrap();
    let store = Store::open(&url(&elsewhere), Access::Existing, |_| {}).unwrap();
    run(get(&store, name))
}

#[test]
fn a_closed_database_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    run(put(&store, "a")).unwrap().unwrap();
    assert_eq!(run(get(&store, "a")).as_deref(), Some("x"));
    let clone = store.clone();
    drop(store);
    assert_eq!(there(&folder), [true; 3], "a clone still works with it");
    assert_eq!(run(get(&clone, "a")).as_deref(), Some("x"));
    drop(clone);
    assert_eq!(there(&folder), [true, false, false]);
    assert_eq!(in_file_alone(&files(&folder)[0], "a").as_deref(), Some("x"));
}

#[test]
fn the_last_of_two_stores_leaves_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (open(&folder), open(&folder));
    run(put(&one, "a")).unwrap().unwrap();
    run(put(&two, "b")).unwrap().unwrap();
    drop(one);
    assert_eq!(in_file_alone(&files(&folder)[0], "b").as_deref(), Some("x"));
    run(put(&two, "c")).unwrap().unwrap();
    assert_eq!(run(get(&two, "a")).as_deref(), Some("x"));
    drop(two);
    assert_eq!(there(&folder), [true, false, false]);
    for name in ["a", "b", "c"] {
        assert_eq!(in_file_alone(&files(&folder)[0], name).as_deref(), Some("x"), "{name}");
    }
}

/// Somebody looks into the file with another program, and is in the middle of it.
#[test]
fn a_store_closes_beside_a_reader() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    run(put(&store, "a")).unwrap().unwrap();
    let [file, ..] = files(&folder);
    let other = rusqlite::Connection::open(&file).unwrap();
    let count = || {
        let text = "select count(*) from meta where name = 'a'";
        other.query_row(text, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    other.execute_batch("begin").unwrap();
    assert_eq!(count(), 1);
    drop(store);
    assert_eq!(count(), 1);
    other.execute_batch("rollback").unwrap();
    let again = open(&folder);
    assert_eq!(run(get(&again, "a")).as_deref(), Some("x"));
    drop(again);
    assert_eq!(count(), 1);
    assert_eq!(in_file_alone(&file, "a").as_deref(), Some("x"));
    other.close().unwrap();
    assert_eq!(there(&folder), [true, false, false]);
}

/// A unit that owns a store, and drops it when it is finished.
struct Owner {
    store: Option<Store>,
    go: std::sync::mpsc::Receiver<()>,
    dropped: Option<oneshot::Sender<bool>>,
}

impl Unit for Owner {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), DbError> {
        // Until the other clone is gone.
        self.go.recv().unwrap();
        store::tables::meta::put(tx, "a", "x")
    }

    fn finish(mut self: Box<Self>, outcome: Result<(), StoreError>) {
        let sound = catch_unwind(AssertUnwindSafe(|| drop(self.store.take()))).is_ok();
        self.dropped.take().unwrap().send(sound && outcome.is_ok()).unwrap();
    }
}

/// Dropped with the writing thread, when its connection is closed already.
struct Ended(Option<oneshot::Sender<()>>);

impl Drop for Ended {
    fn drop(&mut self) {
        // Nobody listens any more when the test has failed.
        let _ = self.0.take().unwrap().send(());
    }
}

#[test]
fn a_unit_may_own_the_last_clone() {
    let folder = tempfile::tempdir().unwrap();
    let (tell, end) = oneshot::channel();
    let ended = Ended(Some(tell));
    let on_fatal = move |error: &str| panic!("{error}, {}", ended.0.is_some());
    let store = Store::open(&url(&folder), Access::CreateIfMissing, on_fatal).unwrap();
    let (go, wait) = std::sync::mpsc::channel();
    let (tell, dropped) = oneshot::channel();
    let owner = Owner { store: Some(store.clone()), go: wait, dropped: Some(tell) };
    store.submit(Box::new(owner));
    // Behind it, and not lost with it.
    let (tell, told) = oneshot::channel();
    store.submit(Box::new(crate::Told(tell)));
    drop(store);
    go.send(()).unwrap();
    run(async {
        assert!(dropped.await.unwrap(), "the drop panicked, or the unit was not kept");
        assert_eq!(told.await.unwrap(), Ok(()));
        end.await.unwrap();
    });
    assert_eq!(there(&folder), [true, false, false]);
    assert_eq!(in_file_alone(&files(&folder)[0], "a").as_deref(), Some("x"));
}

#[cfg(unix)]
#[test]
fn a_new_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |file: &PathBuf| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    run(put(&store, "a")).unwrap().unwrap();
    assert_eq!(files(&folder).each_ref().map(mode), [0o600; 3]);
    drop(store);
    let [file, ..] = files(&folder);
    assert_eq!(mode(&file), 0o600);
    // Whoever gives it to a group means it.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    drop(open(&folder));
    assert_eq!(mode(&file), 0o640);

    let migrated = tempfile::tempdir().unwrap();
    Store::migrate(&url(&migrated)).unwrap();
    assert_eq!(mode(&files(&migrated)[0]), 0o600);
}
