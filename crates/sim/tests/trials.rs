//! What the engine finds out about lost answers, held against what the panel has.

use sim::{Kind, Part, try_out};

/// How often each kind is tried here; `cargo xtask sim --trials` does it as often as one likes.
const TRIALS: u64 = 10;

/// And those of which a share is asked.
const MANY: u64 = 40;

#[test]
fn lost_answers_are_found_out_about_and_never_wrongly() {
    let threads = std::thread::available_parallelism().unwrap().get();
    let mut missed = Vec::new();
    for kind in Kind::ALL {
        let trials = if kind.part == Part::Found { MANY } else { TRIALS };
        let tally = try_out(&kind, trials, 1, threads).unwrap();
        println!("{}: {} ‰, {tally:?}", kind.name, tally.resolved());
        if !kind.holds(&tally) {
            missed.push((kind.name, tally));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn the_same_seed_comes_to_the_same() {
    let [kind, ..] = Kind::ALL;
    let [one, other] = [1, 2].map(|threads| try_out(&kind, 10, 7, threads).unwrap());
    assert_eq!(one, other);
}
