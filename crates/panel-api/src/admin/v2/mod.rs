//! `/adminapi/v2`: paths, a header with the key, and JSON.

mod read;
mod write;

pub use read::{Call, Method, Request, read};
pub use write::{
    CancelRow, Outcome, RefillRow, cancels, failed, order, orders, orders_page, placed, refills,
    subscriptions, updated,
};
