//! `sim [--seeds N] [--seed S] [--events N]`: the simulator. `sim --trials N`: so many lost answers of
//! each kind. `sim --queued N`: an outage with so many orders that wait.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is its result")]

mod tables;

use sim::{Ground, Options, Outcome, TRANSITIONS, Totals, prove, run};
use std::process::ExitCode;

mod flags {
    xflags::xflags! {
        /// Runs the counter and its providers in one thread, on many seeds.
        cmd sim {
            /// Seeds to run; 1,000 unless given.
            optional --seeds seeds: u64
            /// The first of them; 0 unless given.
            optional --seed seed: u64
            /// Most things that happen in one; 20,000 unless given.
            optional --events events: u64
            /// In place of seeds: so often answers are lost, of each kind.
            optional --trials trials: u64
            /// In place of seeds: so many orders wait for a provider that is dead.
            optional --queued queued: usize
        }
    }
}

/// Findings that are told of a seed.
const TOLD: usize = 5;

/// Lines of a failed seed's trace that are told, the last ones.
const LINES: usize = 1_000;

fn main() -> ExitCode {
    let flags = flags::Sim::from_env_or_exit();
    let default = Options::default();
    let options = Options { events: flags.events.unwrap_or(default.events), ..default };
    let seed = flags.seed.unwrap_or(0);
    let done = match (flags.trials, flags.queued) {
        (Some(trials), _) => tables::trials(trials, seed),
        (None, Some(queued)) => tables::outage(queued, seed),
        (None, None) => simulate(flags.seeds.unwrap_or(1_000), seed, options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("sim: {error}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(seeds: u64, from: u64, options: Options) -> Outcome<bool> {
    let threads = std::thread::available_parallelism()?.get();
    let totals = prove(from..from.saturating_add(seeds), options, threads, &|so_far| {
        if so_far.seeds.checked_rem(100) == Some(0) {
            println!("  {}", sum(so_far));
        }
    })?;
    println!("transitions taken:");
    for (name, what) in TRANSITIONS {
        println!("{:>10}  {name}: {what}", totals.coverage.times(name));
    }
    if let Some((seed, _)) = totals.failed.first_key_value() {
        let ground = Ground::new()?;
        let again = run(&ground, *seed, Options { told: true, ..options })?;
        println!("seed {seed}, the end of what happened:");
        let skipped = again.lines.len().saturating_sub(LINES);
        again.lines.iter().skip(skipped).for_each(|line| println!("{line}"));
    }
    for (seed, run) in &totals.failed {
        println!("seed {seed} fails: cargo xtask sim --seeds 1 --seed {seed}");
        run.findings.iter().take(TOLD).for_each(|finding| println!("  {finding}"));
    }
    println!("{}", sum(&totals));
    Ok(totals.failed.is_empty())
}

fn sum(totals: &Totals) -> String {
    let Totals { seeds, events, violations, .. } = totals;
    format!("{seeds} seeds, {events} events, {violations} violations")
}
