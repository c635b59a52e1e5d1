//! What providers offer, as of their last lists, and what these say of routes.

use super::{flag, micros, opt_string};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::providers::offers::Offer;
use domain::{ChangeSetId, ProviderId, RouteId, Timestamp};

macro_rules! columns {
    () => {
        "provider_id, service, name, category, kind, rate, min, max, refill, cancel, dripfeed, \
         missing, first_set"
    };
}

crate::statements! {
    OFFERS = concat!("select ", columns!(), " from offer where provider_id = ?1 and service > ?2 \
        order by service limit ?3");
    OFFER = concat!("select ", columns!(), " from offer where provider_id = ?1 and service = ?2");
    PUT_OFFER = concat!("insert into offer (", columns!(), ", changed_us) values (?1, ?2, ?3, ?4, \
        ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) on conflict (provider_id, service) do update \
        set name = excluded.name, category = excluded.category, kind = excluded.kind, \
        rate = excluded.rate, min = excluded.min, max = excluded.max, refill = excluded.refill, \
        cancel = excluded.cancel, dripfeed = excluded.dripfeed, missing = excluded.missing, \
        changed_us = excluded.changed_us");
    LISTED = "select l.route_id, l.missing, l.gone, l.off_sale_with_it, l.kind from route_listed l \
        join route r on r.id = l.route_id where r.provider_id = ?1 order by l.route_id";
    LISTED_OF_ROUTE = "select route_id, missing, gone, off_sale_with_it, kind from route_listed \
        where route_id = ?1";
    PUT_LISTED = "insert into route_listed (route_id, missing, gone, off_sale_with_it, kind) \
        values (?1, ?2, ?3, ?4, ?5) on conflict (route_id) do update set \
        missing = excluded.missing, gone = excluded.gone, \
        off_sale_with_it = excluded.off_sale_with_it, kind = excluded.kind";
}

/// What a provider offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The offer, as it was last listed.
    pub offer: Offer,
    /// In how many whole lists in a row it was missing since.
    pub missing: i64,
    /// The change set that it came with.
    pub first_set: ChangeSetId,
}

/// What the lists so far say of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub route: RouteId,
    /// In how many whole lists in a row its service was missing.
    pub missing: i64,
    /// Whether it is out of use because its service was gone.
    pub gone: bool,
    /// Whether that took the service off sale too.
    pub off_sale_with_it: bool,
    /// The kind that was taken note of, in the provider's words.
    pub kind: Option<String>,
}

impl Listed {
    /// A route of which no list has said anything yet.
    pub const fn new(route: RouteId) -> Self {
        Self { route, missing: 0, gone: false, off_sale_with_it: false, kind: None }
    }
}

fn decode(row: &dyn Row) -> Result<Offered, DbError> {
    Ok(Offered {
        offer: Offer {
            service: row.text(1)?.to_owned(),
            name: row.text(2)?.to_owned(),
            category: row.text(3)?.to_owned(),
            kind: row.text(4)?.to_owned(),
            rate: micros(row, 5)?,
            min: row.int(6)?,
            max: row.int(7)?,
            refill: flag(row, 8)?,
            cancel: flag(row, 9)?,
            dripfeed: flag(row, 10)?,
        },
        missing: row.int(11)?,
        first_set: ChangeSetId(row.int(12)?),
    })
}

fn decode_listed(row: &dyn Row) -> Result<Listed, DbError> {
    Ok(Listed {
        route: RouteId(row.int(0)?),
        missing: row.int(1)?,
        gone: flag(row, 2)?,
        off_sale_with_it: flag(row, 3)?,
        kind: opt_string(row, 4)?,
    })
}

/// Up to `limit` offers of a provider behind the service `after`, in the order of their services.
///
/// # Errors
/// [`DbError`].
pub fn offers(
    tx: &mut dyn Tx,
    provider: ProviderId,
    after: &str,
    limit: i64,
) -> Result<Vec<Offered>, DbError> {
    tx.rows(&OFFERS, &[provider.0.into(), after.into(), limit.into()], decode)
}

/// Those of `services` that a provider offers, or has offered, in their order.
///
/// # Errors
/// [`DbError`].
pub fn by_services(
    tx: &mut dyn Tx,
    provider: ProviderId,
    services: &[String],
) -> Result<Vec<Offered>, DbError> {
    let params: Vec<Val<'_>> = services
        .iter()
        .flat_map(|service| [Val::Int(provider.0), Val::Text(service.as_str())])
        .collect();
    tx.rows_many(&OFFER, 2, &params, decode)
}

/// Writes offers of a provider. Those that are there keep the set that they came with.
///
/// # Errors
/// [`DbError`].
pub fn put_offers(
    tx: &mut dyn Tx,
    provider: ProviderId,
    offers: &[Offered],
    now: Timestamp,
) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(offers.len().saturating_mul(14));
    for Offered { offer, missing, first_set } in offers {
        params.extend([
            Val::Int(provider.0),
            Val::Text(&offer.service),
            Val::Text(&offer.name),
            Val::Text(&offer.category),
            Val::Text(&offer.kind),
            Val::Int(offer.rate.raw()),
            Val::Int(offer.min),
            Val::Int(offer.max),
            offer.refill.into(),
            offer.cancel.into(),
            offer.dripfeed.into(),
            Val::Int(*missing),
            Val::Int(first_set.0),
            Val::Int(now.0),
        ]);
    }
    tx.exec_exactly(&PUT_OFFER, 14, &params, offers.len())
}

/// What lists say of the routes to a provider; those of which none has said anything are left out.
///
/// # Errors
/// [`DbError`].
pub fn listed(tx: &mut dyn Tx, provider: ProviderId) -> Result<Vec<Listed>, DbError> {
    tx.rows(&LISTED, &[provider.0.into()], decode_listed)
}

/// What lists say of these routes; those of which none has said anything are left out.
///
/// # Errors
/// [`DbError`].
pub fn listed_of(tx: &mut dyn Tx, routes: &[RouteId]) -> Result<Vec<Listed>, DbError> {
    let params: Vec<Val<'_>> = routes.iter().map(|route| route.0.into()).collect();
    tx.rows_many(&LISTED_OF_ROUTE, 1, &params, decode_listed)
}

/// Writes what lists say of routes.
///
/// # Errors
/// [`DbError`].
pub fn put_listed(tx: &mut dyn Tx, listed: &[Listed]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(listed.len().saturating_mul(5));
    for listed in listed {
        params.extend([
            Val::Int(listed.route.0),
            Val::Int(listed.missing),
            listed.gone.into(),
            listed.off_sale_with_it.into(),
            listed.kind.as_deref().into(),
        ]);
    }
    tx.exec_exactly(&PUT_LISTED, 5, &params, listed.len())
}
