//! Tiers, and prices that accounts have of their own.

use super::{Put, meta, micros};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::pricing::{Discount, Tier};
use domain::{AccountId, Micros, ProductId, ServiceId, TierId};

crate::statements! {
    TIERS = "select id, name, discount from tier order by id";
    TIER = "select id, name, discount from tier where id = ?1";
    ADD_TIER = "insert into tier (id, name, discount) values (?1, ?2, ?3)";
    CHANGE_TIER = "update tier set name = ?2, discount = ?3 where id = ?1";
    SERVICE_PRICE = "select account_id, service_id, rate from service_price \
        where account_id = ?1 and service_id = ?2";
    SERVICE_PRICES = "select account_id, service_id, rate from service_price \
        where account_id = ?1 order by service_id";
    PUT_SERVICE_PRICE = "insert into service_price (account_id, service_id, rate) \
        values (?1, ?2, ?3) on conflict (account_id, service_id) do update set \
        rate = excluded.rate";
    DELETE_SERVICE_PRICE = "delete from service_price where account_id = ?1 and service_id = ?2";
    PRODUCT_PRICES = "select product_id, rate from product_price \
        where account_id = ?1 order by product_id";
    PRODUCT_PRICES_ABOVE = "select account_id, rate from product_price \
        where product_id = ?1 and rate > ?2 order by account_id limit 1";
    PUT_PRODUCT_PRICE = "insert into product_price (account_id, product_id, rate) \
        values (?1, ?2, ?3) on conflict (account_id, product_id) do update set \
        rate = excluded.rate";
    DELETE_PRODUCT_PRICE = "delete from product_price where account_id = ?1 and product_id = ?2";
    ANY_PRICE = "select 1 from account a where a.id = ?1 and (exists (select 1 \
        from service_price s where s.account_id = a.id) or exists (select 1 \
        from product_price p where p.account_id = a.id)) order by 1";
}

/// What a price is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priced {
    /// A service, per 1,000 or for a package.
    Service(ServiceId),
    /// A product, for one piece.
    Product(ProductId),
}

/// An account's own price of a service.
pub type ServicePrice = (AccountId, ServiceId, Micros);

/// A stored discount.
pub(super) fn discount(row: &dyn Row, points: i64) -> Result<Discount, DbError> {
    Discount::new(points).map_err(|error| row.error(&error.to_string()))
}

fn decode_tier(row: &dyn Row) -> Result<Tier, DbError> {
    let discount = discount(row, row.int(2)?)?;
    Ok(Tier { id: TierId(row.int(0)?), name: row.text(1)?.to_owned(), discount })
}

fn decode_price(row: &dyn Row) -> Result<ServicePrice, DbError> {
    Ok((AccountId(row.int(0)?), ServiceId(row.int(1)?), micros(row, 2)?))
}

/// Every tier, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn tiers(tx: &mut dyn Tx) -> Result<Vec<Tier>, DbError> {
    tx.rows(&TIERS, &[], decode_tier)
}

/// The tiers of the ids.
///
/// # Errors
/// [`DbError`].
pub fn tiers_of(tx: &mut dyn Tx, ids: &[TierId]) -> Result<Vec<Tier>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&TIER, 1, &params, decode_tier)
}

/// Writes a tier.
///
/// # Errors
/// [`DbError`].
pub fn put_tier(tx: &mut dyn Tx, put: Put, tier: &Tier) -> Result<(), DbError> {
    let points = tier.discount.basis_points();
    meta::bump_price_epoch(tx)?;
    let params = [tier.id.0.into(), tier.name.as_str().into(), points.into()];
    tx.exec_exactly(put.of(&ADD_TIER, &CHANGE_TIER), 3, &params, 1)
}

/// The prices that accounts have for services, of those asked for.
///
/// # Errors
/// [`DbError`].
pub fn service_prices_of(
    tx: &mut dyn Tx,
    asked: &[(AccountId, ServiceId)],
) -> Result<Vec<ServicePrice>, DbError> {
    let params: Vec<Val<'_>> = asked
        .iter()
        .flat_map(|(account, service)| [Val::Int(account.0), Val::Int(service.0)])
        .collect();
    tx.rows_many(&SERVICE_PRICE, 2, &params, decode_price)
}

/// Every price that an account has for a service, by service.
///
/// # Errors
/// [`DbError`].
pub fn service_prices(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<ServicePrice>, DbError> {
    tx.rows(&SERVICE_PRICES, &[account.0.into()], decode_price)
}

/// Every price that an account has for a product, by product.
///
/// # Errors
/// [`DbError`].
pub fn product_prices(
    tx: &mut dyn Tx,
    account: AccountId,
) -> Result<Vec<(ProductId, Micros)>, DbError> {
    tx.rows(&PRODUCT_PRICES, &[account.0.into()], |row| {
        Ok((ProductId(row.int(0)?), micros(row, 1)?))
    })
}

/// An account that has a price above `most` for a product, and that price. Looks through all prices
/// of products.
///
/// # Errors
/// [`DbError`].
pub fn product_price_above(
    tx: &mut dyn Tx,
    product: ProductId,
    most: Micros,
) -> Result<Option<(AccountId, Micros)>, DbError> {
    tx.row(&PRODUCT_PRICES_ABOVE, &[product.0.into(), most.raw().into()], |row| {
        Ok((AccountId(row.int(0)?), micros(row, 1)?))
    })
}

/// Writes a price of an account, new or changed.
///
/// # Errors
/// [`DbError`].
pub fn put(tx: &mut dyn Tx, account: AccountId, of: Priced, rate: Micros) -> Result<(), DbError> {
    let (sql, id) = match of {
        Priced::Service(id) => (&PUT_SERVICE_PRICE, id.0),
        Priced::Product(id) => (&PUT_PRODUCT_PRICE, id.0),
    };
    meta::bump_price_epoch(tx)?;
    tx.exec_exactly(sql, 3, &[account.0.into(), id.into(), rate.raw().into()], 1)
}

/// Takes a price of an account away; false when there was none.
///
/// # Errors
/// [`DbError`].
pub fn delete(tx: &mut dyn Tx, account: AccountId, of: Priced) -> Result<bool, DbError> {
    let (sql, id) = match of {
        Priced::Service(id) => (&DELETE_SERVICE_PRICE, id.0),
        Priced::Product(id) => (&DELETE_PRODUCT_PRICE, id.0),
    };
    meta::bump_price_epoch(tx)?;
    Ok(tx.exec(sql, &[account.0.into(), id.into()])? > 0)
}

/// Whether an account has a price of its own for anything.
///
/// # Errors
/// [`DbError`].
pub fn has_any(tx: &mut dyn Tx, account: AccountId) -> Result<bool, DbError> {
    Ok(tx.row(&ANY_PRICE, &[account.0.into()], |row| row.int(0))?.is_some())
}
