//! Executors: private suppliers that pull orders and report on them.
//!
//! Who pulls an order has it under a lease, decided under the lock of the order's account, so no two
//! of them ever have the same one. A lease that nobody speaks of for too long puts the order before a
//! person; nobody else gets it by that (docs/adr/0025).

mod admit;
mod edit;
mod expire;
mod held;
mod keys;
mod look;
mod posts;
mod pull;
mod refused;
mod release;
mod report;
mod requests;

pub use admit::{AdmittedExecutor, Caller};
pub use edit::{ExecutorChange, ExecutorView};
pub use expire::ExpiredLease;
pub use held::{HeldFilter, HeldOrder, HeldPage, executor_status};
pub use keys::{ExecutorKeyChange, ExecutorKeyMade};
pub(crate) use look::PullMarks;
pub use posts::{ExecutorPost, WatchedSubscription};
pub use pull::PULLED_AT_ONCE_MAX;
pub use refused::ExecutorRefusal;
pub use report::ExecutorReport;
pub use requests::{HeldCancel, HeldRefill};
