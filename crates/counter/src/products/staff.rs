//! What staff do with orders for products: deliver by hand, end, replace and take back.

use super::restock::write;
use crate::desk::{Cause, Desk};
use crate::stock::vault::{Place, nonce_of};
use crate::{Counter, Failure, Refusal};
use domain::products::{ItemState, ProductEvent, ProductKind, ProductOrder, apply, check_line};
use domain::{ProductOrderId, Timestamp};
use store::tables::deliveries::{self, Content, Delivery};
use store::tables::{product_orders, products, stock};
use store::{DbError, Tx};

/// What staff report of an order for products.
#[derive(Clone, PartialEq, Eq)]
pub enum ProductReport {
    /// Somebody has begun.
    Begin,
    /// These pieces are delivered.
    Deliver(Vec<String>),
    /// No more is delivered: Partial when something was, Canceled otherwise.
    End,
    /// A piece is bad: another item takes its place, within the warranty.
    Replace(i64),
    /// So many of the delivered pieces, the last ones, are taken back and their price is returned.
    TakeBack(i64),
}

/// A report, and what it says beside.
#[derive(Clone)]
pub struct StaffReport {
    /// The order.
    pub order: ProductOrderId,
    /// What is reported.
    pub report: ProductReport,
    /// What the customer is told.
    pub note: Option<String>,
    /// Who reports.
    pub actor: String,
    /// Random: for sealing what is delivered.
    pub seed: [u8; 32],
}

impl std::fmt::Debug for StaffReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StaffReport").field("order", &self.order).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ProductReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Begin => "Begin",
            Self::Deliver(_) => "Deliver(…)",
            Self::End => "End",
            Self::Replace(_) => "Replace",
            Self::TakeBack(_) => "TakeBack",
        })
    }
}

type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Carries out what staff report of an order for products.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order, it cannot take the step, or a line is unusable.
    pub async fn report_product_order(
        &self,
        report: StaffReport,
        now: Timestamp,
    ) -> Done<ProductOrder> {
        let (vault, catalogue) = (self.settings.vault.clone(), self.catalogue_cache());
        let unit = move |tx: &mut dyn Tx| {
            let missing = || Refusal::missing("product order", report.order);
            let account = product_orders::by_id(tx, report.order)?.ok_or_else(missing)?.account;
            let snapshot = catalogue.within(tx)?;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let order = product_orders::by_id(desk.tx, report.order)?.ok_or_else(missing)?;
            let product = snapshot.products.get(&order.product);
            let product = product.ok_or_else(|| Refusal::missing("product", order.product))?;
            let after = match &report.report {
                ProductReport::Begin => step(&mut desk, &order, ProductEvent::Begun, &report)?,
                ProductReport::End => step(&mut desk, &order, ProductEvent::Ended, &report)?,
                ProductReport::TakeBack(pieces) => {
                    let event = ProductEvent::Returned { pieces: *pieces };
                    step(&mut desk, &order, event, &report)?
                }
                ProductReport::Deliver(lines) => {
                    if product.kind != ProductKind::Service {
                        let text = "the product is delivered from stock; import stock instead";
                        return Err(Refusal::NotNow(String::from(text)).into());
                    }
                    deliver(&mut desk, &vault, &order, lines, &report)?
                }
                ProductReport::Replace(piece) => {
                    let until = order.created.plus_days(product.warranty_days);
                    if product.warranty_days == 0 || now > until {
                        let text = "the warranty of this order is over; take the piece back";
                        return Err(Refusal::NotNow(String::from(text)).into());
                    }
                    replace(&mut desk, &order, product, *piece, &report)?
                }
            };
            desk.finish()?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn step(
    desk: &mut Desk<'_>,
    order: &ProductOrder,
    event: ProductEvent,
    report: &StaffReport,
) -> Done<ProductOrder> {
    let moved = apply(order, event, desk.now).map_err(|e| Refusal::NotNow(e.to_string()))?;
    let after = ProductOrder { note: report.note.clone().or(moved.order.note), ..moved.order };
    let kind = match event {
        ProductEvent::Begun => "product_order.begun",
        ProductEvent::Delivered { .. } => "product_order.delivered",
        ProductEvent::Ended => "product_order.ended",
        ProductEvent::Returned { .. } => "product_order.taken_back",
    };
    let (actor, reason) = (Some(report.actor.as_str()), report.note.as_deref());
    let cause = Cause { actor, reason, ..Cause::default() };
    Ok(write(desk, order, after, &moved.postings, kind, cause)?)
}

fn deliver(
    desk: &mut Desk<'_>,
    vault: &crate::stock::Vault,
    order: &ProductOrder,
    lines: &[String],
    report: &StaffReport,
) -> Done<ProductOrder> {
    for (line, number) in lines.iter().zip(1..) {
        check_line(line).map_err(|error| Refusal::Invalid(format!("line {number}: {error}")))?;
    }
    let pieces = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let after = step(desk, order, ProductEvent::Delivered { pieces }, report)?;
    let mut deliveries = Vec::with_capacity(lines.len());
    for (index, line) in (0_u64..).zip(lines) {
        let offset = i64::try_from(index).unwrap_or(i64::MAX);
        let piece = order.delivered.saturating_add(1).saturating_add(offset);
        let sealed = vault.seal(Place::Line(order.id, piece), line, nonce_of(&report.seed, index));
        let sealed =
            sealed.map_err(|error| desk.tx.poison(DbError::new("VAULT", error.to_string())))?;
        deliveries.push(Delivery {
            order: order.id,
            piece,
            account: order.account,
            content: Content::Line(sealed),
            replaced: false,
            at: desk.now,
        });
    }
    deliveries::insert(desk.tx, &deliveries)?;
    Ok(after)
}

/// Puts a fresh item in the place of a bad one. The bad one is never sold again.
fn replace(
    desk: &mut Desk<'_>,
    order: &ProductOrder,
    product: &domain::products::Product,
    piece: i64,
    report: &StaffReport,
) -> Done<ProductOrder> {
    let deliveries = deliveries::of_order(desk.tx, order.id)?;
    let bad = deliveries.iter().find(|delivery| delivery.piece == piece);
    // Pieces that were taken back are the last ones, and no longer the customer's.
    let bad = bad.filter(|_| piece <= order.delivered);
    let bad = bad.ok_or_else(|| Refusal::missing("piece", piece))?;
    let Content::Item(bad_item) = bad.content else {
        let text = "the piece was written by staff; there is no stock to replace it from";
        return Err(Refusal::NotNow(String::from(text)).into());
    };
    let now = desk.now;
    // First: an item with several uses would otherwise be its own replacement.
    if let Some(item) = stock::by_id(desk.tx, bad_item)? {
        let was = item.state;
        if was == ItemState::Available {
            products::add_pieces(desk.tx, product.id, item.uses_left.saturating_neg())?;
        }
        if was != ItemState::Bad {
            stock::set_states(desk.tx, &[bad_item], was, ItemState::Bad, now)?;
        }
    }
    let fresh = stock::for_sale(desk.tx, product.id, now, 1)?.into_iter().next();
    let fresh = fresh.ok_or_else(|| {
        Refusal::NotNow(String::from("nothing is in stock to replace it with; take it back"))
    })?;
    let sale = stock::Sale {
        item: fresh.id,
        uses_before: fresh.uses_left,
        uses_left: fresh.uses_left.saturating_sub(1),
        order: order.id,
    };
    stock::sell(desk.tx, &[sale], now)?;
    products::add_pieces(desk.tx, product.id, -1)?;
    deliveries::replace(desk.tx, order.id, piece, fresh.id, now)?;
    let data = serde_json::json!({
        "piece": piece, "bad_item": bad_item.0, "item": fresh.id.0, "actor": report.actor,
        "note": report.note,
    });
    let kind = "product_order.replaced";
    desk.journal.note_product_order(order.account, order.id, kind, data.to_string(), now);
    Ok(order.clone())
}
