//! Opening and changing accounts.

use crate::desk::Desk;
use crate::{Counter, Failure, Refusal};
use domain::catalogue::check_name;
use domain::pricing::Discount;
use domain::{AccountId, Micros, TierId, Timestamp};
use store::tables::accounts::{self, Account};
use store::tables::{meta, prices};
use store::{StoreError, Tx, TxExt};

/// What to change about an account; absent parts stay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Whether it may order.
    pub suspended: Option<bool>,
    /// How far it may go below zero.
    pub credit_limit: Option<Micros>,
    /// Whether requests that change something may come by GET.
    pub get_writes: Option<bool>,
    /// Its tier, or none.
    pub tier: Option<Option<TierId>>,
    /// Its own discount, or none.
    pub discount: Option<Option<Discount>>,
}

impl Counter {
    /// Opens an account without money.
    ///
    /// # Errors
    /// [`Refusal`] when the name is unusable or taken.
    pub async fn open_account(
        &self,
        name: &str,
        now: Timestamp,
    ) -> Result<AccountId, Failure<Refusal>> {
        let name = name.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            check_name(&name).map_err(|error| Refusal::Invalid(error.to_string()))?;
            if name.parse::<i64>().is_ok() {
                let text = "name: must not be a number: accounts are called by their ids too";
                return Err(Refusal::Invalid(String::from(text)).into());
            }
            if accounts::by_name(tx, &name)?.is_some() {
                return Err(Refusal::Taken { kind: "account", name: name.clone() }.into());
            }
            let id = AccountId(tx.take_id("account")?);
            accounts::insert(tx, id, &name, Micros::ZERO, true, now)?;
            let mut desk = Desk::new(tx, now);
            let data = serde_json::json!({ "name": name }).to_string();
            desk.journal.note(id, None, "account.opened", data, now);
            desk.finish()?;
            Ok(id)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Changes an account.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, there is no such tier, or the credit limit would leave it
    /// below its limit.
    pub async fn change_account(
        &self,
        id: AccountId,
        change: AccountChange,
        now: Timestamp,
    ) -> Result<Account, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            if change.tier.is_some() || change.discount.is_some() {
                meta::lock_catalogue(tx)?;
            }
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![id])?;
            let missing = || Refusal::missing("account", id);
            let account = desk.account(id).cloned().ok_or_else(missing)?;
            if let Some(limit) = change.credit_limit {
                check_limit(&account, limit)?;
                accounts::set_credit_limit(desk.tx, id, limit)?;
            }
            if let Some(suspended) = change.suspended {
                accounts::set_suspended(desk.tx, id, suspended)?;
            }
            if let Some(allowed) = change.get_writes {
                accounts::set_get_writes(desk.tx, id, allowed)?;
            }
            if let Some(tier) = change.tier {
                check_tier(desk.tx, tier)?;
                accounts::set_tier(desk.tx, id, tier)?;
            }
            if let Some(discount) = change.discount {
                accounts::set_discount(desk.tx, id, discount)?;
            }
            let after = accounts::by_id(desk.tx, id)?.ok_or_else(missing)?;
            let data = serde_json::json!({
                "suspended": after.suspended,
                "credit_limit": after.wallet.credit_limit.raw(),
                "get_writes": after.get_writes,
                "tier": after.tier.map(|tier| tier.0),
                "discount": after.discount.map(Discount::basis_points),
            });
            desk.journal.note(id, None, "account.changed", data.to_string(), now);
            desk.finish()?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// An account, by id.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub async fn account(&self, id: AccountId) -> Result<Account, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            Ok(accounts::by_id(tx, id)?.ok_or_else(|| Refusal::missing("account", id))?)
        });
        Failure::join(read.await)
    }

    /// An account, by name.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub async fn account_named(&self, name: &str) -> Result<Account, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            Ok(accounts::by_name(tx, name)?.ok_or_else(|| Refusal::missing("account", name))?)
        });
        Failure::join(read.await)
    }

    /// Up to `limit` accounts above `after`, by id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_accounts(
        &self,
        after: AccountId,
        limit: i64,
    ) -> Result<Vec<Account>, StoreError> {
        Ok(self.store.read(|tx| accounts::list(tx, after, limit)).await??)
    }
}

fn check_tier(tx: &mut dyn Tx, tier: Option<TierId>) -> Result<(), Failure<Refusal>> {
    match tier {
        Some(id) if prices::tiers_of(tx, &[id])?.is_empty() => {
            Err(Refusal::missing("tier", id).into())
        }
        _ => Ok(()),
    }
}

fn check_limit(account: &Account, limit: Micros) -> Result<(), Refusal> {
    if limit < Micros::ZERO {
        return Err(Refusal::Invalid(String::from("credit limit: must not be negative")));
    }
    let available = account.wallet.available;
    match available.checked_add(limit) {
        Some(spendable) if spendable >= Micros::ZERO => Ok(()),
        Some(_) => Err(Refusal::Invalid(format!(
            "credit limit: the account has used {} of it; credit the account first",
            Micros::new(available.raw().saturating_neg())
        ))),
        None => Err(Refusal::Invalid(String::from("credit limit: too large"))),
    }
}
