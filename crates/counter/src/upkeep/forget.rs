//! Forgets what is kept for a while only.

use crate::nodes::{Job, Worker};
use domain::Timestamp;
use domain::access::utc_day;
use store::tables::keys;
use store::tables::request_ids::{OF_ORDERS, OF_PRODUCT_ORDERS};
use store::{DbError, StoreError, Tx};

/// Hours that a request id is remembered. Clients retry for minutes; three days cover a weekend's
/// outage.
const REQUEST_ID_HOURS: i64 = 72;

/// Most rows that one unit deletes.
const ROWS_PER_UNIT: i64 = 500;

/// Forgets some of what is too old at a moment; returns how many rows.
type Forget = fn(&mut dyn Tx, Timestamp) -> Result<u64, DbError>;

impl Worker {
    /// Forgets request ids and what keys spent on other days, when they are too old to matter;
    /// returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_old(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.works_on(Job::Retention)?;
        let kinds: [Forget; 3] = [
            |tx, now| OF_ORDERS.forget(tx, now.plus_hours(-REQUEST_ID_HOURS), ROWS_PER_UNIT),
            |tx, now| {
                OF_PRODUCT_ORDERS.forget(tx, now.plus_hours(-REQUEST_ID_HOURS), ROWS_PER_UNIT)
            },
            // The clocks of requests may lag behind this one by a moment.
            |tx, now| keys::forget_spends(tx, utc_day(now.plus_hours(-1)), ROWS_PER_UNIT),
        ];
        let mut forgotten: u64 = 0;
        for kind in kinds {
            loop {
                let step = self.store.write(move |tx| kind(tx, now)).await??;
                forgotten = forgotten.saturating_add(step);
                if step == 0 {
                    break;
                }
            }
        }
        Ok(forgotten)
    }
}
