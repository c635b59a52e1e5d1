//! The sealer: gives committed events their positions, without gaps, and chains them.
//!
//! A seal covers up to a few hundred events: its hash is SHA-256 over the hash of the seal before
//! it and every field of every event under it. Whoever changes, removes or reorders an event after
//! that has to rewrite every later seal.

use crate::nodes::{Job, Worker};
use domain::Timestamp;
use sha2::{Digest, Sha256};
use store::tables::events::{self, Event, Seal};
use store::{DbError, StoreError, Tx};

/// Most events under one seal.
const EVENTS_PER_SEAL: i64 = 400;

impl Worker {
    /// Seals every event that was committed; returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn seal_events(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.works_on(Job::Sealing)?;
        let mut sealed: usize = 0;
        loop {
            let step = self.store.write(move |tx| seal_some(tx, now)).await??;
            sealed = sealed.saturating_add(step);
            if step == 0 {
                return Ok(sealed);
            }
        }
    }
}

/// Seals the oldest events that are not sealed; returns how many.
pub(crate) fn seal_some(tx: &mut dyn Tx, now: Timestamp) -> Result<usize, DbError> {
    let mut unsealed = events::unsealed(tx, EVENTS_PER_SEAL)?;
    if unsealed.is_empty() {
        return Ok(0);
    }
    let before = events::last_seal(tx)?;
    let (previous, last) = before.map_or((Vec::new(), 0), |seal| (seal.hash, seal.last));
    let first = last.saturating_add(1);
    let mut positions = Vec::with_capacity(unsealed.len());
    for (event, position) in unsealed.iter_mut().zip(first..) {
        event.position = Some(position);
        positions.push((event.id, position));
    }
    events::set_positions(tx, &positions)?;
    let last = positions.last().map_or(last, |(_, position)| *position);
    let hash = chain_hash(&previous, &unsealed);
    events::insert_seal(tx, &Seal { first, last, previous, hash, at: now })?;
    Ok(unsealed.len())
}

/// The hash of a seal. Every field goes in with its length or in eight bytes, so that no two
/// different streams read the same.
pub(crate) fn chain_hash(previous: &[u8], events: &[Event]) -> Vec<u8> {
    let mut hash = Sha256::new();
    let number = |hash: &mut Sha256, value: i64| hash.update(value.to_be_bytes());
    let text = |hash: &mut Sha256, value: &[u8]| {
        hash.update(u64::try_from(value.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(value);
    };
    text(&mut hash, previous);
    for event in events {
        number(&mut hash, event.position.unwrap_or(0));
        number(&mut hash, event.id);
        number(&mut hash, event.account.0);
        number(&mut hash, event.order.map_or(0, |order| order.0));
        number(&mut hash, event.product_order.map_or(0, |order| order.0));
        number(&mut hash, event.at.0);
        text(&mut hash, event.kind.as_bytes());
        text(&mut hash, event.data.as_bytes());
    }
    hash.finalize().to_vec()
}
