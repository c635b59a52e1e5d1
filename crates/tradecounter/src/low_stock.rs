//! Tells in the log when the stock of a product becomes low: once, not as long as it is.

use counter::stock::LowStock;
use domain::ProductId;
use std::collections::BTreeSet;

/// Products that were told to be low.
#[derive(Debug, Default)]
pub(crate) struct LowStockLog(BTreeSet<ProductId>);

impl LowStockLog {
    /// Logs what has changed, given what is low now.
    pub(crate) fn tell(&mut self, low: &[LowStock]) {
        for LowStock { product, name, pieces, low_stock } in self.news(low) {
            let product = product.0;
            tracing::warn!(product, name, pieces, low_stock, "stock is low: import more");
        }
    }

    /// What is low and was not when this was last asked.
    fn news<'a>(&mut self, low: &'a [LowStock]) -> Vec<&'a LowStock> {
        let now: BTreeSet<ProductId> = low.iter().map(|low| low.product).collect();
        let before = std::mem::replace(&mut self.0, now);
        low.iter().filter(|low| !before.contains(&low.product)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_crossing_is_told_once() {
        let mut log = LowStockLog::default();
        let low = |product: i64, pieces: i64| LowStock {
            product: ProductId(product),
            name: String::from("Licence"),
            pieces,
            low_stock: 5,
        };
        let mut told = |now: &[LowStock]| -> Vec<i64> {
            log.news(now).iter().map(|low| low.product.0).collect()
        };
        assert!(told(&[]).is_empty());
        assert_eq!(told(&[low(1, 4)]), [1]);
        assert_eq!(told(&[low(1, 3), low(2, 0)]), [2]);
        assert!(told(&[low(2, 0)]).is_empty(), "1 is in stock again");
        assert_eq!(told(&[low(1, 2), low(2, 0)]), [1], "and low again");
    }
}
