//! Who holds which key, kept in memory.
//!
//! What was looked up is good until the epoch `access` moves, which every change of a key or of an
//! account's standing counts up. Whoever asks reads the epoch in its own transaction, so what any
//! process changes holds from the next request on, and a key that is revoked between a request's
//! admission and its unit places no order.

use domain::KeyId;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use store::tables::keys::{self, Principal};
use store::tables::meta;
use store::{DbError, Tx};

/// Most keys that are kept; all are forgotten when there are more.
const KEYS_KEPT: usize = 50_000;

/// A key's keyed hash.
type Hash = [u8; 32];

/// The keys that were looked up.
#[derive(Debug, Default)]
pub(crate) struct Access {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The epoch that everything here was read at; 0 for none.
    epoch: i64,
    by_hash: HashMap<Hash, Arc<Principal>>,
    by_id: HashMap<KeyId, Arc<Principal>>,
}

impl Known {
    /// Forgets everything that was read at an older epoch. False when `epoch` itself is the older
    /// one: what was read at it must not be kept.
    fn reach(&mut self, epoch: i64) -> bool {
        if epoch > self.epoch || self.by_id.len() >= KEYS_KEPT {
            self.epoch = self.epoch.max(epoch);
            self.by_hash.clear();
            self.by_id.clear();
        }
        epoch == self.epoch
    }
}

impl Access {
    /// Whose key has this hash, as the transaction sees it.
    pub(crate) fn principal(
        &self,
        tx: &mut dyn Tx,
        hash: Hash,
    ) -> Result<Option<Arc<Principal>>, DbError> {
        let epoch = meta::access_epoch(tx)?;
        {
            let known = self.known.read();
            if known.epoch == epoch
                && let Some(principal) = known.by_hash.get(&hash)
            {
                return Ok(Some(Arc::clone(principal)));
            }
        }
        let Some(found) = keys::principal(tx, &hash)?.map(Arc::new) else { return Ok(None) };
        let mut known = self.known.write();
        if known.reach(epoch) {
            known.by_id.insert(found.key, Arc::clone(&found));
            known.by_hash.insert(hash, Arc::clone(&found));
        }
        Ok(Some(found))
    }

    /// Those of the keys that were not revoked, as the transaction sees them.
    pub(crate) fn standing(
        &self,
        tx: &mut dyn Tx,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, Arc<Principal>>, DbError> {
        let mut standing = HashMap::with_capacity(ids.len());
        if ids.is_empty() {
            return Ok(standing);
        }
        let epoch = meta::access_epoch(tx)?;
        {
            let known = self.known.read();
            if known.epoch == epoch {
                let of = |id: &KeyId| Some((*id, Arc::clone(known.by_id.get(id)?)));
                standing.extend(ids.iter().filter_map(of));
            }
        }
        let missing: Vec<KeyId> =
            ids.iter().copied().filter(|id| !standing.contains_key(id)).collect();
        // Not kept: the unit may yet be rolled back, and with it what it changed itself.
        for principal in keys::principals(tx, &missing)? {
            standing.insert(principal.key, Arc::new(principal));
        }
        Ok(standing)
    }
}
