//! Refills and cancels.

mod cancels;
mod refills;

pub use cancels::{AskedByStaff, AskedCancel};
pub(crate) use cancels::{reject_one, write_cancel};
pub(crate) use refills::decide_one;
pub use refills::{AskedRefill, RefillDecision};
