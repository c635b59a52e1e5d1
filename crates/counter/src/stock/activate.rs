//! Putting imported items on sale, and taking outdated ones off.

use crate::Counter;
use crate::nodes::{Job, Worker};
use crate::products::serve_waiting;
use domain::products::{BatchState, ItemState, ProductKind};
use domain::{StockItemId, Timestamp};
use store::tables::products;
use store::tables::stock;
use store::tables::stock_imports::{self, Batch};
use store::{DbError, StoreError, Tx};

/// Most items that one unit moves.
const ITEMS_PER_UNIT: i64 = 400;

impl Counter {
    /// Puts the items of an import on sale, a few hundred in a unit. What is left when the process
    /// ends is picked up by [`Worker::resume_imports`].
    pub(crate) async fn activate(
        &self,
        batch: &Batch,
        now: Timestamp,
        progress: &mut (dyn FnMut(i64) + Send),
    ) -> Result<(), StoreError> {
        let mut done: i64 = 0;
        loop {
            let (id, product) = (batch.id, batch.product);
            let unit = move |tx: &mut dyn Tx| {
                let staged = stock::staged(tx, id, ITEMS_PER_UNIT)?;
                let ids: Vec<StockItemId> = staged.iter().map(|(id, _)| *id).collect();
                let pieces = staged.iter().fold(0_i64, |sum, (_, u)| sum.saturating_add(*u));
                stock::set_states(tx, &ids, ItemState::Staged, ItemState::Available, now)?;
                if pieces > 0 {
                    products::add_pieces(tx, product, pieces)?;
                }
                Ok::<_, DbError>(i64::try_from(ids.len()).unwrap_or(i64::MAX))
            };
            let step = self.store.write(unit).await??;
            done = done.saturating_add(step);
            progress(done);
            if step == 0 {
                break;
            }
        }
        let live = Batch { state: BatchState::Live, changed: now, ..batch.clone() };
        let vault = self.settings.vault.clone();
        let unit = move |tx: &mut dyn Tx| {
            // Two may have been at it: the process that imported, and a server that found it open.
            if stock_imports::batch(tx, live.id)?
                .is_some_and(|batch| batch.state == BatchState::Live)
            {
                return Ok(());
            }
            stock_imports::update_batch(tx, BatchState::Activating, &live)?;
            serve_waiting(tx, &vault, live.product, now).map(|_| ())
        };
        Ok(self.store.write(unit).await??)
    }
}

impl Worker {
    /// Goes on with imports whose items were being put on sale when the process ended; returns
    /// how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn resume_imports(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.works_on(Job::Stock)?;
        let left = self.store.read(stock_imports::activating).await??;
        for batch in &left {
            self.activate(batch, now, &mut |_| {}).await?;
        }
        Ok(left.len())
    }

    /// Takes items off sale whose date is over; returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn expire_stock(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.works_on(Job::Stock)?;
        let known = self.store.read(|tx| products::products(tx)).await??;
        let mut expired: usize = 0;
        for product in known.iter().filter(|product| product.kind == ProductKind::Auto) {
            let id = product.id;
            loop {
                let outdated =
                    self.store.read(|tx| stock::outdated(tx, id, now, ITEMS_PER_UNIT)).await??;
                if outdated.is_empty() {
                    break;
                }
                expired = expired.saturating_add(outdated.len());
                let unit = move |tx: &mut dyn Tx| {
                    products::lock_stock(tx, id)?;
                    let outdated = stock::outdated(tx, id, now, ITEMS_PER_UNIT)?;
                    let ids: Vec<StockItemId> = outdated.iter().map(|(id, _)| *id).collect();
                    let pieces = outdated.iter().fold(0_i64, |sum, (_, u)| sum.saturating_add(*u));
                    stock::set_states(tx, &ids, ItemState::Available, ItemState::Expired, now)?;
                    products::add_pieces(tx, id, pieces.saturating_neg())
                };
                self.store.write(unit).await??;
            }
        }
        Ok(expired)
    }
}
