//! Many seeds, in which nothing is wrong and everything happens.

use sim::{Ground, Options, TRANSITIONS, prove, run};

/// Seeds of the test; `cargo xtask sim` runs as many as one likes.
const SEEDS: u64 = 500;

/// How often each transition is taken at least.
const OFTEN: u64 = 100;

/// Fewest things that happen in a seed.
const EVENTS: u64 = 300;

#[test]
fn nothing_is_wrong_and_every_transition_is_taken() {
    let threads = std::thread::available_parallelism().unwrap().get();
    let totals = prove(0..SEEDS, Options::default(), threads, &|_| {}).unwrap();
    for (seed, run) in &totals.failed {
        println!("cargo xtask sim --seeds 1 --seed {seed}: {:#?}", run.findings);
    }
    println!("{} events, {:?} at least", totals.events, totals.fewest);
    let mut rare = Vec::new();
    for (name, what) in TRANSITIONS {
        let times = totals.coverage.times(name);
        println!("{times:>10}  {name}: {what}");
        if times < OFTEN {
            rare.push(name);
        }
    }
    assert_eq!(totals.violations, 0);
    assert!(rare.is_empty(), "taken less than {OFTEN} times: {rare:?}");
    assert!(totals.fewest >= Some(EVENTS), "{:?}", totals.fewest);
}

#[test]
fn the_same_seed_does_the_same() {
    let ground = Ground::new().unwrap();
    let mut traces = Vec::new();
    for seed in 0..4 {
        let first = run(&ground, seed, Options::default()).unwrap();
        let again = run(&ground, seed, Options { told: true, ..Options::default() }).unwrap();
        assert_eq!((first.events, first.trace), (again.events, again.trace), "seed {seed}");
        assert!(first.lines.is_empty() && !again.lines.is_empty());
        traces.push(first.trace);
    }
    traces.sort_unstable();
    traces.dedup();
    assert_eq!(traces.len(), 4, "different seeds do different things");
}
