//! Ways to a database: straight, through a pooler, with TLS; and ways that lead nowhere.

use crate::{count, get, open, run};
use pgkit::{Bouncer, Options, Server};
use store::tables::meta;
use store::{Access, OpenError, Store};

#[test]
fn a_pooler_that_hands_out_transactions_is_as_good_as_the_server() {
    let server = Server::shared();
    let (bouncer, database) = (Bouncer::start(server).unwrap(), server.database());
    run(async {
        // More connections than the pooler has to the server.
        let url = format!("{}?writers=12&readers=12", bouncer.url(&database));
        let (one, two) = (open(&url), open(&url));
        let mut calls = tokio::task::JoinSet::new();
        for number in 0..200 {
            let store = if number % 2 == 0 { one.clone() } else { two.clone() };
            calls.spawn(async move {
                count(&store, &format!("unit {number}")).await.unwrap().unwrap();
                assert!(get(&store, &format!("unit {number}")).await.is_some());
            });
        }
        while let Some(done) = calls.join_next().await {
            done.unwrap();
        }
        assert_eq!(get(&one, "count").await.as_deref(), Some("200"));
    });
}

#[test]
fn tls_checks_the_servers_certificate() {
    let server = Server::start(&Options { tls: true, ..Options::default() }).unwrap();
    let database = server.database();
    let authority = server.ca_file().unwrap();
    let url = |rest: &str| format!("{}?sslmode=verify-full{rest}", database.url());
    run(async {
        let trusted = url(&format!("&sslrootcert={}", authority.display()));
        let store = open(&trusted);
        count(&store, "a").await.unwrap().unwrap();
        assert_eq!(get(&store, "a").await.as_deref(), Some("done"));
        let encrypted = "select count(*) from pg_stat_ssl where ssl and pid <> pg_backend_pid()";
        assert_ne!(database.run_sql(encrypted).unwrap(), "0");
    });
    let strange = Store::open(&url(""), Access::Existing, |_| {}).unwrap_err().to_string();
    assert!(strange.contains("certificate"), "{strange}");
    let missing = url("&sslrootcert=/nowhere/ca.pem");
    let missing = Store::open(&missing, Access::Existing, |_| {}).unwrap_err().to_string();
    assert!(missing.contains("sslrootcert /nowhere/ca.pem"), "{missing}");
}

#[test]
fn nodes_that_migrate_at_once_do_it_once() {
    let database = Server::shared().database();
    let url = database.url();
    let done: Vec<_> = std::thread::scope(|scope| {
        let nodes: Vec<_> = (0..6).map(|_| scope.spawn(|| Store::migrate(&url).unwrap())).collect();
        nodes.into_iter().map(|node| node.join().unwrap()).collect()
    });
    let newest = i64::try_from(store::MIGRATIONS.len()).unwrap();
    assert!(done.iter().all(|status| status.after == newest));
    assert_eq!(done.iter().filter(|status| status.before == 0).count(), 1, "{done:?}");
}

#[test]
fn what_is_wrong_with_a_database_is_said_without_its_password() {
    let server = Server::shared();
    let port = server.address().port();
    let open = |url: &str| Store::open(url, Access::Existing, |_| {}).unwrap_err();
    let missing = open(&format!("postgres://tradecounter:geheim@127.0.0.1:{port}/nowhere"));
    assert!(missing.to_string().contains("\"nowhere\" does not exist"), "{missing}");
    let nobody = open("postgres://tradecounter:geheim@127.0.0.1:1/nowhere").to_string();
    assert!(nobody.contains("postgres://127.0.0.1:1/nowhere"), "{nobody}");
    assert!(nobody.contains("refused"), "{nobody}");
    for error in [missing.to_string(), nobody] {
        assert!(!error.contains("geheim"), "{error}");
    }
    let database = server.database();
    let empty = Store::open(&database.url(), Access::Existing, |_| {});
    assert!(matches!(empty, Err(OpenError::Missing { .. })), "{empty:?}");
    assert_eq!(
        database.run_sql("select count(*) from pg_tables where schemaname = 'public'").unwrap(),
        "0"
    );
}

/// A host that takes connections and never says a word: a machine whose disk hangs, a stopped server.
#[test]
fn a_silent_host_keeps_nobody_from_the_next_one() {
    let database = Server::shared().database();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hosts = format!("@{},", silent.local_addr().unwrap());
    let url = format!("{}?connect_timeout=1", database.url().replacen('@', &hosts, 1));
    run(async {
        let store = open(&url);
        count(&store, "a").await.unwrap().unwrap();
        assert_eq!(get(&store, "a").await.as_deref(), Some("done"));
    });
    let alone = format!("postgres://u@{}/d?connect_timeout=1", silent.local_addr().unwrap());
    let told = Store::open(&alone, Access::Existing, |_| {}).unwrap_err().to_string();
    assert!(told.contains("no answer within 1 s"), "{told}");
}

/// A server that starts again takes all its connections with it, those too that nobody uses.
#[test]
fn reads_go_on_when_every_connection_has_broken() {
    let database = Server::shared().database();
    run(async {
        let store = open(&format!("{}?readers=24", database.url()));
        count(&store, "a").await.unwrap().unwrap();
        let together = std::sync::Arc::new(std::sync::Barrier::new(24));
        std::thread::scope(|scope| {
            for _ in 0..24 {
                let (store, together) = (&store, std::sync::Arc::clone(&together));
                scope.spawn(move || {
                    run(store.read(|tx| {
                        let found = meta::get(tx, "a");
                        together.wait();
                        found
                    }))
                });
            }
        });
        let end = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity \
            where datname = current_database() and pid <> pg_backend_pid()";
        let ended: u32 = database.run_sql(end).unwrap().parse().unwrap();
        assert!(ended >= 24, "{ended}");
        for _ in 0..4 {
            assert_eq!(get(&store, "a").await.as_deref(), Some("done"));
        }
    });
}

/// Marks are forgotten by their age, whichever process made them and however many came after.
#[test]
fn marks_are_forgotten_after_an_hour_and_not_before() {
    let database = Server::shared().database();
    drop(open(&database.url()));
    let clock = "(extract(epoch from clock_timestamp()) * 1000000)::bigint";
    database
        .run_sql(&format!(
            "insert into unit_mark (id, verdict, at_us) values \
             (1, 7, {clock} - 3700000000), (2, 7, {clock} - 3500000000)"
        ))
        .unwrap();
    run(async {
        let store = open(&database.url());
        count(&store, "a").await.unwrap().unwrap();
        // Behind the unit, on the connection of its writer; units of one writer follow each other.
        let one = open(&format!("{}?writers=1", database.url()));
        for number in 0..2 {
            count(&one, &format!("b{number}")).await.unwrap().unwrap();
        }
    });
    let left = database.run_sql("select id from unit_mark where verdict = 7 order by id").unwrap();
    assert_eq!(left, "2");
}
