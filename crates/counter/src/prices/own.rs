//! Prices that an account has of its own.

use super::Priced;
use crate::desk::Desk;
use crate::{Counter, Failure, Refusal};
use domain::catalogue::{Service, check_service};
use domain::pricing::{Discount, Tier};
use domain::products::{Product, check_product};
use domain::{AccountId, Micros, Timestamp};
use store::Tx;
use store::tables::{accounts, catalogue, meta, prices, products};

/// Everything that makes an account's prices differ from the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// Its tier.
    pub tier: Option<Tier>,
    /// Its own discount.
    pub discount: Option<Discount>,
    /// Its own prices of services.
    pub services: Vec<(Service, Micros)>,
    /// Its own prices of products.
    pub products: Vec<(Product, Micros)>,
}

impl Counter {
    /// Sets an account's own price of a service or product; it holds from the next order on.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account, service or product, or the price is out of range.
    pub async fn set_price(
        &self,
        account: AccountId,
        of: Priced,
        rate: Micros,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), Failure<Refusal>> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let mut desk = locked(tx, account, now)?;
            check(desk.tx, of, rate)?;
            prices::put(desk.tx, account, of, rate)?;
            accounts::set_own_prices(desk.tx, account, true)?;
            let mut data = named(of, &actor);
            data.insert(String::from("rate"), rate.raw().into());
            desk.journal.note(account, None, "price.set", object(data), now);
            Ok(desk.finish()?)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Takes an account's own price of a service or product away.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account, or it has no such price.
    pub async fn clear_price(
        &self,
        account: AccountId,
        of: Priced,
        actor: &str,
        now: Timestamp,
    ) -> Result<(), Failure<Refusal>> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let mut desk = locked(tx, account, now)?;
            if !prices::delete(desk.tx, account, of)? {
                let text = format!("account {account} has no price of its own for this");
                return Err(Refusal::NotNow(text).into());
            }
            let left = prices::has_any(desk.tx, account)?;
            accounts::set_own_prices(desk.tx, account, left)?;
            desk.journal.note(account, None, "price.cleared", object(named(of, &actor)), now);
            Ok(desk.finish()?)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Everything that makes an account's prices differ from the list.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account.
    pub async fn price_list(&self, account: AccountId) -> Result<PriceList, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let found = accounts::by_id(tx, account)?;
            let found = found.ok_or_else(|| Refusal::missing("account", account))?;
            let tiers = found.tier.map(|tier| prices::tiers_of(tx, &[tier])).transpose()?;
            let (services, products) = (catalogue::services(tx)?, products::products(tx)?);
            let of_services = prices::service_prices(tx, account)?.into_iter();
            let of_products = prices::product_prices(tx, account)?.into_iter();
            Ok(PriceList {
                tier: tiers.and_then(|tiers| tiers.into_iter().next()),
                discount: found.discount,
                services: of_services
                    .filter_map(|(_, id, rate)| {
                        Some((services.iter().find(|s| s.id == id)?.clone(), rate))
                    })
                    .collect(),
                products: of_products
                    .filter_map(|(id, rate)| {
                        Some((products.iter().find(|p| p.id == id)?.clone(), rate))
                    })
                    .collect(),
            })
        });
        Failure::join(read.await)
    }
}

fn locked(
    tx: &mut dyn Tx,
    account: AccountId,
    now: Timestamp,
) -> Result<Desk<'_>, Failure<Refusal>> {
    let mut desk = Desk::new(tx, now);
    desk.lock(vec![account])?;
    match desk.account(account) {
        Some(_) => Ok(desk),
        None => Err(Refusal::missing("account", account).into()),
    }
}

/// Checks a price as if it stood in the list.
fn check(tx: &mut dyn Tx, of: Priced, rate: Micros) -> Result<(), Failure<Refusal>> {
    let wrong = match of {
        Priced::Service(id) => {
            let found = catalogue::services(tx)?.into_iter().find(|service| service.id == id);
            let service = found.ok_or_else(|| Refusal::missing("service", id))?;
            check_service(Some(&service), &Service { rate, ..service.clone() })
                .err()
                .map(|error| error.to_string())
        }
        Priced::Product(id) => {
            let found = products::products(tx)?.into_iter().find(|product| product.id == id);
            let product = found.ok_or_else(|| Refusal::missing("product", id))?;
            check_product(Some(&product), &Product { rate, ..product.clone() })
                .err()
                .map(|error| error.to_string())
        }
    };
    wrong.map_or(Ok(()), |text| Err(Refusal::Invalid(text).into()))
}

fn named(of: Priced, actor: &str) -> serde_json::Map<String, serde_json::Value> {
    let (kind, id) = match of {
        Priced::Service(id) => ("service", id.0),
        Priced::Product(id) => ("product", id.0),
    };
    let actor = (String::from("actor"), actor.into());
    [(String::from(kind), id.into()), actor].into_iter().collect()
}

fn object(data: serde_json::Map<String, serde_json::Value>) -> String {
    serde_json::Value::Object(data).to_string()
}
