//! Executors: private suppliers that pull orders, the leases that they hold them under, and what
//! their reports mean.

mod check;
mod executor;
mod lease;
mod report;

pub use check::{ExecutorError, check_executor};
pub use executor::{Executor, ExecutorServices, ExecutorState};
pub use lease::{LeaseState, OrderLease};
pub use report::{ReportRefusal, ReportedStatus, Said, steps};
