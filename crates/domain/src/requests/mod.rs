//! What customers ask for on an order they have: refills and cancels, each an object with a life of
//! its own.

mod cancel;
mod refill;

pub use cancel::{CancelDecision, CancelRefusal, CancelState, ask_cancel, settle_cancel};
pub use refill::{RefillRefusal, RefillState, ask_refill, decide_refill};
