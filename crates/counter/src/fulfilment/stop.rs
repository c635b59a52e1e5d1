//! Stopping what a provider says does not work, until a person has looked.

use super::outcome::shortened;
use crate::journal::Journal;
use crate::nodes::{Job, Worker};
use domain::providers::{Provider, ProviderState, Route};
use domain::{AccountId, ProviderId, RouteId, Timestamp};
use store::tables::{Put, meta, providers, routes};
use store::{DbError, StoreError, Tx};

impl Worker {
    /// Places no more orders at a provider until staff set it to active again, and keeps why: the newest
    /// reason, also where it is paused already. Says whether any of it is new.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pause_provider(
        &self,
        id: ProviderId,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let reason = shortened(reason);
        let unit = move |tx: &mut dyn Tx| {
            let found = providers::provider(tx, id)?;
            let is_news = |provider: &Provider| match provider.state {
                ProviderState::Active => true,
                ProviderState::Paused => provider.paused_for.as_ref() != Some(&reason),
                ProviderState::Off => false,
            };
            let Some(provider) = found.filter(is_news) else { return Ok::<_, DbError>(false) };
            let (state, paused_for) = (ProviderState::Paused, Some(reason.clone()));
            providers::change_provider(tx, &Provider { state, paused_for, ..provider })?;
            let data = serde_json::json!({ "provider": id.0, "reason": reason });
            tell(tx, "provider.paused", data.to_string(), now)?;
            Ok(true)
        };
        Ok(self.store.write(unit).await??)
    }

    /// Uses a route no more until staff switch it on again, and keeps why: the newest reason, also where
    /// it is off already. Says whether any of it is new.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn switch_route_off(
        &self,
        id: RouteId,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let reason = shortened(reason);
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_catalogue(tx)?;
            let off_for = Some(reason.clone());
            let is_news = |route: &Route| route.on || route.off_for != off_for;
            let found = routes::route(tx, id)?.filter(is_news);
            let Some(route) = found else { return Ok::<_, DbError>(false) };
            routes::put_route(tx, Put::Changed, &Route { on: false, off_for, ..route })?;
            let data = serde_json::json!({ "route": id.0, "reason": reason });
            tell(tx, "route.switched_off", data.to_string(), now)?;
            Ok(true)
        };
        Ok(self.store.write(unit).await??)
    }
}

fn tell(tx: &mut dyn Tx, kind: &str, data: String, now: Timestamp) -> Result<(), DbError> {
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data, now);
    journal.write(tx)
}
