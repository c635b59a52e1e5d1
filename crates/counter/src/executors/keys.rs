//! Keys of executors: made, changed, revoked, listed.

use crate::accounts::{KeyToken, RANDOM_BYTES};
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::access::{KeyRules, Networks};
use domain::catalogue::check_name;
use domain::{AccountId, ExecutorId, ExecutorKeyId, Timestamp};
use store::tables::executor_keys::{self, ExecutorKey};
use store::tables::executors;
use store::{Tx, TxExt};

/// A key that was made. The token is shown now or never.
#[derive(Clone, Debug)]
pub struct ExecutorKeyMade {
    /// Its id.
    pub id: ExecutorKeyId,
    /// The key itself.
    pub token: KeyToken,
}

/// What to change about a key; absent parts stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutorKeyChange {
    /// A new name.
    pub name: Option<String>,
    /// Where it may be used from.
    pub allow: Option<Networks>,
    /// When it ends, or never.
    pub expires: Option<Option<Timestamp>>,
}

impl Counter {
    /// Makes a key for an executor from random bytes.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such executor, or the name or a rule is unusable.
    pub async fn make_executor_key(
        &self,
        executor: ExecutorId,
        change: ExecutorKeyChange,
        random: [u8; RANDOM_BYTES],
        now: Timestamp,
    ) -> Result<ExecutorKeyMade, Failure<Refusal>> {
        let token = KeyToken::from_random(random);
        let hash = self.settings.key_secret.hash(token.reveal());
        let hint = token.hint();
        let unit = move |tx: &mut dyn Tx| {
            let found = executors::executor(tx, executor)?;
            found.ok_or_else(|| Refusal::missing("executor", executor))?;
            let blank = ExecutorKey {
                id: ExecutorKeyId(tx.take_id("executor_key")?),
                executor,
                name: String::from("bot"),
                hint: hint.clone(),
                rules: KeyRules::default(),
                created: now,
                last_used: None,
                revoked: None,
            };
            let key = changed(blank, &change);
            check(&key, now)?;
            executor_keys::insert(tx, &key, &hash)?;
            note(tx, &key, "executor.key_made", now)?;
            Ok(key.id)
        };
        let id = Failure::join(self.store.write(unit).await)?;
        Ok(ExecutorKeyMade { id, token })
    }

    /// Changes a key: what is new holds from the next request on.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, it was revoked, or the name or a rule is unusable.
    pub async fn edit_executor_key(
        &self,
        id: ExecutorKeyId,
        change: ExecutorKeyChange,
        now: Timestamp,
    ) -> Result<ExecutorKey, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let key = live_key(tx, id)?;
            let after = changed(key.clone(), &change);
            let same = after.rules.expires == key.rules.expires;
            check(&after, if same { Timestamp(i64::MIN) } else { now })?;
            executor_keys::update(tx, &after)?;
            note(tx, &after, "executor.key_changed", now)?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Revokes a key: it is refused from the next request on, by every process, and what it was
    /// about to pull is refused too.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or it was revoked before.
    pub async fn revoke_executor_key(
        &self,
        id: ExecutorKeyId,
        now: Timestamp,
    ) -> Result<ExecutorKey, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let key = ExecutorKey { revoked: Some(now), ..live_key(tx, id)? };
            executor_keys::revoke(tx, id, now)?;
            note(tx, &key, "executor.key_revoked", now)?;
            Ok(key)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// The keys of an executor, oldest first.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such executor.
    pub async fn executor_keys(
        &self,
        executor: ExecutorId,
    ) -> Result<Vec<ExecutorKey>, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let found = executors::executor(tx, executor)?;
            found.ok_or_else(|| Refusal::missing("executor", executor))?;
            Ok(executor_keys::of_executor(tx, executor)?)
        });
        Failure::join(read.await)
    }
}

fn changed(key: ExecutorKey, change: &ExecutorKeyChange) -> ExecutorKey {
    let change = change.clone();
    let rules = KeyRules {
        allow: change.allow.unwrap_or_else(|| key.rules.allow.clone()),
        expires: change.expires.unwrap_or(key.rules.expires),
        ..key.rules
    };
    ExecutorKey { name: change.name.unwrap_or(key.name), rules, ..key }
}

/// A key that was not revoked. Its executor is locked: of two who change a key, one goes after the
/// other.
fn live_key(tx: &mut dyn Tx, id: ExecutorKeyId) -> Result<ExecutorKey, Failure<Refusal>> {
    let missing = || Refusal::missing("key of an executor", id);
    let executor = executor_keys::by_id(tx, id)?.ok_or_else(missing)?.executor;
    executors::lock_executor(tx, executor)?;
    let key = executor_keys::by_id(tx, id)?.ok_or_else(missing)?;
    match key.revoked {
        None => Ok(key),
        Some(_) => Err(Refusal::NotNow(format!("key {id} was revoked before")).into()),
    }
}

/// Checks what an operator wrote; an expiry must come after `after`.
fn check(key: &ExecutorKey, after: Timestamp) -> Result<(), Refusal> {
    check_name(&key.name).map_err(|error| Refusal::Invalid(error.to_string()))?;
    if key.rules.expires.is_some_and(|expires| expires <= after) {
        let text = "expires: is over already; to end a key now, revoke it";
        return Err(Refusal::Invalid(String::from(text)));
    }
    Ok(())
}

/// Notes what became of a key: never the key, nor its hash.
fn note(
    tx: &mut dyn Tx,
    key: &ExecutorKey,
    kind: &str,
    now: Timestamp,
) -> Result<(), Failure<Refusal>> {
    let data = serde_json::json!({
        "executor": key.executor.0,
        "key": key.id.0,
        "name": key.name,
        "allow": key.rules.allow.to_string(),
        "expires": key.rules.expires.map(|expires| expires.0),
    });
    let mut journal = Journal::default();
    journal.note(AccountId(0), None, kind, data.to_string(), now);
    Ok(journal.write(tx)?)
}
