//! The proxy: for each fault what the client sees, and what the database holds then.

use std::process::{Command, Stdio};

use pgkit::proxy::{Fault, Faults, Proxy};
use pgkit::raw::Client;
use pgkit::wire::Message;
use pgkit::{Database, Server};

use crate::{psql, until};

const INSERT: &str = "insert into a values (1)";

/// A database with an empty table, and a proxy in front of it.
fn with(faults: Faults) -> (Database, Proxy) {
    let database = Server::shared().database();
    database.run_sql("create table a (b int)").unwrap();
    (database, Proxy::start(Server::shared().address(), faults, 7).unwrap())
}

fn always(fault: Fault) -> (Database, Proxy) {
    with(Faults::none().with(fault, 1_000))
}

fn connect(proxy: &Proxy, database: &Database) -> Client {
    Client::connect(proxy.address(), Server::shared().user(), database.name()).unwrap()
}

/// A statement of the extended protocol, with the Sync that ends it.
fn statement(sql: &str) -> [Message; 4] {
    [Message::parse("", sql), Message::bind(""), Message::execute(), Message::sync()]
}

/// Rows of the table, when no session is left that could still commit.
fn rows(database: &Database) -> u64 {
    let others = "select count(*) from pg_stat_activity \
                  where datname = current_database() and pid <> pg_backend_pid()";
    until("the end of the sessions", || database.run_sql(others).unwrap() == "0");
    database.run_sql("select count(*) from a").unwrap().parse().unwrap()
}

/// Answers in short: a type each, with what is said in completion, failure and readiness.
fn short(messages: &[Message]) -> String {
    let short = messages.iter().map(|message| match message.kind {
        b'C' => format!("C:{}", message.text()),
        b'E' => format!("E:{}", message.field(b'C').unwrap()),
        b'Z' => format!("Z:{}", message.text()),
        kind => char::from(kind).to_string(),
    });
    short.collect::<Vec<_>>().join(" ")
}

/// A transaction of two statements in one packet, and all that is answered before the client hears
/// nothing more, or is ready for the fourth time.
fn at_once(client: &mut Client) -> String {
    let mut all = vec![Message::query("begin")];
    all.extend(statement(INSERT));
    all.extend(statement(INSERT));
    all.push(Message::query("COMMIT;"));
    client.send(&all).unwrap();
    let answers = (0..4).map(|_| client.until_ready().map(|answer| short(&answer)));
    answers.map(|answer| answer.unwrap_or_else(|_| "cut".to_owned())).collect::<Vec<_>>().join(", ")
}

const BEGUN: &str = "C:BEGIN Z:T";
const INSERTED: &str = "1 2 C:INSERT 0 1 Z:T";

#[test]
fn failures_of_a_statement_are_real() {
    for (fault, code) in [(Fault::Serialization, "40001"), (Fault::Deadlock, "40P01")] {
        let (database, proxy) = always(fault);
        let mut client = connect(&proxy, &database);
        client.query("begin").unwrap();
        client.send(&statement(INSERT)).unwrap();
        assert_eq!(short(&client.until_ready().unwrap()), format!("E:{code} Z:E"));
        assert_eq!(short(&client.query("select 1").unwrap()), "E:25P02 Z:E");
        assert_eq!(short(&client.query("rollback").unwrap()), "C:ROLLBACK Z:I");

        // The same with everything sent ahead: it fails at the first or the second statement.
        let failed = format!("E:{code} Z:E, E:25P02 Z:E, C:ROLLBACK Z:I");
        assert_eq!(at_once(&mut client), format!("{BEGUN}, {failed}"));
        // And in simple queries.
        client.query("begin").unwrap();
        let answers = [client.query(INSERT).unwrap(), client.query(INSERT).unwrap()];
        assert!(answers.iter().any(|answer| short(answer) == format!("E:{code} Z:E")));
        client.query("rollback").unwrap();
        assert_eq!((proxy.counts().transactions, proxy.counts().of(fault)), (3, 3));

        proxy.set_faults(Faults::none());
        let committed = format!("{BEGUN}, {INSERTED}, {INSERTED}, C:COMMIT Z:I");
        assert_eq!(at_once(&mut client), committed);
        drop(client);
        assert_eq!(rows(&database), 2);
    }
}

#[test]
fn any_statement_of_a_transaction_may_fail() {
    let (database, proxy) = with(Faults::none());
    let mut client = connect(&proxy, &database);
    at_once(&mut client);
    proxy.set_faults(Faults::none().with(Fault::Deadlock, 1_000));
    let answers: Vec<String> = (0..40).map(|_| at_once(&mut client)).collect();
    let second = format!("{BEGUN}, {INSERTED}, E:40P01 Z:E, C:ROLLBACK Z:I");
    let first = format!("{BEGUN}, E:40P01 Z:E, E:25P02 Z:E, C:ROLLBACK Z:I");
    for wanted in [first, second] {
        assert!(answers.iter().filter(|answer| **answer == wanted).count() > 5, "{answers:?}");
    }
    assert_eq!(proxy.counts().of(Fault::Deadlock), 40);
}

#[test]
fn a_failed_commit_rolls_back() {
    let (database, proxy) = always(Fault::SerializationAtCommit);
    let mut client = connect(&proxy, &database);
    let failed = format!("{BEGUN}, {INSERTED}, {INSERTED}, E:40001 Z:I");
    for _ in 0..3 {
        assert_eq!(at_once(&mut client), failed);
    }
    proxy.set_faults(Faults::none());
    assert_eq!(short(&client.query("commit").unwrap()), "N C:COMMIT Z:I");
    assert_eq!(proxy.counts().of(Fault::SerializationAtCommit), 3);
    drop(client);
    assert_eq!(rows(&database), 0);
}

#[test]
fn what_is_cut_at_its_end() {
    for (fault, expected) in
        [(Fault::CutBeforeCommit, 0), (Fault::CutAfterCommit, 2), (Fault::LateCommit, 2)]
    {
        let (database, proxy) = always(fault);
        let seen = at_once(&mut connect(&proxy, &database));
        assert!(seen.ends_with("cut") && !seen.contains("COMMIT"), "{seen}");
        assert_eq!(rows(&database), expected, "{fault:?}");
        let counts = proxy.counts();
        assert_eq!((counts.connections, counts.of(fault), counts.faults()), (1, 1, 1));
    }
}

#[test]
fn a_commit_that_is_cut_on_its_way_is_or_is_not() {
    let (database, proxy) = always(Fault::CutAtCommit);
    for _ in 0..30 {
        assert!(at_once(&mut connect(&proxy, &database)).ends_with("cut"));
    }
    let rows = rows(&database);
    assert!(rows.is_multiple_of(2) && rows > 0 && rows < 60, "{rows}");
    assert_eq!(proxy.counts().of(Fault::CutAtCommit), 30);
}

#[test]
fn what_is_cut_in_the_middle_is_rolled_back() {
    let (database, proxy) = always(Fault::CutInTransaction);
    for simple in [false, true] {
        for _ in 0..10 {
            let mut client = connect(&proxy, &database);
            client.query("begin").unwrap();
            if simple {
                assert!(client.query(INSERT).is_err());
            } else {
                client.send(&statement(INSERT)).unwrap();
                assert!(client.until_ready().is_err());
            }
        }
    }
    assert_eq!(proxy.counts().of(Fault::CutInTransaction), 20);
    assert_eq!(rows(&database), 0);
}

#[test]
fn psql_sees_what_other_clients_see() {
    for fault in Fault::ALL {
        let (database, proxy) = always(fault);
        let output = psql(
            &proxy.url(&database),
            &["-v", "VERBOSITY=sqlstate", "-v", "ON_ERROR_STOP=1"]
                .into_iter()
                .chain(["begin", INSERT, "commit"].into_iter().flat_map(|sql| ["-c", sql]))
                .collect::<Vec<_>>(),
        );
        let (seen, expected): (&str, &[u64]) = match fault {
            Fault::Serialization | Fault::SerializationAtCommit => ("ERROR:  40001", &[0]),
            Fault::Deadlock => ("ERROR:  40P01", &[0]),
            Fault::CutInTransaction | Fault::CutBeforeCommit => ("connection", &[0]),
            Fault::CutAfterCommit | Fault::LateCommit => ("connection", &[1]),
            Fault::CutAtCommit => ("connection", &[0, 1]),
        };
        assert!(output.stderr.contains(seen), "{fault:?}: {output:?}");
        assert!(expected.contains(&rows(&database)), "{fault:?}");
        assert_eq!(proxy.counts().of(fault), 1, "{fault:?}");
    }
}

#[test]
fn a_transaction_that_failed_by_itself_is_left_alone() {
    for fault in Fault::ALL.into_iter().skip(2).filter(|fault| *fault != Fault::CutInTransaction) {
        let (database, proxy) = always(fault);
        let mut client = connect(&proxy, &database);
        let messages = ["begin", "select 1 / 0", "commit"].map(Message::query);
        client.send(&messages).unwrap();
        let answers = [(); 3].map(|()| short(&client.until_ready().unwrap()));
        assert_eq!(answers, [BEGUN, "E:22012 Z:E", "C:ROLLBACK Z:I"], "{fault:?}");
        assert_eq!(proxy.counts().faults(), 0, "{fault:?}");
    }
}

#[test]
fn a_commit_that_fails_by_itself_is_told() {
    let (database, proxy) = always(Fault::CutAfterCommit);
    database.run_sql("create table c (d int unique deferrable initially deferred)").unwrap();
    let mut client = connect(&proxy, &database);
    client.query("begin").unwrap();
    client.query("insert into c values (1), (1)").unwrap();
    assert_eq!(short(&client.query("commit").unwrap()), "E:23505 Z:I");
    assert_eq!(proxy.counts().faults(), 0);
}

#[test]
fn a_client_that_waits_within_a_group_is_answered() {
    let (database, proxy) = always(Fault::Serialization);
    let mut client = connect(&proxy, &database);
    client.query("begin").unwrap();
    client.send(&[Message::parse("", INSERT), Message::flush()]).unwrap();
    assert_eq!(client.receive().unwrap().kind, b'1');
    client.send(&[Message::bind(""), Message::execute(), Message::sync()]).unwrap();
    assert_eq!(short(&client.until_ready().unwrap()), "2 C:INSERT 0 1 Z:T");
    client.send(&statement(INSERT)).unwrap();
    assert_eq!(short(&client.until_ready().unwrap()), "E:40001 Z:E");
}

#[test]
fn what_is_no_transaction_goes_through_unchanged() {
    let (database, proxy) = with(Faults::each(125));
    let url = format!("{}?sslmode=prefer", proxy.url(&database));
    let long = "select repeat('x', 1000) from generate_series(1, 20000)";
    let output = psql(&url, &["-c", INSERT, "-c", long]);
    assert_eq!(output.stdout.len(), 20_000 * 1_001 - 1, "{}", output.stderr);

    // Far more sent ahead than a socket holds, each with a long answer, before any is read.
    let mut client = connect(&proxy, &database);
    let statement = statement("select repeat('x', 10000)");
    client.send(&vec![statement; 2_000].concat()).unwrap();
    for _ in 0..2_000 {
        assert_eq!(short(&client.until_ready().unwrap()), "1 2 D C:SELECT 1 Z:I");
    }
    drop(client);
    assert_eq!(rows(&database), 1);
    assert_eq!(proxy.counts().faults(), 0);
}

#[test]
fn copying_in_is_left_alone() {
    let (database, proxy) = always(Fault::SerializationAtCommit);
    let script = "printf '1\\n2\\n' | psql -qX \"$1\" -c begin -c 'copy a from stdin' -c commit";
    let copied = Command::new("sh").args(["-c", script, "sh", &proxy.url(&database)]).status();
    assert!(copied.unwrap().success());
    assert_eq!(rows(&database), 2);
}

#[test]
fn a_statement_can_be_cancelled() {
    let (database, proxy) = with(Faults::none());
    let psql = Command::new("psql")
        .args(["-X", &proxy.url(&database), "-c", "select pg_sleep(1000)"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let sleeping = "select count(*) from pg_stat_activity where datname = current_database() \
                    and wait_event = 'PgSleep'";
    until("the statement", || database.run_sql(sleeping).unwrap() == "1");
    let sent = Command::new("kill").args(["-INT", &psql.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let output = psql.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("canceling statement due to user request"), "{errors}");
}
