//! A process that is stopped in the middle of a unit: its locks must not hold up everybody else for as
//! long as it stands.

use crate::{count, get, open, run};
use pgkit::{Bouncer, Database, Server};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use store::Tx;
use store::tables::meta;

/// One unit stands still with a lock that another one needs; then it goes on.
fn one_stands_and_the_other_goes_on(database: &Database, url: &str) {
    let (one, two) = (open(url), open(url));
    let (locked, is_locked) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    let may_go_on = Mutex::new(may_go_on);
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let stands = move |tx: &mut dyn Tx| {
        meta::lock_catalogue(tx)?;
        let before = meta::get(tx, "count")?.map_or(0, |text| text.parse::<i64>().unwrap());
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            locked.send(()).unwrap();
            // As a process that was stopped: nothing more comes from it.
            may_go_on.lock().unwrap().recv().unwrap();
        }
        meta::put(tx, "count", &before.saturating_add(1).to_string())?;
        meta::put(tx, "stood", "done")
    };
    run(async {
        let mut standing = tokio::task::JoinSet::new();
        let store = one.clone();
        standing.spawn(async move { store.write(stands).await });
        is_locked.recv().unwrap();
        count(&two, "went on").await.unwrap().unwrap();
        assert_eq!(get(&two, "stood").await, None, "nothing of the other is kept");
        assert_eq!(runs.load(Ordering::SeqCst), 1, "it stands still");
        go_on.send(()).unwrap();
        // What was begun is begun again, from what is there now.
        standing.join_next().await.unwrap().unwrap().unwrap().unwrap();
        assert_eq!(get(&two, "count").await.as_deref(), Some("2"), "each once");
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    });
    let settings = "select count(*) from pg_stat_activity where state like 'idle in transaction%' \
        and datname = current_database()";
    assert_eq!(database.run_sql(settings).unwrap(), "0");
}

#[test]
fn a_stopped_process_lets_others_go_on() {
    let database = Server::shared().database();
    one_stands_and_the_other_goes_on(&database, &database.url());
}

#[test]
fn a_stopped_process_lets_others_go_on_also_where_the_database_keeps_them_apart() {
    let database = Server::shared().database();
    let url = format!("{}?isolation=serializable", database.url());
    one_stands_and_the_other_goes_on(&database, &url);
}

#[test]
fn a_stopped_process_behind_a_pooler_lets_others_go_on() {
    let server = Server::shared();
    let (bouncer, database) = (Bouncer::start(server).unwrap(), server.database());
    one_stands_and_the_other_goes_on(&database, &bouncer.url(&database));
}
