//! The simulator: customers, the counter, the engine of fulfilment and its providers in one thread,
//! with one clock that nobody waits for and one seed that decides everything.
//!
//! The counter, its store and the engine are the real ones; the store's disk is in memory. The panels
//! are [`fakepanel`]'s, and the network between is drawn: what is lost, what comes late, what is
//! heard although whoever sent it has ended. The worker ends between any two units, or sleeps while
//! another takes over. After each step it is held against what the panels know.
//!
//! [`run`] is one seed, [`prove`] are many. A [`Mutant`] is a bug that is planted beside the product,
//! and that a run must find. [`model`] walks through everything that can
//! happen to one order.

mod agenda;
mod bend;
mod coverage;
mod customer;
mod dispatcher;
mod ending;
mod kinds;
pub mod model;
mod mutant;
mod off;
mod operator;
mod proof;
mod review;
mod seed;
mod shop;
mod swarm;
mod trace;
mod truth;
mod units;
mod watch;
mod wire;
mod world;

pub use coverage::{Coverage, TRANSITIONS};
pub use mutant::Mutant;
pub use proof::{Totals, prove};
pub use seed::{Options, Run, run};
pub use shop::Ground;

/// What can go wrong with the simulation itself; never what it looks for.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
