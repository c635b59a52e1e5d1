//! The operator's rules for a provider's list.

use super::take::tell;
use crate::{Counter, Failure, Refusal};
use domain::providers::offers::{RateRule, SyncRules, Taking};
use domain::{Micros, ProviderId, Timestamp};
use store::Tx;
use store::tables::sync_rules::{self, Rules};
use store::tables::{meta, providers};

/// Shortest time between two looks at a list, in minutes: lists are long, and change by the day.
const MINUTES_MIN: i64 = 5;

/// Longest, in minutes: a week.
const MINUTES_MAX: i64 = 10_080;

/// What staff say of the rules; what is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RulesChange {
    /// How often the list is looked at, in minutes; 0 for only when staff ask.
    pub minutes: Option<i64>,
    /// A cost that moves by at most so many percent is taken over.
    pub small_percent: Option<i64>,
    /// One that moves by more is a spike.
    pub spike_percent: Option<i64>,
    /// What becomes of rates.
    pub rates: Option<RateRule>,
    /// Added to the cost, in hundredths of a percent.
    pub points: Option<i64>,
    /// Added after that.
    pub fixed: Option<Micros>,
    /// The least that is earned.
    pub least: Option<Micros>,
    /// Rates are rounded up to a multiple of this.
    pub step: Option<Micros>,
    /// Whether new limits are taken over.
    pub limits: Option<Taking>,
    /// Whether what is gone is taken out of use.
    pub gone: Option<Taking>,
    /// Whether what is back is taken into use.
    pub back: Option<Taking>,
    /// In how many lists in a row a service must be missing to be gone.
    pub gone_after: Option<i64>,
    /// A list that lacks more than so many percent of what we know is not believed.
    pub lost_percent: Option<i64>,
    /// Nor is one of which so many percent cannot be read.
    pub broken_percent: Option<i64>,
}

/// The rules of a provider of which nobody has said anything.
pub(super) fn usual(provider: ProviderId) -> Rules {
    Rules { provider, minutes: 0, rules: SyncRules::default() }
}

impl Counter {
    /// The rules for a provider's list.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider.
    pub async fn sync_rules(&self, provider: ProviderId) -> Result<Rules, Failure<Refusal>> {
        let read = self.store.read(|tx| rules_of(tx, provider));
        Failure::join(read.await)
    }

    /// Changes them. What was done by them before stays.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider, or something is out of range.
    pub async fn set_sync_rules(
        &self,
        provider: ProviderId,
        change: RulesChange,
        actor: &str,
        now: Timestamp,
    ) -> Result<Rules, Failure<Refusal>> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let after = changed(rules_of(tx, provider)?, &change);
            after.rules.check().map_err(|error| Refusal::Invalid(error.to_string()))?;
            if after.minutes != 0 && !(MINUTES_MIN..=MINUTES_MAX).contains(&after.minutes) {
                let text = format!("minutes: must be 0, or {MINUTES_MIN} to {MINUTES_MAX}");
                return Err(Refusal::Invalid(text).into());
            }
            sync_rules::put_rules(tx, &after)?;
            let data = serde_json::json!({
                "provider": provider.0, "minutes": after.minutes, "actor": actor,
            });
            tell(tx, "sync.rules_changed", data.to_string(), now)?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn rules_of(tx: &mut dyn Tx, provider: ProviderId) -> Result<Rules, Failure<Refusal>> {
    if providers::provider(tx, provider)?.is_none() {
        return Err(Refusal::missing("provider", provider).into());
    }
    Ok(sync_rules::rules_of(tx, provider)?.unwrap_or_else(|| usual(provider)))
}

fn changed(of: Rules, change: &RulesChange) -> Rules {
    let mut rules = of.rules;
    let markup = &mut rules.markup;
    markup.points = change.points.unwrap_or(markup.points);
    markup.fixed = change.fixed.unwrap_or(markup.fixed);
    markup.least = change.least.unwrap_or(markup.least);
    markup.step = change.step.unwrap_or(markup.step);
    Rules {
        minutes: change.minutes.unwrap_or(of.minutes),
        rules: SyncRules {
            small_percent: change.small_percent.unwrap_or(rules.small_percent),
            spike_percent: change.spike_percent.unwrap_or(rules.spike_percent),
            rates: change.rates.unwrap_or(rules.rates),
            limits: change.limits.unwrap_or(rules.limits),
            gone: change.gone.unwrap_or(rules.gone),
            back: change.back.unwrap_or(rules.back),
            gone_after: change.gone_after.unwrap_or(rules.gone_after),
            lost_percent: change.lost_percent.unwrap_or(rules.lost_percent),
            broken_percent: change.broken_percent.unwrap_or(rules.broken_percent),
            ..rules
        },
        ..of
    }
}
