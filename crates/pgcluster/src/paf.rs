//! Nodes under `pg_auto_failover`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use pgkit::guardian::Guardian;
use pgkit::{Error, binaries, poll};

use crate::node::{Node, command, path};
use crate::{DATABASE, Place, USER, other_port};

/// Settings of every server. The manager would give each a quarter of the memory.
///
/// The writer of the log is all but turned off, because it writes up to the end of a page, in the
/// middle of a record. A standby that has received half a record when the primary dies tells another
/// position before the manager starts it again than behind it, and `pg_auto_failover` 2.0 was seen to
/// let it wait for ever for what it took to be missing. What is committed is written by the one who
/// commits.
const SETTINGS: &str = "shared_buffers = '32MB'\nlisten_addresses = '127.0.0.1'\n\
    dynamic_shared_memory_type = mmap\ncheckpoint_completion_target = 0\n\
    wal_writer_delay = '10s'\nwal_writer_flush_after = 0\n";

/// Settings of the monitor, in milliseconds. Two of its sessions wait for each other's advisory locks
/// when nodes report at the same time, and one of them waits for as long as `deadlock_timeout`.
const MONITOR: &str = "pgautofailover.health_check_period = 1000\n\
    pgautofailover.health_check_timeout = 1000\n\
    pgautofailover.health_check_retry_delay = 100\n\
    pgautofailover.health_check_max_retries = 1\n\
    pgautofailover.node_considered_unhealthy_timeout = 3000\n\
    pgautofailover.startup_grace_period = 3000\n\
    pgautofailover.primary_demote_timeout = 1000\n\
    deadlock_timeout = 100ms\n";

/// How often the monitor is asked whether it is ready: a minute.
const PATIENCE: u32 = 3_000;

/// What the commands of all nodes have in common.
struct Tools {
    programs: String,
    autoctl: String,
    sockets: String,
}

impl Tools {
    fn find() -> Result<Self, Error> {
        let programs = binaries::postgres()?;
        let autoctl = binaries::program("pg_autoctl", "pg-auto-failover-cli")?;
        let library = programs.parent().unwrap_or(Path::new("/")).join("lib/pgautofailover.so");
        if !library.is_file() {
            let (program, package) = ("pgautofailover.so", "postgresql-15-auto-failover");
            return Err(Error::Missing { program, package });
        }
        let (programs, autoctl) = (programs.display().to_string(), autoctl.display().to_string());
        Ok(Self { programs, autoctl, sockets: String::new() })
    }

    fn command(&self, guardian: &Guardian, words: &[&str]) -> Vec<String> {
        let environment = [
            ("PATH", format!("{}:/usr/bin:/bin", self.programs)),
            ("LC_ALL", String::from("C.UTF-8")),
            ("HOME", path(guardian, "")),
            ("XDG_CONFIG_HOME", path(guardian, "config")),
            ("XDG_DATA_HOME", path(guardian, "state")),
            ("XDG_RUNTIME_DIR", path(guardian, "run")),
            // The manager reaches its own server by way of a socket.
            ("PGHOST", self.sockets.clone()),
            ("PGUSER", USER.to_owned()),
        ];
        command(&environment, words)
    }

    fn autoctl(&self, guardian: &Guardian, words: &[&str]) -> Vec<String> {
        let data = path(guardian, "data");
        let mut all = vec![self.autoctl.as_str()];
        all.extend(words);
        all.extend(["--pgdata", data.as_str()]);
        self.command(guardian, &all)
    }

    /// Folders that the manager expects to be there.
    fn prepare(&self, guardian: &mut Guardian) -> Result<(), Error> {
        let folders = ["config", "state", "run", "s"].map(|name| path(guardian, name));
        let mut words = vec!["mkdir"];
        words.extend(folders.iter().map(String::as_str));
        let words = self.command(guardian, &words);
        guardian.run("mkdir", &words)
    }

    /// A new data folder with our settings; made here, because what the manager makes by itself
    /// starts with those of the distribution.
    fn initdb(&self, guardian: &mut Guardian, more: &str) -> Result<(), Error> {
        let data = path(guardian, "data");
        let user = format!("--username={USER}");
        let words = ["initdb", "-D", &data, &user, "--auth=trust", "--encoding=UTF8"];
        let words = [&words[..], &["--locale=C", "--no-sync", "--no-instructions"]].concat();
        let words = self.command(guardian, &words);
        guardian.run("initdb", &words)?;
        let sockets = &self.sockets;
        let text = format!("{SETTINGS}unix_socket_directories = '{sockets}'\n{more}");
        let file = guardian.folder().join("data").join("postgresql.conf");
        let append = || {
            use std::io::Write;
            std::fs::OpenOptions::new().append(true).open(&file)?.write_all(text.as_bytes())
        };
        append().map_err(|source| Error::Io { what: file.display().to_string(), source })
    }
}

/// Starts the monitor, then one node after the other: the first becomes the primary.
pub(crate) fn start(places: &[Place]) -> Result<(Guardian, Vec<Node>, Option<SocketAddr>), Error> {
    let mut tools = Tools::find()?;
    let mut monitor = Guardian::of_manager("the monitor of pg_auto_failover")?;
    tools.sockets = path(&monitor, "s");
    let port = other_port(places)?;
    start_monitor(&tools, &mut monitor, port)?;
    let url = format!("postgres://autoctl_node@127.0.0.1:{port}/pg_auto_failover?sslmode=disable");
    let mut nodes = Vec::new();
    for (number, place) in (1..).zip(places) {
        let mut guardian = Guardian::of_manager("a node of pg_auto_failover")?;
        tools.prepare(&mut guardian)?;
        if number == 1 {
            tools.initdb(&mut guardian, "")?;
        }
        let (port, host) = (place.reached.port().to_string(), place.reached.ip().to_string());
        let name = format!("node{number}");
        let words = ["create", "postgres", "--name", &name, "--hostname", &host];
        let words = [&words[..], &["--pgport", &port, "--listen", "127.0.0.1"]].concat();
        let words = [&words[..], &["--auth", "trust", "--no-ssl", "--username", USER]].concat();
        let words = [&words[..], &["--dbname", DATABASE, "--monitor", &url]].concat();
        let words = tools.autoctl(&guardian, &words);
        guardian.run("pg_autoctl create postgres", &words)?;
        let run = tools.autoctl(&guardian, &["run"]);
        nodes.push(Node::start(guardian, place.listen, run)?);
    }
    Ok((monitor, nodes, Some((Ipv4Addr::LOCALHOST, port).into())))
}

/// Whether the monitor knows one primary and two healthy standbys, and none is on its way to become
/// something else: a standby counts for it some time after it has begun to follow the primary.
pub(crate) fn is_settled(monitor: SocketAddr) -> bool {
    let settled = "select count(*) filter (where reportedstate = 'primary') = 1 \
        and count(*) filter (where reportedstate = 'secondary' and health = 1) = 2 \
        and bool_and(goalstate = reportedstate) from pgautofailover.node";
    pgkit::run_sql(monitor, USER, "pg_auto_failover", settled).is_ok_and(|is| is == "t")
}

fn start_monitor(tools: &Tools, monitor: &mut Guardian, port: u16) -> Result<(), Error> {
    tools.prepare(monitor)?;
    tools.initdb(monitor, MONITOR)?;
    let text = port.to_string();
    let words = ["create", "monitor", "--pgport", &text, "--hostname", "127.0.0.1"];
    let words = [&words[..], &["--auth", "trust", "--no-ssl"]].concat();
    let words = tools.autoctl(monitor, &words);
    monitor.run("pg_autoctl create monitor", &words)?;
    let words = tools.autoctl(monitor, &["run"]);
    monitor.start(&words, |_| true)?;
    let address = (Ipv4Addr::LOCALHOST, port).into();
    let ready = poll(PATIENCE, || {
        pgkit::run_sql(address, "autoctl_node", "pg_auto_failover", "select 1").ok()
    });
    ready.map(drop).ok_or_else(|| Error::NotReady {
        program: "the monitor of pg_auto_failover",
        how: "was not ready in time",
        file: monitor.log_file(),
        log: monitor.log(),
    })
}
