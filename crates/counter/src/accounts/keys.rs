//! API keys of an account: making, changing, revoking, listing them.

use super::token::{KeyToken, RANDOM_BYTES};
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::access::{KeyRules, Networks, Scopes, utc_day};
use domain::catalogue::check_name;
use domain::{AccountId, KeyId, Micros, Timestamp};
use std::collections::HashMap;
use store::tables::accounts;
use store::tables::keys::{self, Key};
use store::tables::meta;
use store::{Tx, TxExt};

/// A key that was made. The token is shown now or never.
#[derive(Clone, Debug)]
pub struct KeyMade {
    /// Its id.
    pub id: KeyId,
    /// The key itself.
    pub token: KeyToken,
}

/// A key, and what was spent with it today where that is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyShown {
    /// The key.
    pub key: Key,
    /// What orders placed with it, and with the keys whose place it took, cost today.
    pub spent_today: Option<Micros>,
}

/// What to change about a key; absent parts stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyChange {
    /// A new name.
    pub name: Option<String>,
    /// What it may be used for.
    pub scopes: Option<Scopes>,
    /// Where it may be used from.
    pub allow: Option<Networks>,
    /// What may be spent with it in a day, or no limit.
    pub daily_cap: Option<Option<Micros>>,
    /// When it ends, or never.
    pub expires: Option<Option<Timestamp>>,
}

impl Counter {
    /// Makes a key for an account from random bytes, for everything, from anywhere, for ever.
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
        self.make_bound_key(account, name, KeyRules::default(), random, now).await
    }

    /// Makes a key for an account from random bytes, bound to `rules`.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account, or the name or a rule is unusable.
    pub async fn make_bound_key(
        &self,
        account: AccountId,
        name: &str,
        rules: KeyRules,
        random: [u8; RANDOM_BYTES],
        now: Timestamp,
    ) -> Result<KeyMade, Failure<Refusal>> {
        let token = KeyToken::from_random(random);
        let hash = self.settings.key_secret.hash(token.reveal());
        let (hint, name) = (token.hint(), name.to_owned());
        let unit = move |tx: &mut dyn Tx| {
            accounts::by_id(tx, account)?.ok_or_else(|| Refusal::missing("account", account))?;
            let id = KeyId(tx.take_id("api_key")?);
            let key = new_key(id, account, &name, &hint, rules.clone(), now);
            check(&key, now)?;
            keys::insert(tx, &key, &hash)?;
            note(tx, &key, "key.made", now)?;
            Ok(id)
        };
        let id = Failure::join(self.store.write(unit).await)?;
        Ok(KeyMade { id, token })
    }

    /// Changes a key: what is new holds from the next request on.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, it was revoked, or the name or a rule is unusable.
    pub async fn edit_key(
        &self,
        id: KeyId,
        change: KeyChange,
        now: Timestamp,
    ) -> Result<Key, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_access(tx)?;
            let key = live_key(tx, id)?;
            let change = change.clone();
            let rules = KeyRules {
                scopes: change.scopes.unwrap_or(key.rules.scopes),
                allow: change.allow.unwrap_or(key.rules.allow),
                daily_cap: change.daily_cap.unwrap_or(key.rules.daily_cap),
                expires: change.expires.unwrap_or(key.rules.expires),
            };
            let after = Key { name: change.name.unwrap_or(key.name), rules, ..key };
            let until =
                if after.rules.expires == key.rules.expires { Timestamp(i64::MIN) } else { now };
            check(&after, until)?;
            keys::update(tx, &after)?;
            note(tx, &after, "key.changed", now)?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Revokes a key: it is refused from the next request on, by every process, and what it was
    /// about to order is refused too.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or it was revoked before.
    pub async fn revoke_key(&self, id: KeyId, now: Timestamp) -> Result<Key, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_access(tx)?;
            let key = Key { revoked: Some(now), ..live_key(tx, id)? };
            keys::revoke(tx, id, now)?;
            note(tx, &key, "key.revoked", now)?;
            Ok(key)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// The keys of an account, oldest first.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account.
    pub async fn keys(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<KeyShown>, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            accounts::by_id(tx, account)?.ok_or_else(|| Refusal::missing("account", account))?;
            let keys = keys::of_account(tx, account)?;
            let ids: Vec<KeyId> = keys.iter().map(|key| key.id).collect();
            let spends = keys::spends(tx, &ids, utc_day(now))?;
            let spent: HashMap<KeyId, Micros> =
                spends.into_iter().map(|spend| (spend.key, spend.spent)).collect();
            let shown = |key: Key| KeyShown { spent_today: spent.get(&key.id).copied(), key };
            Ok(keys.into_iter().map(shown).collect())
        });
        Failure::join(read.await)
    }
}

/// A key that was never used.
pub(super) fn new_key(
    id: KeyId,
    account: AccountId,
    name: &str,
    hint: &str,
    rules: KeyRules,
    now: Timestamp,
) -> Key {
    let (name, hint) = (name.to_owned(), hint.to_owned());
    let (last_used, revoked) = (None, None);
    Key { id, account, name, hint, rules, root: id, created: now, last_used, revoked }
}

/// A key that was not revoked.
pub(super) fn live_key(tx: &mut dyn Tx, id: KeyId) -> Result<Key, Failure<Refusal>> {
    let key = keys::by_id(tx, id)?.ok_or_else(|| Refusal::missing("key", id))?;
    match key.revoked {
        None => Ok(key),
        Some(_) => Err(Refusal::NotNow(format!("key {id} was revoked before")).into()),
    }
}

/// Checks what an operator wrote; an expiry must come after `after`.
pub(super) fn check(key: &Key, after: Timestamp) -> Result<(), Refusal> {
    check_name(&key.name).map_err(|error| Refusal::Invalid(error.to_string()))?;
    if key.rules.daily_cap.is_some_and(|cap| cap < Micros::ZERO) {
        return Err(Refusal::Invalid(String::from("daily cap: must not be negative")));
    }
    if key.rules.expires.is_some_and(|expires| expires <= after) {
        let text = "expires: is over already; to end a key now, revoke it";
        return Err(Refusal::Invalid(String::from(text)));
    }
    Ok(())
}

/// Notes what became of a key: never the key, nor its hash.
pub(super) fn note(
    tx: &mut dyn Tx,
    key: &Key,
    kind: &str,
    now: Timestamp,
) -> Result<(), Failure<Refusal>> {
    let data = serde_json::json!({
        "key": key.id.0,
        "name": key.name,
        "scopes": key.rules.scopes.to_string(),
        "allow": key.rules.allow.to_string(),
        "daily_cap": key.rules.daily_cap.map(Micros::raw),
        "expires": key.rules.expires.map(|expires| expires.0),
    });
    let mut journal = Journal::default();
    journal.note(key.account, None, kind, data.to_string(), now);
    Ok(journal.write(tx)?)
}
