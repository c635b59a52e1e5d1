//! A key takes the place of another one, and both work for a while.

use super::keys::{KeyMade, check, live_key, new_key, note};
use super::token::{KeyToken, RANDOM_BYTES};
use crate::{Counter, Failure, Refusal};
use domain::access::KeyRules;
use domain::{KeyId, Timestamp};
use store::tables::keys::{self, Key};
use store::tables::meta;
use store::{Tx, TxExt};

impl Counter {
    /// Makes a key with the name and the rules of another one, which ends at `until`, or before if
    /// it was to end before. What both spend in a day is counted together. A key that was to live
    /// for a time gives its successor the same time, but a year at most.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such key, or it has ended.
    pub async fn rotate_key(
        &self,
        id: KeyId,
        until: Timestamp,
        random: [u8; RANDOM_BYTES],
        now: Timestamp,
    ) -> Result<KeyMade, Failure<Refusal>> {
        let token = KeyToken::from_random(random);
        let hash = self.settings.key_secret.hash(token.reveal());
        let hint = token.hint();
        let unit = move |tx: &mut dyn Tx| {
            meta::lock_access(tx)?;
            let old = live_key(tx, id)?;
            if old.rules.expires.is_some_and(|expires| expires <= now) {
                return Err(Refusal::NotNow(format!("key {id} has expired")).into());
            }
            // Rotating again cuts the life of a key that was cut already: how long it was to live for is
            // what the key has that took its place last.
            let keys = keys::of_account(tx, old.account)?;
            let latest = keys.iter().filter(|key| key.root == old.root).max_by_key(|key| key.id);
            let lives = latest.unwrap_or(&old);
            let KeyRules { expires, .. } = lives.rules.renewed(lives.created, now);
            let rules = KeyRules { expires, ..old.rules.clone() };
            let new = KeyId(tx.take_id("api_key")?);
            let new = new_key(new, old.account, &old.name, &hint, rules, now);
            let new = Key { root: old.root, ..new };
            check(&new, now)?;
            keys::insert(tx, &new, &hash)?;
            let end = old.rules.expires.map_or(until, |expires| expires.min(until));
            let old = Key { rules: KeyRules { expires: Some(end), ..old.rules.clone() }, ..old };
            keys::update(tx, &old)?;
            note(tx, &old, "key.rotated", now)?;
            note(tx, &new, "key.made", now)?;
            Ok(new.id)
        };
        let id = Failure::join(self.store.write(unit).await)?;
        Ok(KeyMade { id, token })
    }
}
