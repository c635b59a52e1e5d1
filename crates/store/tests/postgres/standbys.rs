//! A server that waits for standbys, or does not, where `synchronous=required`.

use crate::{count, get, open, run};
use pgkit::{Database, Options, Server};
use std::process::{Child, Command, Stdio};
use store::{Store, StoreError};

/// Something that keeps what the server sends, and counts as a standby called `keeper`.
struct Keeper {
    child: Child,
    _folder: tempfile::TempDir,
}

impl Keeper {
    fn start(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = pgkit::binaries::postgres().unwrap().join("pg_receivewal");
        let port = server.address().port();
        let to =
            format!("host=127.0.0.1 port={port} user={} application_name=keeper", server.user());
        let mut command = Command::new(program);
        command.args(["--synchronous", "--dbname", &to, "--directory"]).arg(folder.path());
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, _folder: folder }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn server() -> (Server, Database) {
    let server = Server::start(&Options { durable: true, ..Options::default() }).unwrap();
    let database = server.database();
    drop(open(&database.url()));
    (server, database)
}

fn required(database: &Database) -> Store {
    open(&format!("{}?synchronous=required&writers=2", database.url()))
}

/// Names the standby, or none.
fn name(database: &Database, names: &str) {
    database.run_sql(&format!("alter system set synchronous_standby_names = '{names}'")).unwrap();
    database.run_sql("select pg_reload_conf()").unwrap();
}

/// Waits until a session of the store is like that.
fn until_session(database: &Database, condition: &str) {
    let asked = format!(
        "select count(*) > 0 from pg_stat_activity \
         where application_name = 'tradecounter' and pid <> pg_backend_pid() and {condition}"
    );
    let seen = pgkit::poll(3_000, || (database.run_sql(&asked).unwrap() == "t").then_some(()));
    assert!(seen.is_some(), "{condition}");
}

#[test]
fn units_wait_for_a_server_that_names_a_standby() {
    let (server, database) = server();
    run(async {
        let store = required(&database);
        let mut waiting = tokio::task::JoinSet::new();
        let beside = store.clone();
        waiting.spawn(async move { count(&beside, "waited").await });
        until_session(&database, "query like 'select current_setting(%'");
        assert_eq!(get(&store, "waited").await, None, "nothing is kept without a standby");
        let _keeper = Keeper::start(&server);
        name(&database, "keeper");
        waiting.join_next().await.unwrap().unwrap().unwrap().unwrap();
        count(&store, "another").await.unwrap().unwrap();
        assert_eq!(get(&store, "count").await.as_deref(), Some("2"));
        // So that the database can be dropped without it.
        name(&database, "");
    });
}

/// PostgreSQL lets a COMMIT go that waits for a standby when none is named any more, and says that
/// it is done.
#[test]
fn a_commit_that_was_let_go_is_not_believed() {
    let (server, database) = server();
    run(async {
        for careful in [false, true] {
            name(&database, "keeper");
            let keeper = Keeper::start(&server);
            let store = if careful { required(&database) } else { open(&database.url()) };
            // With it, ids are reserved for the next unit.
            count(&store, "before").await.unwrap().unwrap();
            drop(keeper);
            let mut waiting = tokio::task::JoinSet::new();
            let beside = store.clone();
            waiting.spawn(async move { count(&beside, "unit").await });
            until_session(&database, "wait_event = 'SyncRep'");
            name(&database, "");
            if !careful {
                waiting.join_next().await.unwrap().unwrap().unwrap().unwrap();
                continue;
            }
            // Committed, but on no standby.
            let there = pgkit::poll(3_000, || {
                let count = database.run_sql("select value from meta where name = 'count'");
                (count.unwrap() == "4").then_some(())
            });
            assert!(there.is_some());
            assert!(waiting.try_join_next().is_none(), "acknowledged, and on no standby");
            let _keeper = Keeper::start(&server);
            name(&database, "keeper");
            waiting.join_next().await.unwrap().unwrap().unwrap().unwrap();
            let marked_again = "select (select xmin from meta where name = 'count')::text \
                <> (select xmin from unit_mark order by at_us desc limit 1)::text";
            assert_eq!(database.run_sql(marked_again).unwrap(), "t");
            assert_eq!(get(&store, "count").await.as_deref(), Some("4"), "each once");
            name(&database, "");
        }
    });
}

/// A unit is refused after its patience, with a text that says what to look at.
fn refused(database: &Database) {
    run(async {
        let store = required(database);
        let error = count(&store, "never").await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        let text = error.to_string();
        for said in ["nothing was written", "synchronous_standby_names", "synchronous=required"] {
            assert!(text.contains(said), "{text}");
        }
        assert_eq!(get(&store, "never").await, None);
    });
}

#[test]
fn a_unit_is_refused_when_no_standby_is_named_for_long() {
    let (_server, database) = server();
    refused(&database);
}

#[test]
fn a_unit_is_refused_when_sessions_do_not_wait_for_the_standby() {
    let (_server, database) = server();
    let local = format!("alter database {} set synchronous_commit = local", database.name());
    database.run_sql(&local).unwrap();
    name(&database, "keeper");
    refused(&database);
    name(&database, "");
}
