//! The batch of orders for products that is forming.

use super::place::{PlaceProductOrder, place_product_orders};
use crate::accounts::Standing;
use crate::batch::Seen;
use crate::{Counter, Failure};
use domain::products::ProductRefusal;
use domain::{ProductOrderId, Timestamp};
use store::{DbError, StoreError, Tx};

/// What placing an order for products comes to.
pub type ProductPlaced = Result<ProductOrderId, Failure<ProductRefusal>>;

/// Orders for products that wait for the next unit.
pub(crate) type ProductQueue = crate::batch::Queue<PlaceProductOrder, ProductPlaced>;

impl crate::batch::Batched for PlaceProductOrder {
    type Answer = ProductPlaced;

    fn queue(counter: &Counter) -> &ProductQueue {
        &counter.product_adds
    }

    fn carry_out(
        counter: &Counter,
        tx: &mut dyn Tx,
        seen: &Seen,
        batch: &[Self],
        now: Timestamp,
    ) -> Result<Vec<ProductPlaced>, DbError> {
        let vault = &counter.settings.vault;
        let access = Standing { known: &counter.access, epoch: seen.access_epoch };
        let answers = place_product_orders(tx, &seen.catalogue, access, vault, batch, now)?;
        Ok(answers.into_iter().map(|answer| answer.map_err(Failure::Refused)).collect())
    }

    fn failed(error: StoreError) -> ProductPlaced {
        Err(Failure::Store(error))
    }
}

impl Counter {
    /// Places an order for products; resolves after it is durable. It joins the batch that is
    /// forming.
    ///
    /// # Errors
    /// [`ProductRefusal`] when a rule says no; nothing is charged or stored then.
    pub async fn place_product_order(
        &self,
        order: PlaceProductOrder,
        now: Timestamp,
    ) -> ProductPlaced {
        crate::batch::submit(self, order, now).await
    }
}
