//! What is told of orders for products.

use crate::{Counter, Failure, Refusal};
use domain::products::{ProductOrder, ProductState, PublicProductStatus};
use domain::{AccountId, Micros, ProductOrderId};
use std::fmt;
use store::tables::deliveries::{self, Delivery};
use store::tables::events::{self, Event};
use store::tables::transfers::{self, Transfer};
use store::tables::{product_forms, product_orders};
use store::{DbError, StoreError, Tx};

/// What a customer is told of an order for products.
#[derive(Clone, PartialEq, Eq)]
pub struct ProductOrderStatus {
    /// The order.
    pub id: ProductOrderId,
    /// The charge net of what was given back.
    pub charge: Micros,
    /// The dialect's word for where it stands.
    pub status: PublicProductStatus,
    /// Pieces not delivered, when some are and some are not.
    pub remains: Option<i64>,
    /// The token of the delivery, when something was delivered.
    pub result: Option<String>,
    /// What staff say, or why nothing was delivered.
    pub note: Option<String>,
}

/// Without the token, which opens the delivery.
impl fmt::Debug for ProductOrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, charge, status, remains, note, .. } = self;
        let mut shown = f.debug_struct("ProductOrderStatus");
        shown.field("id", id).field("charge", charge).field("status", status);
        shown.field("remains", remains).field("note", note).finish_non_exhaustive()
    }
}

/// All that is known of an order for products, but its secrets.
#[derive(Clone, Debug)]
pub struct ProductOrderView {
    /// The order.
    pub order: ProductOrder,
    /// What the buyer was asked.
    pub form: Vec<String>,
    /// What was delivered, by piece and turn, still sealed; also what is gone.
    pub deliveries: Vec<Delivery>,
    /// Every movement of money it caused.
    pub transfers: Vec<Transfer>,
    /// Its timeline.
    pub events: Vec<Event>,
}

/// The note of an order that was canceled without one: the dialect wants some.
const NO_NOTE: &str = "Canceled";

fn status_of(tx: &mut dyn Tx, order: &ProductOrder) -> Result<ProductOrderStatus, DbError> {
    let delivered = order.delivered > 0;
    let canceled = order.state == ProductState::Canceled;
    let result = if delivered { product_orders::token(tx, order.id)? } else { None };
    Ok(ProductOrderStatus {
        id: order.id,
        charge: order.net_charge(),
        status: order.state.into(),
        remains: (delivered && order.remains() > 0).then_some(order.remains()),
        result,
        note: order.note.clone().or_else(|| canceled.then(|| String::from(NO_NOTE))),
    })
}

impl Counter {
    /// What the account is told of those of `ids` that are its own.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn product_order_statuses(
        &self,
        account: AccountId,
        ids: &[ProductOrderId],
    ) -> Result<Vec<ProductOrderStatus>, StoreError> {
        let read = self.store.read(|tx| {
            let own = product_orders::of_account(tx, account, ids)?;
            own.iter().map(|order| status_of(tx, order)).collect::<Result<Vec<_>, DbError>>()
        });
        Ok(read.await??)
    }

    /// Up to `limit` orders for products below `before`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_product_orders(
        &self,
        before: ProductOrderId,
        limit: i64,
    ) -> Result<Vec<ProductOrder>, StoreError> {
        Ok(self.store.read(|tx| product_orders::before(tx, before, limit)).await??)
    }

    /// Up to `limit` open orders for products above `after`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_product_orders(
        &self,
        after: ProductOrderId,
        limit: i64,
    ) -> Result<Vec<ProductOrder>, StoreError> {
        Ok(self.store.read(|tx| product_orders::open_after(tx, after, limit)).await??)
    }

    /// All that is known of an order for products, but its secrets.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub async fn show_product_order(
        &self,
        id: ProductOrderId,
    ) -> Result<ProductOrderView, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let missing = || Refusal::missing("product order", id);
            let order = product_orders::by_id(tx, id)?.ok_or_else(missing)?;
            let form = product_forms::of_order(tx, id)?.map(|form| form.labels);
            Ok(ProductOrderView {
                order,
                form: form.unwrap_or_default(),
                deliveries: deliveries::of_order(tx, id)?,
                transfers: transfers::of_product_order(tx, id)?,
                events: events::of_product_order(tx, id)?,
            })
        });
        Failure::join(read.await)
    }
}
