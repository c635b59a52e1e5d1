//! `/adminapi/v1`: key and action, as in the panel API itself.

pub(super) mod read;
mod write;

pub use read::{Call, Request, read};
pub use write::{
    Outcome, done, fail, order, orders, orders_by_id, placed, providers, subscriptions, updated,
};
