//! Which keys stock was ever sealed with. A key that is lost must be missed, not replaced by another
//! one of its number: what it has sealed would be sold and never open.

use super::Vault;
use crate::{Counter, Refusal};
use store::tables::meta;
use store::{DbError, StoreError, Tx};

/// The marks of all keys that were ever in the ring, parted by blanks.
const KNOWN_KEYS: &str = "known_stock_keys";

/// A mark's number, and what tells the key from others of that number.
fn parts(mark: &str) -> Option<(i64, &str)> {
    let (number, rest) = mark.split_once(':')?;
    Some((number.parse().ok()?, rest))
}

fn known(tx: &mut dyn Tx) -> Result<String, DbError> {
    Ok(meta::get(tx, KNOWN_KEYS)?.unwrap_or_default())
}

/// The number of a key that is another one than the key of that number which is known.
fn another(known: &str, marks: &[String]) -> Option<i64> {
    let known: Vec<(i64, &str)> = known.split(' ').filter_map(parts).collect();
    let differs = |(number, mark): (i64, &str)| {
        known.iter().any(|(other, of)| *other == number && *of != mark).then_some(number)
    };
    marks.iter().filter_map(|mark| parts(mark)).find_map(differs)
}

impl Counter {
    /// Refuses a ring in which a number that is known has another key.
    ///
    /// # Errors
    /// [`Refusal`] inside, [`StoreError`] outside.
    pub(crate) async fn check_stock_keys(&self) -> Result<Result<(), Refusal>, StoreError> {
        let noted = self.store.read(known).await??;
        Ok(another(&noted, &self.vault().marks()).map_or(Ok(()), |number| {
            Err(Refusal::Invalid(format!(
                "stock keys: key {number} is not the key {number} that stock in this database was \
                 sealed with; put back the file that belongs to it, or name it with stock_key_file"
            )))
        }))
    }

    /// Notes the keys of a ring that something may be sealed with from now on. A number that is known
    /// keeps the key that it is known for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_stock_keys(&self, vault: &Vault) -> Result<(), StoreError> {
        let marks = vault.marks();
        let unit = move |tx: &mut dyn Tx| {
            let mut noted = known(tx)?;
            let before = noted.len();
            for mark in &marks {
                let number = parts(mark).map(|(number, _)| number);
                if noted.split(' ').filter_map(parts).any(|(known, _)| Some(known) == number) {
                    continue;
                }
                noted = if noted.is_empty() { mark.clone() } else { format!("{noted} {mark}") };
            }
            if noted.len() > before { meta::put(tx, KNOWN_KEYS, &noted) } else { Ok(()) }
        };
        self.store.write(unit).await?.map_err(StoreError::from)
    }

    /// The ring with one more key, which seals. Its number was never used before, also by a key that
    /// is not in the ring any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn ring_with_new_key(&self, random: [u8; 32]) -> Result<Vault, StoreError> {
        let noted = self.store.read(known).await??;
        let last = noted.split(' ').filter_map(parts).map(|(number, _)| number).max();
        Ok(self.vault().with_new_key(last.unwrap_or(0), random))
    }
}
