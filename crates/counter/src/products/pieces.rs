//! Bad pieces of an order: replaced under warranty, or taken back.

use super::staff::{Done, StaffReport, step};
use crate::Refusal;
use crate::desk::Desk;
use domain::StockItemId;
use domain::products::{Gone, ItemState, PieceError, Pieces, ProductEvent, ProductOrder};
use store::DbError;
use store::tables::deliveries::{self, Content, Delivery};
use store::tables::stock::{self, Item, Sale};
use store::tables::{product_orders, products};

impl From<PieceError> for Refusal {
    fn from(error: PieceError) -> Self {
        Self::Invalid(error.to_string())
    }
}

/// Takes pieces back and returns their price. An item that was sold whole is not sold again; one that is
/// good for more pieces stays on sale until it is marked bad.
pub(super) fn take_back(
    desk: &mut Desk<'_>,
    order: &ProductOrder,
    which: &Pieces,
    report: &StaffReport,
) -> Done<ProductOrder> {
    let deliveries = deliveries::of_order(desk.tx, order.id)?;
    let kept: Vec<&Delivery> = deliveries.iter().filter(|d| d.gone.is_none()).collect();
    let numbers: Vec<i64> = kept.iter().map(|delivery| delivery.piece).collect();
    let picked = which.pick(&numbers).map_err(Refusal::from)?;
    let pieces = i64::try_from(picked.len()).unwrap_or(i64::MAX);
    let after = step(desk, order, ProductEvent::Returned { pieces }, &picked, report)?;
    let taken: Vec<&Delivery> =
        kept.into_iter().filter(|delivery| picked.contains(&delivery.piece)).collect();
    deliveries::take_away(desk.tx, &taken, Gone::TakenBack, desk.now)?;
    Ok(after)
}

/// Puts a fresh item in the place of a bad one, under the warranty that the order has. The bad one
/// is never sold again.
pub(super) fn replace(
    desk: &mut Desk<'_>,
    order: &ProductOrder,
    piece: i64,
    report: &StaffReport,
) -> Done<ProductOrder> {
    let now = desk.now;
    let deliveries = deliveries::of_order(desk.tx, order.id)?;
    let mut turns = deliveries.iter().filter(|delivery| delivery.piece == piece);
    let first = turns.clone().next();
    let bad = turns.find(|delivery| delivery.gone.is_none());
    let (first, bad) = first.zip(bad).ok_or(Refusal::from(PieceError::Missing(piece)))?;
    if order.warranty_until(first.at).is_none_or(|until| now > until) {
        let text = match order.warranty_days {
            0 => "this order has no warranty; take the piece back",
            _ => "the warranty of this piece is over; take it back",
        };
        return Err(Refusal::NotNow(String::from(text)).into());
    }
    let Content::Item(bad_item) = bad.content else {
        let text = "the piece was written by staff; there is no stock to replace it from";
        return Err(Refusal::NotNow(String::from(text)).into());
    };
    // First: an item with several uses would otherwise be its own replacement.
    take_off_sale(desk, bad_item)?;
    let fresh = take_from_stock(desk, order)?;
    deliveries::take_away(desk.tx, &[bad], Gone::Replaced, now)?;
    let turn = bad.turn.saturating_add(1);
    let content = Content::Item(fresh);
    let instead = Delivery { turn, content, at: now, gone: None, ..bad.clone() };
    deliveries::insert(desk.tx, &[instead])?;
    let data = serde_json::json!({
        "piece": piece, "bad_item": bad_item.0, "item": fresh.0, "actor": report.actor,
        "note": report.note,
    });
    let kind = "product_order.replaced";
    desk.journal.note_product_order(order.account, order.id, kind, data.to_string(), now);
    match &report.note {
        None => Ok(order.clone()),
        Some(note) => {
            let after = ProductOrder { note: Some(note.clone()), changed: now, ..order.clone() };
            product_orders::update(desk.tx, &[(order.clone(), after.clone())])?;
            Ok(after)
        }
    }
}

fn take_off_sale(desk: &mut Desk<'_>, id: StockItemId) -> Result<(), DbError> {
    let Some(item) = stock::by_id(desk.tx, id)? else { return Ok(()) };
    products::lock_stock(desk.tx, item.product)?;
    // Again: it may have been sold meanwhile.
    let Some(Item { state, product, uses_left, .. }) = stock::by_id(desk.tx, id)? else {
        return Ok(());
    };
    if state == ItemState::Available {
        products::add_pieces(desk.tx, product, uses_left.saturating_neg())?;
    }
    if state == ItemState::Bad {
        return Ok(());
    }
    stock::set_states(desk.tx, &[id], state, ItemState::Bad, desk.now)
}

/// Takes one piece for an order from its product's stock.
fn take_from_stock(desk: &mut Desk<'_>, order: &ProductOrder) -> Done<StockItemId> {
    products::lock_stock(desk.tx, order.product)?;
    let fresh = stock::for_sale(desk.tx, order.product, desk.now, 1)?.into_iter().next();
    let fresh = fresh.ok_or_else(|| {
        Refusal::NotNow(String::from("nothing is in stock to replace it with; take it back"))
    })?;
    let sale = Sale {
        item: fresh.id,
        uses_before: fresh.uses_left,
        uses_left: fresh.uses_left.saturating_sub(1),
        order: order.id,
    };
    stock::sell(desk.tx, &[sale], desk.now)?;
    products::add_pieces(desk.tx, order.product, -1)?;
    Ok(fresh.id)
}
