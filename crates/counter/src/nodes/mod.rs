//! Several nodes on one database: who is there, and who does what one node at a time does.

mod beat;
mod lease;
mod units;
mod worker;

pub use beat::{Held, LeaseHolder, Node, Role};
pub use lease::{Job, Lease};
pub use worker::Worker;

pub(crate) use units::Units;
