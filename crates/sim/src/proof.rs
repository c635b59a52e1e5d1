//! Many seeds.

use crate::Outcome;
use crate::coverage::Coverage;
use crate::seed::{Options, Run, run};
use crate::shop::Ground;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What many seeds came to.
#[derive(Debug, Default)]
pub struct Totals {
    /// Seeds that were run.
    pub seeds: u64,
    /// Things that happened in them.
    pub events: u64,
    /// Fewest things that happened in one.
    pub fewest: Option<u64>,
    /// What is wrong in all of them.
    pub violations: u64,
    /// Which transitions were taken.
    pub coverage: Coverage,
    /// Seeds with findings.
    pub failed: BTreeMap<u64, Run>,
}

impl Totals {
    fn add(&mut self, seed: u64, run: Run) {
        self.seeds = self.seeds.saturating_add(1);
        self.events = self.events.saturating_add(run.events);
        self.fewest = Some(self.fewest.unwrap_or(u64::MAX).min(run.events));
        let wrong = u64::try_from(run.findings.len()).unwrap_or(u64::MAX);
        self.violations = self.violations.saturating_add(wrong);
        self.coverage.add(&run.coverage);
        if wrong > 0 {
            self.failed.insert(seed, run);
        }
    }
}

/// Runs seeds on so many threads, each seed in one of them. `progress` is told the totals after each.
///
/// # Errors
/// When a seed cannot be carried out.
pub fn prove(
    seeds: Range<u64>,
    options: Options,
    threads: usize,
    progress: &(dyn Fn(&Totals) + Sync),
) -> Outcome<Totals> {
    let ground = Ground::new()?;
    let totals = Mutex::new(Totals::default());
    let left = Mutex::new(seeds);
    let work = || {
        loop {
            let Some(seed) = left.lock().next() else { return Ok(()) };
            let run = catch_unwind(AssertUnwindSafe(|| run(&ground, seed, options)));
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
