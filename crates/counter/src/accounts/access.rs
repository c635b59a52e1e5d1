//! Who holds which key, kept in memory.
//!
//! What was looked up is good until the epoch `access` moves, which every change of a key or of an
//! account's standing counts up. Whoever asks reads the epoch in its own transaction, or knows that
//! nothing was committed since it was read, so what any process changes holds from the next request
//! on, and a key that is revoked between a request's admission and its unit places no order.

use domain::KeyId;
use parking_lot::{RwLock, RwLockUpgradableReadGuard};
use std::collections::HashMap;
use std::sync::Arc;
use store::tables::keys::{self, Principal};
use store::tables::meta;
use store::{DbError, Moment, Tx};

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
    /// A moment at which this was the epoch.
    moment: Option<Moment>,
    by_hash: HashMap<Hash, Arc<Principal>>,
    by_id: HashMap<KeyId, Arc<Principal>>,
}

impl Known {
    /// Forgets everything that was read at an older epoch. False when `epoch` itself is the older
    /// one: what was read at it must not be kept.
    fn reach(&mut self, epoch: i64) -> bool {
        if epoch > self.epoch || self.by_id.len() >= KEYS_KEPT {
            self.epoch = self.epoch.max(epoch);
            self.moment = None;
            self.by_hash.clear();
            self.by_id.clear();
        }
        epoch == self.epoch
    }
}

impl Access {
    /// Whose key has this hash, when that was looked up before and nothing was committed since.
    pub(crate) fn at(&self, moment: Moment, hash: &Hash) -> Option<Arc<Principal>> {
        let known = self.known.read();
        if known.moment == Some(moment) { known.by_hash.get(hash).cloned() } else { None }
    }

    /// Whose key has this hash, as a unit that reads sees it. It was begun at `moment` or later.
    pub(crate) fn principal(
        &self,
        tx: &mut dyn Tx,
        hash: Hash,
        moment: Option<Moment>,
    ) -> Result<Option<Arc<Principal>>, DbError> {
        let epoch = meta::access_epoch(tx)?;
        let known = self.known.upgradable_read();
        let hit = known.by_hash.get(&hash).filter(|_| known.epoch == epoch).cloned();
        let found = match hit {
            Some(hit) => hit,
            None => match keys::principal(tx, &hash)? {
                Some(found) => Arc::new(found),
                None => return Ok(None),
            },
        };
        let mut known = RwLockUpgradableReadGuard::upgrade(known);
        if known.reach(epoch) {
            known.moment = moment;
            known.by_id.insert(found.key, Arc::clone(&found));
            known.by_hash.insert(hash, Arc::clone(&found));
        }
        Ok(Some(found))
    }

    /// Those of the keys that were not revoked, as the transaction sees them, in which access has
    /// this epoch.
    pub(crate) fn standing(
        &self,
        tx: &mut dyn Tx,
        epoch: i64,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, Arc<Principal>>, DbError> {
        let mut standing = HashMap::with_capacity(ids.len());
        if ids.is_empty() {
            return Ok(standing);
        }
        {
            let known = self.known.read();
            if known.epoch == epoch {
                let of = |id: &KeyId| Some((*id, Arc::clone(known.by_id.get(id)?)));
                standing.extend(ids.iter().filter_map(of));
            } else {
                drop(known);
                // Somebody has changed keys: nothing that is kept is believed before it is looked at
                // again, whatever becomes of this unit.
                self.known.write().moment = None;
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
