//! Importing stock: lines come in and are sealed as they come, and nothing is for sale until all
//! are in. A broken line discards everything.

use super::discard::check_staging;
use super::vault::{Place, nonce_of};
use crate::accounts::check_text;
use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::limits::ITEM_USES_MAX;
use domain::products::{BatchState, ItemState, ProductKind, StockLineError, check_line};
use domain::{AccountId, ProductId, StockBatchId, StockItemId, Timestamp};
use std::collections::HashMap;
use store::tables::products;
use store::tables::stock::{self, Item, NewItem};
use store::tables::stock_imports::{self, Batch, Duplicate};
use store::{DbError, Tx, TxExt};

/// Most lines in one unit.
const LINES_PER_UNIT: usize = 500;

/// A line of an import.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportLine {
    /// The secret.
    pub secret: String,
    /// When it may no longer be sold.
    pub expires: Option<Timestamp>,
    /// How often it can be sold.
    pub uses: i64,
}

impl std::fmt::Debug for ImportLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportLine").field("uses", &self.uses).finish_non_exhaustive()
    }
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportProblem {
    /// It cannot be an item.
    #[error(transparent)]
    Line(#[from] StockLineError),
    /// Its uses are out of range.
    #[error("has uses outside 1 to {ITEM_USES_MAX}")]
    Uses,
    /// It has expired already.
    #[error("has expired already")]
    Expired,
}

/// What an import comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportReport {
    /// The import.
    pub batch: StockBatchId,
    /// Lines read.
    pub lines: i64,
    /// Items added.
    pub added: i64,
    /// Lines that were there already; [`Counter::duplicates`] tells which.
    pub duplicates: i64,
}

/// An import in progress. When it is dropped unfinished, nothing of it is for sale, and
/// [`Counter::discard_import`] clears it away.
#[derive(Debug)]
pub struct Importer {
    counter: Counter,
    batch: Batch,
    waiting: Vec<(i64, ImportLine)>,
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Begins an import. `source` is what the operator calls it.
    ///
    /// # Errors
    /// [`Refusal`] when the source is no plain text, there is no such product, staff deliver it, or another import of it was
    /// left unfinished.
    pub async fn begin_import(
        &self,
        product: ProductId,
        source: &str,
        actor: &str,
        now: Timestamp,
    ) -> Done<Importer> {
        check_text("source", source)?;
        let (source, actor) = (source.to_owned(), actor.to_owned());
        // Its lines would be found again as those of items that are about to go.
        self.delete_discarded().await?;
        let unit = move |tx: &mut dyn Tx| {
            let known = products::products(tx)?;
            let found = known.iter().find(|known| known.id == product);
            let found = found.ok_or_else(|| Refusal::missing("product", product))?;
            if found.kind != ProductKind::Auto {
                let text = "staff deliver this product; it has no stock";
                return Err(Refusal::NotNow(String::from(text)).into());
            }
            if let Some(left) = stock_imports::staging(tx, product)?.first() {
                return Err(Refusal::NotNow(format!(
                    "import {} of this product was left unfinished; clear it away with \
                     `stock discard {}`",
                    left.id, left.id
                ))
                .into());
            }
            let clearing = stock_imports::discarded_with_items(tx)?;
            if let Some(left) = clearing.iter().find(|left| left.product == product) {
                return Err(Refusal::NotNow(format!(
                    "import {} of this product is being cleared away; try again in a moment",
                    left.id
                ))
                .into());
            }
            let batch = Batch {
                id: StockBatchId(tx.take_id("stock_batch")?),
                product,
                state: BatchState::Staging,
                source: source.clone(),
                actor: actor.clone(),
                lines: 0,
                added: 0,
                duplicates: 0,
                created: now,
                changed: now,
            };
            stock_imports::insert_batch(tx, &batch)?;
            Ok(batch)
        };
        let batch = Failure::join(self.store.write(unit).await)?;
        Ok(Importer { counter: self.clone(), batch, waiting: Vec::new() })
    }
}

impl Importer {
    /// The import's id.
    pub const fn id(&self) -> StockBatchId {
        self.batch.id
    }

    /// Lines taken so far.
    pub const fn lines(&self) -> i64 {
        self.batch.lines
    }

    /// Checks a line.
    ///
    /// # Errors
    /// [`ImportProblem`].
    pub fn check(line: &ImportLine, now: Timestamp) -> Result<(), ImportProblem> {
        check_line(&line.secret)?;
        if !(1..=ITEM_USES_MAX).contains(&line.uses) {
            return Err(ImportProblem::Uses);
        }
        if line.expires.is_some_and(|expires| expires <= now) {
            return Err(ImportProblem::Expired);
        }
        Ok(())
    }

    /// Takes the line of this `number`; writes when enough have gathered. `seed` is random, new for
    /// each call.
    ///
    /// # Errors
    /// [`Refusal`] names the line when it is broken, and discard the import then; or who has
    /// discarded it meanwhile.
    pub async fn push(
        &mut self,
        number: i64,
        line: ImportLine,
        seed: [u8; 32],
        now: Timestamp,
    ) -> Done<()> {
        Self::check(&line, now)
            .map_err(|problem| Refusal::Invalid(format!("line {number} {problem}")))?;
        self.batch.lines = self.batch.lines.saturating_add(1);
        self.waiting.push((number, line));
        if self.waiting.len() >= LINES_PER_UNIT { self.flush(seed, now).await } else { Ok(()) }
    }

    async fn flush(&mut self, seed: [u8; 32], now: Timestamp) -> Done<()> {
        let lines = std::mem::take(&mut self.waiting);
        let (batch, vault) = (self.batch.clone(), self.counter.settings.vault.clone());
        let unit = move |tx: &mut dyn Tx| {
            check_staging(tx, batch.id)?;
            let mut after = batch.clone();
            let mut items: Vec<NewItem> = Vec::with_capacity(lines.len());
            let mut duplicates: Vec<Duplicate> = Vec::new();
            let mut here: HashMap<[u8; 16], (StockItemId, i64)> = HashMap::new();
            for ((line, wanted), index) in lines.iter().zip(0_u64..) {
                let blind = vault.blind(batch.product, &wanted.secret);
                let known = match here.get(&blind) {
                    Some((item, of_line)) => Some((*item, Some(*of_line), None)),
                    None => stock::by_blind(tx, batch.product, &blind)?.map(|item| {
                        let of_line = (item.batch == batch.id).then_some(item.line);
                        (item.id, of_line, item.last_order)
                    }),
                };
                if let Some((of_item, of_line, of_order)) = known {
                    duplicates.push(Duplicate { line: *line, of_item, of_line, of_order });
                    continue;
                }
                let id = StockItemId(tx.take_id("stock_item")?);
                let nonce = nonce_of(&seed, index);
                let sealed = vault.seal(Place::Item(id), &wanted.secret, nonce);
                let sealed = sealed.map_err(|e| tx.poison(DbError::new("VAULT", e.to_string())))?;
                here.insert(blind, (id, *line));
                let item = Item {
                    id,
                    product: batch.product,
                    batch: batch.id,
                    line: *line,
                    state: ItemState::Staged,
                    uses: wanted.uses,
                    uses_left: wanted.uses,
                    expires: wanted.expires,
                    sealed,
                    last_order: None,
                };
                items.push(NewItem { item, blind });
            }
            let count = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
            after.added = after.added.saturating_add(count(items.len()));
            after.duplicates = after.duplicates.saturating_add(count(duplicates.len()));
            after.changed = now;
            stock::insert(tx, &items, now)?;
            stock_imports::insert_duplicates(tx, batch.id, &duplicates)?;
            stock_imports::update_batch(tx, BatchState::Staging, &after)?;
            Ok(after)
        };
        self.batch = Failure::join(self.counter.store.write(unit).await)?;
        Ok(())
    }

    /// Writes what is left and puts everything on sale. `progress` is told how many items are on
    /// sale so far.
    ///
    /// # Errors
    /// [`Refusal`] when somebody has discarded it; else the store failed, and what was begun goes on
    /// with the next start.
    pub async fn finish(
        mut self,
        seed: [u8; 32],
        now: Timestamp,
        progress: &mut (dyn FnMut(i64) + Send),
    ) -> Done<ImportReport> {
        self.flush(seed, now).await?;
        let batch = Batch { state: BatchState::Activating, changed: now, ..self.batch.clone() };
        let written = batch.clone();
        let unit = move |tx: &mut dyn Tx| {
            check_staging(tx, written.id)?;
            stock_imports::update_batch(tx, BatchState::Staging, &written)?;
            let mut journal = Journal::default();
            let data = serde_json::json!({
                "batch": written.id.0,
                "product": written.product.0,
                "lines": written.lines,
                "added": written.added,
                "duplicates": written.duplicates,
                "actor": written.actor,
            });
            journal.note(AccountId(0), None, "stock.imported", data.to_string(), now);
            journal.write(tx)?;
            Ok(())
        };
        Failure::join(self.counter.store.write(unit).await)?;
        self.counter.activate(&batch, now, progress).await?;
        let Batch { id, lines, added, duplicates, .. } = batch;
        Ok(ImportReport { batch: id, lines, added, duplicates })
    }
}
