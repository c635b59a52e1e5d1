//! A slice of the power-cut proof, for the ordinary tests. `cargo xtask powercut` runs the whole.

use powercut::{Base, Conduct, Ended, controls, prove, run};

/// Seeds that the ordinary tests run of each.
const SEEDS: u64 = 40;

#[test]
fn what_was_acknowledged_is_there_after_a_power_cut() {
    let totals = prove(0..SEEDS, Conduct::Usual, 2, &|_| {}).unwrap();
    assert!(totals.failed.is_empty(), "{:#?}", totals.failed);
    assert_eq!((totals.seeds, totals.lost), (SEEDS, 0));
    assert!(totals.acknowledged > 1_000, "{totals:?}");
}

#[test]
fn what_was_acknowledged_is_there_after_the_disk_failed() {
    let totals = prove(0..SEEDS, Conduct::Failing, 2, &|_| {}).unwrap();
    assert!(totals.failed.is_empty(), "{:#?}", totals.failed);
    assert_eq!((totals.seeds, totals.lost), (SEEDS, 0));
    assert!(totals.ended.get(&Ended::Fatal).is_some_and(|count| *count > 10), "{totals:?}");
}

#[test]
fn the_checker_sees_what_is_lost() {
    for control in controls(40, 8, 2).unwrap() {
        assert!(control.holds(), "{control:?}");
        assert!(control.acknowledged > 0, "{control:?}");
    }
}

#[test]
fn a_seed_always_does_the_same() {
    let base = Base::new().unwrap();
    for seed in 0..12 {
        let [one, two] = [0, 1].map(|_| run(&base, Conduct::Usual, seed).unwrap());
        assert_eq!((one.trace, one.acknowledged), (two.trace, two.acknowledged), "seed {seed}");
        assert_eq!(one.history, two.history, "seed {seed}");
    }
}
