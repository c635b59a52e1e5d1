//! What an account may buy, at its prices.

use super::Snapshot;
use crate::{Counter, prices};
use domain::catalogue::{RefillRule, ServiceKind};
use domain::pricing::AccountPrices;
use domain::{AccountId, Micros, ServiceId};
use std::sync::Arc;
use store::tables::accounts;
use store::{DbError, Moment, StoreError};

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

/// Every service on sale at what one account pays for it. Two are equal when they are of the same
/// state of the catalogue and the same prices: then they say the same, whoever asked.
#[derive(Clone, Debug)]
pub struct ServiceList {
    catalogue: Arc<Snapshot>,
    prices: AccountPrices,
}

impl PartialEq for ServiceList {
    fn eq(&self, other: &Self) -> bool {
        self.catalogue.epoch == other.catalogue.epoch && self.prices == other.prices
    }
}

impl ServiceList {
    /// The services, in catalogue order.
    pub fn offers(&self) -> impl Iterator<Item = ServiceOffer> {
        self.catalogue.order.iter().filter_map(|id| {
            let service = self.catalogue.on_sale(*id)?;
            let category = self.catalogue.categories.get(&service.category)?;
            Some(ServiceOffer {
                id: service.id,
                name: service.name.clone(),
                category: category.name.clone(),
                description: service.description.clone(),
                kind: service.kind,
                rate: self.prices.service_rate(service),
                min: service.min,
                max: service.max,
                refill: service.refill,
                cancel: service.cancel,
                drip_feed: service.drip_feed,
            })
        })
    }
}

impl Counter {
    /// Every service on sale, in catalogue order, at what `account` pays for it. Catalogue and
    /// prices are of one moment, as they are when it orders. Nothing when there is no such account.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_services(&self, account: AccountId) -> Result<Vec<ServiceOffer>, StoreError> {
        let list = self.service_list(account, None).await?;
        Ok(list.map(|list| list.offers().collect()).unwrap_or_default())
    }

    /// The same, not yet put together: for who may have put together an equal one. As it was at
    /// `since` or later; nothing stands for now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn service_list(
        &self,
        account: AccountId,
        since: Option<Moment>,
    ) -> Result<Option<ServiceList>, StoreError> {
        let read = self.store.read_since(since, |tx| {
            let Some(account) = accounts::by_id(tx, account)? else { return Ok(None) };
            let (catalogue, prices) = (self.catalogue.current(tx)?, prices::load(tx, &account)?);
            Ok::<_, DbError>(Some(ServiceList { catalogue, prices }))
        });
        Ok(read.await??)
    }
}
