//! How use cases open units: plainly, or under a lease that each of them makes sure of.

use super::Lease;
use store::{DbError, Moment, Store, StoreError, Tx, Unit};

/// The store as use cases see it.
#[derive(Clone, Debug)]
pub(crate) struct Units {
    store: Store,
    lease: Option<Lease>,
}

impl Units {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store, lease: None }
    }

    /// The same store, with every unit that writes under a lease.
    pub(super) fn under(&self, lease: Lease) -> Self {
        Self { store: self.store.clone(), lease: Some(lease) }
    }

    pub(super) const fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    pub(crate) const fn plain(&self) -> &Store {
        &self.store
    }

    /// As [`Store::write`].
    pub(crate) async fn write<F, T, E>(&self, mut body: F) -> Result<Result<T, E>, StoreError>
    where
        F: FnMut(&mut dyn Tx) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let Some(lease) = self.lease.clone() else { return self.store.write(body).await };
        let unit = move |tx: &mut dyn Tx| {
            lease.check(tx)?;
            body(tx)
        };
        self.store.write(unit).await
    }

    /// As [`Store::submit`].
    pub(crate) fn submit(&self, unit: Box<dyn Unit>) {
        match self.lease.clone() {
            None => self.store.submit(unit),
            Some(lease) => self.store.submit(Box::new(Fenced { lease, unit })),
        }
    }

    /// As [`Store::read`].
    pub(crate) async fn read<T: Send, E: From<DbError> + Send>(
        &self,
        body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    ) -> Result<Result<T, E>, StoreError> {
        self.store.read(body).await
    }

    /// As [`Store::read_since`].
    pub(crate) async fn read_since<T: Send, E: From<DbError> + Send>(
        &self,
        since: Option<Moment>,
        body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    ) -> Result<Result<T, E>, StoreError> {
        self.store.read_since(since, body).await
    }

    /// As [`Store::moment`].
    pub(crate) fn moment(&self) -> Option<Moment> {
        self.store.moment()
    }
}

/// A unit under a lease.
struct Fenced {
    lease: Lease,
    unit: Box<dyn Unit>,
}

impl Unit for Fenced {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), DbError> {
        self.lease.check(tx)?;
        self.unit.run(tx)
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        self.unit.finish(outcome);
    }
}
