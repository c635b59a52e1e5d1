//! The answer to `services`.

use std::collections::BTreeMap;

use super::json::{Json, Object};
use super::{Amount, Said, Unclear, id};
use crate::limits;
use crate::words::ServiceKind;

/// What an upstream sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServicesAnswer {
    /// A list with at least one readable service.
    List {
        /// What can be read, in the upstream's order.
        services: Vec<UpstreamService>,
        /// What cannot. Its services are in the list all the same: they have not gone.
        problems: Vec<RowProblem>,
    },
    /// A list without any service.
    Empty,
    /// The call was refused, in these words.
    Refused(String),
    /// There is no list that could be read.
    Unclear(Unclear),
}

/// A service of an upstream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpstreamService {
    /// Its id there.
    pub service: String,
    /// Its name, as written: some upstreams write entities of HTML. At most [`limits::TEXT_CHARS`].
    pub name: String,
    /// Its category; blank where none is told.
    pub category: String,
    /// Its type. One that is not known cannot be ordered; where none is told, it is the default.
    pub kind: Said<ServiceKind>,
    /// Its price per 1,000 (per order for packages) in the upstream's currency.
    pub rate: Amount,
    /// Least quantity of an order.
    pub min: i64,
    /// Greatest quantity of an order.
    pub max: i64,
    /// Whether refills can be asked for.
    pub refill: Said<bool>,
    /// Whether orders can be cancelled.
    pub cancel: Said<bool>,
    /// Whether orders can be spread over runs.
    pub dripfeed: Said<bool>,
    /// A description. At most [`limits::LINE_CHARS`].
    pub desc: Option<String>,
    /// The currency of the price, where that is told.
    pub currency: Option<String>,
}

/// A row of the list that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Its place in the list, from 0.
    pub row: usize,
    /// The id of its service, if that can be read.
    pub service: Option<String>,
    /// What is wrong with it.
    pub fault: RowFault,
}

/// What is wrong with a row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowFault {
    /// It is no object, or not an unambiguous one.
    NoObject,
    /// It has no id.
    NoId,
    /// Its price is missing, unreadable or below zero.
    Rate,
    /// Its bounds are missing, unreadable, below zero, or the lower one is above the upper.
    Bounds,
    /// There is another row with its id, and they differ.
    Twice,
}

/// Reads the answer to `services`: a list, or an object with the list in `data`, or an object with a
/// member for each service, which is what PHP makes of a list with gaps.
#[must_use]
pub fn read_services(body: &[u8]) -> ServicesAnswer {
    let rows = match Json::read(body).and_then(rows) {
        Ok(Ok(rows)) => rows,
        Ok(Err(text)) => return ServicesAnswer::Refused(text),
        Err(why) => return ServicesAnswer::Unclear(why),
    };
    if rows.is_empty() {
        return ServicesAnswer::Empty;
    }
    let (services, problems) = read_rows(&rows);
    if services.is_empty() {
        return ServicesAnswer::Unclear(Unclear::NoService);
    }
    ServicesAnswer::List { services, problems }
}

/// The rows, or the text of a refusal.
fn rows(json: Json<'_>) -> Result<Result<Vec<Json<'_>>, String>, Unclear> {
    if let Json::List(_) = json {
        return Ok(Ok(json.list(limits::SERVICES)?));
    }
    let members = json.members(limits::SERVICES)?;
    let are_rows = |(name, row): &(String, Json<'_>)| {
        name.bytes().all(|byte| byte.is_ascii_digit()) && matches!(row, Json::Object(_))
    };
    if !members.is_empty() && members.iter().all(are_rows) {
        return Ok(Ok(members.into_iter().map(|(_, row)| row).collect()));
    }
    let object = json.object()?;
    match (object.error(), object.get("data")) {
        (Some(text), _) => Ok(Err(text)),
        (None, Some(data @ Json::List(_))) => Ok(Ok(data.list(limits::SERVICES)?)),
        // "Empty Data", says one script.
        (None, Some(Json::Text(_))) if object.says_success() => Ok(Ok(Vec::new())),
        (None, _) => Err(Unclear::Shape),
    }
}

fn read_rows(rows: &[Json<'_>]) -> (Vec<UpstreamService>, Vec<RowProblem>) {
    let mut services: Vec<Option<UpstreamService>> = Vec::new();
    let mut problems = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (row, json) in rows.iter().enumerate() {
        match service(*json) {
            Err((service, fault)) => problems.push(RowProblem { row, service, fault }),
            Ok(new) => match places.get(&new.service).and_then(|place| services.get_mut(*place)) {
                None => {
                    places.insert(new.service.clone(), services.len());
                    services.push(Some(new));
                }
                Some(Some(before)) if *before == new => {}
                // Neither of the two can be believed.
                Some(before) => {
                    *before = None;
                    let service = Some(new.service);
                    problems.push(RowProblem { row, service, fault: RowFault::Twice });
                }
            },
        }
    }
    (services.into_iter().flatten().collect(), problems)
}

fn service(json: Json<'_>) -> Result<UpstreamService, (Option<String>, RowFault)> {
    let object = json.object().map_err(|_| (None, RowFault::NoObject))?;
    let id = object.get("service").and_then(id::read).ok_or((None, RowFault::NoId))?;
    let fault = |fault| (Some(id.clone()), fault);
    let rate = match object.said(&["rate"], Json::amount) {
        Said::Value(rate) if rate.micros() >= 0 => rate,
        _ => return Err(fault(RowFault::Rate)),
    };
    let (min, max) = match (bound(&object, "min"), bound(&object, "max")) {
        (Some(min), Some(max)) if min <= max => (min, max),
        _ => return Err(fault(RowFault::Bounds)),
    };
    Ok(UpstreamService {
        name: object.text(&["name"], limits::TEXT_CHARS).unwrap_or_default(),
        category: object.text(&["category"], limits::TEXT_CHARS).unwrap_or_default(),
        kind: object.said(&["type"], |json| json.said(ServiceKind::parse)),
        rate,
        min,
        max,
        refill: object.said(&["refill"], Json::truth),
        cancel: object.said(&["cancel"], Json::truth),
        dripfeed: object.said(&["dripfeed"], Json::truth),
        desc: object.text(&["desc", "description", "note"], limits::LINE_CHARS),
        currency: object.text(&["currency"], limits::WORD_CHARS),
        service: id,
    })
}

/// A bound of the quantity.
fn bound(object: &Object<'_>, name: &str) -> Option<i64> {
    object.said(&[name], Json::whole).value().copied().filter(|bound| *bound >= 0)
}
