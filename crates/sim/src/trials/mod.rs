//! Lost answers, thousands of them, through the real engine, and what it finds out about them held
//! against the panel's journal.
//!
//! A world has one provider. Again and again some orders go well there, some of them end in part or
//! not at all, and the answers to a few are lost, in ways that leave them there or not. The engine
//! has the program's own patience, on the virtual clock.

mod account;
mod bench;
mod kinds;
mod street;
mod tally;

pub(crate) use account::order;
pub use kinds::{Kind, Others, Part};
pub(crate) use street::{add_customer, add_provider, plan, quiet};
pub use tally::Tally;

use crate::Outcome;
use bench::Bench;
use fastrand::Rng;
use parking_lot::Mutex;
use street::Street;

/// Trials with one catalogue, and in one world.
const ON_A_STREET: u64 = 20;
const IN_A_WORLD: u64 = 10;

/// Tries a kind so often, on so many threads. The same seed comes to the same.
///
/// # Errors
/// When a trial cannot be carried out, or comes to no end.
pub fn try_out(kind: &Kind, trials: u64, seed: u64, threads: usize) -> Outcome<Tally> {
    let total = Mutex::new(Tally::default());
    let next = Mutex::new(0_u64);
    let work = || -> Result<(), String> {
        loop {
            let from = {
                let mut next = next.lock();
                let from = *next;
                *next = from.saturating_add(ON_A_STREET);
                from
            };
            let count = trials.saturating_sub(from).min(ON_A_STREET);
            if count == 0 {
                return Ok(());
            }
            let own = seed.rotate_left(32) ^ from;
            let tally = on_a_street(kind, count, own);
            let tally = tally.map_err(|error| format!("{}, from {from}: {error}", kind.name))?;
            total.lock().add(&tally);
        }
    };
    std::thread::scope(|scope| -> Result<(), String> {
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            thread.join().unwrap_or_else(|_| Err(String::from("a thread panicked")))?;
        }
        Ok(())
    })?;
    Ok(total.into_inner())
}

fn on_a_street(kind: &Kind, trials: u64, seed: u64) -> Outcome<Tally> {
    let mut rng = Rng::with_seed(seed);
    let street = Street::new(kind, &mut rng)?;
    let mut tally = Tally::default();
    while tally.trials < trials {
        let mut bench = Bench::new(kind, &street, rng.fork())?;
        let until = trials.min(tally.trials.saturating_add(IN_A_WORLD));
        while tally.trials < until {
            bench.trial(&mut tally)?;
        }
    }
    Ok(tally)
}
