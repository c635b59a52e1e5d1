//! What a node says of itself again and again: that it is there, with which stock keys, and which
//! leases it holds or would like to.

use super::{Job, Lease};
use crate::{Counter, Failure, Refusal};
use domain::Timestamp;
use std::sync::Arc;
use store::tables::{leases, nodes};
use store::{DbError, StoreError, Tx};

/// Microseconds that a node which is gone stays noted, for who looks for it.
const NODES_KEPT_US: i64 = 3_600_000_000;

/// What a node is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It answers requests.
    Api,
    /// It does what one node at a time does.
    Worker,
    /// Both.
    All,
}

impl Role {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Worker => "worker",
            Self::All => "all",
        }
    }

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Api, Self::Worker, Self::All].into_iter().find(|role| role.name() == name)
    }

    /// Whether it answers requests.
    pub const fn serves(self) -> bool {
        !matches!(self, Self::Worker)
    }

    /// Whether it takes leases.
    pub const fn works(self) -> bool {
        !matches!(self, Self::Api)
    }
}

/// A node: a process that serves or works.
#[derive(Clone, Debug)]
pub struct Node {
    id: Arc<str>,
    role: Role,
    term_us: i64,
}

impl Node {
    /// A node. `id` tells it from all others and is new with every start; `term_us` are the microseconds
    /// that its leases last, and that it counts as being there, if it says nothing more.
    pub fn new(id: &str, role: Role, term_us: i64) -> Self {
        Self { id: Arc::from(id), role, term_us }
    }

    /// What it calls itself.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// What a node is told of a lease that it asks for.
#[derive(Clone, Debug)]
pub enum Held {
    /// It has it, with the same fence if it had it before.
    Here(Lease),
    /// Another node has it.
    Elsewhere,
}

/// Who holds the lease of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseHolder {
    /// The lease's name.
    pub name: String,
    /// The node that holds it; nothing when nobody does.
    pub node: Option<String>,
}

impl Counter {
    /// Says that a node is there, renews the leases that it `has`, and takes those of `wanted` that are
    /// free; returns what became of each wanted one, in order. All in one unit, by the database's
    /// clock. Call it three times in a term.
    ///
    /// # Errors
    /// [`StoreError`]; what the node has, it has until its time is over.
    pub async fn beat(
        &self,
        node: &Node,
        has: &[Lease],
        wanted: &[Job],
    ) -> Result<Vec<Held>, StoreError> {
        let (node, has, wanted) = (node.clone(), has.to_vec(), wanted.to_vec());
        let stock_keys = self.served_marks();
        let unit = move |tx: &mut dyn Tx| {
            let mut held = Vec::with_capacity(wanted.len());
            for job in &wanted {
                let mine = has.iter().find(|lease| lease.job() == *job);
                held.push(hold(tx, &node, *job, mine)?);
            }
            let now = tx.database_now()?;
            let Node { id, role, term_us } = &node;
            let (id, role) = (id.to_string(), role.name().to_owned());
            let stock_keys = stock_keys.clone();
            let until = later(now, *term_us);
            nodes::put(tx, &nodes::Node { id, role, stock_keys }, until)?;
            nodes::forget(tx, later(now, NODES_KEPT_US.saturating_neg()))?;
            Ok::<_, DbError>(held)
        };
        Ok(self.store.plain().write(unit).await??)
    }

    /// Says that a node is gone, and gives its leases back, so that others need not wait for their end.
    ///
    /// # Errors
    /// [`StoreError`]; it counts as being there until its time is over then.
    pub async fn leave(&self, node: &Node, has: &[Lease]) -> Result<(), StoreError> {
        let (node, has) = (node.clone(), has.to_vec());
        let unit = move |tx: &mut dyn Tx| {
            for lease in &has {
                leases::release(tx, lease.job().name(), lease.owner(), lease.fence())?;
            }
            nodes::delete(tx, node.id())
        };
        Ok(self.store.plain().write(unit).await??)
    }

    /// Who holds the leases of `jobs`, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease_holders(&self, jobs: &[Job]) -> Result<Vec<LeaseHolder>, StoreError> {
        let read = self.store.read(|tx| {
            let rows = leases::all(tx)?;
            let now = tx.database_now()?;
            let of = |job: &Job| {
                let row = rows.iter().find(|row| row.name == job.name());
                let node = row.filter(|row| row.is_held(now)).map(|row| row.owner.clone());
                LeaseHolder { name: job.name().to_owned(), node }
            };
            Ok::<_, DbError>(jobs.iter().map(of).collect())
        });
        Ok(read.await??)
    }

    /// Takes the lease of one job, or renews it, for `node`, which does not serve: a command, for
    /// example.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] when another node has it.
    pub async fn take_lease(&self, node: &Node, job: Job) -> Result<Lease, Failure<Refusal>> {
        let node = node.clone();
        let unit = move |tx: &mut dyn Tx| match hold(tx, &node, job, None)? {
            Held::Here(lease) => Ok(lease),
            Held::Elsewhere => {
                let text = format!("another node does the work of the lease `{}`", job.name());
                Err(Failure::Refused(Refusal::NotNow(text)))
            }
        };
        Failure::join(self.store.plain().write(unit).await)
    }
}

/// Renews the lease that the node has, or takes one that is free.
fn hold(tx: &mut dyn Tx, node: &Node, job: Job, mine: Option<&Lease>) -> Result<Held, DbError> {
    let now = tx.database_now()?;
    let until = later(now, node.term_us);
    if let Some(lease) = mine {
        if !lease.is_lost() && leases::renew(tx, job.name(), &node.id, lease.fence(), until)? {
            return Ok(Held::Here(lease.clone()));
        }
        lease.lose();
    }
    let fence = leases::take(tx, job.name(), &node.id, now, until)?;
    Ok(fence.map_or(Held::Elsewhere, |fence| Held::Here(Lease::new(job, &node.id, fence))))
}

const fn later(now: Timestamp, us: i64) -> Timestamp {
    Timestamp(now.0.saturating_add(us))
}
