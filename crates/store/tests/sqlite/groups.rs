//! Units that share a COMMIT, when some of them fail.

use crate::{get, open, run};
use store::tables::meta;
use store::{DbError, Store, StoreError, Tx, Unit};
use tokio::sync::oneshot;

/// Writes one more than it finds; fails after that, if told so. The first one waits, so that the
/// others stand behind it in the same group.
struct Counting {
    wait: Option<(oneshot::Sender<()>, std::sync::mpsc::Receiver<()>)>,
    fails: bool,
    runs: i64,
    tell: oneshot::Sender<(i64, Result<(), StoreError>)>,
}

impl Unit for Counting {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), DbError> {
        self.runs = self.runs.saturating_add(1);
        if let Some((began, go)) = self.wait.take() {
            began.send(()).unwrap();
            go.recv().unwrap();
        }
        let found: i64 = meta::get(tx, "count")?.map_or(0, |text| text.parse().unwrap());
        meta::put(tx, "count", &found.saturating_add(1).to_string())?;
        if self.fails { Err(DbError::new("TEST", "no")) } else { Ok(()) }
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        self.tell.send((self.runs, outcome)).unwrap();
    }
}

/// Lets units run in one group, each failing as told; returns how often each ran and how it ended.
async fn group(store: &Store, fails: &[bool]) -> Vec<(i64, bool)> {
    let (began, begun) = oneshot::channel();
    let (go, waits) = std::sync::mpsc::channel();
    let mut wait = Some((began, waits));
    let mut begun = Some(begun);
    let mut told = Vec::new();
    for &fails in fails {
        let (tell, outcome) = oneshot::channel();
        store.submit(Box::new(Counting { wait: wait.take(), fails, runs: 0, tell }));
        if let Some(begun) = begun.take() {
            begun.await.unwrap();
        }
        told.push(outcome);
    }
    go.send(()).unwrap();
    let mut outcomes = Vec::new();
    for outcome in told {
        let (runs, outcome) = outcome.await.unwrap();
        outcomes.push((runs, outcome.is_ok()));
    }
    outcomes
}

#[test]
fn every_unit_that_is_kept_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let store = open(&folder);
        let kept = group(&store, &[false, false, false]).await;
        assert_eq!(kept, [(1, true), (1, true), (1, true)]);
        assert_eq!(get(&store, "count").await.as_deref(), Some("3"));
        // What ran before the first failure runs again, what comes after it runs once.
        let mixed = group(&store, &[false, true, false, true, true, false]).await;
        let (again, once) = (2, 1);
        assert_eq!(
            mixed,
            [
                (again, true),
                (again, false),
                (once, true),
                (once, false),
                (once, false),
                (once, true)
            ]
        );
        assert_eq!(get(&store, "count").await.as_deref(), Some("6"));
    });
}
