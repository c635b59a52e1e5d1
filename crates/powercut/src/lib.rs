//! The power-cut proof: the counter on a disk that keeps what was synced and no more.
//!
//! [`Disk`] is the disk, in memory: it holds each file as the program sees it, and as it would be
//! found without power. A VFS leads SQLite to it ([`Mounted`]), so the product's store and counter run
//! on it unchanged. [`run`] is one seed: a counter with its callers that loses its power a few times,
//! and is held against what it told them. What is modelled and what is not is in
//! docs/adr/0018-a-failed-sync-ends-the-process.md.

mod bare;
mod disk;
mod locks;
mod proof;
mod seed;
mod shop;
mod vfs;

pub use bare::{Bare, Setting};
pub use disk::{Cut, Disk, End, Files, Moment, Plan, Survival, Trouble};
pub use proof::{Control, Totals, controls, prove};
pub use seed::{Base, Conduct, Ended, Run, run};
pub use vfs::Mounted;

/// What can go wrong with the proof itself; never what it looks for.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
