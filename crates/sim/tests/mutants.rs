//! Every bug that is planted is found.

use sim::{Ground, Mutant, Options, run};

/// Seeds in which a planted bug is to be found.
const SEEDS: u64 = 60;

#[test]
fn every_planted_bug_is_found() {
    let ground = Ground::new().unwrap();
    let mut missed = Vec::new();
    for mutant in Mutant::ALL {
        let options = Options { mutant: Some(mutant), ..Options::default() };
        let found = (0..SEEDS).find_map(|seed| {
            let run = run(&ground, seed, options).unwrap();
            run.findings.first().map(|finding| (seed, finding.clone()))
        });
        match found {
            Some((seed, finding)) => println!("{mutant:?}: seed {seed}: {finding}"),
            None => missed.push(mutant),
        }
    }
    assert!(missed.is_empty(), "not found in {SEEDS} seeds: {missed:?}");
}
