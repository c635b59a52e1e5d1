//! One round of a race: racers behind a barrier, and what they may come back with.

use super::arena::Arena;
use counter::{Counter, Failure};
use domain::Timestamp;
use std::fmt::{Debug, Display};
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// Racers of every round.
pub const RACERS: usize = 64;

/// For how many of them there is something to have, where it is not for one.
pub(crate) const ENOUGH: usize = 10;

/// Nothing, or what was wrong in a round.
pub(crate) type Outcome = Result<(), String>;

/// A round of a race in an arena.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round<'a> {
    pub(crate) arena: &'a Arena,
    pub(crate) number: u32,
    pub(crate) now: Timestamp,
}

impl Round<'_> {
    /// The counter of a racer. In every second round half of the racers have another store, as the
    /// command line has beside the server.
    pub(crate) fn counter(&self, racer: usize) -> &Counter {
        let stores = if self.number.is_multiple_of(2) { 1 } else { 2 };
        self.arena.counter(racer % stores)
    }

    /// Lets all racers go at once; what each came back with, in their order.
    pub(crate) async fn race<T, F>(&self, mut racer: impl FnMut(usize, Counter) -> F) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let barrier = Arc::new(Barrier::new(RACERS));
        let mut racers = JoinSet::new();
        for number in 0..RACERS {
            let way = racer(number, self.counter(number).clone());
            let barrier = Arc::clone(&barrier);
            racers.spawn(async move {
                barrier.wait().await;
                (number, way.await)
            });
        }
        let mut back = racers.join_all().await;
        back.sort_unstable_by_key(|(number, _)| *number);
        back.into_iter().map(|(_, told)| told).collect()
    }
}

/// That what was found is what was expected.
pub(crate) fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Outcome {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: {found:?}, expected {expected:?}"))
}

/// That so many racers had what they went for, and that all others were told why not.
pub(crate) fn had<T, R: std::error::Error>(
    told: &[Result<T, Failure<R>>],
    expected: usize,
    why_not: impl Fn(&R) -> bool,
) -> Outcome {
    for error in told.iter().filter_map(|told| told.as_ref().err()) {
        if !matches!(error, Failure::Refused(refusal) if why_not(refusal)) {
            return Err(format!("a racer was told: {error}"));
        }
    }
    let had = told.iter().filter(|told| told.is_ok()).count();
    same("racers that had what they went for", had, expected)
}

/// Any error as the text of a complaint.
pub(crate) fn told(error: impl Display) -> String {
    error.to_string()
}
