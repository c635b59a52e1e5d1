//! What an account may buy, at its prices.

use crate::Counter;
use domain::catalogue::{RefillRule, ServiceKind};
use domain::{Micros, ServiceId};
use store::StoreError;

/// A service as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceOffer {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// The name of its category.
    pub category: String,
    /// Its description.
    pub description: String,
    /// Its kind.
    pub kind: ServiceKind,
    /// What the account pays per 1,000, or for a package.
    pub rate: Micros,
    /// Least quantity.
    pub min: i64,
    /// Most.
    pub max: i64,
    /// When refills may be asked for.
    pub refill: Option<RefillRule>,
    /// Whether cancels may be asked for.
    pub cancel: bool,
    /// Whether orders may be split into runs.
    pub drip_feed: bool,
}

impl Counter {
    /// Every service on sale, in catalogue order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_services(&self) -> Result<Vec<ServiceOffer>, StoreError> {
        let snapshot = self.store.read(|tx| self.catalogue.current(tx)).await?;
        let snapshot = snapshot.map_err(StoreError::Db)?;
        let offers = snapshot.order.iter().filter_map(|id| {
            let service = snapshot.on_sale(*id)?;
            let category = snapshot.categories.get(&service.category)?;
            Some(ServiceOffer {
                id: service.id,
                name: service.name.clone(),
                category: category.name.clone(),
                description: service.description.clone(),
                kind: service.kind,
                rate: service.rate,
                min: service.min,
                max: service.max,
                refill: service.refill,
                cancel: service.cancel,
                drip_feed: service.drip_feed,
            })
        });
        Ok(offers.collect())
    }
}
