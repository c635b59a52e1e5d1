//! The power-cut proof: the counter on a disk that keeps what was synced and no more.

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
