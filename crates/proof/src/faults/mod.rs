//! The fault matrix: the real program, killed at any moment, and providers that misbehave in every
//! way there is. What the panels' journals say is compared with what the program says: nothing was
//! bought twice, nothing given back that is delivered, nothing charged for that is not there.
//!
//! In each mode four providers misbehave in the same way: one of which nothing is known, one whose
//! balance is evidence, one that knows request ids, one that guards links. Each has a service with
//! another way, to a provider that is well, and one without. A fifth service goes to a provider of
//! its own: whatever happens to the others must not touch it. What nothing shows is decided by a
//! person who looks into the journals.

pub(crate) mod load;
mod misread;
mod modes;
pub(crate) mod oracle;
mod person;
mod run;
mod site;

pub use oracle::Findings;
pub use run::{Report, control, run};

use fakepanel::Fault;

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Orders of each mode.
    pub orders: usize,
    /// How often the program is killed in each.
    pub kills: u32,
    /// A fault happens to each so many-th of what it happens to.
    pub every: u64,
    /// Microseconds between two orders.
    pub pause_us: u64,
    /// Modes at the same time.
    pub at_once: usize,
    /// On PostgreSQL.
    pub postgres: bool,
    /// The same choices come from the same seed.
    pub seed: u64,
}

impl Plan {
    /// The whole matrix, with so many orders of each mode. The fewer there are, the more often
    /// something goes wrong.
    #[must_use]
    pub const fn whole(orders: usize, postgres: bool) -> Self {
        let every = if orders < 1_000 { 8 } else { 25 };
        Self { orders, kills: 4, every, pause_us: 30_000, at_once: 3, postgres, seed: 1 }
    }
}

/// The modes whose name contains this, each a fault; none is a clean run.
#[must_use]
pub fn modes(containing: &str) -> Vec<Option<Fault>> {
    let all = std::iter::once(None).chain(Fault::ALL.into_iter().map(Some));
    all.filter(|mode| name(*mode).contains(containing)).collect()
}

/// What a mode is called.
#[must_use]
pub fn name(mode: Option<Fault>) -> &'static str {
    mode.map_or("clean", Fault::name)
}
