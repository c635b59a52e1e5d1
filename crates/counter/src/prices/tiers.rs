//! Tiers: accounts with the same discount.

use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::catalogue::check_name;
use domain::pricing::{Discount, Tier};
use domain::{AccountId, TierId, Timestamp};
use store::tables::{Put, meta, prices};
use store::{Tx, TxExt};

/// What to change about a tier; absent parts stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TierChange {
    /// A new name.
    pub name: Option<String>,
    /// Another discount.
    pub discount: Option<Discount>,
}

impl Counter {
    /// Adds a tier.
    ///
    /// # Errors
    /// [`Refusal`] when the name is unusable or taken.
    pub async fn add_tier(
        &self,
        name: &str,
        discount: Discount,
        now: Timestamp,
    ) -> Result<Tier, Failure<Refusal>> {
        let name = name.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let id = TierId(tx.take_id("tier")?);
            save(tx, None, Tier { id, name: name.clone(), discount }, now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Changes a tier; its accounts pay the new prices from the next order on.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or the name is unusable or taken.
    pub async fn edit_tier(
        &self,
        id: TierId,
        change: TierChange,
        now: Timestamp,
    ) -> Result<Tier, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let tier = prices::tiers_of(tx, &[id])?.into_iter().next();
            let tier = tier.ok_or_else(|| Refusal::missing("tier", id))?;
            let name = change.name.clone().unwrap_or_else(|| tier.name.clone());
            let discount = change.discount.unwrap_or(tier.discount);
            save(tx, Some(&tier), Tier { id, name, discount }, now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Every tier, oldest first.
    ///
    /// # Errors
    /// [`Failure`] when the store fails.
    pub async fn tiers(&self) -> Result<Vec<Tier>, Failure<Refusal>> {
        Failure::join(self.store.read(|tx| Ok(prices::tiers(tx)?)).await)
    }
}

fn save(
    tx: &mut dyn Tx,
    before: Option<&Tier>,
    tier: Tier,
    now: Timestamp,
) -> Result<Tier, Failure<Refusal>> {
    let put = before.map_or(Put::New, |_| Put::Changed);
    // A name that it has from before stays as it is.
    if before.is_none_or(|before| before.name != tier.name) {
        check_tier_name(&tier.name)?;
    }
    let known = prices::tiers(tx)?;
    if known.iter().any(|other| other.id != tier.id && other.name == tier.name) {
        return Err(Refusal::Taken { kind: "tier", name: tier.name }.into());
    }
    prices::put_tier(tx, put, &tier)?;
    let points = tier.discount.basis_points();
    let data = serde_json::json!({ "tier": tier.id.0, "name": tier.name, "discount": points });
    let mut journal = Journal::default();
    let kind = put.of("tier.added", "tier.changed");
    journal.note(AccountId(0), None, kind, data.to_string(), now);
    journal.write(tx)?;
    Ok(tier)
}

fn check_tier_name(name: &str) -> Result<(), Refusal> {
    check_name(name).map_err(|error| Refusal::Invalid(error.to_string()))?;
    if name.parse::<i64>().is_ok() {
        let text = "name: must not be a number: tiers are called by their ids too";
        return Err(Refusal::Invalid(String::from(text)));
    }
    Ok(())
}
