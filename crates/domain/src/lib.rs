//! The rules of the counter, and nothing else: no input or output, no clock, no randomness.
//!
//! Every function here takes plain data and returns a decision. Whoever calls it (the use cases in
//! `counter`) reads the rows, passes the time in, and writes what was decided.

pub mod access;
pub mod catalogue;
mod edited;
pub mod executors;
pub mod ids;
pub mod invariants;
pub mod ledger;
pub mod limits;
pub mod money;
mod names;
pub mod orders;
pub mod pricing;
pub mod products;
pub mod providers;
pub mod requests;
pub mod restore;
pub mod time;

pub use ids::{
    AccountId, AttemptId, CancelId, CategoryId, ChangeItemId, ChangeSetId, EventId, ExecutorId,
    ExecutorKeyId, KeyId, OrderId, ProductId, ProductOrderId, ProviderId, RefillId, RouteId,
    ServiceId, StockBatchId, StockItemId, TierId, TransferId,
};
pub use money::Micros;
pub use time::Timestamp;
