//! For tests only: three nodes of PostgreSQL on the loopback address, under a manager that lets a
//! standby take over when the primary dies.
//!
//! - [`Manager::PgAutoFailover`]: pg_auto_failover 2, a monitor and three nodes; a commit waits for
//!   any one of the two standbys.
//! - [`Manager::Patroni`]: Patroni 3 with etcd, strictly synchronous; a commit waits for the one
//!   standby that would take over.
//!
//! Everything ends with the process that started it, however that ends.

mod hold;
mod node;
mod paf;
mod patroni;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use hold::Hold;
use node::Node;
pub use pgkit::Error;
use pgkit::guardian::{Guardian, free_port};

/// The superuser of every node, who needs no password.
const USER: &str = "tradecounter";

/// The one database.
const DATABASE: &str = "counter";

/// How many nodes there are.
pub const NODES: usize = 3;

/// How often it is asked whether a cluster is complete: two minutes.
const PATIENCE: u32 = 6_000;

/// Who decides which node is the primary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// `pg_auto_failover`.
    PgAutoFailover,
    /// Patroni.
    Patroni,
}

/// Three nodes, one of which is the primary.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Node>,
    holds: Vec<Hold>,
    /// The monitor of `pg_auto_failover`.
    monitor: Option<SocketAddr>,
    /// What the manager has beside the nodes; ends after them.
    _beside: Guardian,
}

/// The addresses of a node: where it listens, and where the other nodes find it.
#[derive(Clone, Copy, Debug)]
struct Place {
    listen: SocketAddr,
    reached: SocketAddr,
}

impl Cluster {
    /// Starts the nodes, and waits until both standbys follow the primary. A commit is acknowledged
    /// when it is on a standby.
    ///
    /// # Errors
    /// A program is missing, or something does not start; with the end of its log.
    pub fn start(manager: Manager) -> Result<Self, Error> {
        let places = places()?;
        // The whole of 127.0.0.0/8 is this machine: each node is known to the others by an address
        // of its own, at which replication can be held up.
        let holds = places
            .iter()
            .map(|place| Hold::start(place.reached, place.listen))
            .collect::<Result<Vec<_>, _>>()?;
        let (beside, nodes, monitor) = match manager {
            Manager::PgAutoFailover => paf::start(&places)?,
            Manager::Patroni => patroni::start(&places)?,
        };
        let mut cluster = Self { nodes, holds, monitor, _beside: beside };
        cluster.complete()?;
        Ok(cluster)
    }

    /// The address of the database with all nodes in it: whoever connects looks for the primary.
    pub fn url(&self) -> String {
        let nodes: Vec<String> = self.nodes.iter().map(|node| node.address.to_string()).collect();
        format!("postgres://{USER}@{}/{DATABASE}", nodes.join(","))
    }

    /// The node that takes writes; nothing when there is none just now.
    pub fn primary(&self) -> Option<usize> {
        let primary = "select not pg_is_in_recovery()";
        (0..self.nodes.len()).find(|node| self.run_sql(*node, primary).is_ok_and(|is| is == "t"))
    }

    /// Runs statements as one text on a node. Returns the rows, one a line, columns between `|`.
    ///
    /// # Errors
    /// The node is not there, or refuses.
    pub fn run_sql(&self, node: usize, sql: &str) -> Result<String, Error> {
        let node = self.nodes.get(node).ok_or(Error::Guardian { program: "no such node" })?;
        pgkit::run_sql(node.address, USER, DATABASE, sql)
    }

    /// Kills the node's manager and its PostgreSQL with SIGKILL, both at once: as if its machine had
    /// lost its power.
    ///
    /// # Errors
    /// The process that holds it is gone.
    pub fn kill(&mut self, node: usize) -> Result<(), Error> {
        self.nodes.get_mut(node).map_or(Ok(()), Node::kill)
    }

    /// Starts every node that was killed, and waits until there is a primary that two standbys
    /// follow, and that waits for them. What a node had and the new primary has not is undone by the
    /// manager (`pg_rewind`).
    ///
    /// # Errors
    /// It is not so after two minutes; with the end of a log.
    pub fn complete(&mut self) -> Result<(), Error> {
        for node in &mut self.nodes {
            node.start_again()?;
        }
        let complete = pgkit::poll(PATIENCE, || self.is_complete().then_some(()));
        complete.ok_or_else(|| {
            let log = |node: &Node| format!("{}:\n{}\n", node.address, node.log());
            Error::NotReady {
                program: "the cluster",
                how: "was not complete in time",
                file: self.nodes.first().map(Node::log_file).unwrap_or_default(),
                log: self.nodes.iter().map(log).collect(),
            }
        })
    }

    fn is_complete(&self) -> bool {
        let followed = "select current_setting('synchronous_standby_names') <> '' \
            and count(*) = 2 and count(*) filter (where sync_state in ('sync', 'quorum')) > 0 \
            from pg_stat_replication where state = 'streaming'";
        self.primary()
            .is_some_and(|primary| self.run_sql(primary, followed).is_ok_and(|is| is == "t"))
            && self.monitor.is_none_or(paf::is_settled)
    }

    /// From now on a commit is acknowledged when it is on the primary alone.
    ///
    /// # Errors
    /// There is no primary.
    pub fn let_commits_go_ahead(&self) -> Result<(), Error> {
        let primary = self.primary().unwrap_or_default();
        let sql = format!("alter database {DATABASE} set synchronous_commit = local");
        self.run_sql(primary, &sql).map(drop)
    }

    /// From now on what a primary sends to its standbys arrives so much later, and what is still on
    /// its way when it dies does not arrive at all.
    pub fn hold_replication(&self, hold: Duration) {
        self.holds.iter().for_each(|proxy| proxy.set(hold));
    }
}

/// Where the nodes will be: ports that are free on both addresses.
fn places() -> Result<Vec<Place>, Error> {
    let mut places: Vec<Place> = Vec::new();
    for number in (11..).take(NODES) {
        let port = other_port(&places)?;
        places.push(Place {
            listen: (Ipv4Addr::LOCALHOST, port).into(),
            reached: (Ipv4Addr::new(127, 0, 0, number), port).into(),
        });
    }
    Ok(places)
}

/// A free port that is none of these.
fn other_port(places: &[Place]) -> Result<u16, Error> {
    loop {
        let port = free_port()?;
        if places.iter().all(|place| place.listen.port() != port) {
            return Ok(port);
        }
    }
}
