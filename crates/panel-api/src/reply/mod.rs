//! Replies, as servers write them: compact JSON appended to a buffer, keys in the documented order
//! (some clients look for `{"order":` in the text).
//!
//! Amounts are anything that displays as plain decimal text: no sign of currency, no thousands
//! separators.

mod balance;
mod cancel;
mod error;
pub(crate) mod json;
mod orders;
mod products;
mod refill;
mod refill_status;
mod services;
mod status;

pub use balance::balance;
pub use cancel::{cancel_many, cancel_one};
pub use error::error;
pub use orders::{OrderRow, added, orders};
pub use products::{
    ProductRow, ProductStatus, product_status_many, product_status_one, products, result_product,
};
pub use refill::{refill_many, refill_one};
pub use refill_status::{refill_status_many, refill_status_one};
pub use services::{ServiceRow, services};
pub use status::{Status, StatusExtra, status_many, status_one};
