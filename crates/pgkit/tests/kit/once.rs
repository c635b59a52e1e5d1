//! The proxy proves itself: a client that knows what a lost connection means has each thing once,
//! and one that repeats blindly, or looks without waiting, does not.

use pgkit::proxy::{Fault, Faults, Proxy};
use pgkit::raw::Client;
use pgkit::{Database, Server};

const CLIENTS: u32 = 8;
const THINGS: u32 = 60;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Repeats, but only what is not there when whoever may still commit it has ended.
    Careful,
    /// Repeats what had no answer.
    Blind,
    /// Repeats what is not there at the moment.
    Hasty,
}

#[test]
fn a_careful_client_has_each_thing_once() {
    let (database, proxy) = all_done(Manner::Careful);
    assert_eq!(doubled(&database), 0);
    let counts = proxy.counts();
    assert!(Fault::ALL.iter().all(|fault| counts.of(*fault) > 0), "{counts:?}");
    let least = u64::from(CLIENTS * THINGS);
    assert!(counts.transactions >= least + counts.of(Fault::Serialization), "{counts:?}");
}

#[test]
fn a_blind_client_has_things_twice() {
    assert!(doubled(&all_done(Manner::Blind).0) > 0);
}

#[test]
fn a_hasty_client_has_things_twice() {
    assert!(doubled(&all_done(Manner::Hasty).0) > 0);
}

fn doubled(database: &Database) -> u32 {
    let sql = "select count(*) from (select 1 from things group by name having count(*) > 1) t";
    database.run_sql(sql).unwrap().parse().unwrap()
}

/// Every client does all its things, through faults of all kinds.
fn all_done(manner: Manner) -> (Database, Proxy) {
    let database = Server::shared().database();
    // A mark is taken before a thing is done, in the same transaction: whoever takes it too must
    // wait for that transaction's end.
    let tables = "create table things (name text); create table marks (name text primary key)";
    database.run_sql(tables).unwrap();
    let proxy = Proxy::start(Server::shared().address(), Faults::each(60), 11).unwrap();
    let connect = || {
        let user = Server::shared().user();
        Client::connect(proxy.address(), user, database.name()).unwrap()
    };
    std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (database, connect) = (&database, &connect);
            scope.spawn(move || {
                let mut client = connect();
                for name in (0..THINGS).map(|thing| format!("{number}/{thing}")) {
                    while !attempt(&mut client, manner, &name) {
                        // Of a broken connection nothing comes but errors.
                        if client.query("rollback").is_err() {
                            client = connect();
                            if manner == Manner::Hasty && is_there(database, &name) {
                                break;
                            }
                        }
                    }
                }
            });
        }
    });
    proxy.set_faults(Faults::none());
    let names = database.run_sql("select count(distinct name) from things").unwrap();
    assert_eq!(names, (CLIENTS * THINGS).to_string());
    (database, proxy)
}

fn is_there(database: &Database, name: &str) -> bool {
    let sql = format!("select count(*) from things where name = '{name}'");
    database.run_sql(&sql).unwrap() != "0"
}

/// Whether it is known to be done.
fn attempt(client: &mut Client, manner: Manner, name: &str) -> bool {
    let mark = format!("insert into marks values ('{name}')");
    let thing = format!("insert into things values ('{name}')");
    let marks: &[&str] = if manner == Manner::Careful { &[&mark] } else { &[] };
    for sql in [&["begin"], marks, &[&thing, "commit"]].concat() {
        let Ok(answer) = client.query(sql) else { return false };
        if let Some(error) = answer.iter().find(|message| message.kind == b'E') {
            // When the mark is there, it was done before.
            let done = error.field(b'C').as_deref() == Some("23505");
            return done && client.query("rollback").is_ok();
        }
    }
    true
}
