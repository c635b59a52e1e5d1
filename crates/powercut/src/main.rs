//! `powercut [--seeds N] [--from SEED] [--failing]`: the power-cut proof.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is its result")]

use powercut::{Conduct, Control, Ended, Outcome, Totals, controls, prove};
use std::process::ExitCode;

mod flags {
    xflags::xflags! {
        /// Lets the counter lose its power and looks what is left of it.
        cmd powercut {
            /// Seeds to run; 1,000 unless given.
            optional --seeds seeds: u64
            /// The first of them; 0 unless given.
            optional --from seed: u64
            /// On disks that fail more often than the power does.
            optional --failing
        }
    }
}

/// Seeds of each control.
const BARE: u64 = 300;
const LYING: u64 = 50;

/// Findings that are told of a seed.
const TOLD: usize = 5;

fn main() -> ExitCode {
    let flags = flags::Powercut::from_env_or_exit();
    let conduct = if flags.failing { Conduct::Failing } else { Conduct::Usual };
    match run(flags.seeds.unwrap_or(1_000), flags.from.unwrap_or(0), conduct) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("powercut: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(seeds: u64, from: u64, conduct: Conduct) -> Outcome<bool> {
    let threads = std::thread::available_parallelism()?.get();
    println!("controls:");
    let controls = controls(BARE, LYING, threads)?;
    controls.iter().for_each(print_control);
    println!("power cuts, from seed {from} on:");
    let totals = prove(from..from.saturating_add(seeds), conduct, threads, &|so_far| {
        if so_far.seeds.checked_rem(100) == Some(0) {
            println!("  {}", sum(so_far));
        }
    })?;
    println!("where {} runs of the counter ended:", totals.ended.values().sum::<u64>());
    for (ended, count) in &totals.ended {
        println!("  {count:>7}  {}", words(*ended));
    }
    for (seed, run) in &totals.failed {
        let failing = if conduct == Conduct::Failing { " --failing" } else { "" };
        println!("seed {seed} fails: cargo xtask powercut --seeds 1 --from {seed}{failing}");
        for (plan, ended) in &run.history {
            println!("  {}: {plan:?}", words(*ended));
        }
        for finding in run.findings.iter().take(TOLD) {
            println!("  {finding}");
        }
        let more = run.findings.len().saturating_sub(TOLD);
        if more > 0 {
            println!("  and {more} more");
        }
    }
    println!("{}", sum(&totals));
    Ok(totals.failed.is_empty() && controls.iter().all(Control::holds))
}

fn sum(totals: &Totals) -> String {
    let Totals { seeds, acknowledged, lost, .. } = totals;
    format!("{seeds} seeds, {acknowledged} acknowledged, {lost} lost")
}

fn print_control(control: &Control) {
    let Control { name, must_lose, seeds, acknowledged, lost } = control;
    let must = if *must_lose { "must lose" } else { "must not lose" };
    let verdict = if control.holds() { "as it must" } else { "WRONG: the checker proves nothing" };
    println!(
        "  {name} ({must}): {seeds} seeds, {acknowledged} acknowledged, {lost} lost: {verdict}"
    );
}

fn words(ended: Ended) -> String {
    match ended {
        Ended::Cut(moment) => format!("the power went while {}", moment.name()),
        Ended::AtRest => String::from("the power went while nothing was going on"),
        Ended::Closed => String::from("the power went after the counter was closed"),
        Ended::Killed => String::from("the process was killed"),
        Ended::Fatal => String::from("the disk failed, and the process ended itself"),
    }
}
