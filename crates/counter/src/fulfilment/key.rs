//! Whether our key at a provider leads to the account that has our orders. A key may be changed for one of
//! another account, and a provider may give the account behind it away: then ids and balance are another's,
//! and what they say of our orders is nothing (docs/adr/0030).

use super::claim::FRESH_US;
use super::edit::ProviderSecret;
use super::outcome::shortened;
use crate::journal::Journal;
use crate::nodes::{Job, Worker};
use crate::stock::{Place, Vault};
use domain::providers::{Attempt, AttemptState, Provider, ProviderState};
use domain::{AccountId, AttemptId, ProviderId, Timestamp};
use store::tables::{attempts, providers};
use store::{DbError, StoreError, Tx};

/// Whether a key is another one than the one that is there. One that does not open is.
pub(super) fn is_new(
    tx: &mut dyn Tx,
    vault: &Vault,
    id: ProviderId,
    secret: &ProviderSecret,
) -> Result<bool, DbError> {
    let Some(sealed) = providers::key(tx, id)? else { return Ok(true) };
    let known = vault.open(Place::Provider(id), &sealed);
    Ok(known.is_err() || known.is_ok_and(|known| *known != *secret.key.trim()))
}

/// A new key may be one of another account: our books there begin anew, and where orders are there it is
/// doubted.
pub(super) fn may_be_anothers(
    tx: &mut dyn Tx,
    id: ProviderId,
    now: Timestamp,
) -> Result<(), DbError> {
    let is_unknown = !attempts::unknown(tx, id, AttemptId(0), 1)?.is_empty();
    if is_unknown || !attempts::followed(tx, id, AttemptId(0), 1)?.is_empty() {
        providers::doubt_key(tx, id, Some(now))?;
    }
    providers::begin_anew(tx, id)
}

impl Worker {
    /// A provider has found the orders of `found` under a key that is doubted since `since`. Those that
    /// were placed before prove that it leads to the account that has them. Says whether one does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn prove_key(
        &self,
        id: ProviderId,
        since: Timestamp,
        found: Vec<AttemptId>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let unit = move |tx: &mut dyn Tx| {
            let provider = providers::provider(tx, id)?;
            // Not when it was changed once more.
            if provider.is_none_or(|provider| provider.key_doubted != Some(since)) {
                return Ok::<_, DbError>(false);
            }
            let proves = |attempt: &Attempt| {
                let sent = attempt.started.0.saturating_add(FRESH_US);
                let is_there = attempt.provider == id && attempt.state == AttemptState::Accepted;
                is_there && sent < since.0
            };
            if !attempts::by_ids(tx, &found)?.iter().any(proves) {
                return Ok(false);
            }
            providers::doubt_key(tx, id, None)?;
            let data = serde_json::json!({ "provider": id.0 });
            tell(tx, "provider.key_proved", data.to_string(), now)?;
            Ok(true)
        };
        Ok(self.store.write(unit).await??)
    }

    /// A provider finds none of our orders: doubts its key, and places no more orders there until staff set
    /// it to active again. Says whether that was not so before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn doubt_key(
        &self,
        id: ProviderId,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let reason = shortened(reason);
        let unit = move |tx: &mut dyn Tx| {
            let Some(provider) = providers::provider(tx, id)? else {
                return Ok::<_, DbError>(false);
            };
            let is_new = provider.key_doubted.is_none();
            if is_new {
                providers::doubt_key(tx, id, Some(now))?;
                providers::begin_anew(tx, id)?;
            }
            let is_active = provider.state == ProviderState::Active;
            if is_active {
                let paused = Provider { state: ProviderState::Paused, ..provider };
                providers::change_provider(tx, &paused)?;
            }
            if is_new || is_active {
                let data = serde_json::json!({ "provider": id.0, "reason": reason });
                tell(tx, "provider.key_doubted", data.to_string(), now)?;
            }
            Ok(is_new || is_active)
        };
        Ok(self.store.write(unit).await??)
    }
}

fn tell(tx: &mut dyn Tx, kind: &str, data: String, now: Timestamp) -> Result<(), DbError> {
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data, now);
    journal.write(tx)
}
