#![expect(clippy::arithmetic_side_effects, reason = "an overflow here is a failed test")]

use super::*;
use proptest::prelude::*;

const SECOND: i64 = 1_000_000;

/// Calls made when one asks again exactly when told to, from `from` until `until`.
fn exact(pace: &mut Pace, rate: i64, from: i64, until: i64) -> Vec<i64> {
    let mut now = from;
    let mut made = Vec::new();
    while now < until {
        match pace.take(rate, Timestamp(now)) {
            Ok(()) => made.push(now),
            Err(next) => now = next.0,
        }
    }
    made
}

fn in_any_second(made: &[i64]) -> usize {
    let within = |from: &i64| made.iter().filter(|at| (*from..from + SECOND).contains(at)).count();
    made.iter().map(within).max().unwrap_or(0)
}

#[test]
fn odd_rates_do_not_drift() {
    for rate in [1, 3, 7, 30, 997] {
        let mut pace = Pace::new(Timestamp(0));
        let made = exact(&mut pace, rate, 0, 600 * SECOND);
        assert_eq!(i64::try_from(made.len()), Ok(rate * 600), "{rate} a second for ten minutes");
    }
}

#[test]
fn a_pause_saves_nothing_up() {
    let mut pace = Pace::new(Timestamp(0));
    let before = exact(&mut pace, 10, 0, 2 * SECOND);
    assert_eq!(before.len(), 20);
    let after = exact(&mut pace, 10, 3_600 * SECOND, 3_602 * SECOND);
    assert!((20..=21).contains(&after.len()), "{}", after.len());
    let gaps: Vec<_> = after.iter().zip(after.iter().skip(1)).map(|(a, b)| b - a).collect();
    assert!(gaps.iter().all(|gap| *gap == 100_000), "{gaps:?}");
}

#[test]
fn who_wakes_late_catches_up() {
    for (rate, tick) in [(1_000, 10_000), (100, 15_000), (7, 20_000)] {
        let mut pace = Pace::new(Timestamp(0));
        let mut made = 0;
        for now in (0..60 * SECOND).step_by(tick) {
            while pace.take(rate, Timestamp(now)).is_ok() {
                made += 1;
            }
        }
        assert!((rate * 60 - rate / 20 - 1..=rate * 60 + 1).contains(&made), "{rate}: {made}");
    }
}

#[test]
fn nothing_may_mean_never_and_a_clock_set_back_blocks_nobody() {
    let mut pace = Pace::new(Timestamp(0));
    assert_eq!(pace.take(0, Timestamp(5)), Err(Timestamp(i64::MAX)));
    assert_eq!(pace.take(-4, Timestamp(5)), Err(Timestamp(i64::MAX)));
    assert_eq!(pace.take(2, Timestamp(10 * SECOND)), Ok(()));
    assert_eq!(pace.take(2, Timestamp(SECOND)), Err(Timestamp(SECOND + SECOND / 2)));
    assert_eq!(pace.take(2, Timestamp(SECOND + SECOND / 2)), Ok(()));
}

proptest! {
    /// However irregularly one asks, no second holds more calls than the rate, one, and what late
    /// waking may catch up.
    #[test]
    fn no_second_holds_more(
        rate in 1_i64..200, gaps in proptest::collection::vec(0_i64..300_000, 1..400)
    ) {
        let mut pace = Pace::new(Timestamp(0));
        let (mut now, mut made) = (0, Vec::new());
        for gap in gaps {
            now += gap;
            while pace.take(rate, Timestamp(now)).is_ok() {
                made.push(now);
            }
        }
        let late = rate * PACE_LATE_US / SECOND + 1;
        prop_assert!(i64::try_from(in_any_second(&made)).unwrap() <= rate + 1 + late);
    }
}
