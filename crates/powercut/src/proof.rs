//! Many seeds, and the controls that show that the checker sees.

use crate::Outcome;
use crate::bare::{Bare, Setting};
use crate::seed::{Base, Conduct, Ended, Run, run};
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Totals {
    /// Seeds that were run.
    pub seeds: u64,
    /// Answers that said something is done.
    pub acknowledged: u64,
    /// Of these, what the databases do not bear out.
    pub lost: u64,
    /// How the runs of the counter ended, and how often.
    pub ended: BTreeMap<Ended, u64>,
    /// Seeds with findings.
    pub failed: BTreeMap<u64, Run>,
}

impl Totals {
    fn add(&mut self, seed: u64, run: Run) {
        self.seeds = self.seeds.saturating_add(1);
        self.acknowledged = self.acknowledged.saturating_add(run.acknowledged);
        self.lost = self.lost.saturating_add(run.lost);
        for (ended, count) in &run.ended {
            let sum = self.ended.entry(*ended).or_default();
            *sum = sum.saturating_add(*count);
        }
        if !run.findings.is_empty() {
            self.failed.insert(seed, run);
        }
    }
}

/// Runs seeds on so many threads. `progress` is told the totals after each.
///
/// # Errors
/// When a seed cannot be carried out.
pub fn prove(
    seeds: Range<u64>,
    conduct: Conduct,
    threads: usize,
    progress: &(dyn Fn(&Totals) + Sync),
) -> Outcome<Totals> {
    let base = Base::new()?;
    let totals = Mutex::new(Totals::default());
    let left = Mutex::new(seeds);
    let work = || {
        loop {
            let Some(seed) = left.lock().next() else { return Ok(()) };
            let run = catch_unwind(AssertUnwindSafe(|| run(&base, conduct, seed)));
            let run = match run {
                Ok(run) => run.map_err(|error| format!("seed {seed}: {error}"))?,
                Err(_) => return Err(format!("seed {seed} panicked")),
            };
            let mut totals = totals.lock();
            totals.add(seed, run);
            progress(&totals);
        }
    };
    std::thread::scope(|scope| -> Result<(), String> {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            // A panic of a seed is caught above.
            thread.join().unwrap_or_else(|_| Err(String::from("a thread panicked")))?;
        }
        Ok(())
    })?;
    Ok(totals.into_inner())
}

/// A run that is known to lose, or known not to, by its setting alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// What is tried.
    pub name: &'static str,
    /// Whether it must lose.
    pub must_lose: bool,
    /// Seeds that were run.
    pub seeds: u64,
    /// What was acknowledged.
    pub acknowledged: u64,
    /// Of these, what is not there.
    pub lost: u64,
}

impl Control {
    /// Whether it came out as it must.
    pub const fn holds(&self) -> bool {
        (self.lost > 0) == self.must_lose
    }
}

/// Runs the controls: a bare loop for `bare` seeds each, the counter on a disk that does not sync
/// for `lying` seeds.
///
/// # Errors
/// When one cannot be carried out.
pub fn controls(bare: u64, lying: u64, threads: usize) -> Outcome<Vec<Control>> {
    let mut controls = Vec::new();
    for (setting, must_lose, name) in [
        (Setting::Full, false, "a bare loop of commits, synchronous=FULL"),
        (Setting::Normal, true, "the same with synchronous=NORMAL"),
        (Setting::Early, true, "the same, acknowledged before COMMIT"),
    ] {
        let (mut acknowledged, mut lost) = (0_u64, 0_u64);
        for seed in 0..bare {
            let run = Bare::run(setting, seed)?;
            acknowledged = acknowledged.saturating_add(run.acknowledged);
            lost = lost.saturating_add(run.lost);
        }
        controls.push(Control { name, must_lose, seeds: bare, acknowledged, lost });
    }
    let Totals { seeds, acknowledged, lost, .. } =
        prove(0..lying, Conduct::Lying, threads, &|_| {})?;
    let name = "the counter on a disk that does not sync";
    controls.push(Control { name, must_lose: true, seeds, acknowledged, lost });
    Ok(controls)
}
