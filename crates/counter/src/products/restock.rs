//! Orders that wait for the rest: served when stock comes in, ended when their time is over.

use super::deliver::Shelf;
use crate::desk::{Cause, Desk};
use crate::nodes::{Job, Worker};
use crate::stock::Vault;
use domain::products::{ProductEvent, ProductOrder, ProductState, apply};
use domain::{ProductId, ProductOrderId, Timestamp};
use store::tables::product_orders;
use store::{DbError, StoreError, Tx};

/// Most orders that one unit serves.
const ORDERS_PER_UNIT: usize = 50;

/// Serves the waiting orders of a product from its stock, oldest first, and ends those whose time
/// is over; returns how many moved.
pub(crate) fn serve_waiting(
    tx: &mut dyn Tx,
    vault: &Vault,
    product: ProductId,
    now: Timestamp,
) -> Result<usize, DbError> {
    let open = product_orders::open_of_product(tx, product)?;
    let waiting = open.into_iter().filter(|order| order.state == ProductState::Waiting);
    // Whose time is over holds money for nothing, however many wait before it.
    let (over, waiting): (Vec<ProductOrder>, Vec<ProductOrder>) =
        waiting.partition(|order| is_over(order, now));
    let waiting: Vec<ProductOrder> =
        over.into_iter().chain(waiting).take(ORDERS_PER_UNIT).collect();
    if waiting.is_empty() {
        return Ok(0);
    }
    let mut desk = Desk::new(tx, now);
    desk.lock(waiting.iter().map(|order| order.account).collect())?;
    let wanted = waiting.iter().fold(0_i64, |sum, order| sum.saturating_add(order.remains()));
    let mut shelf = Shelf::default();
    shelf.fill(desk.tx, vault, product, wanted, now)?;
    let mut moved: usize = 0;
    for order in waiting {
        // Read under the account's lock: what was read before it may have moved.
        let Some(order) = product_orders::by_id(desk.tx, order.id)? else { continue };
        if order.state != ProductState::Waiting {
            continue;
        }
        let over = is_over(&order, now);
        let pieces = shelf.pieces(product).min(order.remains());
        if pieces > 0 && !over {
            let first = order.delivered.saturating_add(1);
            shelf.take(product, order.id, order.account, first, pieces)?;
            change(&mut desk, &order, ProductEvent::Delivered { pieces })?;
        } else if over {
            change(&mut desk, &order, ProductEvent::Ended)?;
        } else {
            continue;
        }
        moved = moved.saturating_add(1);
    }
    shelf.write(desk.tx, now)?;
    desk.finish()?;
    Ok(moved)
}

fn is_over(order: &ProductOrder, now: Timestamp) -> bool {
    order.wait_until.is_some_and(|until| until <= now)
}

/// Applies an event that is legal in the state the order is in; if it is not, the unit is poisoned
/// rather than half of it kept.
fn change(
    desk: &mut Desk<'_>,
    before: &ProductOrder,
    event: ProductEvent,
) -> Result<ProductOrder, DbError> {
    let change = apply(before, event, desk.now)
        .map_err(|error| desk.tx.poison(DbError::new("PRODUCTS", error.to_string())))?;
    write(desk, before, change.order, &change.postings, Told::of(event))
}

/// What is told of a change beside the order and its money.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told<'a> {
    pub(super) event: ProductEvent,
    pub(super) actor: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
    /// The pieces that it is about, when they were picked.
    pub(super) pieces: &'a [i64],
}

impl Told<'_> {
    const fn of(event: ProductEvent) -> Self {
        Self { event, actor: None, reason: None, pieces: &[] }
    }

    const fn kind(&self) -> &'static str {
        match self.event {
            ProductEvent::Begun => "product_order.begun",
            ProductEvent::Delivered { .. } => "product_order.delivered",
            ProductEvent::Ended => "product_order.ended",
            ProductEvent::Returned { .. } => "product_order.taken_back",
        }
    }
}

/// Writes a changed order with its money and its event.
pub(super) fn write(
    desk: &mut Desk<'_>,
    before: &ProductOrder,
    after: ProductOrder,
    postings: &[domain::ledger::Posting],
    told: Told<'_>,
) -> Result<ProductOrder, DbError> {
    let Told { actor, reason, .. } = told;
    let cause = Cause { product_order: Some(before.id), actor, reason, ..Cause::default() };
    let mut moved = serde_json::Map::new();
    for posting in postings {
        if let Err(error) = desk.post(before.account, posting, cause)? {
            return Err(desk.tx.poison(DbError::new("PRODUCTS", error.to_string())));
        }
        moved.insert(posting.kind.name().to_owned(), posting.amount.raw().into());
    }
    moved.insert(String::from("state"), after.state.name().into());
    moved.insert(String::from("delivered"), after.delivered.into());
    if !told.pieces.is_empty() {
        moved.insert(String::from("pieces"), told.pieces.into());
    }
    for (name, text) in [("actor", actor), ("reason", reason)] {
        if let Some(text) = text {
            moved.insert(String::from(name), text.into());
        }
    }
    let data = serde_json::Value::Object(moved).to_string();
    let (account, id) = (before.account, before.id);
    desk.journal.note_product_order(account, id, told.kind(), data, desk.now);
    product_orders::update(desk.tx, &[(before.clone(), after.clone())])?;
    Ok(after)
}

impl Worker {
    /// Serves every waiting order that can be served and ends those whose time is over; returns
    /// how many moved.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn serve_waiting_orders(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.works_on(Job::Orders)?;
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
            loop {
                let vault = self.settings.vault.clone();
                let unit = move |tx: &mut dyn Tx| serve_waiting(tx, &vault, id, now);
                let step = self.store.write(unit).await??;
                moved = moved.saturating_add(step);
                if step < ORDERS_PER_UNIT {
                    break;
                }
            }
        }
        Ok(moved)
    }
}
