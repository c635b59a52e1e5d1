//! What staff see of lists, change sets and offers; and whose list is due.

use crate::nodes::{Job, Worker};
use crate::{Counter, Failure, Refusal};
use domain::providers::ProviderState;
use domain::providers::offers::{ItemState, kind_of};
use domain::{ChangeItemId, ChangeSetId, Micros, ProviderId, RouteId, Timestamp};
use std::collections::BTreeMap;
use store::tables::change_items::{self, ChangeItem};
use store::tables::change_sets::{self, ChangeSet};
use store::tables::offers::{self, Offered};
use store::tables::sync_rules::{self, Look};
use store::tables::{providers, routes};
use store::{DbError, StoreError};

/// A provider's list, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncView {
    /// Whose.
    pub provider: ProviderId,
    /// How often it is looked at, in minutes; 0 for only when staff ask.
    pub minutes: i64,
    /// The last look at it.
    pub look: Option<Look>,
    /// How many differences wait for a person.
    pub open: i64,
}

/// An offer, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferView {
    /// The offer.
    pub offered: Offered,
    /// The routes to it.
    pub routes: Vec<RouteId>,
    /// What the provider's markup makes of its cost, in our currency.
    pub rate: Option<Micros>,
    /// Whether orders of its kind are known here.
    pub kind_known: bool,
}

const MINUTE_US: i64 = 60_000_000;

impl Counter {
    /// How each provider's list is looked at and what waits for a person, by provider.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sync_views(&self) -> Result<Vec<SyncView>, StoreError> {
        let read = self.store.read(|tx| {
            let rules = sync_rules::rules(tx)?.into_iter();
            let minutes: BTreeMap<ProviderId, i64> =
                rules.map(|rules| (rules.provider, rules.minutes)).collect();
            let looks = sync_rules::looks(tx)?.into_iter();
            let mut looks: BTreeMap<ProviderId, Look> =
                looks.map(|look| (look.provider, look)).collect();
            let open: BTreeMap<ProviderId, i64> =
                change_items::open_counts(tx)?.into_iter().collect();
            let views = providers::providers(tx)?.into_iter().map(|provider| SyncView {
                provider: provider.id,
                minutes: minutes.get(&provider.id).copied().unwrap_or(0),
                look: looks.remove(&provider.id),
                open: open.get(&provider.id).copied().unwrap_or(0),
            });
            Ok::<_, DbError>(views.collect())
        });
        Ok(read.await??)
    }

    /// Up to `limit` change sets below `before`, of one provider or of all, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_sets(
        &self,
        provider: Option<ProviderId>,
        before: ChangeSetId,
        limit: i64,
    ) -> Result<Vec<ChangeSet>, StoreError> {
        Ok(self.store.read(|tx| change_sets::sets(tx, provider, before, limit)).await??)
    }

    /// A change set with up to `limit` of its items above `after`, oldest first.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub async fn change_set(
        &self,
        id: ChangeSetId,
        after: ChangeItemId,
        limit: i64,
    ) -> Result<(ChangeSet, Vec<ChangeItem>), Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let set = change_sets::set(tx, id)?;
            let set = set.ok_or_else(|| Refusal::missing("change set", id))?;
            Ok((set, change_items::of_set(tx, id, after, limit)?))
        });
        Failure::join(read.await)
    }

    /// All items of a provider that wait for a person, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_items(&self, provider: ProviderId) -> Result<Vec<ChangeItem>, StoreError> {
        let mut items = self.store.read(|tx| change_items::standing(tx, provider)).await??;
        items.retain(|item| item.state.is_open());
        Ok(items)
    }

    /// The items of a set that are proposed: what looks wrong is decided one by one.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such set.
    pub async fn proposed_items(
        &self,
        id: ChangeSetId,
    ) -> Result<Vec<ChangeItemId>, Failure<Refusal>> {
        let (_, items) = self.change_set(id, ChangeItemId(0), i64::MAX).await?;
        let proposed = items.iter().filter(|item| item.state == ItemState::Proposed);
        Ok(proposed.map(|item| item.id).collect())
    }

    /// Up to `limit` offers of a provider behind the service `after`, in the order of their services.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider.
    pub async fn offers(
        &self,
        provider: ProviderId,
        after: &str,
        limit: i64,
    ) -> Result<Vec<OfferView>, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let known = providers::provider(tx, provider)?;
            let known = known.ok_or_else(|| Refusal::missing("provider", provider))?;
            let rules = sync_rules::rules_of(tx, provider)?;
            let markup = rules.unwrap_or_else(|| super::rules::usual(provider)).rules.markup;
            let mut ways: BTreeMap<String, Vec<RouteId>> = BTreeMap::new();
            for route in routes::routes(tx)? {
                if route.provider == provider {
                    ways.entry(route.upstream_service).or_default().push(route.id);
                }
            }
            let offered = offers::offers(tx, provider, after, limit)?.into_iter();
            let views = offered.map(|offered| OfferView {
                routes: ways.get(&offered.offer.service).cloned().unwrap_or_default(),
                rate: domain::money::multiplied(offered.offer.rate, known.exchange)
                    .and_then(|cost| markup.rate(cost)),
                kind_known: kind_of(&offered.offer.kind).is_some(),
                offered,
            });
            Ok(views.collect())
        });
        Failure::join(read.await)
    }
}

impl Worker {
    /// The providers whose lists are due, by id: those that were last looked at as long ago as their
    /// rules say. Whatever a look finds counts, so that a provider in trouble is not asked more often.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lists_due(&self, now: Timestamp) -> Result<Vec<ProviderId>, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let views = self.sync_views().await?;
        let known = self.providers().await?;
        let is_off =
            |id| known.iter().any(|known| known.id == id && known.state == ProviderState::Off);
        let is_due = |view: &&SyncView| {
            let pause = view.minutes.saturating_mul(MINUTE_US);
            let looked = view.look.as_ref().map(|look| look.looked.0);
            let due = looked.is_none_or(|looked| now.0.saturating_sub(looked) >= pause);
            view.minutes > 0 && due && !is_off(view.provider)
        };
        Ok(views.iter().filter(is_due).map(|view| view.provider).collect())
    }
}
