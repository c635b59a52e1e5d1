//! What an account pays. The most specific price wins, and nothing is added up: the account's own
//! price of the thing, or else the list rate less the account's own discount, or else the list rate
//! less its tier's discount, or else the list rate.

use crate::catalogue::Service;
use crate::money::delivered_share;
use crate::products::Product;
use crate::{Micros, ProductId, ServiceId, TierId};
use std::collections::HashMap;
use std::fmt;

/// A discount in basis points: hundredths of a percent, 0 to 10,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Discount(i64);

/// All of it.
const WHOLE: i64 = 10_000;

/// Why something is not a discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("discount: write a percentage of 0 to 100 with at most two decimals, like 7.5")]
pub struct DiscountError;

impl Discount {
    /// A discount of so many basis points.
    ///
    /// # Errors
    /// [`DiscountError`] when there is no such discount.
    pub fn new(basis_points: i64) -> Result<Self, DiscountError> {
        (0..=WHOLE).contains(&basis_points).then_some(Self(basis_points)).ok_or(DiscountError)
    }

    /// Reads a percentage, like `7.5`.
    ///
    /// # Errors
    /// [`DiscountError`] when it is none.
    pub fn parse(percent: &str) -> Result<Self, DiscountError> {
        const MICROS_PER_POINT: i64 = 10_000;
        let raw = Micros::parse(percent).map_err(|_| DiscountError)?.raw();
        if raw.checked_rem(MICROS_PER_POINT) != Some(0) {
            return Err(DiscountError);
        }
        Self::new(raw.checked_div(MICROS_PER_POINT).ok_or(DiscountError)?)
    }

    /// In basis points.
    pub const fn basis_points(self) -> i64 {
        self.0
    }

    /// What is left of `rate`, rounded up to a micro.
    pub fn of(self, rate: Micros) -> Micros {
        let left = WHOLE.saturating_sub(self.0);
        // Only a negative rate has no answer, and the catalogue refuses those.
        delivered_share(rate, left, WHOLE).unwrap_or(rate)
    }
}

impl fmt::Display for Discount {
    /// As a percentage, like [`Discount::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Micros::new(self.0.saturating_mul(10_000)).fmt(f)
    }
}

/// A group of accounts with the same discount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its id.
    pub id: TierId,
    /// Its name, unique.
    pub name: String,
    /// What its accounts get.
    pub discount: Discount,
}

/// What one account pays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPrices {
    /// The discount that counts: the account's own, or else its tier's.
    discount: Option<Discount>,
    services: HashMap<ServiceId, Micros>,
    products: HashMap<ProductId, Micros>,
}

impl AccountPrices {
    /// Prices of an account with a discount of its own, a tier, or neither.
    pub fn new(own: Option<Discount>, tier: Option<Discount>) -> Self {
        Self { discount: own.or(tier), ..Self::default() }
    }

    /// Adds the account's own price of a service.
    pub fn set_service(&mut self, service: ServiceId, rate: Micros) {
        self.services.insert(service, rate);
    }

    /// Adds the account's own price of a product.
    pub fn set_product(&mut self, product: ProductId, rate: Micros) {
        self.products.insert(product, rate);
    }

    /// What the account pays for the service.
    pub fn service_rate(&self, service: &Service) -> Micros {
        self.rate(self.services.get(&service.id), service.rate)
    }

    /// What the account pays for one piece of the product.
    pub fn product_rate(&self, product: &Product) -> Micros {
        self.rate(self.products.get(&product.id), product.rate)
    }

    fn rate(&self, own: Option<&Micros>, list: Micros) -> Micros {
        match (own, self.discount) {
            (Some(own), _) => *own,
            (None, Some(discount)) => discount.of(list),
            (None, None) => list,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{LinkRule, PartsBy, ServiceKind, WhenUnknown};
    use crate::{CategoryId, products::ProductKind, products::WhenShort};

    fn service(id: i64, rate: i64) -> Service {
        Service {
            id: ServiceId(id),
            category: CategoryId(1),
            name: String::from("s"),
            description: String::new(),
            kind: ServiceKind::Default,
            rate: Micros::new(rate),
            min: 1,
            max: 10,
            drip_feed: false,
            refill: None,
            cancel: false,
            link_rule: LinkRule::Any,
            parts: PartsBy::Ours,
            when_unknown: WhenUnknown::Hold,
            fulfilment: crate::catalogue::Fulfilment::Staff,
            position: 1,
            on_sale: true,
        }
    }

    fn product(id: i64, rate: i64) -> Product {
        Product {
            id: ProductId(id),
            category: CategoryId(1),
            name: String::from("p"),
            description: String::new(),
            kind: ProductKind::Auto,
            rate: Micros::new(rate),
            min: 1,
            max: 10,
            form: Vec::new(),
            when_short: WhenShort::GiveBack,
            wait_hours: 0,
            warranty_days: 0,
            low_stock: 0,
            position: 1,
            on_sale: true,
        }
    }

    #[test]
    fn percentages_are_basis_points() {
        for (text, points) in [("0", 0), ("7.5", 750), ("0.01", 1), ("100", 10_000)] {
            assert_eq!(Discount::parse(text).map(Discount::basis_points), Ok(points));
            assert_eq!(Discount(points).to_string(), text);
        }
        for text in ["", "x", "-1", "100.01", "0.001", "7,5"] {
            assert_eq!(Discount::parse(text), Err(DiscountError), "{text}");
        }
        assert_eq!(Discount::new(10_001), Err(DiscountError));
        assert_eq!(Discount::new(-1), Err(DiscountError));
    }

    #[test]
    fn discounts_round_up_to_a_micro() {
        for (points, rate, left) in [
            (0, 1_333, 1_333),
            (10_000, 1_333, 0),
            (1_000, 1_333, 1_200), // 1199.7
            (1, 1, 1),
            (9_999, 1, 1),
            (3_333, 10_000, 6_667),
            (5_000, i64::MAX, 4_611_686_018_427_387_904),
        ] {
            assert_eq!(Discount(points).of(Micros::new(rate)).raw(), left, "{points} {rate}");
        }
    }

    #[test]
    fn the_most_specific_price_wins_and_nothing_is_added_up() {
        let (five, twenty) = (Discount(500), Discount(2_000));
        for (own, tier, discounted) in [
            (None, None, 1_000),
            (None, Some(twenty), 800),
            (Some(five), None, 950),
            (Some(five), Some(twenty), 950),
            (Some(Discount(0)), Some(twenty), 1_000),
        ] {
            let mut prices = AccountPrices::new(own, tier);
            prices.set_service(ServiceId(7), Micros::new(990));
            prices.set_product(ProductId(8), Micros::new(1_010));
            assert_eq!(prices.service_rate(&service(1, 1_000)).raw(), discounted);
            assert_eq!(prices.product_rate(&product(1, 1_000)).raw(), discounted);
            assert_eq!(prices.service_rate(&service(7, 1_000)).raw(), 990);
            assert_eq!(prices.product_rate(&product(8, 1_000)).raw(), 1_010, "also a dearer one");
            // The number of a service is not the number of a product.
            assert_eq!(prices.service_rate(&service(8, 1_000)).raw(), discounted);
            assert_eq!(prices.product_rate(&product(7, 1_000)).raw(), discounted);
        }
    }
}
