//! A disk that keeps only what was synced, and can lose its power.

mod image;
mod plan;
mod state;
mod survival;

pub(crate) use image::Image;
pub use plan::{Cut, Moment, Plan, Trouble};
pub(crate) use state::Opened;
pub use survival::Survival;

use fastrand::Rng;
use parking_lot::{Condvar, Mutex, MutexGuard};
use state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What SQLite is told.
pub(crate) type Code = std::ffi::c_int;

/// The files on a disk without power, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// How long a checkpoint may take to come, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a disk's use came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The power went, in this kind of operation; nothing when nothing was going on.
    Cut(Option<Moment>),
    /// The process was killed; what it wrote stays in the machine's memory.
    Killed,
}

/// A disk of a running machine, shared by all who have files open on it.
#[derive(Clone, Debug)]
pub struct Disk {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// A checkpoint has ended, or the power has.
    checkpoint: Condvar,
}

impl Disk {
    /// A disk with these files, powered.
    pub fn new(files: Files, plan: Plan, seed: u64) -> Self {
        Self::of(State::new(files, plan, Rng::with_seed(seed)))
    }

    fn of(state: State) -> Self {
        Self { shared: Arc::new(Shared { state: Mutex::new(state), checkpoint: Condvar::new() }) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock()
    }

    /// Cuts the power now; no effect when it has gone already.
    pub fn cut(&self, survival: Survival) {
        self.lock().cut_at_rest(survival);
        self.shared.checkpoint.notify_all();
    }

    /// Cuts the power in the how manieth operation from now on, whatever it is.
    pub(crate) fn cut_within(&self, count: u32, survival: Survival) {
        self.lock().cut_within(count, survival);
    }

    /// Ends the process now, as `kill -9` does; no effect when the power has gone already.
    pub fn kill(&self) {
        self.lock().kill();
        self.shared.checkpoint.notify_all();
    }

    /// How it ended; nothing while it runs.
    pub fn end(&self) -> Option<End> {
        self.lock().end()
    }

    /// What was to happen to it.
    pub fn plan(&self) -> Plan {
        self.lock().plan()
    }

    /// Whether what was planned to go wrong has.
    pub fn troubled(&self) -> bool {
        self.lock().troubled()
    }

    /// How often a sync failed, or somebody was told of it later.
    pub(crate) fn sync_failures(&self) -> u32 {
        self.lock().sync_failures()
    }

    /// The next run on the disk: what a cut left of it, or all that was written when only the
    /// process ended. `self` stays as it ended.
    pub fn next(&self, plan: Plan, seed: u64) -> Self {
        Self::of(self.lock().next(plan, Rng::with_seed(seed)))
    }

    /// The files as the next run finds them.
    pub fn files(&self) -> Files {
        self.lock().files()
    }

    /// A number that two runs share only if they did the same to their disks.
    pub fn trace(&self) -> u64 {
        self.lock().trace()
    }

    /// Checkpoints that have ended so far.
    pub(crate) fn checkpoints(&self) -> u64 {
        self.lock().checkpoints()
    }

    /// Waits until more checkpoints than `seen` have ended, or the power has; whether it came to
    /// that.
    pub(crate) fn wait_for_checkpoint(&self, seen: u64) -> bool {
        let mut state = self.lock();
        let waits = |state: &mut State| state.checkpoints() <= seen && state.end().is_none();
        !self.shared.checkpoint.wait_while_for(&mut state, waits, PATIENCE).timed_out()
    }

    /// A checkpoint has ended, or the power may have.
    pub(crate) fn tell(&self) {
        self.shared.checkpoint.notify_all();
    }
}
