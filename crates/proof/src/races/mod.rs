//! Races: many callers at once go for one thing, through the real use cases on a real database,
//! and exactly so many have it.
//!
//! Half of the rounds are run from two stores on one database, as the command line works beside
//! the server. After the last round of a use case, everything that is always true is recomputed
//! from what is stored.

mod arena;
mod books;
mod goods;
mod offs;
mod once;
mod parts;
#[cfg(test)]
mod planted;
mod pulls;
mod reports;
mod round;
mod served;
mod spend;
mod turns;
mod views;

pub use arena::Engine;
pub use round::RACERS;

use crate::{Boxed, watch};
use arena::Arena;
use counter::nodes::Job;
use domain::Timestamp;
use round::{Outcome, Round};
use served::{Served, ServedCase};
use std::time::Duration;

/// A use case, and a round of racers for it.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    round: for<'a> fn(Round<'a>) -> Boxed<'a, Outcome>,
}

const CASES: [&[Case]; 10] = [
    spend::CASES,
    books::CASES,
    once::CASES,
    reports::CASES,
    pulls::CASES,
    parts::CASES,
    turns::CASES,
    offs::CASES,
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

/// Runs so many rounds of every use case whose name contains `only`, on an engine; `told` hears of
/// each when it is done.
pub fn run(
    engine: Engine,
    rounds: u32,
    only: &str,
    mut told: impl FnMut(&Verdict),
) -> Vec<Verdict> {
    let runtime = runtime();
    let cases = CASES.into_iter().flatten().filter(|case| case.name.contains(only));
    cases
        .map(|case| {
            let verdict = runtime.block_on(run_case(engine, case, rounds));
            told(&verdict);
            verdict
        })
        .collect()
}

/// More threads than the machine may have processors: racers are to be interrupted anywhere.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap()
}

async fn run_case(engine: Engine, case: &Case, rounds: u32) -> Verdict {
    let start = watch::now();
    let mut findings = Findings::default();
    let arena = Arena::open(engine).await;
    for number in 0..rounds {
        // Far enough apart that nothing of one round is recent in the next.
        let now = arena::START.plus_hours(i64::from(number));
        let round = Round { arena: &arena, number, now };
        if let Err(complaint) = (case.round)(round).await {
            findings.add(format!("round {number}: {complaint}"));
        }
    }
    let last = arena::START.plus_hours(i64::from(rounds));
    findings.verify(&arena, last).await;
    let Findings { wrong, complaints } = findings;
    Verdict { name: case.name, rounds, wrong, complaints, took: start.elapsed() }
}

/// As [`run`], of what resellers ask for over HTTP, from two servers of the program at the path, each
/// a process of its own.
pub fn run_served(
    engine: Engine,
    program: &str,
    rounds: u32,
    only: &str,
    mut told: impl FnMut(&Verdict),
) -> Vec<Verdict> {
    let runtime = runtime();
    let cases = served::CASES.iter().filter(|case| case.name.contains(only));
    cases
        .map(|case| {
            let verdict = runtime.block_on(run_served_case(engine, program, case, rounds));
            told(&verdict);
            verdict
        })
        .collect()
}

async fn run_served_case(engine: Engine, program: &str, case: &ServedCase, rounds: u32) -> Verdict {
    let start = watch::now();
    let mut findings = Findings::default();
    let arena = Arena::open(engine).await;
    let servers = [arena.serve(program).await, arena.serve(program).await];
    let addresses = servers.each_ref().map(|server| server.serving.client_with("").address);
    for number in 0..rounds {
        let served = Served { arena: &arena, servers: &addresses };
        if let Err(complaint) = (case.round)(served).await {
            findings.add(format!("round {number}: {complaint}"));
        }
    }
    for server in servers {
        if !server.serving.terminate().success() {
            findings.add(String::from("a server did not end in order"));
        }
    }
    findings.verify(&arena, watch::time()).await;
    let Findings { wrong, complaints } = findings;
    Verdict { name: case.name, rounds, wrong, complaints, took: start.elapsed() }
}

/// What was wrong, and the first few texts about it.
#[derive(Default)]
struct Findings {
    wrong: u32,
    complaints: Vec<String>,
}

impl Findings {
    fn add(&mut self, complaint: String) {
        self.wrong += 1;
        if self.complaints.len() < COMPLAINTS_TOLD {
            self.complaints.push(complaint);
        }
    }

    /// Recomputes everything that is always true.
    async fn verify(&mut self, arena: &Arena, now: Timestamp) {
        arena::worker(arena.counter(0), Job::Sealing).await.seal_events(now).await.unwrap();
        let report = arena.counter(1).verify(&mut |_, _| {}).await.unwrap();
        report.checks.into_iter().flat_map(|check| check.findings).for_each(|f| self.add(f));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough for every way that the suite knows to go wrong, few enough for every day.
    const ROUNDS: u32 = 20;

    /// Each takes longer there.
    const ROUNDS_ON_POSTGRES: u32 = 4;

    #[test]
    fn exactly_as_many_have_it_as_there_is_for() {
        all_have_what_there_is(Engine::Sqlite, ROUNDS);
    }

    #[test]
    fn on_postgresql_too() {
        all_have_what_there_is(Engine::Postgres, ROUNDS_ON_POSTGRES);
    }

    #[test]
    fn and_at_serializable() {
        all_have_what_there_is(Engine::Serializable, ROUNDS_ON_POSTGRES);
    }

    fn all_have_what_there_is(engine: Engine, rounds: u32) {
        let verdicts = run(engine, rounds, "", |verdict| {
            println!("{}: {} rounds in {:.1?}", verdict.name, verdict.rounds, verdict.took);
        });
        assert!(verdicts.len() > 30, "use cases have gone: {}", verdicts.len());
        let wrong: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.wrong > 0).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
