//! What an account may buy, at its prices.

use crate::{Counter, prices};
use domain::catalogue::{RefillRule, ServiceKind};
use domain::{AccountId, Micros, ServiceId};
use store::tables::accounts;
use store::{DbError, StoreError};

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
    /// Every service on sale, in catalogue order, at what `account` pays for it. Catalogue and
    /// prices are of one moment, as they are when it orders. Nothing when there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_services(&self, account: AccountId) -> Result<Vec<ServiceOffer>, StoreError> {
        let read = self.store.read(|tx| {
            let Some(account) = accounts::by_id(tx, account)? else { return Ok(None) };
            Ok::<_, DbError>(Some((self.catalogue.current(tx)?, prices::load(tx, &account)?)))
        });
        let Some((snapshot, prices)) = read.await?? else { return Ok(Vec::new()) };
        let offers = snapshot.order.iter().filter_map(|id| {
            let service = snapshot.on_sale(*id)?;
            let category = snapshot.categories.get(&service.category)?;
            Some(ServiceOffer {
                id: service.id,
                name: service.name.clone(),
                category: category.name.clone(),
                description: service.description.clone(),
                kind: service.kind,
                rate: prices.service_rate(service),
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
