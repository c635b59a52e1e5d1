//! Which products are running out.

use crate::Counter;
use domain::ProductId;
use domain::products::ProductKind;
use std::collections::HashMap;
use store::tables::products;
use store::{DbError, StoreError};

/// A product with fewer pieces for sale than its operator wants there to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LowStock {
    /// The product.
    pub product: ProductId,
    /// Its name.
    pub name: String,
    /// Pieces for sale.
    pub pieces: i64,
    /// Pieces below which stock is low.
    pub low_stock: i64,
}

impl Counter {
    /// Products on sale whose stock is low, in catalogue order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn low_stock(&self) -> Result<Vec<LowStock>, StoreError> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue.current(tx)?;
            let stock: HashMap<ProductId, i64> = products::all_pieces(tx)?.into_iter().collect();
            let low = snapshot.product_order.iter().filter_map(|id| {
                let product = snapshot.product_on_sale(*id)?;
                let pieces = stock.get(id).copied().unwrap_or(0);
                let low = product.kind == ProductKind::Auto && pieces < product.low_stock;
                low.then(|| LowStock {
                    product: *id,
                    name: product.name.clone(),
                    pieces,
                    low_stock: product.low_stock,
                })
            });
            Ok::<_, DbError>(low.collect())
        });
        Ok(read.await??)
    }
}
