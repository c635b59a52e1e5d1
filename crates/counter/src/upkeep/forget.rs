//! Forgets what is kept for a while only.

use crate::Counter;
use domain::Timestamp;
use domain::access::utc_day;
use store::StoreError;
use store::tables::{guards, keys};

/// Hours that a request id is remembered. Clients retry for minutes; three days cover a weekend's
/// outage.
const REQUEST_ID_HOURS: i64 = 72;

/// Most rows that one unit deletes.
const ROWS_PER_UNIT: i64 = 500;

impl Counter {
    /// Forgets request ids and what keys spent on other days, when they are too old to matter;
    /// returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_old(&self, now: Timestamp) -> Result<u64, StoreError> {
        let requests_before = now.plus_hours(-REQUEST_ID_HOURS);
        // The clocks of requests may lag behind this one by a moment.
        let spends_before = utc_day(now.plus_hours(-1));
        let mut forgotten: u64 = 0;
        loop {
            let unit = move |tx: &mut dyn store::Tx| {
                let requests = guards::forget_request_ids(tx, requests_before, ROWS_PER_UNIT)?;
                let spends = keys::forget_spends(tx, spends_before, ROWS_PER_UNIT)?;
                Ok::<_, store::DbError>(requests.saturating_add(spends))
            };
            let step = self.store.write(unit).await??;
            forgotten = forgotten.saturating_add(step);
            if step == 0 {
                return Ok(forgotten);
            }
        }
    }
}
