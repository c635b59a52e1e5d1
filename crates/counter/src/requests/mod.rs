//! Refills and cancels.

mod cancels;
mod refills;

pub use cancels::AskedCancel;
pub use refills::{AskedRefill, RefillDecision};
