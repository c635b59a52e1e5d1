//! After an older copy of the database was put in its place: what was sent since is not in it.
//!
//! Somebody says so before anything serves. From then on providers are asked questions and nothing
//! else, executors are given nothing, and every order that may have left the house since is before a
//! person; until somebody has looked there, for each of them (docs/adr/0029).

mod begin;
mod release;
mod show;

pub(crate) use begin::put_before_person;
pub use begin::{Restored, Skip};
pub use release::Accept;
pub use show::Quarantine;
