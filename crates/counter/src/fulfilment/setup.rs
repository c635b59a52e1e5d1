//! What placing orders at providers goes by: the providers, their routes, the services.

use crate::stock::{Place, VaultError};
use crate::{Counter, Failure, Refusal};
use domain::ProviderId;
use domain::catalogue::{Fulfilment, Service};
use domain::providers::{Provider, Route};
use std::fmt;
use store::tables::{providers, routes};
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

impl Counter {
    /// What placing orders at providers goes by.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fulfilment_setup(&self) -> Result<Setup, StoreError> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue.current(tx)?;
            let by_providers = |service: &&Service| service.fulfilment == Fulfilment::Providers;
            let services = snapshot.services.values().filter(by_providers).cloned().collect();
            let (providers, routes) = (providers::providers(tx)?, routes::routes(tx)?);
            Ok::<_, DbError>(Setup { providers, routes, services })
        });
        Ok(read.await??)
    }

    /// The key of our account at a provider.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider, or its key does not open.
    pub async fn provider_key(&self, id: ProviderId) -> Result<ProviderKey, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let sealed = providers::key(tx, id)?;
            Ok(sealed.ok_or_else(|| Refusal::missing("provider", id))?)
        });
        let sealed = Failure::join(read.await)?;
        let opened = self.vault().open(Place::Provider(id), &sealed);
        let opened = opened.map_err(|error: VaultError| {
            Refusal::NotNow(format!("the key of provider {id} does not open: {error}"))
        });
        Ok(ProviderKey(opened?))
    }
}
