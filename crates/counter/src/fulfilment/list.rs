//! What staff see of a provider.

use crate::{Counter, Failure, Refusal};
use domain::orders::State;
use domain::providers::{Attempt, Explains, Provider, Route, explaining};
use domain::{AttemptId, Micros, OrderId, ProviderId, Timestamp};
use std::collections::HashMap;
use store::tables::{attempts, orders, providers, routes};
use store::{DbError, StoreError, Tx};

/// Most attempts without an outcome that a view shows.
const UNKNOWN_SHOWN: i64 = 100;

/// How many of the latest attempts are looked at for what explains a difference.
const EXPLAINED_BY: i64 = 1_000;

/// Attempts read at a time.
const PAGE: i64 = 1_000;

/// A provider with its routes and what is not known there.
#[derive(Clone, Debug)]
pub struct ProviderView {
    /// The provider.
    pub provider: Provider,
    /// Its routes, oldest first.
    pub routes: Vec<Route>,
    /// The oldest attempts there of which it is not known what became of them.
    pub unknown: Vec<Attempt>,
    /// How far the balance that the provider told last is from what is booked: below zero when
    /// something is missing. Part of it may be under way.
    pub off: Option<Micros>,
    /// Of the latest attempts, those that alone would explain it.
    pub explaining: Vec<(Attempt, Explains)>,
}

impl Counter {
    /// Every provider, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn providers(&self) -> Result<Vec<Provider>, StoreError> {
        Ok(self.store.read(providers::providers).await??)
    }

    /// Every route, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn routes(&self) -> Result<Vec<Route>, StoreError> {
        Ok(self.store.read(routes::routes).await??)
    }

    /// A provider with its routes and what is not known there.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub async fn show_provider(&self, id: ProviderId) -> Result<ProviderView, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let provider = providers::provider(tx, id)?;
            let provider = provider.ok_or_else(|| Refusal::missing("provider", id))?;
            let mut routes = routes::routes(tx)?;
            routes.retain(|route| route.provider == id);
            let unknown = attempts::unknown(tx, id, AttemptId(0), UNKNOWN_SHOWN)?;
            let off = provider.reported.map(|(reported, _)| {
                Micros::new(reported.raw().saturating_sub(provider.booked.raw()))
            });
            let explaining = match off.filter(|off| *off != Micros::ZERO) {
                None => Vec::new(),
                Some(off) => {
                    let latest = AttemptId(i64::MAX);
                    let latest = attempts::of_provider_before(tx, id, latest, EXPLAINED_BY)?;
                    let found = explaining(off, provider.balance_decimals, &latest);
                    found.into_iter().map(|(attempt, how)| (attempt.clone(), how)).collect()
                }
            };
            Ok(ProviderView { provider, routes, unknown, off, explaining })
        });
        Failure::join(read.await)
    }

    /// The attempts to place an order, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn attempts_of_order(&self, id: OrderId) -> Result<Vec<Attempt>, StoreError> {
        Ok(self.store.read(|tx| attempts::of_order(tx, id)).await??)
    }

    /// The highest id that a provider has given an order of ours, among those that are numbers. Looks at
    /// every order that was ever placed there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn highest_upstream_id(
        &self,
        provider: ProviderId,
    ) -> Result<Option<u64>, StoreError> {
        let (mut highest, mut before) = (None, AttemptId(i64::MAX));
        loop {
            let page =
                move |tx: &mut dyn Tx| attempts::of_provider_before(tx, provider, before, PAGE);
            let page = self.store.read(page).await??;
            let number = |attempt: &Attempt| attempt.upstream_id.as_ref()?.parse().ok();
            highest = highest.max(page.iter().filter_map(number).max());
            match page.last() {
                Some(oldest) => before = oldest.id,
                None => return Ok(highest),
            }
        }
    }

    /// All attempts at a provider of which it is not known what became of them, oldest first, and
    /// where their orders stand. There are no more than the provider may have under way.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unknown_attempts(
        &self,
        provider: ProviderId,
    ) -> Result<Vec<(Attempt, State)>, StoreError> {
        let read = self.store.read(|tx| {
            let unknown = attempts::unknown(tx, provider, AttemptId(0), i64::MAX)?;
            let ids: Vec<OrderId> = unknown.iter().map(|attempt| attempt.order).collect();
            let orders = orders::by_ids(tx, &ids)?;
            let states: HashMap<OrderId, State> =
                orders.into_iter().map(|order| (order.id, order.state)).collect();
            let with_state = unknown.into_iter().filter_map(|attempt| {
                let state = states.get(&attempt.order).copied()?;
                Some((attempt, state))
            });
            Ok::<_, DbError>(with_state.collect())
        });
        Ok(read.await??)
    }

    /// Those of `ids` that are there, in their order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn attempts(&self, ids: &[AttemptId]) -> Result<Vec<Attempt>, StoreError> {
        Ok(self.store.read(|tx| attempts::by_ids(tx, ids)).await??)
    }

    /// Up to `limit` attempts at a provider above `after` whose orders are followed there, oldest
    /// first, with where their orders stand, and when they have ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn followed_attempts(
        &self,
        provider: ProviderId,
        after: AttemptId,
        limit: i64,
    ) -> Result<Vec<(Attempt, State, Option<Timestamp>)>, StoreError> {
        let read = self.store.read(|tx| attempts::followed_orders(tx, provider, after, limit));
        Ok(read.await??)
    }

    /// Of how many attempts at each provider it is not known what became of them, by where their
    /// orders stand.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unknown_counts(&self) -> Result<Vec<(ProviderId, State, i64)>, StoreError> {
        Ok(self.store.read(attempts::unknown_counts).await??)
    }
}
