//! Servers: what they are like, what breaks them, and that nothing of them is left.

use std::fs::Permissions;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::{psql, until};
use pgkit::raw::Client;
use pgkit::{Bouncer, Error, Options, Server};

fn options(settings: &[(&str, &str)]) -> Options {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Options { settings: settings.collect(), ..Options::default() }
}

fn client(server: &Server, database: &str) -> Client {
    Client::connect(server.address(), server.user(), database).unwrap()
}

#[test]
fn databases_of_one_server_are_apart_and_go() {
    let server = Server::shared();
    let (one, two) = (server.database(), server.database());
    one.run_sql("create table a (b text); insert into a values ('x|y'), (null)").unwrap();
    assert_eq!(one.run_sql("select b, 1 from a order by b").unwrap(), "x|y|1\n|1");
    let error = two.run_sql("select * from a").unwrap_err().to_string();
    assert!(error.contains("42P01") && error.contains("select * from a"), "{error}");

    assert_eq!(one.url(), format!("{}/{}", server.url(), one.name()));
    let settings = "select current_setting('server_encoding'), current_setting('lc_collate')";
    assert_eq!(one.run_sql(settings).unwrap(), "UTF8|C");

    // Dropped although somebody is still connected.
    let mut idle = client(server, one.name());
    let name = one.name().to_owned();
    drop(one);
    assert!(idle.query("select 1").is_err());
    let count = format!("select count(*) from pg_database where datname = '{name}'");
    assert_eq!(server.run_sql("postgres", &count).unwrap(), "0");
}

#[test]
fn what_is_not_durable_is_so_by_choice() {
    let read = "select current_setting('fsync'), current_setting('synchronous_commit'), \
                current_setting('work_mem'), current_setting('application_name')";
    let quick = Server::start(&options(&[("work_mem", "7MB"), ("application_name", "it's")]));
    assert_eq!(quick.unwrap().run_sql("postgres", read).unwrap(), "off|off|7MB|it's");
    let durable = Server::start(&Options { durable: true, ..Options::default() }).unwrap();
    assert_eq!(durable.run_sql("postgres", read).unwrap(), "on|on|4MB|");
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let error = Server::start(&options(&[("work_mem", "a lot")])).unwrap_err().to_string();
    assert!(error.contains("PostgreSQL ended at its start"), "{error}");
    assert!(error.contains("work_mem") && error.contains("a lot"), "{error}");
}

#[test]
fn sessions_end_and_what_was_committed_stays() {
    let server = Server::start(&Options { durable: true, ..Options::default() }).unwrap();
    let database = server.database();
    database.run_sql("create table a (b int)").unwrap();
    for (rows, name) in [(1, "restart"), (2, "kill")] {
        let mut open = client(&server, database.name());
        open.query("begin").unwrap();
        open.query("insert into a values (0)").unwrap();
        database.run_sql("insert into a values (1)").unwrap();
        let (url, process) = (server.url(), server.process());
        let act = if name == "kill" { Server::kill } else { Server::restart };
        act(&server).unwrap();
        assert!(process.is_some() && server.process() != process, "{name}");
        assert_eq!(server.url(), url, "{name}");
        assert!(open.query("commit").is_err(), "{name}");
        assert_eq!(database.run_sql("select sum(b) from a").unwrap(), rows.to_string(), "{name}");
    }
    server.stop().unwrap();
    assert_eq!(server.process(), None);
    assert!(matches!(database.run_sql("select 1"), Err(Error::Connection { .. })));
    server.stop().unwrap();
    server.start_again().unwrap();
    server.start_again().unwrap();
    assert_eq!(database.run_sql("select sum(b) from a").unwrap(), "2");
}

#[test]
fn tls_is_verified_against_the_authority() {
    let server = Server::start(&Options { tls: true, ..Options::default() }).unwrap();
    let file = server.ca_file().unwrap().display().to_string();
    let url = format!("{}/postgres?sslmode=verify-full&sslrootcert={file}", server.url());
    let ask =
        "select version, pid = pg_backend_pid() from pg_stat_ssl where pid = pg_backend_pid()";
    let answer = psql(&url, &["-c", ask]);
    assert!(answer.stdout.starts_with("TLSv1.") && answer.stdout.ends_with("|t"), "{answer:?}");

    let other = Server::start(&Options { tls: true, ..Options::default() }).unwrap();
    let file = other.ca_file().unwrap().display().to_string();
    let url = format!("{}/postgres?sslmode=verify-full&sslrootcert={file}", server.url());
    let answer = psql(&url, &["-c", "select 1"]);
    assert!(answer.stderr.contains("certificate verify failed"), "{answer:?}");
    assert_eq!(Server::shared().ca_file(), None);
}

#[test]
fn a_bouncer_gives_a_connection_for_a_transaction() {
    let server = Server::start(&Options::default()).unwrap();
    let database = server.database();
    let bouncer = Bouncer::start(&server).unwrap();
    let connect = || Client::connect(bouncer.address(), server.user(), database.name()).unwrap();
    let process = |client: &mut Client| {
        let answer = client.query("select pg_backend_pid()").unwrap();
        answer.iter().find(|message| message.kind == b'D').unwrap().columns().join("|")
    };
    let (mut one, mut two) = (connect(), connect());
    assert_eq!(process(&mut one), process(&mut two));
    one.query("begin").unwrap();
    assert_ne!(process(&mut one), process(&mut two));
    let answer = psql(&bouncer.url(&database), &["-c", "select current_database()"]);
    assert_eq!(answer.stdout, database.name());
}

#[test]
fn a_killed_process_leaves_nothing() {
    let mut held = Held::start();
    held.child.kill().unwrap();
    held.child.wait().unwrap();
    held.vanishes();
}

#[test]
fn a_process_that_ends_leaves_nothing() {
    let mut held = Held::start();
    drop(held.child.stdin.take());
    assert!(held.child.wait().unwrap().success());
    held.vanishes();
}

#[test]
fn a_process_killed_in_the_middle_of_a_start_leaves_nothing() {
    let around = tempfile::tempdir().unwrap();
    std::fs::set_permissions(around.path(), Permissions::from_mode(0o755)).unwrap();
    let count = || std::fs::read_dir(around.path()).unwrap().count();
    let mut child = Held::command().env("TMPDIR", around.path()).spawn().unwrap();
    until("a folder", || count() == 1);
    child.kill().unwrap();
    child.wait().unwrap();
    until("its end", || count() == 0);
}

#[test]
fn a_server_that_is_there_is_used() {
    let held = Held::start();
    let use_it = |url: &str| {
        let mut command = Held::command();
        command.env("TRADECOUNTER_TEST_POSTGRES", url).stdin(Stdio::null());
        command.stderr(Stdio::piped()).output().unwrap()
    };
    let told = String::from_utf8(use_it(&held.url).stdout).unwrap();
    // Neither a process nor a folder of its own.
    assert_eq!(told, format!("{}\n\n\n", held.url));
    let error = String::from_utf8(use_it("localhost").stderr).unwrap();
    assert!(error.contains("TRADECOUNTER_TEST_POSTGRES must look like postgres://"), "{error}");
}

/// The program of this crate, which holds a server and never drops it.
struct Held {
    child: Child,
    url: String,
    process: String,
    folder: PathBuf,
}

impl Held {
    fn command() -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgkit"));
        command.env_remove("TRADECOUNTER_TEST_POSTGRES");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }

    fn start() -> Self {
        let mut child = Self::command().spawn().unwrap();
        let lines: Result<Vec<String>, _> =
            BufReader::new(child.stdout.take().unwrap()).lines().take(3).collect();
        let lines = lines.unwrap();
        let (url, process) = (lines[0].clone(), lines[1].clone());
        let held = Self { child, url, process, folder: PathBuf::from(&lines[2]) };
        assert!(held.folder.join("data").is_dir(), "{lines:?}");
        assert!(held.lives(), "{lines:?}");
        held
    }

    fn lives(&self) -> bool {
        Command::new("kill").args(["-0", &self.process]).output().unwrap().status.success()
    }

    fn vanishes(&self) {
        until("its end", || !self.lives() && !self.folder.exists());
    }
}
