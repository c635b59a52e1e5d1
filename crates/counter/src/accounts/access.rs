//! Who holds which key, kept in memory.
//!
//! Looking a key up in the database costs a read transaction for every request. What was looked up
//! is kept until the epoch `access` moves, which every change of a key or of an account's standing
//! counts up. A unit that places orders asks for the epoch in its own transaction, so a revoked key
//! never gets an order through, whichever process revoked it. Everything else looks at the epoch
//! first.

use domain::{KeyId, Timestamp};
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use store::tables::keys::{self, Principal};
use store::tables::meta;
use store::{DbError, Store, StoreError, Tx};

/// How long the epoch is believed outside of a unit that places orders: not at all, so that what
/// another process changes holds from the next request on.
const BELIEVED_US: i64 = 0;

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
    /// When the epoch was last compared.
    checked: Option<Timestamp>,
    /// How often this process has said that something changed.
    changes: u64,
    by_hash: HashMap<Hash, Arc<Principal>>,
    by_id: HashMap<KeyId, Arc<Principal>>,
}

impl Known {
    fn believed(&self, now: Timestamp) -> bool {
        self.checked.is_some_and(|at| (0..BELIEVED_US).contains(&now.0.saturating_sub(at.0)))
    }

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
    /// Whose key has this hash.
    pub(crate) async fn principal(
        &self,
        store: &Store,
        hash: Hash,
        now: Timestamp,
    ) -> Result<Option<Arc<Principal>>, StoreError> {
        let changes = {
            let known = self.known.read();
            if known.believed(now)
                && let Some(principal) = known.by_hash.get(&hash)
            {
                return Ok(Some(Arc::clone(principal)));
            }
            known.changes
        };
        let (epoch, found) = store
            .read(|tx| Ok::<_, DbError>((meta::access_epoch(tx)?, keys::principal(tx, &hash)?)))
            .await??;
        let found = found.map(Arc::new);
        let mut known = self.known.write();
        if known.reach(epoch) {
            // A change that was made while this was read may not be in it.
            if known.changes == changes {
                known.checked = Some(now);
            }
            if let Some(principal) = &found {
                known.by_id.insert(principal.key, Arc::clone(principal));
                known.by_hash.insert(hash, Arc::clone(principal));
            }
        }
        Ok(found)
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

    /// Says that this process has changed a key or an account: nothing is believed any more.
    pub(crate) fn changed(&self) {
        let mut known = self.known.write();
        known.changes = known.changes.wrapping_add(1);
        known.checked = None;
    }
}
