//! Clearing unfinished imports away.
//!
//! The import is discarded first, in one small unit, and its items are deleted after it: an importer
//! that is still at it checks the state in the unit that stages its lines, so nothing can be staged
//! once it is discarded. What a crash leaves behind is deleted by the next import of the product, or
//! by the server.

use crate::journal::Journal;
use crate::nodes::{Job, Worker};
use crate::{Counter, Failure, Refusal};
use domain::products::BatchState;
use domain::{AccountId, StockBatchId, StockItemId, Timestamp};
use store::tables::stock;
use store::tables::stock_imports::{self, Batch};
use store::{DbError, StoreError, Tx};

/// Most items that one unit deletes.
const ITEMS_PER_UNIT: i64 = 400;

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Clears an unfinished import away: nothing of it was for sale. `actor` is who does it.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or it is finished.
    pub async fn discard_import(&self, id: StockBatchId, actor: &str, now: Timestamp) -> Done<()> {
        let actor = actor.to_owned();
        let unit = move |tx: &mut dyn Tx| {
            let found = stock_imports::batch(tx, id)?;
            let batch = found.ok_or_else(|| Refusal::missing("import", id))?;
            if batch.state != BatchState::Staging {
                let text = format!("import {id} is {}; only an unfinished one", batch.state.name());
                return Err(Refusal::NotNow(format!("{text} can be cleared away")).into());
            }
            let mut journal = Journal::default();
            let data = serde_json::json!({
                "batch": id.0,
                "product": batch.product.0,
                "lines": batch.lines,
                "imported_by": batch.actor,
                "actor": actor,
            });
            journal.note(AccountId(0), None, "stock.discarded", data.to_string(), now);
            journal.write(tx)?;
            let state = BatchState::Discarded;
            let gone = Batch { state, actor: actor.clone(), added: 0, changed: now, ..batch };
            stock_imports::update_batch(tx, BatchState::Staging, &gone)?;
            Ok(stock_imports::delete_duplicates(tx, id)?)
        };
        Failure::join(self.store.write(unit).await)?;
        Ok(self.delete_staged(id).await?)
    }

    /// Deletes what is left of imports that were discarded; returns of how many. Any number may do it
    /// at once.
    pub(super) async fn delete_discarded(&self) -> Result<usize, StoreError> {
        let left = self.store.read(stock_imports::discarded_with_items).await??;
        for batch in &left {
            self.delete_staged(batch.id).await?;
        }
        Ok(left.len())
    }

    async fn delete_staged(&self, id: StockBatchId) -> Result<(), StoreError> {
        loop {
            let unit = move |tx: &mut dyn Tx| {
                let staged = stock::staged(tx, id, ITEMS_PER_UNIT)?;
                let ids: Vec<StockItemId> = staged.iter().map(|(id, _)| *id).collect();
                stock::delete_staged(tx, &ids)?;
                Ok::<_, DbError>(ids.is_empty())
            };
            if self.store.write(unit).await?? {
                return Ok(());
            }
        }
    }
}

impl Worker {
    /// Deletes what is left of imports that were discarded; returns of how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clear_discarded(&self) -> Result<usize, StoreError> {
        self.works_on(Job::Stock)?;
        self.delete_discarded().await
    }
}

/// Checks that lines of an import may still be staged; else says who is to blame.
pub(super) fn check_staging(tx: &mut dyn Tx, id: StockBatchId) -> Done<()> {
    let found = stock_imports::batch(tx, id)?;
    let batch = found.ok_or_else(|| Refusal::missing("import", id))?;
    match batch.state {
        BatchState::Staging => Ok(()),
        BatchState::Discarded => Err(Refusal::NotNow(format!(
            "import {id} was discarded by {} while it was read; nothing was imported",
            batch.actor
        ))
        .into()),
        state => {
            let text = format!("import {id} is {} already; it takes no more lines", state.name());
            Err(Refusal::NotNow(text).into())
        }
    }
}
