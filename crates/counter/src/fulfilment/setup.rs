//! What placing orders at providers goes by: the providers, their routes, the services.

use super::admit::{capped, day};
use crate::stock::{Place, VaultError};
use crate::{Counter, Failure, Refusal};
use domain::catalogue::{Fulfilment, Service};
use domain::providers::{Provider, Route};
use domain::{Micros, ProviderId, RouteId, Timestamp};
use std::fmt;
use store::tables::{attempts, providers, routes};
use store::{DbError, StoreError};

/// What placing orders at providers goes by, as of one moment.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Every provider, oldest first.
    pub providers: Vec<Provider>,
    /// Every route, oldest first.
    pub routes: Vec<Route>,
    /// The services that providers fulfil.
    pub services: Vec<Service>,
    /// What routes with a daily cap have carried since midnight UTC, in units; those that have carried
    /// nothing are left out.
    pub used_today: Vec<(RouteId, i64)>,
    /// What providers have charged, in their currency, for open orders that they are not asked for: it
    /// may have come back. Providers without any are left out.
    pub unwatched: Vec<(ProviderId, Micros)>,
}

/// The key of our account at a provider. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderKey(pub(super) String);

impl ProviderKey {
    /// The key itself, for the request that carries it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ProviderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProviderKey")
    }
}

/// How a provider is called, as of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderAccess {
    /// Where its API is.
    pub url: String,
    /// The key of our account there.
    pub key: ProviderKey,
}

impl Counter {
    /// What placing orders at providers goes by, at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fulfilment_setup(&self, now: Timestamp) -> Result<Setup, StoreError> {
        let read = self.store.read(move |tx| {
            let snapshot = self.catalogue.current(tx)?;
            let by_providers = |service: &&Service| service.fulfilment == Fulfilment::Providers;
            let services = snapshot.services.values().filter(by_providers).cloned().collect();
            let (providers, routes) = (providers::providers(tx)?, routes::routes(tx)?);
            let used_today = routes::used(tx, &capped(&routes), day(now))?;
            let unwatched = attempts::unwatched(tx)?;
            Ok::<_, DbError>(Setup { providers, routes, services, used_today, unwatched })
        });
        Ok(read.await??)
    }

    /// How a provider is called: its URL and our key there belong together, so they are read together.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider, or its key does not open.
    pub async fn provider_access(
        &self,
        id: ProviderId,
    ) -> Result<ProviderAccess, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let missing = || Refusal::missing("provider", id);
            let provider = providers::provider(tx, id)?.ok_or_else(missing)?;
            let key = providers::key(tx, id)?.ok_or_else(missing)?;
            Ok((provider.url, key))
        });
        let (url, sealed) = Failure::join(read.await)?;
        let opened = self.vault().open(Place::Provider(id), &sealed);
        let opened = opened.map_err(|error: VaultError| {
            Refusal::NotNow(format!("the key of provider {id} does not open: {error}"))
        });
        Ok(ProviderAccess { url, key: ProviderKey(opened?) })
    }
}
