//! Who asks: a key becomes an account, where the key's rules let it.

use super::token::KeyToken;
use crate::Counter;
use crate::nodes::Units;
use domain::Timestamp;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;
use store::tables::executor_keys;
use store::tables::keys::{self, Principal};
use store::{DbError, Moment, StoreError, Tx};

/// Most keys whose use one unit writes down.
const KEYS_PER_UNIT: usize = 500;

/// When keys were last used, as far as it is not written down. Kept in memory, so that asking
/// something does not write; what is lost when the process dies is at most a minute of it.
#[derive(Debug)]
pub(crate) struct KeyUses<K>(Mutex<HashMap<K, Timestamp>>);

impl<K> Default for KeyUses<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// Writes down uses of keys of one kind.
type WriteUses<K> = fn(&mut dyn Tx, &[(K, Timestamp)]) -> Result<(), DbError>;

impl<K: Copy + Ord + Hash + Send + 'static> KeyUses<K> {
    pub(crate) fn note(&self, key: K, at: Timestamp) {
        let mut uses = self.0.lock();
        let last = uses.entry(key).or_insert(at);
        *last = (*last).max(at);
    }

    fn take(&self) -> Vec<(K, Timestamp)> {
        let mut uses: Vec<_> = std::mem::take(&mut *self.0.lock()).into_iter().collect();
        uses.sort_unstable();
        uses
    }

    /// Writes them down; what could not be written is kept for the next time.
    async fn write(&self, store: &Units, used: WriteUses<K>) -> Result<usize, StoreError> {
        let uses = self.take();
        let mut written: usize = 0;
        for some in uses.chunks(KEYS_PER_UNIT) {
            let rows = some.to_vec();
            let done = store.write(move |tx| used(tx, &rows)).await;
            if let Err(error) = done.and_then(|unit| unit.map_err(StoreError::from)) {
                for (key, at) in uses.iter().skip(written) {
                    self.note(*key, *at);
                }
                return Err(error);
            }
            written = written.saturating_add(some.len());
        }
        Ok(written)
    }
}

/// Somebody who may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    principal: Arc<Principal>,
    /// When the key was looked at, where that can be told: what the request reads afterwards need
    /// not be any newer than this, because it had come by then.
    pub moment: Option<Moment>,
}

impl Deref for Admitted {
    type Target = Principal;

    fn deref(&self) -> &Principal {
        &self.principal
    }
}

impl Counter {
    /// Whose key this is; nothing when it is nobody's or was revoked. Whether the key's rules admit
    /// a request is the business of [`Counter::admit`].
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

    /// Who asks with this key, from this address (nothing when it is not known); nothing when the
    /// key is nobody's, was revoked, has expired, or may not be used from there. Which of these it
    /// was is told to nobody: who tries keys learns nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn admit(
        &self,
        key: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<Admitted>, StoreError> {
        if !KeyToken::plausible(key) {
            return Ok(None);
        }
        let hash = self.settings.key_secret.hash(key);
        let moment = self.store.moment();
        let known = match moment.and_then(|moment| self.access.at(moment, &hash)) {
            Some(known) => Some(known),
            None => self.store.read(|tx| self.access.principal(tx, hash, moment)).await??,
        };
        let admitted = known.filter(|principal| principal.rules.admit(from, now));
        if let Some(principal) = &admitted {
            self.key_uses.note(principal.key, now);
        }
        Ok(admitted.map(|principal| Admitted { principal, moment }))
    }

    /// Writes down when keys were last used, also those of executors; returns how many were. Call it
    /// once a minute.
    ///
    /// # Errors
    /// [`StoreError`]; the next call tries again then.
    pub async fn write_key_uses(&self) -> Result<usize, StoreError> {
        let written = self.key_uses.write(&self.store, keys::used).await?;
        let of_executors = self.executor_key_uses.write(&self.store, executor_keys::used).await?;
        Ok(written.saturating_add(of_executors))
    }
}
