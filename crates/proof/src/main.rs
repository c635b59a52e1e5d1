//! `proof races`: the long way of what the tests do a little of. Its last line is its result.

#![expect(clippy::print_stdout, reason = "a command line tool: standard output is its result")]

use proof::races::{self, RACERS};
use std::process::ExitCode;

xflags::xflags! {
    /// Proofs that take their time.
    cmd proof {
        /// Many at once, for everything that spends money or stock.
        cmd races {
            /// Rounds of each use case; 1000 unless given.
            optional --rounds rounds: u32
            /// Only the use cases whose name contains this.
            optional --only only: String
        }
    }
}

fn main() -> ExitCode {
    let right = match Proof::from_env_or_exit().subcommand {
        ProofCmd::Races(options) => race(&options),
    };
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn race(options: &Races) -> bool {
    let rounds = options.rounds.unwrap_or(1_000);
    let verdicts = races::run(rounds, options.only.as_deref().unwrap_or(""), |verdict| {
        let (name, wrong) = (verdict.name, verdict.wrong);
        let seconds = verdict.took.as_secs_f64();
        println!("{name}: {rounds} rounds, {wrong} wrong, {seconds:.1} s");
        for complaint in &verdict.complaints {
            println!("  {complaint}");
        }
    });
    let wrong: u32 = verdicts.iter().map(|verdict| verdict.wrong).sum();
    println!("{} use cases", verdicts.len());
    println!("{rounds} rounds, {RACERS} racers, {wrong} wrong");
    wrong == 0 && !verdicts.is_empty()
}
