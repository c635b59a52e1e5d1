//! Categories and services.

use super::{Put, flag, micros, named};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::catalogue::{
    Category, Fulfilment, LinkRule, PartsBy, RefillRule, Service, ServiceKind, WhenUnknown,
};
use domain::{CategoryId, Micros, ServiceId};

macro_rules! columns {
    () => {
        "id, category_id, name, description, kind, rate, min, max, drip_feed, refill_days, \
         refill_cooldown_hours, cancel, link_rule, position, on_sale, fulfilment, parts, \
         write_off_most"
    };
}

crate::statements! {
    CATEGORIES = "select id, name, position from category order by position, id";
    SERVICES = concat!("select ", columns!(), " from service order by position, id");
    ADD_CATEGORY = "insert into category (id, name, position) values (?1, ?2, ?3)";
    CHANGE_CATEGORY = "update category set name = ?2, position = ?3 where id = ?1";
    ADD_SERVICE = concat!("insert into service (", columns!(), ") values (?1, ?2, ?3, ?4, ?5, ?6, \
        ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)");
    CHANGE_SERVICE = "update service set category_id = ?2, name = ?3, description = ?4, kind = ?5, \
        rate = ?6, min = ?7, max = ?8, drip_feed = ?9, refill_days = ?10, \
        refill_cooldown_hours = ?11, cancel = ?12, link_rule = ?13, position = ?14, on_sale = ?15, \
        fulfilment = ?16, parts = ?17, write_off_most = ?18 where id = ?1";
}

fn decode_service(row: &dyn Row) -> Result<Service, DbError> {
    let refill = match (row.opt_int(9)?, row.opt_int(10)?) {
        (Some(days), Some(cooldown_hours)) => Some(RefillRule { days, cooldown_hours }),
        _ => None,
    };
    Ok(Service {
        id: ServiceId(row.int(0)?),
        category: CategoryId(row.int(1)?),
        name: row.text(2)?.to_owned(),
        description: row.text(3)?.to_owned(),
        kind: named(row, 4, ServiceKind::from_name)?,
        rate: micros(row, 5)?,
        min: row.int(6)?,
        max: row.int(7)?,
        drip_feed: flag(row, 8)?,
        refill,
        cancel: flag(row, 11)?,
        link_rule: named(row, 12, LinkRule::from_name)?,
        position: row.int(13)?,
        on_sale: flag(row, 14)?,
        fulfilment: named(row, 15, Fulfilment::from_name)?,
        parts: named(row, 16, PartsBy::from_name)?,
        when_unknown: WhenUnknown::from_most(row.opt_int(17)?.map(Micros::new)),
    })
}

/// Every category, in catalogue order.
///
/// # Errors
/// [`DbError`].
pub fn categories(tx: &mut dyn Tx) -> Result<Vec<Category>, DbError> {
    tx.rows(&CATEGORIES, &[], |row| {
        Ok(Category {
            id: CategoryId(row.int(0)?),
            name: row.text(1)?.to_owned(),
            position: row.int(2)?,
        })
    })
}

/// Every service, by position; also those that are not on sale.
///
/// # Errors
/// [`DbError`].
pub fn services(tx: &mut dyn Tx) -> Result<Vec<Service>, DbError> {
    tx.rows(&SERVICES, &[], decode_service)
}

/// Writes a category.
///
/// # Errors
/// [`DbError`].
pub fn put_category(tx: &mut dyn Tx, put: Put, category: &Category) -> Result<(), DbError> {
    let params = [category.id.0.into(), category.name.as_str().into(), category.position.into()];
    tx.exec_exactly(put.of(&ADD_CATEGORY, &CHANGE_CATEGORY), 3, &params, 1)
}

/// Writes a service.
///
/// # Errors
/// [`DbError`].
pub fn put_service(tx: &mut dyn Tx, put: Put, service: &Service) -> Result<(), DbError> {
    let params: [Val<'_>; 18] = [
        service.id.0.into(),
        service.category.0.into(),
        service.name.as_str().into(),
        service.description.as_str().into(),
        service.kind.name().into(),
        service.rate.raw().into(),
        service.min.into(),
        service.max.into(),
        service.drip_feed.into(),
        service.refill.map(|rule| rule.days).into(),
        service.refill.map(|rule| rule.cooldown_hours).into(),
        service.cancel.into(),
        service.link_rule.name().into(),
        service.position.into(),
        service.on_sale.into(),
        service.fulfilment.name().into(),
        service.parts.name().into(),
        service.when_unknown.most().map(Micros::raw).into(),
    ];
    tx.exec_exactly(put.of(&ADD_SERVICE, &CHANGE_SERVICE), 18, &params, 1)
}
