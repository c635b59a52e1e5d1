//! Stopping what a provider says does not work, until a person has looked.

use super::outcome::shortened;
use crate::journal::Journal;
use crate::nodes::{Job, Worker};
use domain::providers::{Provider, ProviderState, Route};
use domain::{AccountId, ProviderId, RouteId, Timestamp};
use store::tables::{Put, meta, providers, routes};
use store::{DbError, StoreError, Tx};

impl Worker {
    /// Places no more orders at a provider until staff set it to active again; says whether it was.
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
            let active = found.filter(|provider| provider.state == ProviderState::Active);
            let Some(provider) = active else { return Ok::<_, DbError>(false) };
            let paused = Provider { state: ProviderState::Paused, ..provider };
            providers::change_provider(tx, &paused)?;
            let data = serde_json::json!({ "provider": id.0, "reason": reason });
            tell(tx, "provider.paused", data.to_string(), now)?;
            Ok(true)
        };
        Ok(self.store.write(unit).await??)
    }

    /// Uses a route no more until staff switch it on again; says whether it was on.
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
            let found = routes::route(tx, id)?.filter(|route| route.on);
            let Some(route) = found else { return Ok::<_, DbError>(false) };
            routes::put_route(tx, Put::Changed, &Route { on: false, ..route })?;
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
