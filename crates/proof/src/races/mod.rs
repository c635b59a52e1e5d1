//! Races: many callers at once go for one thing, through the real use cases on a real database,
//! and exactly so many have it.
//!
//! Half of the rounds are run from two stores on one database, as the command line works beside
//! the server. After the last round of a use case, everything that is always true is recomputed
//! from what is stored.

mod arena;
mod books;
mod goods;
mod once;
mod parts;
#[cfg(test)]
mod planted;
mod reports;
mod round;
mod spend;
mod views;

pub use round::RACERS;

use crate::{Boxed, watch};
use arena::Arena;
use counter::nodes::Job;
use round::{Outcome, Round};
use std::time::Duration;

/// A use case, and a round of racers for it.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    round: for<'a> fn(Round<'a>) -> Boxed<'a, Outcome>,
}

const CASES: [&[Case]; 7] = [
    spend::CASES,
    books::CASES,
    once::CASES,
    reports::CASES,
    parts::CASES,
    goods::CASES,
    views::CASES,
];

/// Complaints that are kept of a use case; the rest is counted.
const COMPLAINTS_TOLD: usize = 5;

/// What came of the rounds of a use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The use case.
    pub name: &'static str,
    /// Rounds that were run.
    pub rounds: u32,
    /// Rounds after which something was wrong, and broken rules of the books.
    pub wrong: u32,
    /// What was wrong, the first few.
    pub complaints: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// Runs so many rounds of every use case whose name contains `only`; `told` hears of each when it
/// is done.
pub fn run(rounds: u32, only: &str, mut told: impl FnMut(&Verdict)) -> Vec<Verdict> {
    let runtime = runtime();
    let cases = CASES.into_iter().flatten().filter(|case| case.name.contains(only));
    cases
        .map(|case| {
            let verdict = runtime.block_on(run_case(case, rounds));
            told(&verdict);
            verdict
        })
        .collect()
}

/// More threads than the machine may have processors: racers are to be interrupted anywhere.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

async fn run_case(case: &Case, rounds: u32) -> Verdict {
    let start = watch::now();
    let mut wrong = 0;
    let mut complaints = Vec::new();
    let mut complain = |complaint: String| {
        wrong += 1;
        if complaints.len() < COMPLAINTS_TOLD {
            complaints.push(complaint);
        }
    };
    let arena = Arena::open().await;
    for number in 0..rounds {
        // Far enough apart that nothing of one round is recent in the next.
        let now = arena::START.plus_hours(i64::from(number));
        let round = Round { arena: &arena, number, now };
        if let Err(complaint) = (case.round)(round).await {
            complain(format!("round {number}: {complaint}"));
        }
    }
    let last = arena::START.plus_hours(i64::from(rounds));
    arena::worker(arena.counter(0), Job::Sealing).await.seal_events(last).await.unwrap();
    let report = arena.counter(1).verify(&mut |_, _| {}).await.unwrap();
    for check in report.checks {
        check.findings.into_iter().for_each(&mut complain);
    }
    Verdict { name: case.name, rounds, wrong, complaints, took: start.elapsed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough for every way that the suite knows to go wrong, few enough for every day.
    const ROUNDS: u32 = 20;

    #[test]
    fn exactly_as_many_have_it_as_there_is_for() {
        let verdicts = run(ROUNDS, "", |verdict| {
            println!("{}: {} rounds in {:.1?}", verdict.name, verdict.rounds, verdict.took);
        });
        assert!(verdicts.len() > 30, "use cases have gone: {}", verdicts.len());
        let wrong: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.wrong > 0).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
