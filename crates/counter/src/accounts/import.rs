//! Keys that customers bring along from another panel, so that they need not change anything but
//! the address.

use super::keys::{check, new_key, note};
use super::token::{KeyToken, hint};
use crate::{Counter, Failure, Refusal};
use domain::access::KeyRules;
use domain::{AccountId, KeyId, Timestamp};
use std::fmt;
use store::Tx;
use store::tables::{accounts, keys};

/// Most keys in one import: they are written in one unit.
pub const IMPORT_MAX: usize = 500;

/// Fewest characters of a key from elsewhere: 16 random characters of hexadecimal are 64 bits,
/// below that somebody guesses.
const LENGTH_MIN: usize = 16;

/// Most characters, as the API reads them.
const LENGTH_MAX: usize = 512;

/// A key from elsewhere.
#[derive(Clone)]
pub enum ImportedKey {
    /// The key itself. It is hashed at once and never shown.
    Plain(String),
    /// The SHA-256 of the key, where the other panel kept nothing else.
    Sha256([u8; 32]),
}

impl fmt::Debug for ImportedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedKey(…)")
    }
}

impl Counter {
    /// Takes over keys of an account, all or none, bound to `rules`; returns their ids in order.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such account, or a key, the name or a rule is unusable; it
    /// names the key by its place, and never tells the key.
    pub async fn import_keys(
        &self,
        account: AccountId,
        name: &str,
        rules: KeyRules,
        imported: &[ImportedKey],
        now: Timestamp,
    ) -> Result<Vec<KeyId>, Failure<Refusal>> {
        if imported.is_empty() || imported.len() > IMPORT_MAX {
            let text = format!("keys: give 1 to {IMPORT_MAX} at a time");
            return Err(Refusal::Invalid(text).into());
        }
        let mut hashed = Vec::with_capacity(imported.len());
        for (place, key) in (1_usize..).zip(imported) {
            hashed.push((place, self.hashed(place, key)?));
        }
        let name = name.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            accounts::by_id(tx, account)?.ok_or_else(|| Refusal::missing("account", account))?;
            let ids = tx.take_ids("api_key", hashed.len())?;
            let mut made = Vec::with_capacity(hashed.len());
            for (id, (place, (hash, hint))) in ids.into_iter().zip(&hashed) {
                let id = KeyId(id);
                if let Some(known) = keys::by_hash(tx, hash)? {
                    let text = format!("key {place}: is here already, as key {}", known.id);
                    return Err(Refusal::Invalid(text).into());
                }
                let key = new_key(id, account, &name, hint, rules.clone(), now);
                check(&key, now)?;
                keys::insert(tx, &key, hash)?;
                note(tx, &key, "key.imported", now)?;
                made.push(id);
            }
            Ok(made)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// What is stored of a key: its hash, and what it is recognised by.
    fn hashed(&self, place: usize, key: &ImportedKey) -> Result<([u8; 32], String), Refusal> {
        let secret = &self.settings.key_secret;
        let text = match key {
            ImportedKey::Sha256(digest) => return Ok((secret.hash_digest(digest), String::new())),
            ImportedKey::Plain(text) => text,
        };
        let fits = (LENGTH_MIN..=LENGTH_MAX).contains(&text.len());
        if !fits || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Refusal::Invalid(format!(
                "key {place}: must be {LENGTH_MIN} to {LENGTH_MAX} characters without blanks"
            )));
        }
        if !KeyToken::plausible(text) {
            let text = format!("key {place}: begins like one of ours, but its checksum is wrong");
            return Err(Refusal::Invalid(text));
        }
        Ok((secret.hash(text), hint(text)))
    }
}
