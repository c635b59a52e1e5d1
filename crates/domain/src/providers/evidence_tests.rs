use super::*;
use crate::limits::EVIDENCE_UNKNOWN_MAX;

#[path = "evidence_trials.rs"]
mod trials;

fn unknown(costs: &[i64]) -> Vec<Unknown> {
    let attempt =
        |(id, cost): (i64, &i64)| Unknown { attempt: AttemptId(id), cost: Micros::new(*cost) };
    (1..).zip(costs).map(attempt).collect()
}

/// A float of 100, of which `missing` is missing.
fn balance(unknown: &[Unknown], missing: i64) -> Balance<'_> {
    let read = Micros::new(100_000_000_i64.saturating_sub(missing));
    Balance {
        float: Micros::new(100_000_000),
        reads: [read, read],
        decimals: Some(5),
        slack: Micros::ZERO,
        unseen: Micros::ZERO,
        trusted: true,
        unknown,
        most: EVIDENCE_UNKNOWN_MAX,
    }
}

const YES: Shown = Shown::Charged;
const NO: Shown = Shown::NotCharged;

const fn undecided(why: WhyUndecided) -> Shown {
    Shown::Undecided(why)
}

#[test]
fn the_one_choice_that_fits_is_what_happened() {
    let costs = unknown(&[900_000, 278_190, 1_500_000]);
    for (missing, shown) in [
        (0, [NO, NO, NO]),
        (900_000, [YES, NO, NO]),
        (278_190, [NO, YES, NO]),
        (1_778_190, [NO, YES, YES]),
        (2_678_190, [YES, YES, YES]),
        // Another amount, and one that is off by the last decimal.
        (500_000, [undecided(WhyUndecided::NoChoice); 3]),
        (900_010, [undecided(WhyUndecided::NoChoice); 3]),
        // Money that came back, or a balance that lags behind.
        (-900_000, [undecided(WhyUndecided::NoChoice); 3]),
        (3_578_190, [undecided(WhyUndecided::NoChoice); 3]),
    ] {
        assert_eq!(weigh_balance(&balance(&costs, missing)), shown, "{missing}");
    }
}

#[test]
fn the_provider_may_round_either_way() {
    // 0.123456 is 0.12345 or 0.12346 with five decimals; two of them come to 0.2469 to 0.24692.
    let costs = unknown(&[123_456, 5_000_000]);
    for missing in [123_450, 123_460] {
        assert_eq!(weigh_balance(&balance(&costs, missing)), [YES, NO], "{missing}");
    }
    for missing in [123_440, 123_470] {
        assert_eq!(
            weigh_balance(&balance(&costs, missing)),
            [undecided(WhyUndecided::NoChoice); 2],
            "{missing}"
        );
    }
    let loose = Balance { slack: Micros::new(20), ..balance(&costs, 123_440) };
    assert_eq!(weigh_balance(&loose), [YES, NO], "the books were rounded too");
    // Six decimals: our cost is rounded up to them.
    let exact = Balance { decimals: Some(6), ..balance(&costs, 123_455) };
    assert_eq!(weigh_balance(&exact), [YES, NO]);
}

#[test]
fn several_choices_are_none() {
    let costs = unknown(&[300_000, 200_000, 500_000]);
    assert_eq!(weigh_balance(&balance(&costs, 500_000)), [undecided(WhyUndecided::Several); 3]);
    assert_eq!(weigh_balance(&balance(&costs, 200_000)), [NO, YES, NO]);
    // Too near to each other to be told apart for certain.
    let near = unknown(&[300_000, 300_050]);
    assert_eq!(weigh_balance(&balance(&near, 300_000)), [undecided(WhyUndecided::Several); 2]);
    let apart = unknown(&[300_000, 300_200]);
    assert_eq!(weigh_balance(&balance(&apart, 300_000)), [YES, NO]);
    let free = unknown(&[0, 300_000]);
    assert_eq!(weigh_balance(&balance(&free, 300_000)), [undecided(WhyUndecided::Several); 2]);
}

#[test]
fn of_those_that_cost_the_same_it_is_known_how_many_but_not_which() {
    let costs = unknown(&[900_000, 700_000, 900_000]);
    assert_eq!(weigh_balance(&balance(&costs, 0)), [NO, NO, NO]);
    assert_eq!(weigh_balance(&balance(&costs, 2_500_000)), [YES, YES, YES]);
    assert_eq!(weigh_balance(&balance(&costs, 1_800_000)), [YES, NO, YES]);
    let which = undecided(WhyUndecided::Alike);
    assert_eq!(weigh_balance(&balance(&costs, 900_000)), [which, NO, which]);
    assert_eq!(weigh_balance(&balance(&costs, 1_600_000)), [which, YES, which]);
}

#[test]
fn what_may_have_come_back_unseen_leaves_it_open() {
    let costs = unknown(&[900_000]);
    let open = |missing, unseen| {
        let unseen = Micros::new(unseen);
        weigh_balance(&Balance { unseen, ..balance(&costs, missing) })
    };
    // Charged, and as much given back for another order, looks like nothing.
    assert_eq!(open(0, 900_000), [undecided(WhyUndecided::Unseen)]);
    assert_eq!(open(0, 800_000), [NO], "so much cannot have come back");
    assert_eq!(open(900_000, 900_000), [YES], "nothing that came back makes a charge");
    assert_eq!(open(850_000, 900_000), [undecided(WhyUndecided::NoChoice)]);
}

#[test]
fn what_is_no_evidence_decides_nothing() {
    let costs = unknown(&[900_000]);
    let good = balance(&costs, 900_000);
    assert_eq!(weigh_balance(&good), [YES]);
    let other = Micros::new(99_000_000);
    for (bad, why) in [
        (Balance { decimals: None, ..good }, WhyUndecided::NoEvidence),
        (Balance { trusted: false, ..good }, WhyUndecided::NoEvidence),
        (Balance { decimals: Some(3), ..good }, WhyUndecided::Coarse),
        (Balance { reads: [other, good.reads[1]], ..good }, WhyUndecided::Moving),
        (Balance { float: Micros::MAX, reads: [Micros::new(-1); 2], ..good }, WhyUndecided::Moving),
        (Balance { most: 0, ..good }, WhyUndecided::TooMany),
    ] {
        assert_eq!(weigh_balance(&bad), [undecided(why)], "{why:?}");
    }
    assert_eq!(weigh_balance(&Balance { decimals: Some(4), ..good }), [YES]);
    let four = unknown(&[100_000, 210_000, 330_000, 470_000]);
    assert_eq!(weigh_balance(&balance(&four, 0)), [undecided(WhyUndecided::TooMany); 4]);
    let seventeen = unknown(&[900_000; 17]);
    let lifted = Balance { most: 99, ..balance(&seventeen, 0) };
    assert_eq!(weigh_balance(&lifted), vec![undecided(WhyUndecided::TooMany); 17]);
    assert_eq!(weigh_balance(&balance(&[], 0)), []);
}
