//! The counter in the hands of who holds a lease.

use super::{Job, Lease};
use crate::Counter;
use crate::orders::AddQueue;
use crate::products::ProductQueue;
use std::ops::Deref;
use std::sync::Arc;
use store::{DbError, StoreError};

/// The counter in the hands of who holds a lease: every unit that writes makes sure of it. What only
/// one node at a time may do is a method of it and not of [`Counter`], so nobody does it without a
/// lease, and nobody forgets the check.
#[derive(Clone, Debug)]
pub struct Worker(Counter);

impl Deref for Worker {
    type Target = Counter;

    fn deref(&self) -> &Counter {
        &self.0
    }
}

impl Counter {
    /// The counter under a lease.
    pub fn worker(&self, lease: Lease) -> Worker {
        let store = self.store.under(lease);
        // Orders of others must not wait for a unit that may be refused.
        let adds = Arc::new(AddQueue::default());
        let product_adds = Arc::new(ProductQueue::default());
        Worker(Self { store, adds, product_adds, ..self.clone() })
    }
}

impl Worker {
    /// Refuses work that another lease is for.
    pub(crate) fn works_on(&self, job: Job) -> Result<(), StoreError> {
        match self.0.store.lease() {
            Some(lease) if lease.job() == job => Ok(()),
            _ => {
                let text = format!("the lease `{}` is needed", job.name());
                Err(StoreError::Db(DbError::new("LEASE", text)))
            }
        }
    }
}
