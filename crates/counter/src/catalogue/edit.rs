//! Changes of the catalogue by an operator.

use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::catalogue::{
    Category, Fulfilment, LinkRule, PartsBy, RefillRule, Service, ServiceKind, WhenUnknown,
    check_kind_change, check_name, check_service,
};
use domain::{AccountId, CategoryId, Micros, ServiceId, Timestamp};
use store::tables::{Put, catalogue, link_queue, meta};
use store::{Tx, TxExt};

/// What to change about a category; absent parts stay.
#[derive(Clone, Debug, Default)]
pub struct CategoryChange {
    /// A new name.
    pub name: Option<String>,
    /// A new place.
    pub position: Option<i64>,
}

/// What to change about a service; absent parts stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceChange {
    /// Another category.
    pub category: Option<CategoryId>,
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// Another kind.
    pub kind: Option<ServiceKind>,
    /// A new rate.
    pub rate: Option<Micros>,
    /// A new least quantity.
    pub min: Option<i64>,
    /// A new most.
    pub max: Option<i64>,
    /// Whether orders may be split into runs.
    pub drip_feed: Option<bool>,
    /// A new refill rule, or none.
    pub refill: Option<Option<RefillRule>>,
    /// Whether cancels may be asked for.
    pub cancel: Option<bool>,
    /// What becomes of a second order on a link while the first is open.
    pub link_rule: Option<LinkRule>,
    /// Who divides orders into runs and posts.
    pub parts: Option<PartsBy>,
    /// What becomes of an order of which nobody can tell whether a provider has it.
    pub when_unknown: Option<WhenUnknown>,
    /// Who fulfils its orders.
    pub fulfilment: Option<Fulfilment>,
    /// A new place.
    pub position: Option<i64>,
    /// Whether it is on sale.
    pub on_sale: Option<bool>,
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Adds a category at the end, or where `change` says.
    ///
    /// # Errors
    /// [`Refusal`] when the name is unusable or taken.
    pub async fn add_category(&self, change: CategoryChange, now: Timestamp) -> Done<CategoryId> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let id = CategoryId(tx.take_id("category")?);
            let empty = Category { id, name: String::new(), position: id.0 };
            put_category(tx, None, change_category(&empty, &change), now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Changes a category.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or the name is unusable or taken.
    pub async fn edit_category(
        &self,
        id: CategoryId,
        change: CategoryChange,
        now: Timestamp,
    ) -> Done<CategoryId> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let known = catalogue::categories(tx)?;
            let found = known.iter().find(|category| category.id == id);
            let found = found.ok_or_else(|| Refusal::missing("category", id))?;
            put_category(tx, Some(found), change_category(found, &change), now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Every category, in catalogue order.
    ///
    /// # Errors
    /// [`Failure`] when the store fails.
    pub async fn categories(&self) -> Done<Vec<Category>> {
        Failure::join(self.store.read(|tx| Ok(catalogue::categories(tx)?)).await)
    }

    /// Every service, also those not on sale, in catalogue order.
    ///
    /// # Errors
    /// [`Failure`] when the store fails.
    pub async fn all_services(&self) -> Done<Vec<Service>> {
        let read = self.store.read(|tx| Ok(self.catalogue.current(tx)?)).await;
        let snapshot = Failure::join(read)?;
        Ok(snapshot.order.iter().filter_map(|id| snapshot.services.get(id).cloned()).collect())
    }

    /// Adds a service. `change` must name category, name, kind, rate, min and max.
    ///
    /// # Errors
    /// [`Refusal`] when something is missing or out of range.
    pub async fn add_service(&self, change: ServiceChange, now: Timestamp) -> Done<ServiceId> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let id = ServiceId(tx.take_id("service")?);
            let service = new_service(id, &change)?;
            put_service(tx, None, service, now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Changes a service. Orders placed before keep the rate they were charged at.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or something is out of range.
    pub async fn edit_service(
        &self,
        id: ServiceId,
        change: ServiceChange,
        now: Timestamp,
    ) -> Done<ServiceId> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let known = catalogue::services(tx)?;
            let found = known.into_iter().find(|service| service.id == id);
            let found = found.ok_or_else(|| Refusal::missing("service", id))?;
            let service = change_service(found.clone(), &change);
            check_kind_change(found.kind, service.kind)
                .map_err(|error| Refusal::Invalid(error.to_string()))?;
            if found.link_rule == LinkRule::Queue && service.link_rule != LinkRule::Queue {
                // What waits is delivered beside the others from now on.
                link_queue::dissolve(tx, id)?;
            }
            put_service(tx, Some(&found), service, now)
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn change_category(category: &Category, change: &CategoryChange) -> Category {
    Category {
        id: category.id,
        name: change.name.clone().unwrap_or_else(|| category.name.clone()),
        position: change.position.unwrap_or(category.position),
    }
}

fn put_category(
    tx: &mut dyn Tx,
    before: Option<&Category>,
    category: Category,
    now: Timestamp,
) -> Done<CategoryId> {
    let put = before.map_or(Put::New, |_| Put::Changed);
    // A name that it has from before stays as it is.
    if before.is_none_or(|before| before.name != category.name) {
        check_name(&category.name).map_err(|error| Refusal::Invalid(error.to_string()))?;
    }
    let known = catalogue::categories(tx)?;
    if known.iter().any(|other| other.id != category.id && other.name == category.name) {
        return Err(Refusal::Taken { kind: "category", name: category.name }.into());
    }
    catalogue::put_category(tx, put, &category)?;
    let data = serde_json::json!({ "category": category.id.0, "name": category.name });
    changed(tx, put.of("category.added", "category.changed"), data.to_string(), now)?;
    Ok(category.id)
}

fn new_service(id: ServiceId, change: &ServiceChange) -> Result<Service, Refusal> {
    let missing = |field: &str| Refusal::Invalid(format!("{field}: a new service needs it"));
    let blank = Service {
        id,
        category: change.category.ok_or_else(|| missing("category"))?,
        name: change.name.clone().ok_or_else(|| missing("name"))?,
        description: String::new(),
        kind: change.kind.ok_or_else(|| missing("kind"))?,
        rate: change.rate.ok_or_else(|| missing("rate"))?,
        min: change.min.ok_or_else(|| missing("min"))?,
        max: change.max.ok_or_else(|| missing("max"))?,
        drip_feed: false,
        refill: None,
        cancel: false,
        link_rule: LinkRule::Any,
        parts: PartsBy::Ours,
        when_unknown: WhenUnknown::Hold,
        fulfilment: Fulfilment::Staff,
        position: id.0,
        on_sale: true,
    };
    Ok(change_service(blank, change))
}

fn change_service(service: Service, change: &ServiceChange) -> Service {
    let change = change.clone();
    Service {
        id: service.id,
        category: change.category.unwrap_or(service.category),
        name: change.name.unwrap_or(service.name),
        description: change.description.unwrap_or(service.description),
        kind: change.kind.unwrap_or(service.kind),
        rate: change.rate.unwrap_or(service.rate),
        min: change.min.unwrap_or(service.min),
        max: change.max.unwrap_or(service.max),
        drip_feed: change.drip_feed.unwrap_or(service.drip_feed),
        refill: change.refill.unwrap_or(service.refill),
        cancel: change.cancel.unwrap_or(service.cancel),
        link_rule: change.link_rule.unwrap_or(service.link_rule),
        parts: change.parts.unwrap_or(service.parts),
        when_unknown: change.when_unknown.unwrap_or(service.when_unknown),
        fulfilment: change.fulfilment.unwrap_or(service.fulfilment),
        position: change.position.unwrap_or(service.position),
        on_sale: change.on_sale.unwrap_or(service.on_sale),
    }
}

fn put_service(
    tx: &mut dyn Tx,
    before: Option<&Service>,
    service: Service,
    now: Timestamp,
) -> Done<ServiceId> {
    let put = before.map_or(Put::New, |_| Put::Changed);
    check_service(before, &service).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let known = catalogue::categories(tx)?;
    if !known.iter().any(|category| category.id == service.category) {
        return Err(Refusal::missing("category", service.category).into());
    }
    catalogue::put_service(tx, put, &service)?;
    let data = serde_json::json!({
        "service": service.id.0,
        "rate": service.rate.raw(),
        "min": service.min,
        "max": service.max,
        "on_sale": service.on_sale,
    });
    changed(tx, put.of("service.added", "service.changed"), data.to_string(), now)?;
    Ok(service.id)
}

fn changed(tx: &mut dyn Tx, kind: &str, data: String, now: Timestamp) -> Done<()> {
    meta::bump_catalogue_epoch(tx)?;
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data, now);
    journal.write(tx)?;
    Ok(())
}
