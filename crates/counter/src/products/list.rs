//! What an account may buy by the piece, at its prices.

use crate::{Counter, Failure, Refusal, prices};
use domain::pricing::AccountPrices;
use domain::products::{Product, ProductKind};
use domain::{AccountId, Micros, ProductId, Timestamp};
use std::collections::HashMap;
use store::tables::{accounts, products};
use store::{DbError, StoreError};

/// A product as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductOffer {
    /// Its id.
    pub id: ProductId,
    /// Its name.
    pub name: String,
    /// The name of its category.
    pub category: String,
    /// What the buyer must type.
    pub require: Option<String>,
    /// Who delivers.
    pub kind: ProductKind,
    /// What the account pays for a piece.
    pub rate: Micros,
    /// Least quantity.
    pub min: i64,
    /// Most.
    pub max: i64,
    /// Pieces in stock; nothing for products that staff deliver.
    pub inventory: Option<i64>,
}

impl Counter {
    /// Every product on sale, in catalogue order, at what the account pays, with what can be bought
    /// at `now`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list_products(
        &self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<ProductOffer>, StoreError> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue.current(tx)?;
            let stock: HashMap<ProductId, i64> =
                products::pieces_for_sale(tx, now)?.into_iter().collect();
            let own = match accounts::by_id(tx, account)? {
                Some(account) => prices::load(tx, &account)?,
                None => AccountPrices::default(),
            };
            let offers = snapshot.product_order.iter().filter_map(|id| {
                let product = snapshot.product_on_sale(*id)?;
                let category = snapshot.categories.get(&product.category)?;
                let pieces = stock.get(id).copied().unwrap_or(0);
                Some(ProductOffer {
                    id: product.id,
                    name: product.name.clone(),
                    category: category.name.clone(),
                    require: product.require(),
                    kind: product.kind,
                    rate: own.product_rate(product),
                    min: product.min,
                    max: product.max,
                    inventory: (product.kind == ProductKind::Auto).then_some(pieces),
                })
            });
            Ok::<_, DbError>(offers.collect::<Vec<_>>())
        });
        Ok(read.await??)
    }

    /// Every product, also those not on sale, in catalogue order, with its pieces in stock.
    ///
    /// # Errors
    /// [`Failure`] when the store fails.
    pub async fn all_products(&self) -> Result<Vec<(Product, i64)>, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let snapshot = self.catalogue.current(tx)?;
            let stock: HashMap<ProductId, i64> = products::all_pieces(tx)?.into_iter().collect();
            let known = snapshot.product_order.iter().filter_map(|id| {
                let pieces = stock.get(id).copied().unwrap_or(0);
                snapshot.products.get(id).map(|product| (product.clone(), pieces))
            });
            Ok::<_, Failure<Refusal>>(known.collect::<Vec<_>>())
        });
        Failure::join(read.await)
    }
}
