//! The texts that clients compare: spelling and case are part of the protocol.

pub mod errors;
mod service_kind;
mod status;

pub use service_kind::ServiceKind;
pub use status::{OrderStatus, RefillStatus};
