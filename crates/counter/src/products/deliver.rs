//! The shelf: items taken for a unit, handed to orders, written at the end.

use crate::stock::Vault;
use domain::{AccountId, ProductId, ProductOrderId, StockItemId, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use store::tables::deliveries::{self, Content, Delivery};
use store::tables::stock::{self, Item, Sale};
use store::tables::{product_orders, products};
use store::{DbError, Tx};

/// Most items that one order is looked for in, when the first cannot be opened.
const ITEMS_LOOKED_AT_MAX: i64 = 10_000;

/// An item on the shelf, with the uses it had when it was read and those it has left.
#[derive(Debug)]
struct Standing {
    item: StockItemId,
    uses_before: i64,
    uses_left: i64,
}

/// Items taken for a unit. What expires first is handed out first.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    items: BTreeMap<ProductId, VecDeque<Standing>>,
    /// Pieces that are kept for orders which wait.
    kept: BTreeMap<ProductId, i64>,
    handed_out: BTreeMap<ProductId, i64>,
    sales: BTreeMap<StockItemId, Sale>,
    deliveries: Vec<Delivery>,
}

impl Shelf {
    /// Takes items of a product that are good for up to `pieces` pieces at `now`. What `vault` cannot
    /// open stays where it is: it could be sold and not delivered.
    pub(super) fn fill(
        &mut self,
        tx: &mut dyn Tx,
        vault: &Vault,
        product: ProductId,
        pieces: i64,
        now: Timestamp,
    ) -> Result<(), DbError> {
        products::lock_stock(tx, product)?;
        // Every item is good for one piece at least, so as many items are always enough.
        let mut limit = pieces;
        let found = loop {
            let found = stock::for_sale(tx, product, now, limit)?;
            let read = i64::try_from(found.len()).unwrap_or(i64::MAX);
            let opens: Vec<Item> =
                found.into_iter().filter(|item| vault.opens(item.sealed.key)).collect();
            let enough = i64::try_from(opens.len()).is_ok_and(|count| count >= pieces);
            if enough || read < limit || limit >= ITEMS_LOOKED_AT_MAX {
                break opens;
            }
            limit = limit.saturating_mul(4).min(ITEMS_LOOKED_AT_MAX);
        };
        let standing = found.into_iter().map(|item| Standing {
            item: item.id,
            uses_before: item.uses_left,
            uses_left: item.uses_left,
        });
        self.items.entry(product).or_default().extend(standing);
        Ok(())
    }

    /// As [`Self::fill`], and keeps as much as orders that wait have still to get: who comes later
    /// is served later.
    pub(super) fn fill_behind_waiting(
        &mut self,
        tx: &mut dyn Tx,
        vault: &Vault,
        product: ProductId,
        pieces: i64,
        now: Timestamp,
    ) -> Result<(), DbError> {
        products::lock_stock(tx, product)?;
        let kept = product_orders::waited_for(tx, product, now)?;
        if kept > 0 {
            self.kept.insert(product, kept);
        }
        self.fill(tx, vault, product, pieces.saturating_add(kept), now)
    }

    /// Pieces that are left on the shelf.
    pub(super) fn pieces(&self, product: ProductId) -> i64 {
        let items = self.items.get(&product).into_iter().flatten();
        let sum = items.fold(0_i64, |sum, standing| sum.saturating_add(standing.uses_left));
        let kept = self.kept.get(&product).copied().unwrap_or(0);
        sum.saturating_sub(kept).max(0)
    }

    /// Hands `pieces` to an order, numbered from `first_piece`.
    pub(super) fn take(
        &mut self,
        product: ProductId,
        order: ProductOrderId,
        account: AccountId,
        first_piece: i64,
        pieces: i64,
    ) -> Result<(), DbError> {
        let items = self.items.entry(product).or_default();
        for piece in (first_piece..).take(usize::try_from(pieces).unwrap_or(0)) {
            let standing = items.front_mut();
            let standing = standing.ok_or_else(|| DbError::new("SHELF", "it holds too little"))?;
            standing.uses_left = standing.uses_left.saturating_sub(1);
            let sale = Sale {
                item: standing.item,
                uses_before: standing.uses_before,
                uses_left: standing.uses_left,
                order,
            };
            self.sales.insert(standing.item, sale);
            let content = Content::Item(standing.item);
            let (at, turn, gone) = (Timestamp(0), 1, None);
            self.deliveries.push(Delivery { order, piece, turn, account, content, at, gone });
            if standing.uses_left == 0 {
                items.pop_front();
            }
        }
        let sum = self.handed_out.entry(product).or_default();
        *sum = sum.saturating_add(pieces);
        Ok(())
    }

    /// Writes the sales, the deliveries and what is left of each product.
    pub(super) fn write(mut self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), DbError> {
        for delivery in &mut self.deliveries {
            delivery.at = now;
        }
        let sales: Vec<Sale> = self.sales.into_values().collect();
        stock::sell(tx, &sales, now)?;
        deliveries::insert(tx, &self.deliveries)?;
        for (product, pieces) in self.handed_out {
            if pieces > 0 {
                products::add_pieces(tx, product, pieces.saturating_neg())?;
            }
        }
        Ok(())
    }
}
