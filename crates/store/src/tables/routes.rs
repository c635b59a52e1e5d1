//! Routes: services' ways to providers, and how many units went by those with a daily cap.

use super::{Put, flag, micros, opt_string};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::providers::Route;
use domain::{ProviderId, RouteId, ServiceId};

macro_rules! columns {
    () => {
        "id, service_id, provider_id, upstream_service, cost, min, max, priority, weight, daily_cap, \
         is_on, off_for"
    };
}

crate::statements! {
    ROUTES = concat!("select ", columns!(), " from route order by id");
    OF_SERVICE = concat!("select ", columns!(), " from route where service_id = ?1 order by id");
    ROUTE = concat!("select ", columns!(), " from route where id = ?1");
    ADD_ROUTE = concat!("insert into route (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
    CHANGE_ROUTE = "update route set service_id = ?2, provider_id = ?3, upstream_service = ?4, \
        cost = ?5, min = ?6, max = ?7, priority = ?8, weight = ?9, daily_cap = ?10, is_on = ?11, \
        off_for = ?12 where id = ?1";
    USED = "select route_id, units from route_day where route_id = ?1 and day = ?2";
    USE = "insert into route_day (route_id, day, units) values (?1, ?2, ?3) \
        on conflict (route_id, day) do update set units = route_day.units + excluded.units";
    UNUSE = "update route_day set units = case when units > ?3 then units - ?3 else 0 end \
        where route_id = ?1 and day = ?2";
    OLD_DAYS = "select route_id, day from route_day where day < ?1 order by day, route_id limit ?2";
    FORGET_DAY = "delete from route_day where route_id = ?1 and day = ?2";
}

fn decode(row: &dyn Row) -> Result<Route, DbError> {
    Ok(Route {
        id: RouteId(row.int(0)?),
        service: ServiceId(row.int(1)?),
        provider: ProviderId(row.int(2)?),
        upstream_service: row.text(3)?.to_owned(),
        cost: micros(row, 4)?,
        min: row.int(5)?,
        max: row.int(6)?,
        priority: row.int(7)?,
        weight: row.int(8)?,
        daily_cap: row.opt_int(9)?,
        on: flag(row, 10)?,
        off_for: opt_string(row, 11)?,
    })
}

/// Every route, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn routes(tx: &mut dyn Tx) -> Result<Vec<Route>, DbError> {
    tx.rows(&ROUTES, &[], decode)
}

/// The routes of a service, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_service(tx: &mut dyn Tx, service: ServiceId) -> Result<Vec<Route>, DbError> {
    tx.rows(&OF_SERVICE, &[service.0.into()], decode)
}

/// A route.
///
/// # Errors
/// [`DbError`].
pub fn route(tx: &mut dyn Tx, id: RouteId) -> Result<Option<Route>, DbError> {
    tx.row(&ROUTE, &[id.0.into()], decode)
}

/// Those of `ids` that are there, in their order.
///
/// # Errors
/// [`DbError`].
pub fn by_ids(tx: &mut dyn Tx, ids: &[RouteId]) -> Result<Vec<Route>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&ROUTE, 1, &params, decode)
}

/// Writes a route.
///
/// # Errors
/// [`DbError`].
pub fn put_route(tx: &mut dyn Tx, put: Put, route: &Route) -> Result<(), DbError> {
    let params: [Val<'_>; 12] = [
        route.id.0.into(),
        route.service.0.into(),
        route.provider.0.into(),
        route.upstream_service.as_str().into(),
        route.cost.raw().into(),
        route.min.into(),
        route.max.into(),
        route.priority.into(),
        route.weight.into(),
        route.daily_cap.into(),
        route.on.into(),
        route.off_for.as_deref().into(),
    ];
    tx.exec_exactly(put.of(&ADD_ROUTE, &CHANGE_ROUTE), 12, &params, 1)
}

/// The units that went by each of the routes on a day; those by which none went are left out.
///
/// # Errors
/// [`DbError`].
pub fn used(tx: &mut dyn Tx, ids: &[RouteId], day: i64) -> Result<Vec<(RouteId, i64)>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().flat_map(|id| [Val::Int(id.0), Val::Int(day)]).collect();
    tx.rows_many(&USED, 2, &params, |row| Ok((RouteId(row.int(0)?), row.int(1)?)))
}

/// Counts units that go by routes on a day. Each route once.
///
/// # Errors
/// [`DbError`].
pub fn count_units(tx: &mut dyn Tx, units: &[(RouteId, i64)], day: i64) -> Result<(), DbError> {
    let params: Vec<Val<'_>> = units
        .iter()
        .flat_map(|(id, units)| [Val::Int(id.0), Val::Int(day), Val::Int(*units)])
        .collect();
    tx.exec_exactly(&USE, 3, &params, units.len())
}

/// Counts units no more that did not go by a route on a day after all.
///
/// # Errors
/// [`DbError`].
pub fn uncount_units(tx: &mut dyn Tx, route: RouteId, units: i64, day: i64) -> Result<(), DbError> {
    tx.exec(&UNUSE, &[route.0.into(), day.into(), units.into()]).map(|_| ())
}

/// Forgets up to `limit` counts of days before `day`; returns how many.
///
/// # Errors
/// [`DbError`].
pub fn forget_days(tx: &mut dyn Tx, day: i64, limit: i64) -> Result<usize, DbError> {
    let old =
        tx.rows(&OLD_DAYS, &[day.into(), limit.into()], |row| Ok((row.int(0)?, row.int(1)?)))?;
    let params: Vec<Val<'_>> =
        old.iter().flat_map(|(id, day)| [Val::Int(*id), Val::Int(*day)]).collect();
    tx.exec_many(&FORGET_DAY, 2, &params)?;
    Ok(old.len())
}
