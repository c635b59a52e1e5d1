//! How long the WAL becomes.

use crate::{get, run};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::tables::meta;
use store::{Access, Checkpoints, DbError, SqliteOptions, Store, Tx};
use tempfile::TempDir;

/// Pages after which it is copied.
const COPIED_AT: i64 = 256;

/// Rows of a commit, of a few to a page, each somewhere else.
const ROWS: i64 = 20;

const COMMITS: i64 = 1_500;

fn open(folder: &TempDir) -> Store {
    let checkpoints = Checkpoints { pages: COPIED_AT, ..Checkpoints::default() };
    let path = folder.path().join("counter.db");
    let options = SqliteOptions { checkpoints, ..SqliteOptions::new(path) };
    Store::open_sqlite(&options, Access::CreateIfMissing, |error| panic!("{error}")).unwrap()
}

/// Commits again and again, and does something after each.
fn write(store: &Store, mut then: impl FnMut()) {
    for commit in 0..COMMITS {
        let text = format!("{commit:0900}");
        let unit = move |tx: &mut dyn Tx| {
            for row in 0..ROWS {
                meta::put(
                    tx,
                    &format!(
                        "n{}",
                        commit.wrapping_mul(37).wrapping_add(row.wrapping_mul(101)) % 4_000
                    ),
                    &text,
                )?;
            }
            Ok::<_, DbError>(())
        };
        run(store.write(unit)).unwrap().unwrap();
        then();
    }
}

/// That it began anew after at least every fourth time that it was copied.
fn check(folder: &TempDir) {
    // https://sqlite.org/fileformat2.html#walformat: the fourth number counts how often it began.
    let wal = std::fs::read(folder.path().join("counter.db-wal")).unwrap();
    let begun = u32::from_be_bytes(*wal[12..].first_chunk().unwrap());
    let copies = COMMITS * ROWS / COPIED_AT;
    assert!(i64::from(begun) > copies / 4, "began anew {begun} times, was copied {copies} times");
}

/// Somebody reads at every moment, so there is a snapshot at every moment; the WAL has to start over
/// all the same, or it grows until the disk is full.
#[test]
fn it_starts_over_though_somebody_reads_all_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let end = Arc::new(AtomicBool::new(false));
    let reading = std::thread::Builder::new().spawn({
        let (store, end) = (store.clone(), Arc::clone(&end));
        move || {
            while !end.load(Ordering::Relaxed) {
                run(get(&store, "n3"));
            }
        }
    });
    let reading = reading.unwrap();
    write(&store, || {});
    check(&folder);
    end.store(true, Ordering::Relaxed);
    reading.join().unwrap();
}

/// As while stock is imported from the command line beside a server that has little to do.
#[test]
fn it_starts_over_though_somebody_else_reads_now_and_then() {
    let folder = tempfile::tempdir().unwrap();
    let (server, other) = (open(&folder), open(&folder));
    write(&other, || drop(run(get(&server, "n3"))));
    check(&folder);
}
