//! Refills and cancels.

mod cancels;
mod refills;

pub use cancels::AskedCancel;
pub(crate) use cancels::write_cancel;
pub use refills::{AskedRefill, RefillDecision};
