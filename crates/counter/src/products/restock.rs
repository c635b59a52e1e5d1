//! Orders that wait for the rest: served when stock comes in, ended when their time is over.

use super::deliver::Shelf;
use crate::Counter;
use crate::desk::{Cause, Desk};
use domain::products::{Product, ProductEvent, ProductOrder, ProductState, apply};
use domain::{ProductId, ProductOrderId, Timestamp};
use store::tables::product_orders;
use store::{DbError, StoreError, Tx};

/// Most orders that one unit serves.
const ORDERS_PER_UNIT: i64 = 50;

/// Serves the waiting orders of a product from its stock, oldest first, and ends those whose time
/// is over; returns how many moved.
pub(crate) fn serve_waiting(
    tx: &mut dyn Tx,
    product: &Product,
    now: Timestamp,
) -> Result<usize, DbError> {
    let open = product_orders::open_of_product(tx, product.id)?;
    let waiting: Vec<ProductOrder> = open
        .into_iter()
        .filter(|order| order.state == ProductState::Waiting)
        .take(usize::try_from(ORDERS_PER_UNIT).unwrap_or(0))
        .collect();
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut desk = Desk::new(tx, now);
    desk.lock(waiting.iter().map(|order| order.account).collect())?;
    let wanted = waiting.iter().fold(0_i64, |sum, order| sum.saturating_add(order.remains()));
    let mut shelf = Shelf::default();
    shelf.fill(desk.tx, product.id, wanted, now)?;
    let mut moved: usize = 0;
    for order in waiting {
        // Read under the account's lock: what was read before it may have moved.
        let Some(order) = product_orders::by_id(desk.tx, order.id)? else { continue };
        if order.state != ProductState::Waiting {
            continue;
        }
        let over = order.wait_until.is_some_and(|until| until <= now);
        let pieces = shelf.pieces(product.id).min(order.remains());
        if pieces > 0 && !over {
            let first = order.delivered.saturating_add(1);
            shelf.take(product, order.id, order.account, first, pieces)?;
            change(
                &mut desk,
                &order,
                ProductEvent::Delivered { pieces },
                "product_order.delivered",
            )?;
        } else if over {
            change(&mut desk, &order, ProductEvent::Ended, "product_order.ended")?;
        } else {
            continue;
        }
        moved = moved.saturating_add(1);
    }
    shelf.write(desk.tx, now)?;
    desk.finish()?;
    Ok(moved)
}

/// Applies an event that is legal in the state the order is in; if it is not, the unit is poisoned
/// rather than half of it kept.
pub(super) fn change(
    desk: &mut Desk<'_>,
    before: &ProductOrder,
    event: ProductEvent,
    kind: &str,
) -> Result<ProductOrder, DbError> {
    let change = apply(before, event, desk.now)
        .map_err(|error| desk.tx.poison(DbError::new("PRODUCTS", error.to_string())))?;
    write(desk, before, change.order, &change.postings, kind, Cause::default())
}

/// Writes a changed order with its money and its event.
pub(super) fn write(
    desk: &mut Desk<'_>,
    before: &ProductOrder,
    after: ProductOrder,
    postings: &[domain::ledger::Posting],
    kind: &str,
    cause: Cause<'_>,
) -> Result<ProductOrder, DbError> {
    let cause = Cause { product_order: Some(before.id), ..cause };
    let mut moved = serde_json::Map::new();
    for posting in postings {
        if let Err(error) = desk.post(before.account, posting, cause)? {
            return Err(desk.tx.poison(DbError::new("PRODUCTS", error.to_string())));
        }
        moved.insert(posting.kind.name().to_owned(), posting.amount.raw().into());
    }
    moved.insert(String::from("state"), after.state.name().into());
    moved.insert(String::from("delivered"), after.delivered.into());
    for (name, text) in [("actor", cause.actor), ("reason", cause.reason)] {
        if let Some(text) = text {
            moved.insert(String::from(name), text.into());
        }
    }
    let data = serde_json::Value::Object(moved).to_string();
    desk.journal.note_product_order(before.account, before.id, kind, data, desk.now);
    product_orders::update(desk.tx, &[(before.clone(), after.clone())])?;
    Ok(after)
}

impl Counter {
    /// Serves every waiting order that can be served and ends those whose time is over; returns
    /// how many moved.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn serve_waiting_orders(&self, now: Timestamp) -> Result<usize, StoreError> {
        let mut waiting: Vec<ProductId> = Vec::new();
        let mut last = ProductOrderId(0);
        loop {
            let page = self.store.read(|tx| product_orders::waiting_after(tx, last, 500)).await??;
            let Some(newest) = page.last() else { break };
            last = newest.0;
            waiting.extend(page.iter().map(|(_, product)| *product));
        }
        waiting.sort_unstable();
        waiting.dedup();
        let mut moved: usize = 0;
        for id in waiting {
            let catalogue = self.catalogue_cache();
            let unit = move |tx: &mut dyn Tx| match catalogue.within(tx)?.products.get(&id) {
                Some(product) => serve_waiting(tx, product, now),
                None => Ok(0),
            };
            moved = moved.saturating_add(self.store.write(unit).await??);
        }
        Ok(moved)
    }
}
