//! Importing what a provider offers: services of ours, each with a route.

use super::clean::name;
use super::take::tell;
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::catalogue::{
    Counting, Fulfilment, LinkRule, PartsBy, RefillRule, Service, WhenUnknown, check_service,
};
use domain::money::multiplied;
use domain::providers::offers::{Markup, Offer, kind_of};
use domain::providers::{Provider, Route, check_route};
use domain::{AccountId, CategoryId, Micros, ProviderId, RouteId, ServiceId, Timestamp};
use std::collections::BTreeSet;
use store::tables::offers::{self, Listed, Offered};
use store::tables::{Put, catalogue, meta, providers, routes, sync_rules};
use store::{Tx, TxExt};

/// Services in one unit: each is two rows, what lists say of the route, and two events.
const SERVICES_PER_UNIT: usize = 100;

/// What a route weighs while nobody says otherwise.
const WEIGHT: i64 = 100;

/// Which offers are imported. What there is a route to already is passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that the provider calls so.
    Services(Vec<String>),
    /// Those under this heading of the provider's.
    Category(String),
    /// Everything.
    All,
}

/// What is imported, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// From whom.
    pub provider: ProviderId,
    /// Which offers.
    pub which: Which,
    /// The category that the services come into.
    pub into: CategoryId,
    /// How their rates are made; the provider's rules say unless given.
    pub markup: Option<Markup>,
    /// When refills may be asked for of those that have refills; never unless given.
    pub refill: Option<RefillRule>,
    /// Whether they are on sale at once.
    pub on_sale: bool,
}

/// An offer that was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// What the provider calls it.
    pub service: String,
    /// Why.
    pub why: String,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// The services that were made, each with its route.
    pub made: Vec<(ServiceId, RouteId)>,
    /// What was passed over. What there is a route to is told of only when it was named.
    pub passed_over: Vec<PassedOver>,
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Makes a service and a route for each of the offers. In units of a hundred; those that are made
    /// stay when the program ends in between, and importing again does the rest.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider or category, the markup is unusable, or the provider
    /// does not offer what was named.
    pub async fn import_offers(
        &self,
        import: Import,
        actor: &str,
        now: Timestamp,
    ) -> Done<ImportReport> {
        let wanted = self.wanted(&import).await?;
        let mut report = ImportReport::default();
        for part in wanted.chunks(SERVICES_PER_UNIT) {
            let (part, import, actor) = (part.to_vec(), import.clone(), actor.to_owned());
            let unit = move |tx: &mut dyn Tx| import_part(tx, &import, &part, &actor, now);
            let done: ImportReport = Failure::join(self.store.write(unit).await)?;
            report.made.extend(done.made);
            report.passed_over.extend(done.passed_over);
        }
        Ok(report)
    }

    /// The names of the offers that are meant.
    async fn wanted(&self, import: &Import) -> Done<Vec<String>> {
        let provider = import.provider;
        let read = self.store.read(|tx| Ok(offers::offers(tx, provider, "", i64::MAX)?));
        let offered: Vec<Offered> = Failure::join(read.await)?;
        let listed = offered.into_iter().filter(|offered| offered.missing == 0);
        match &import.which {
            Which::All => Ok(listed.map(|offered| offered.offer.service).collect()),
            Which::Category(category) => {
                let under = listed.filter(|offered| offered.offer.category == *category);
                let services: Vec<String> = under.map(|offered| offered.offer.service).collect();
                if services.is_empty() {
                    let text = format!("the provider lists nothing under `{category}`");
                    return Err(Refusal::NotNow(text).into());
                }
                Ok(services)
            }
            Which::Services(services) => {
                let listed: BTreeSet<String> =
                    listed.map(|offered| offered.offer.service).collect();
                match services.iter().find(|service| !listed.contains(*service)) {
                    Some(service) => {
                        let text = format!(
                            "the last list of the provider has no service `{service}`; \
                             `provider sync` fetches a new one"
                        );
                        Err(Refusal::NotNow(text).into())
                    }
                    None => Ok(services.clone()),
                }
            }
        }
    }
}

fn import_part(
    tx: &mut dyn Tx,
    import: &Import,
    wanted: &[String],
    actor: &str,
    now: Timestamp,
) -> Done<ImportReport> {
    meta::lock_catalogue(tx)?;
    let provider = providers::provider(tx, import.provider)?;
    let provider = provider.ok_or_else(|| Refusal::missing("provider", import.provider))?;
    let categories = catalogue::categories(tx)?;
    if !categories.iter().any(|category| category.id == import.into) {
        return Err(Refusal::missing("category", import.into).into());
    }
    let rules = sync_rules::rules_of(tx, provider.id)?;
    let rules = rules.unwrap_or_else(|| super::rules::usual(provider.id)).rules;
    let markup = import.markup.unwrap_or(rules.markup);
    markup.check().map_err(|error| Refusal::Invalid(error.to_string()))?;
    let ours = |route: &Route| route.provider == provider.id;
    let mut routed: BTreeSet<String> =
        routes::routes(tx)?.into_iter().filter(ours).map(|route| route.upstream_service).collect();
    let (mut report, mut journal, mut listed) =
        (ImportReport::default(), Journal::default(), Vec::new());
    for offered in offers::by_services(tx, provider.id, wanted)? {
        let offer = &offered.offer;
        if !routed.insert(offer.service.clone()) {
            if matches!(import.which, Which::Services(_)) {
                let why = String::from("there is a route to it already");
                report.passed_over.push(PassedOver { service: offer.service.clone(), why });
            }
            continue;
        }
        let (mut service, mut route) = match made_of(import, &provider, offer, &markup) {
            Ok(made) => made,
            Err(why) => {
                report.passed_over.push(PassedOver { service: offer.service.clone(), why });
                continue;
            }
        };
        service.id = ServiceId(tx.take_id("service")?);
        service.position = service.id.0;
        (route.id, route.service) = (RouteId(tx.take_id("route")?), service.id);
        catalogue::put_service(tx, Put::New, &service)?;
        routes::put_route(tx, Put::New, &route)?;
        let kind = (!offer.kind.is_empty()).then(|| offer.kind.clone());
        listed.push(Listed { kind, ..Listed::new(route.id) });
        note(&mut journal, &service, &route, actor, now);
        report.made.push((service.id, route.id));
    }
    if !report.made.is_empty() {
        offers::put_listed(tx, &listed)?;
        meta::bump_catalogue_epoch(tx)?;
        journal.write(tx)?;
        let data = serde_json::json!({
            "provider": provider.id.0, "services": report.made.len(), "actor": actor,
        });
        tell(tx, "sync.imported", data.to_string(), now)?;
    }
    Ok(report)
}

/// The service and the route that an offer becomes, without their ids; or why it becomes none.
fn made_of(
    import: &Import,
    provider: &Provider,
    offer: &Offer,
    markup: &Markup,
) -> Result<(Service, Route), String> {
    let kind =
        kind_of(&offer.kind).ok_or_else(|| format!("its type `{}` is not known", offer.kind))?;
    let cost = multiplied(offer.rate, provider.exchange);
    let rate = cost.and_then(|cost| markup.rate(cost));
    let rate: Micros = rate.ok_or("its price cannot be right")?;
    let limits = offer.limits();
    let counts_as_one = kind.shape().counting == Counting::One;
    let (min, max) = if counts_as_one { (1, 1) } else { (limits.min, limits.max) };
    let called = name(&offer.name);
    let called = if called.is_empty() { format!("Service {}", offer.service) } else { called };
    let service = Service {
        id: ServiceId(0),
        category: import.into,
        name: called,
        description: String::new(),
        kind,
        rate,
        min,
        max,
        drip_feed: false,
        refill: import.refill.filter(|_| offer.refill),
        cancel: offer.cancel,
        link_rule: LinkRule::Any,
        parts: PartsBy::Ours,
        when_unknown: WhenUnknown::Hold,
        position: 0,
        on_sale: import.on_sale,
        fulfilment: Fulfilment::Providers,
    };
    check_service(None, &service).map_err(|error| error.to_string())?;
    let route = Route {
        id: RouteId(0),
        service: ServiceId(0),
        provider: provider.id,
        upstream_service: offer.service.clone(),
        cost: offer.rate,
        min,
        max,
        priority: 0,
        weight: WEIGHT,
        daily_cap: None,
        on: true,
        off_for: None,
    };
    check_route(None, &route).map_err(|error| error.to_string())?;
    Ok((service, route))
}

fn note(journal: &mut Journal, service: &Service, route: &Route, actor: &str, now: Timestamp) {
    let data = serde_json::json!({
        "service": service.id.0,
        "rate": service.rate.raw(),
        "min": service.min,
        "max": service.max,
        "on_sale": service.on_sale,
        "actor": actor,
    });
    journal.note(AccountId(0), None, "service.added", data.to_string(), now);
    let data = serde_json::json!({
        "route": route.id.0,
        "service": route.service.0,
        "provider": route.provider.0,
        "upstream_service": route.upstream_service,
        "cost": route.cost.raw(),
        "on": route.on,
        "actor": actor,
    });
    journal.note(AccountId(0), None, "route.added", data.to_string(), now);
}
