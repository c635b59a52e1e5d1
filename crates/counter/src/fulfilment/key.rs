//! Whether our key at a provider leads to the account that has our orders. A key may be changed for one of
//! another account, and a provider may give the account behind it away: then ids and balance are another's,
//! and what they say of our orders is nothing (docs/adr/0030).

use super::claim::FRESH_US;
use super::edit::ProviderSecret;
use super::outcome::shortened;
use crate::Counter;
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

/// What became of a doubt that no order can end by being found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// There is none, or another one by now.
    Moot,
    /// It has ended: nothing is left of what was there before.
    Ended,
    /// It stays until a person decides about the orders, or about the key.
    Stays,
}

/// A new key may be one of another account: our books there begin anew, and where orders are there it is
/// doubted. Where it was doubted already, what was placed since may be in another account too: the
/// doubt keeps its beginning, but for the microsecond that tells it apart from what it was, so that no
/// answer to the key before proves this one.
pub(super) fn may_be_anothers(
    tx: &mut dyn Tx,
    provider: &Provider,
    now: Timestamp,
) -> Result<(), DbError> {
    let earlier = provider.key_doubted.map(|since| Timestamp(since.0.saturating_sub(1).max(0)));
    let since = match earlier {
        None if is_anything_there(tx, provider.id)? => Some(now),
        earlier => earlier,
    };
    providers::doubt_key(tx, provider.id, since)?;
    providers::begin_anew(tx, provider.id)
}

/// A person says that it is the same account. That is kept until one of our orders is found.
pub(super) fn is_vouched_for(
    tx: &mut dyn Tx,
    id: ProviderId,
    now: Timestamp,
) -> Result<(), DbError> {
    if is_anything_there(tx, id)? {
        return providers::vouch_for_key(tx, id, now);
    }
    providers::doubt_key(tx, id, None)
}

fn is_anything_there(tx: &mut dyn Tx, id: ProviderId) -> Result<bool, DbError> {
    let is_unknown = !attempts::unknown(tx, id, AttemptId(0), 1)?.is_empty();
    Ok(is_unknown || !attempts::followed(tx, id, AttemptId(0), 1)?.is_empty())
}

impl Counter {
    /// Whether there is an order that could prove the doubted key of a provider by being found: one that
    /// was placed before and is asked for. Not where the key is not doubted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn can_prove_key(&self, provider: &Provider) -> Result<bool, StoreError> {
        let Some(since) = provider.key_doubted else { return Ok(false) };
        let before = Timestamp(since.0.saturating_sub(FRESH_US));
        let read = self.store.read(|tx| attempts::asks_from(tx, provider.id, before));
        Ok(read.await??)
    }
}

impl Worker {
    /// A provider has found the orders of `found` under a key that is doubted since `since`. Those that
    /// were placed before prove that it leads to the account that has them. Under one that a person
    /// vouches for since then any does. Says whether one does.
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
            let Some(provider) = provider else { return Ok::<_, DbError>(false) };
            let is_vouched = provider.key_vouched == Some(since);
            if provider.key_doubted != Some(since) && !is_vouched {
                return Ok(false);
            }
            let proves = |attempt: &Attempt| {
                let sent = attempt.started.0.saturating_add(FRESH_US);
                let is_there = attempt.provider == id && attempt.state == AttemptState::Accepted;
                is_there && (is_vouched || sent < since.0)
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

    /// No order that was placed before is asked for any more at a provider whose key is doubted since
    /// `since`: ends the doubt when none is there at all. While an answer is lost the doubt stays, also
    /// when it was lost later: the key may have been changed in between, and in another account what is
    /// asked for again under its request id would be bought again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settle_key(
        &self,
        id: ProviderId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Settled, StoreError> {
        self.works_on(Job::Fulfilment)?;
        let unit = move |tx: &mut dyn Tx| {
            let provider = providers::provider(tx, id)?;
            if provider.is_none_or(|provider| provider.key_doubted != Some(since)) {
                return Ok::<_, DbError>(Settled::Moot);
            }
            if attempts::is_any_lost(tx, id)? || attempts::follows_from(tx, id, since)? {
                return Ok(Settled::Stays);
            }
            providers::doubt_key(tx, id, None)?;
            let data = serde_json::json!({ "provider": id.0 });
            tell(tx, "provider.key_settled", data.to_string(), now)?;
            Ok(Settled::Ended)
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
