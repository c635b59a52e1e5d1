//! Everything that can happen to one order, in every order.

use sim::model::{Planted, search};

#[test]
fn nothing_that_can_happen_is_wrong() {
    let searched = search(None);
    println!("{} situations", searched.stands);
    assert_eq!(searched.wrong, None);
    assert!(searched.stands > 1_000, "{}", searched.stands);
}

#[test]
fn every_planted_bug_is_found() {
    let missed = Planted::ALL.into_iter().filter(|planted| {
        let searched = search(Some(*planted));
        println!("{planted:?}: {:?}", searched.wrong);
        searched.wrong.is_none()
    });
    let missed: Vec<Planted> = missed.collect();
    assert!(missed.is_empty(), "{missed:?}");
}
