//! API keys of an account.

use super::token::{KeyToken, RANDOM_BYTES};
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::catalogue::check_name;
use domain::{AccountId, KeyId, Timestamp};
use store::tables::accounts;
use store::tables::keys::{self, Key, NewKey, Principal};
use store::{StoreError, Tx, TxExt};

/// A key that was made. The token is shown now or never.
#[derive(Clone, Debug)]
pub struct KeyMade {
    /// Its id.
    pub id: KeyId,
    /// The key itself.
    pub token: KeyToken,
}

impl Counter {
    /// Who uses this key; nothing when nobody does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn principal(&self, key: &str) -> Result<Option<Principal>, StoreError> {
        if !KeyToken::plausible(key) {
            return Ok(None);
        }
        let hash = self.settings.key_secret.hash(key);
        Ok(self.store.read(|tx| keys::principal(tx, &hash)).await??)
    }

    /// Makes a key for an account from random bytes.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account or the name is unusable.
    pub async fn make_key(
        &self,
        account: AccountId,
        name: &str,
        random: [u8; RANDOM_BYTES],
        now: Timestamp,
    ) -> Result<KeyMade, Failure<Refusal>> {
        let token = KeyToken::from_random(random);
        let hash = self.settings.key_secret.hash(token.reveal());
        let (hint, name) = (token.hint(), name.to_owned());
        let unit = move |tx: &mut dyn Tx| {
            check_name(&name).map_err(|error| Refusal::Invalid(error.to_string()))?;
            accounts::by_id(tx, account)?.ok_or_else(|| Refusal::missing("account", account))?;
            let id = KeyId(tx.take_id("api_key")?);
            let (name, hint) = (name.as_str(), hint.as_str());
            keys::insert(tx, &NewKey { id, account, name, hash: &hash, hint, created: now })?;
            note(tx, account, "key.made", id, now)?;
            Ok(id)
        };
        let id = Failure::join(self.store.write(unit).await)?;
        Ok(KeyMade { id, token })
    }

    /// Revokes a key: it is refused from the next request on.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or it was revoked before.
    pub async fn revoke_key(&self, id: KeyId, now: Timestamp) -> Result<Key, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let key = keys::by_id(tx, id)?.ok_or_else(|| Refusal::missing("key", id))?;
            if !keys::revoke(tx, id, now)? {
                return Err(Refusal::NotNow(format!("key {id} was revoked before")).into());
            }
            note(tx, key.account, "key.revoked", id, now)?;
            Ok(Key { revoked: Some(now), ..key })
        };
        Failure::join(self.store.write(unit).await)
    }

    /// The keys of an account, oldest first.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account.
    pub async fn keys(&self, account: AccountId) -> Result<Vec<Key>, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            accounts::by_id(tx, account)?.ok_or_else(|| Refusal::missing("account", account))?;
            Ok(keys::of_account(tx, account)?)
        });
        Failure::join(read.await)
    }
}

fn note(
    tx: &mut dyn Tx,
    account: AccountId,
    kind: &str,
    key: KeyId,
    now: Timestamp,
) -> Result<(), Failure<Refusal>> {
    let mut journal = Journal::default();
    journal.note(account, None, kind, serde_json::json!({ "key": key.0 }).to_string(), now);
    Ok(journal.write(tx)?)
}
