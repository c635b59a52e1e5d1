//! With which keys stock is served. What is sealed with a key that the server cannot get would be sold
//! and not delivered, so whoever seals beside it asks first.

use super::Vault;
use crate::Counter;
use store::tables::{meta, stock};
use store::{DbError, StoreError, Tx};

/// The marks of the keys that the server opens with, parted by blanks; empty when nobody serves.
const SERVED_KEYS: &str = "served_stock_keys";

/// Stands beside the marks when the server reads its keys only once.
const FIXED: &str = "fixed";

/// What a server has noted about the keys that it serves with.
#[derive(Debug, Default)]
pub struct ServedRing(String);

/// Whether the server can open what is sealed with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServedBy {
    /// No server is running, or it knows the key.
    AnyKey,
    /// It does not know the key, or not yet.
    OtherKeys {
        /// The numbers of the keys that it knows.
        known: String,
        /// Whether it reads its keys only once, when it starts.
        fixed: bool,
    },
}

impl Counter {
    /// Looks whether the ring has changed, and notes what has changed since it was last `noted`, so
    /// that others know what they may seal with. Returns whether there was something to note. For
    /// the one that serves: it calls this before it serves, and now and then while it does.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn serve_ring(&self, noted: &mut ServedRing) -> Result<bool, StoreError> {
        self.vault().read_again();
        let mut marks = self.vault().marks();
        if !self.vault().can_read_again() {
            marks.push(String::from(FIXED));
        }
        let marks = marks.join(" ");
        if noted.0 == marks {
            return Ok(false);
        }
        self.note_stock_keys(self.vault()).await?;
        let written = marks.clone();
        let unit = move |tx: &mut dyn Tx| meta::put(tx, SERVED_KEYS, &written);
        self.store.write(unit).await??;
        noted.0 = marks;
        Ok(true)
    }

    /// Keys that items are sealed with and that are not in the ring: those items are not sold.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lost_stock_keys(&self) -> Result<Vec<i64>, StoreError> {
        let read = self.store.read(|tx| {
            let (mut lost, mut last) = (Vec::new(), 0);
            while let Some(key) = stock::next_key(tx, last)? {
                last = key;
                if !self.vault().knows(key) {
                    lost.push(key);
                }
            }
            Ok::<_, DbError>(lost)
        });
        Ok(read.await??)
    }

    /// Notes that nobody serves any more: the next server reads its keys anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn leave_ring(&self) -> Result<(), StoreError> {
        let unit = |tx: &mut dyn Tx| meta::put(tx, SERVED_KEYS, "");
        Ok(self.store.write(unit).await??)
    }

    /// Whether the server can open what `vault` seals. A server that was killed counts as running
    /// until the next one starts: nobody can tell the two apart from here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn served_by(&self, vault: &Vault) -> Result<ServedBy, StoreError> {
        let served = self.store.read(|tx| meta::get(tx, SERVED_KEYS)).await??.unwrap_or_default();
        let marks: Vec<&str> = served.split_whitespace().collect();
        if marks.is_empty() || marks.contains(&vault.newest_mark().as_str()) {
            return Ok(ServedBy::AnyKey);
        }
        let numbers = marks.iter().filter_map(|mark| mark.split_once(':'));
        let known: Vec<&str> = numbers.map(|(number, _)| number).collect();
        Ok(ServedBy::OtherKeys { known: known.join(", "), fixed: marks.contains(&FIXED) })
    }
}
