//! Nodes under Patroni, with etcd.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use pgkit::guardian::Guardian;
use pgkit::{Error, binaries, poll};

use crate::node::{Node, command, path};
use crate::{DATABASE, Place, USER, other_port};

/// How often the first node is asked whether it is the primary: a minute.
const PATIENCE: u32 = 3_000;

/// Starts etcd, then the nodes: the first becomes the primary.
pub(crate) fn start(places: &[Place]) -> Result<(Guardian, Vec<Node>, Option<SocketAddr>), Error> {
    let programs = binaries::postgres()?.display().to_string();
    let patroni = binaries::program("patroni", "patroni")?.display().to_string();
    let mut etcd = Guardian::of_manager("etcd")?;
    let port = start_etcd(&mut etcd, places)?;
    let mut nodes: Vec<Node> = Vec::new();
    for (number, place) in (1..).zip(places) {
        let guardian = Guardian::of_manager("Patroni")?;
        let file = path(&guardian, "patroni.yml");
        let ports = (port, other_port(places)?);
        let text = settings(number, *place, &guardian, &programs, ports);
        std::fs::write(&file, text).map_err(|source| Error::Io { what: file.clone(), source })?;
        let environment = [
            ("PATH", format!("{programs}:/usr/bin:/bin")),
            ("LC_ALL", String::from("C.UTF-8")),
            ("HOME", path(&guardian, "")),
        ];
        let words = command(&environment, &[&patroni, &file]);
        nodes.push(Node::start(guardian, place.listen, words)?);
        if number == 1 {
            first_is_primary(&nodes, *place)?;
        }
    }
    if let Some(first) = places.first() {
        // Waits for the first standby.
        pgkit::run_sql(first.listen, USER, "postgres", &format!("create database {DATABASE}"))?;
    }
    Ok((etcd, nodes, None))
}

fn start_etcd(etcd: &mut Guardian, places: &[Place]) -> Result<u16, Error> {
    let program = binaries::program("etcd", "etcd-server")?.display().to_string();
    let port = other_port(places)?;
    let (client, peer) = (format!("http://127.0.0.1:{port}"), {
        let mut peer = other_port(places)?;
        while peer == port {
            peer = other_port(places)?;
        }
        format!("http://127.0.0.1:{peer}")
    });
    let (data, cluster) = (path(etcd, "data"), format!("default={peer}"));
    let words = [program.as_str(), "--data-dir", &data, "--initial-cluster", &cluster];
    let clients = ["--listen-client-urls", &client, "--advertise-client-urls", &client];
    let peers = ["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer];
    let words = command(&[], &[&words[..], &clients[..], &peers[..]].concat());
    etcd.start(&words, |_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok())?;
    Ok(port)
}

/// The settings of a node, as YAML; with the ports of etcd, and of the node's own service.
fn settings(
    number: u8,
    place: Place,
    guardian: &Guardian,
    programs: &str,
    (etcd, rest): (u16, u16),
) -> String {
    let folder = guardian.folder().display();
    let Place { listen, reached } = place;
    format!(
        "scope: counter
name: node{number}
restapi: {{listen: '127.0.0.1:{rest}', connect_address: '127.0.0.1:{rest}'}}
etcd3: {{hosts: '127.0.0.1:{etcd}'}}
bootstrap:
  dcs:
    ttl: 10
    loop_wait: 2
    retry_timeout: 3
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        wal_log_hints: 'on'
        max_connections: 100
  initdb:
    - encoding: UTF8
    - locale: C
    - auth: trust
    - no-sync
postgresql:
  listen: '{listen}'
  connect_address: '{reached}'
  data_dir: '{folder}/data'
  bin_dir: '{programs}'
  pgpass: '{folder}/pgpass'
  authentication:
    superuser: {{username: {USER}}}
    replication: {{username: replicator}}
  parameters:
    shared_buffers: 32MB
    dynamic_shared_memory_type: mmap
    checkpoint_completion_target: 0
    unix_socket_directories: '{folder}'
"
    )
}

/// Waits until the first node takes writes: the others copy it.
fn first_is_primary(nodes: &[Node], place: Place) -> Result<(), Error> {
    let primary = poll(PATIENCE, || {
        let primary = "select not pg_is_in_recovery()";
        let primary = pgkit::run_sql(place.listen, USER, "postgres", primary);
        primary.is_ok_and(|is| is == "t").then_some(())
    });
    let logged = || nodes.first().map(|node| (node.log_file(), node.log())).unwrap_or_default();
    primary.ok_or_else(|| {
        let (file, log) = logged();
        Error::NotReady { program: "Patroni", how: "has no primary in time", file, log }
    })
}
