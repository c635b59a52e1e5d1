//! What keeps the books in order by itself, and what checks them.

mod forget;
mod identity;
mod seal;
mod verify;

pub use verify::{Check, Finding, Progress, Report, verify};
