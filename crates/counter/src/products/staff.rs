//! What staff report of orders for products: begun, delivered by hand, ended; bad pieces are in
//! [`super::pieces`].

use super::pieces::{replace, take_back};
use super::restock::{Told, write};
use crate::accounts::check_text;
use crate::desk::Desk;
use crate::stock::vault::{Place, nonce_of};
use crate::{Counter, Failure, Refusal};
use domain::products::{Pieces, ProductEvent, ProductKind, ProductOrder, apply, check_line};
use domain::{ProductOrderId, Timestamp};
use store::tables::deliveries::{self, Content, Delivery};
use store::tables::product_orders;
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
    /// These of the delivered pieces are taken back, and their price is returned.
    TakeBack(Pieces),
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

pub(super) type Done<T> = Result<T, Failure<Refusal>>;

impl Counter {
    /// Carries out what staff report of an order for products.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such order, it cannot take the step, or a line or the note is
    /// unusable.
    pub async fn report_product_order(
        &self,
        report: StaffReport,
        now: Timestamp,
    ) -> Done<ProductOrder> {
        let (vault, catalogue) = (self.settings.vault.clone(), self.catalogue_cache());
        let unit = move |tx: &mut dyn Tx| {
            if let Some(note) = &report.note {
                check_text("note", note)?;
            }
            let missing = || Refusal::missing("product order", report.order);
            let account = product_orders::by_id(tx, report.order)?.ok_or_else(missing)?.account;
            let snapshot = catalogue.within(tx)?;
            let mut desk = Desk::new(tx, now);
            desk.lock(vec![account])?;
            let order = product_orders::by_id(desk.tx, report.order)?.ok_or_else(missing)?;
            let begun = ProductEvent::Begun;
            let after = match &report.report {
                ProductReport::Begin => step(&mut desk, &order, begun, &[], &report)?,
                ProductReport::End => step(&mut desk, &order, ProductEvent::Ended, &[], &report)?,
                ProductReport::TakeBack(which) => take_back(&mut desk, &order, which, &report)?,
                ProductReport::Deliver(lines) => {
                    // Who delivers a product is fixed, so that it still is what was agreed.
                    let product = snapshot.products.get(&order.product);
                    let product =
                        product.ok_or_else(|| Refusal::missing("product", order.product))?;
                    if product.kind != ProductKind::Service {
                        let text = "the product is delivered from stock; import stock instead";
                        return Err(Refusal::NotNow(String::from(text)).into());
                    }
                    deliver(&mut desk, &vault, &order, lines, &report)?
                }
                ProductReport::Replace(piece) => replace(&mut desk, &order, *piece, &report)?,
            };
            desk.finish()?;
            Ok(after)
        };
        Failure::join(self.store.write(unit).await)
    }
}

/// Applies an event that staff report. `pieces` are those that it is about, when they were picked.
pub(super) fn step(
    desk: &mut Desk<'_>,
    order: &ProductOrder,
    event: ProductEvent,
    pieces: &[i64],
    report: &StaffReport,
) -> Done<ProductOrder> {
    let moved = apply(order, event, desk.now).map_err(|e| Refusal::NotNow(e.to_string()))?;
    let after = ProductOrder { note: report.note.clone().or(moved.order.note), ..moved.order };
    let (actor, reason) = (Some(report.actor.as_str()), report.note.as_deref());
    let told = Told { event, actor, reason, pieces };
    Ok(write(desk, order, after, &moved.postings, told)?)
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
    let after = step(desk, order, ProductEvent::Delivered { pieces }, &[], report)?;
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
            turn: 1,
            account: order.account,
            content: Content::Line(sealed),
            at: desk.now,
            gone: None,
        });
    }
    deliveries::insert(desk.tx, &deliveries)?;
    Ok(after)
}
