//! What all connections of a proxy share.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::proxy::faults::{Counts, Fault, Faults};

#[derive(Debug, Default)]
pub(crate) struct Shared {
    faults: Mutex<Faults>,
    counts: Mutex<Counts>,
}

impl Shared {
    pub(crate) fn set(&self, faults: Faults) {
        *locked(&self.faults) = faults;
    }

    pub(crate) fn counts(&self) -> Counts {
        locked(&self.counts).clone()
    }

    pub(crate) fn connects(&self) {
        let mut counts = locked(&self.counts);
        counts.connections = counts.connections.saturating_add(1);
    }

    /// A transaction begins: what shall happen to it.
    pub(crate) fn begins(&self, random: &mut fastrand::Rng) -> Option<Fault> {
        let mut counts = locked(&self.counts);
        counts.transactions = counts.transactions.saturating_add(1);
        locked(&self.faults).draw(random)
    }

    /// It has happened.
    pub(crate) fn note(&self, fault: Fault) {
        locked(&self.counts).note(fault);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
