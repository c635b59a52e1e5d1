//! What accounts pay: tiers, discounts, prices of their own.
//!
//! Prices are read in the unit that uses them, under the account's lock. An account without any
//! costs nothing: its row, which is locked anyway, says so.

mod own;
mod tiers;

pub use own::PriceList;
pub use store::tables::prices::Priced;
pub use tiers::TierChange;

use domain::pricing::{AccountPrices, Tier};
use domain::{AccountId, ServiceId, TierId};
use std::collections::HashMap;
use store::tables::accounts::Account;
use store::tables::prices;
use store::{DbError, Tx};

/// Every price of one account, as the transaction sees it.
///
/// # Errors
/// [`DbError`].
pub fn load(tx: &mut dyn Tx, account: &Account) -> Result<AccountPrices, DbError> {
    let tiers = tiers_of(tx, &[account])?;
    let mut loaded = discounted(account, &tiers);
    if account.own_prices {
        for (_, service, rate) in prices::service_prices(tx, account.id)? {
            loaded.set_service(service, rate);
        }
        for (product, rate) in prices::product_prices(tx, account.id)? {
            loaded.set_product(product, rate);
        }
    }
    Ok(loaded)
}

/// Whether an account pays something else than the list rates.
pub(crate) const fn has_special(account: &Account) -> bool {
    account.tier.is_some() || account.discount.is_some() || account.own_prices
}

/// What accounts that pay something else than the list rates pay for the services that they ask
/// for.
pub(crate) fn for_orders(
    tx: &mut dyn Tx,
    special: &[Account],
    asked: &[(AccountId, ServiceId)],
) -> Result<HashMap<AccountId, AccountPrices>, DbError> {
    if special.is_empty() {
        return Ok(HashMap::new());
    }
    let accounts: Vec<&Account> = special.iter().collect();
    let tiers = tiers_of(tx, &accounts)?;
    let each = accounts.iter().map(|account| (account.id, discounted(account, &tiers)));
    let mut loaded: HashMap<AccountId, AccountPrices> = each.collect();
    let has_own = |id: AccountId| accounts.iter().any(|a| a.id == id && a.own_prices);
    let mut own: Vec<_> = asked.iter().copied().filter(|(id, _)| has_own(*id)).collect();
    own.sort_unstable();
    own.dedup();
    for (account, service, rate) in prices::service_prices_of(tx, &own)? {
        loaded.entry(account).or_default().set_service(service, rate);
    }
    Ok(loaded)
}

fn tiers_of(tx: &mut dyn Tx, accounts: &[&Account]) -> Result<HashMap<TierId, Tier>, DbError> {
    let mut ids: Vec<TierId> = accounts.iter().filter_map(|account| account.tier).collect();
    ids.sort_unstable();
    ids.dedup();
    let tiers = if ids.is_empty() { Vec::new() } else { prices::tiers_of(tx, &ids)? };
    Ok(tiers.into_iter().map(|tier| (tier.id, tier)).collect())
}

fn discounted(account: &Account, tiers: &HashMap<TierId, Tier>) -> AccountPrices {
    let tier = account.tier.and_then(|id| tiers.get(&id));
    AccountPrices::new(account.discount, tier.map(|tier| tier.discount))
}
