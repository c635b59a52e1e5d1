//! The catalogue: kept in memory, checked against the database in every unit that uses it.

mod edit;
mod list;

pub use edit::{CategoryChange, ServiceChange};
pub use list::{ServiceList, ServiceOffer};

use domain::catalogue::{Category, Fulfilment, LinkRule, Service};
use domain::products::Product;
use domain::{CategoryId, ProductId, ServiceId};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use store::tables::{catalogue, meta, products};
use store::{DbError, Tx};

/// The catalogue as of one epoch.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The epoch it was read at; 0 for none.
    epoch: i64,
    /// Categories by id.
    pub categories: HashMap<CategoryId, Category>,
    /// Services by id.
    pub services: HashMap<ServiceId, Service>,
    /// Services in catalogue order: by category, then by their own position.
    pub order: Vec<ServiceId>,
    /// Products by id.
    pub products: HashMap<ProductId, Product>,
    /// Products in catalogue order.
    pub product_order: Vec<ProductId>,
}

impl Snapshot {
    /// A service that is on sale.
    pub fn on_sale(&self, id: ServiceId) -> Option<&Service> {
        self.services.get(&id).filter(|service| service.on_sale)
    }

    /// Whether orders of a service wait for their turn on a link.
    pub fn queues(&self, id: ServiceId) -> bool {
        self.services.get(&id).is_some_and(|service| service.link_rule == LinkRule::Queue)
    }

    /// Whether orders of a service are delivered by others, providers or executors.
    pub fn leaves_the_house(&self, id: ServiceId) -> bool {
        self.services.get(&id).is_some_and(|service| service.fulfilment != Fulfilment::Staff)
    }

    /// A product that is on sale.
    pub fn product_on_sale(&self, id: ProductId) -> Option<&Product> {
        self.products.get(&id).filter(|product| product.on_sale)
    }
}

/// The newest snapshot that was read.
///
/// Never wrong: whoever uses it asks the database for the epoch in the same transaction, and
/// reads the catalogue again when it has moved. So no order is priced by a stale price, whichever
/// process changed it.
#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    latest: RwLock<Arc<Snapshot>>,
}

impl Catalogue {
    /// The catalogue as a unit that reads sees it.
    pub(crate) fn current(&self, tx: &mut dyn Tx) -> Result<Arc<Snapshot>, DbError> {
        let snapshot = self.within(tx)?;
        self.keep(&snapshot);
        Ok(snapshot)
    }

    /// The catalogue as a unit that writes sees it. It is not kept before the unit is committed: with
    /// the unit, what was changed in front of it may be rolled back, and its epoch given to another
    /// change.
    pub(crate) fn within(&self, tx: &mut dyn Tx) -> Result<Arc<Snapshot>, DbError> {
        let epoch = meta::catalogue_epoch(tx)?;
        self.at(tx, epoch)
    }

    /// The same, for a unit that knows the epoch already.
    pub(crate) fn at(&self, tx: &mut dyn Tx, epoch: i64) -> Result<Arc<Snapshot>, DbError> {
        let latest = Arc::clone(&self.latest.read());
        if latest.epoch == epoch { Ok(latest) } else { load(tx, epoch).map(Arc::new) }
    }

    /// Whether a service is `so`, as this process saw it last; as the unit sees it when it never has. For
    /// what is read too often to ask for the epoch each time, and is not wrong when it is late.
    pub(crate) fn seen(
        &self,
        tx: &mut dyn Tx,
        id: ServiceId,
        so: impl Fn(&Service) -> bool,
    ) -> Result<bool, DbError> {
        if let Some(service) = self.latest.read().services.get(&id) {
            return Ok(so(service));
        }
        Ok(self.current(tx)?.services.get(&id).is_some_and(so))
    }

    /// Keeps what a unit saw, once it is committed. An older one may take the place of a newer: the
    /// next use that finds another epoch reads again, so that costs time and never correctness.
    pub(crate) fn keep(&self, snapshot: &Arc<Snapshot>) {
        if self.latest.read().epoch != snapshot.epoch {
            *self.latest.write() = Arc::clone(snapshot);
        }
    }
}

fn load(tx: &mut dyn Tx, epoch: i64) -> Result<Snapshot, DbError> {
    let categories: Vec<Category> = catalogue::categories(tx)?;
    let services: Vec<Service> = catalogue::services(tx)?;
    let products: Vec<Product> = products::products(tx)?;
    let places: HashMap<CategoryId, usize> =
        categories.iter().enumerate().map(|(place, category)| (category.id, place)).collect();
    let place = |category| places.get(&category).copied().unwrap_or(usize::MAX);
    let order = in_order(services.iter().map(|s| (place(s.category), s.position, s.id)));
    let product_order = in_order(products.iter().map(|p| (place(p.category), p.position, p.id)));
    Ok(Snapshot {
        epoch,
        categories: categories.into_iter().map(|category| (category.id, category)).collect(),
        services: services.into_iter().map(|service| (service.id, service)).collect(),
        order,
        products: products.into_iter().map(|product| (product.id, product)).collect(),
        product_order,
    })
}

/// Ids by place of their category, then by their own position.
fn in_order<T: Ord>(entries: impl Iterator<Item = (usize, i64, T)>) -> Vec<T> {
    let mut entries: Vec<(usize, i64, T)> = entries.collect();
    entries.sort_unstable();
    entries.into_iter().map(|(_, _, id)| id).collect()
}
