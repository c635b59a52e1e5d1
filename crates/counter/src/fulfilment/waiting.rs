//! Orders that wait to be placed at a provider.

use crate::Counter;
use domain::catalogue::Fulfilment;
use domain::orders::OrderShape;
use domain::{Micros, OrderId, ServiceId, Timestamp};
use store::StoreError;
use store::tables::orders;

/// An order that waits to be placed at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The order.
    pub order: OrderId,
    /// Of what.
    pub service: ServiceId,
    /// Units.
    pub quantity: i64,
    /// What its customer is charged.
    pub charge: Micros,
    /// Since when it is as it is.
    pub since: Timestamp,
}

impl Counter {
    /// Of up to `limit` pending orders above `after`, oldest first, those that providers fulfil; and
    /// the last that was looked at, when there may be more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waiting_for_providers(
        &self,
        after: OrderId,
        limit: i64,
    ) -> Result<(Vec<Waiting>, Option<OrderId>), StoreError> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue.current(tx)?;
            let pending = orders::pending_after(tx, after, limit)?;
            let full = i64::try_from(pending.len()).is_ok_and(|read| read == limit);
            let last = pending.last().map(|order| order.id).filter(|_| full);
            let fulfilled = |service: ServiceId| {
                let service = snapshot.services.get(&service);
                service.is_some_and(|service| service.fulfilment == Fulfilment::Providers)
            };
            let waiting = pending
                .into_iter()
                .filter(|order| order.shape == OrderShape::Single && fulfilled(order.service));
            let waiting = waiting.map(|order| Waiting {
                order: order.id,
                service: order.service,
                quantity: order.quantity,
                charge: order.charge,
                since: order.changed,
            });
            Ok::<_, store::DbError>((waiting.collect(), last))
        });
        Ok(read.await??)
    }
}
