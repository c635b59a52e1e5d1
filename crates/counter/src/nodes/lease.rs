//! Leases: the right to do a job, which one node has at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::tables::leases;
use store::{DbError, Tx};

/// Work that one node at a time does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    /// Places orders at providers, follows them there, and finds out what is not known.
    Fulfilment,
    /// Moves on what waits for time or stock: runs, subscriptions, orders that wait for the rest.
    Orders,
    /// Forgets what is kept for a while only.
    Retention,
    /// Gives events their positions, and seals them.
    Sealing,
    /// Finishes and clears imports, takes outdated items off sale, looks what is low.
    Stock,
}

impl Job {
    /// What every worker does.
    pub const USUAL: [Self; 5] =
        [Self::Fulfilment, Self::Orders, Self::Retention, Self::Sealing, Self::Stock];

    /// Its name, also that of its lease.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fulfilment => "fulfilment",
            Self::Orders => "orders",
            Self::Retention => "retention",
            Self::Sealing => "sealing",
            Self::Stock => "stock",
        }
    }
}

/// The right of one node to do a job. Only the database gives it ([`crate::Counter::beat`]), with a
/// number that grows with each owner, its fence; whatever is written under it makes sure of that
/// number in the same unit. So a node that was paused for longer than its lease lasts writes nothing
/// any more once another has taken over, whatever it believes.
#[derive(Clone, Debug)]
pub struct Lease {
    job: Job,
    owner: Arc<str>,
    fence: i64,
    lost: Arc<AtomicBool>,
}

impl Lease {
    pub(super) fn new(job: Job, owner: &Arc<str>, fence: i64) -> Self {
        Self { job, owner: Arc::clone(owner), fence, lost: Arc::new(AtomicBool::new(false)) }
    }

    /// What it is for.
    pub const fn job(&self) -> Job {
        self.job
    }

    /// How many owners it has had, this one included.
    pub const fn fence(&self) -> i64 {
        self.fence
    }

    pub(super) fn owner(&self) -> &str {
        &self.owner
    }

    /// Whether it is known that another node has taken over. That it is not known means nothing.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
    }

    /// Makes sure that it is held, until the unit ends.
    pub(super) fn check(&self, tx: &mut dyn Tx) -> Result<(), DbError> {
        let name = self.job.name();
        if self.is_lost() {
            // Lost for good: nobody need ask again.
            return Err(tx.poison(DbError::lease_lost(name)));
        }
        let checked = leases::check(tx, name, &self.owner, self.fence);
        if checked.as_ref().is_err_and(DbError::is_lease_lost) {
            self.lose();
        }
        checked
    }
}
