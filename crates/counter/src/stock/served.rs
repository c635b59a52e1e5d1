//! With which keys stock is served. What is sealed with a key that a node cannot get would not be sold
//! there, so whoever seals beside the nodes asks first.

use super::Vault;
use crate::Counter;
use store::tables::nodes::{self, Node};
use store::tables::stock;
use store::{DbError, StoreError};

/// Stands beside a node's marks when it reads its keys only once.
const FIXED: &str = "fixed";

/// The keys that a node was last seen to serve with.
#[derive(Debug, Default)]
pub struct ServedRing(String);

/// Whether every node can open what is sealed with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServedBy {
    /// No node is running, or all know the key.
    AnyKey,
    /// One does not know the key, or not yet.
    OtherKeys {
        /// Which node.
        node: String,
        /// The numbers of the keys that it knows.
        known: String,
        /// Whether it reads its keys only once, when it starts.
        fixed: bool,
    },
}

impl Counter {
    /// Looks whether the ring has changed since it was last `seen`, and notes which keys stock may be
    /// sealed with from now on. Returns whether it has; the next [`Counter::beat`] tells others, so that
    /// they know what they may seal with. For a node: it calls this before its first beat, and before
    /// each later one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn serve_ring(&self, seen: &mut ServedRing) -> Result<bool, StoreError> {
        self.vault().read_again();
        let marks = self.served_marks();
        if seen.0 == marks {
            return Ok(false);
        }
        self.note_stock_keys(self.vault()).await?;
        seen.0 = marks;
        Ok(true)
    }

    /// The marks of the keys that stock is opened with here, parted by blanks.
    pub(crate) fn served_marks(&self) -> String {
        let mut marks = self.vault().marks();
        if !self.vault().can_read_again() {
            marks.push(String::from(FIXED));
        }
        marks.join(" ")
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

    /// Whether every node can open what `vault` seals. A node that was killed counts as running until
    /// its last beat has lost its force: nobody can tell the two apart from here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn served_by(&self, vault: &Vault) -> Result<ServedBy, StoreError> {
        let alive = self.store.read(|tx| {
            let now = tx.database_now()?;
            nodes::alive(tx, now)
        });
        let newest = vault.newest_mark();
        let knows = |node: &Node| node.stock_keys.split(' ').any(|mark| mark == newest);
        let Some(node) = alive.await??.into_iter().find(|node| !knows(node)) else {
            return Ok(ServedBy::AnyKey);
        };
        let marks: Vec<&str> = node.stock_keys.split(' ').collect();
        let numbers = marks.iter().filter_map(|mark| mark.split_once(':'));
        let known: Vec<&str> = numbers.map(|(number, _)| number).collect();
        let (known, fixed) = (known.join(", "), marks.contains(&FIXED));
        Ok(ServedBy::OtherKeys { node: node.id, known, fixed })
    }
}
