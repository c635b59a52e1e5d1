//! Looking at stock: counts and lists without secrets; one secret with a reason, and logged.

use super::vault::Place;
use crate::accounts::check_reason;
use crate::journal::Journal;
use crate::products::Viewer;
use crate::{Counter, Failure, Refusal};
use domain::products::ItemState;
use domain::{AccountId, ProductId, ProductOrderId, StockBatchId, StockItemId, Timestamp};
use store::tables::reveals::{self, Reveal};
use store::tables::stock::{self, Item};
use store::tables::stock_imports::{self, Batch, Duplicate};
use store::tables::{product_orders, products};
use store::{DbError, StoreError, Tx};

/// An item without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemView {
    /// Its id.
    pub id: StockItemId,
    /// From which import.
    pub batch: StockBatchId,
    /// Its line there.
    pub line: i64,
    /// Where it stands.
    pub state: ItemState,
    /// How often it can be sold in all.
    pub uses: i64,
    /// How often it can still be sold.
    pub uses_left: i64,
    /// When it may no longer be sold.
    pub expires: Option<Timestamp>,
    /// The last order that it was sold in.
    pub last_order: Option<ProductOrderId>,
}

/// Items of a product in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StockCount {
    /// The state.
    pub state: ItemState,
    /// How many items.
    pub items: i64,
    /// How many pieces they are still good for.
    pub pieces: i64,
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        Self {
            id: item.id,
            batch: item.batch,
            line: item.line,
            state: item.state,
            uses: item.uses,
            uses_left: item.uses_left,
            expires: item.expires,
            last_order: item.last_order,
        }
    }
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Items of a product by state.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such product.
    pub async fn stock_counts(&self, product: ProductId) -> Done<Vec<StockCount>> {
        let read = self.store.read(|tx| {
            check_product(tx, product)?;
            Ok(stock::counts(tx, product)?)
        });
        let counts = Failure::join(read.await)?;
        let count = |(state, items, pieces)| StockCount { state, items, pieces };
        Ok(counts.into_iter().map(count).collect())
    }

    /// Up to `limit` items of a product above `after`, without their secrets.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such product.
    pub async fn list_stock(
        &self,
        product: ProductId,
        after: StockItemId,
        limit: i64,
    ) -> Done<Vec<ItemView>> {
        let read = self.store.read(|tx| {
            check_product(tx, product)?;
            Ok(stock::of_product(tx, product, after, limit)?)
        });
        Ok(Failure::join(read.await)?.into_iter().map(ItemView::from).collect())
    }

    /// The secret of an item, for staff with a reason.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such item or no reason.
    pub async fn reveal_item(
        &self,
        id: StockItemId,
        viewer: Viewer,
        now: Timestamp,
    ) -> Done<String> {
        let vault = self.settings.vault.clone();
        let unit = move |tx: &mut dyn Tx| {
            check_reason(&viewer.reason)?;
            let item = stock::by_id(tx, id)?.ok_or_else(|| Refusal::missing("item", id))?;
            let opened = vault.open(Place::Item(id), &item.sealed);
            let opened =
                opened.map_err(|error| tx.poison(DbError::new("VAULT", error.to_string())))?;
            let order = match item.last_order {
                Some(order) => product_orders::by_id(tx, order)?,
                None => None,
            };
            let seen = Reveal {
                order: item.last_order,
                item: Some(id),
                account: order.map_or(AccountId(0), |order| order.account),
                actor: viewer.actor.clone(),
                reason: viewer.reason.clone(),
                pieces: 1,
                at: now,
            };
            reveals::insert(tx, &seen)?;
            Ok(opened)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Takes an item off sale for good.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such item, it is not for sale, or there is no reason.
    pub async fn mark_bad(&self, id: StockItemId, viewer: Viewer, now: Timestamp) -> Done<()> {
        let unit = move |tx: &mut dyn Tx| {
            check_reason(&viewer.reason)?;
            let item = stock::by_id(tx, id)?.ok_or_else(|| Refusal::missing("item", id))?;
            products::lock_stock(tx, item.product)?;
            // Again: it may have been sold meanwhile.
            let item = stock::by_id(tx, id)?.ok_or_else(|| Refusal::missing("item", id))?;
            if item.state != ItemState::Available {
                let text = format!("item {id} is {}, not for sale", item.state.name());
                return Err(Refusal::NotNow(text).into());
            }
            stock::set_states(tx, &[id], ItemState::Available, ItemState::Bad, now)?;
            products::add_pieces(tx, item.product, item.uses_left.saturating_neg())?;
            let mut journal = Journal::default();
            let data = serde_json::json!({
                "item": id.0, "actor": viewer.actor, "reason": viewer.reason,
            });
            journal.note(AccountId(0), None, "stock.marked_bad", data.to_string(), now);
            Ok(journal.write(tx)?)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// The last `limit` imports, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn imports(&self, limit: i64) -> Result<Vec<Batch>, StoreError> {
        let newest = StockBatchId(i64::MAX);
        Ok(self.store.read(|tx| stock_imports::batches(tx, newest, limit)).await??)
    }

    /// Up to `limit` duplicate lines of an import above line `after`.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such import.
    pub async fn duplicates(
        &self,
        batch: StockBatchId,
        after: i64,
        limit: i64,
    ) -> Done<Vec<Duplicate>> {
        let read = self.store.read(|tx| {
            if stock_imports::batch(tx, batch)?.is_none() {
                return Err(Refusal::missing("import", batch).into());
            }
            Ok(stock_imports::duplicates(tx, batch, after, limit)?)
        });
        Failure::join(read.await)
    }
}

/// An id that was mistyped must not look like an empty shelf.
fn check_product(tx: &mut dyn Tx, id: ProductId) -> Done<()> {
    let known = products::products(tx)?.iter().any(|product| product.id == id);
    if known { Ok(()) } else { Err(Refusal::missing("product", id).into()) }
}
