//! Orders that are carried out in parts: the runs of a drip-feed, the posts of a subscription.
//!
//! The order itself (the parent) holds the money of the whole. Each part is an order of its own:
//! when it starts, the parent releases the part's money and the part holds it, in one unit, so no
//! micro is free in between and the parts sum to the whole.

use super::state::State;
use crate::money::charge_per_thousand;
use crate::names::named;
use crate::{Micros, Timestamp};

/// Whether more parts will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartsState {
    /// More will come.
    Active,
    /// No more will come; parts may still be open.
    Ended,
}

named!(PartsState {
    Active => "active",
    Ended => "ended",
});

/// The plan of a drip-feed and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DripFeed {
    /// Runs in all.
    pub runs: i64,
    /// Minutes between two.
    pub interval_minutes: i64,
    /// Units of each.
    pub run_quantity: i64,
    /// Runs started.
    pub runs_started: i64,
    /// When the next is due.
    pub next_run: Timestamp,
    /// Whether more will come.
    pub state: PartsState,
    /// Whether somebody has paused it: no run starts until it is resumed.
    pub paused: bool,
    /// Whether it waits for its turn on its link, or for the run before to end: no run starts
    /// until then.
    pub waits: bool,
}

/// The plan of a subscription and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Least units of a post.
    pub min: i64,
    /// Most units of a post.
    pub max: i64,
    /// Posts in all, the old ones included; zero when it has no end.
    pub posts: i64,
    /// Posts that became orders.
    pub posts_done: i64,
    /// Minutes between a post and its order.
    pub delay_minutes: i64,
    /// When it ends, if ever.
    pub expires: Option<Timestamp>,
}

/// What run number `run` (from 0) costs: the difference of what `run + 1` and `run` runs cost, so
/// that all runs together cost exactly what the whole order was charged.
pub fn run_charge(rate: Micros, run_quantity: i64, run: i64) -> Option<Micros> {
    let before = charge_per_thousand(rate, run_quantity.checked_mul(run)?)?;
    let after = charge_per_thousand(rate, run_quantity.checked_mul(run.checked_add(1)?)?)?;
    after.checked_sub(before)
}

/// What a post of `quantity` units costs, of `left` that the subscription still holds ahead.
/// Rounding up each post could pass the whole by a micro, so the last one takes what is left.
/// `left` is nothing for a subscription without an end: there each post is charged by itself.
pub fn post_charge(rate: Micros, quantity: i64, left: Option<Micros>) -> Option<Micros> {
    let charge = charge_per_thousand(rate, quantity)?;
    Some(left.map_or(charge, |left| charge.min(left)))
}

/// The drip-feed after its next run was started at `now`, with the number of that run (from 0);
/// nothing when none is due.
pub fn next_run(drip: &DripFeed, now: Timestamp) -> Option<(i64, DripFeed)> {
    let over = drip.state == PartsState::Ended || drip.runs_started >= drip.runs;
    if over || drip.paused || drip.waits || drip.next_run > now {
        return None;
    }
    let run = drip.runs_started;
    let runs_started = run.checked_add(1)?;
    // Counted from the planned time, so that a late start does not push all later runs; but never
    // into the past, so that a long stop is not followed by a burst of runs.
    let planned = drip.next_run.plus_minutes(drip.interval_minutes);
    let next_run = if planned > now { planned } else { now.plus_minutes(drip.interval_minutes) };
    let state = if runs_started == drip.runs { PartsState::Ended } else { PartsState::Active };
    Some((run, DripFeed { runs_started, next_run, state, ..drip.clone() }))
}

/// The drip-feed with its runs paused; nothing when no more will come, or it is paused already.
pub fn pause(drip: &DripFeed) -> Option<DripFeed> {
    let pauses = drip.state == PartsState::Active && !drip.paused;
    pauses.then(|| DripFeed { paused: true, ..drip.clone() })
}

/// The drip-feed after it was resumed at `now`; nothing when it is not paused. A run that was due
/// meanwhile starts at once, and only one; the next an interval later.
pub fn resume(drip: &DripFeed, now: Timestamp) -> Option<DripFeed> {
    let resumes = drip.state == PartsState::Active && drip.paused;
    resumes.then(|| DripFeed { paused: false, next_run: drip.next_run.max(now), ..drip.clone() })
}

/// Sums over the parts of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Parts that are not finished.
    pub open: i64,
    /// Parts in all.
    pub parts: i64,
    /// Units of all parts.
    pub quantity: i64,
    /// Units not delivered yet, or ever.
    pub undelivered: i64,
}

/// How an order ends whose parts have all ended, and the units it did not deliver; nothing while
/// a part is open. `quantity` is the parent's, and `planned` the parts it was to have: both are
/// zero for a subscription without an end, which promised no number of anything and is complete
/// when what came was delivered.
pub fn parent_outcome(quantity: i64, planned: i64, totals: &Totals) -> Option<(State, i64)> {
    if totals.open > 0 {
        return None;
    }
    let undelivered = totals.undelivered.max(0);
    let delivered = totals.quantity.saturating_sub(undelivered);
    let whole = totals.parts >= planned;
    Some(if whole && undelivered == 0 {
        (State::Completed, 0)
    } else if delivered <= 0 {
        (State::Canceled, quantity)
    } else if planned == 0 {
        (State::Partial, undelivered)
    } else {
        // What was not needed, because posts were smaller than they might have been, was given
        // back as well: charge and remains tell the same share.
        (State::Partial, quantity.saturating_sub(delivered))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_sum_to_the_whole() {
        // 7 runs of 33 units at 0.000101: the whole is ceil(101 × 231 / 1000) = 24 micros.
        let rate = Micros::new(101);
        let runs: Vec<i64> =
            (0..7).filter_map(|run| run_charge(rate, 33, run)).map(Micros::raw).collect();
        assert_eq!(runs, [4, 3, 3, 4, 3, 3, 4]);
        assert_eq!(runs.iter().sum::<i64>(), 24);
    }

    #[test]
    fn the_last_post_takes_what_is_left() {
        assert_eq!(post_charge(Micros::new(1), 1, Some(Micros::new(0))), Some(Micros::ZERO));
        assert_eq!(post_charge(Micros::new(1_000), 2, Some(Micros::new(9))), Some(Micros::new(2)));
        assert_eq!(post_charge(Micros::new(1_000), 2, None), Some(Micros::new(2)));
    }

    #[test]
    fn runs_keep_their_plan_and_never_burst() {
        let drip = DripFeed {
            runs: 3,
            interval_minutes: 10,
            run_quantity: 5,
            runs_started: 0,
            next_run: Timestamp(0),
            state: PartsState::Active,
            paused: false,
            waits: false,
        };
        let minute = |n: i64| Timestamp(0).plus_minutes(n);
        let (run, drip) = next_run(&drip, minute(1)).unwrap_or((9, drip));
        assert_eq!((run, drip.next_run), (0, minute(10)));
        assert_eq!(next_run(&drip, minute(9)), None);
        // Stopped for a day: one run, and the next an interval later.
        let (run, drip) = next_run(&drip, minute(1_440)).unwrap_or((9, drip));
        assert_eq!((run, drip.next_run), (1, minute(1_450)));
        let (run, drip) = next_run(&drip, minute(1_450)).unwrap_or((9, drip));
        assert_eq!((run, drip.state), (2, PartsState::Ended));
        assert_eq!(next_run(&drip, minute(9_999)), None);
    }

    #[test]
    fn a_paused_drip_feed_goes_on_from_when_it_is_resumed() {
        let minute = |n: i64| Timestamp(0).plus_minutes(n);
        let drip = DripFeed {
            runs: 9,
            interval_minutes: 10,
            run_quantity: 5,
            runs_started: 1,
            next_run: minute(10),
            state: PartsState::Active,
            paused: false,
            waits: false,
        };
        assert_eq!(resume(&drip, minute(1)), None);
        let paused = pause(&drip).unwrap();
        assert_eq!(pause(&paused), None);
        assert_eq!(next_run(&paused, minute(500)), None);
        // Before the next run was due, nothing has changed.
        assert_eq!(resume(&paused, minute(5)).unwrap(), drip);
        // Many runs later one starts, and the next an interval later.
        let resumed = resume(&paused, minute(500)).unwrap();
        let (_, after) = next_run(&resumed, minute(500)).unwrap();
        assert_eq!((after.runs_started, after.next_run), (2, minute(510)));
        assert_eq!(next_run(&DripFeed { waits: true, ..resumed }, minute(500)), None);
        assert_eq!(pause(&DripFeed { state: PartsState::Ended, ..drip }), None);
    }

    #[test]
    fn a_parent_ends_as_its_parts_did() {
        let totals =
            |open, parts, quantity, undelivered| Totals { open, parts, quantity, undelivered };
        let drip = |totals| parent_outcome(30, 3, &totals);
        assert_eq!(drip(totals(1, 3, 30, 0)), None);
        assert_eq!(drip(totals(0, 3, 30, 0)), Some((State::Completed, 0)));
        assert_eq!(drip(totals(0, 3, 30, 4)), Some((State::Partial, 4)));
        assert_eq!(drip(totals(0, 1, 10, 0)), Some((State::Partial, 20)));
        assert_eq!(drip(totals(0, 1, 10, 10)), Some((State::Canceled, 30)));
        assert_eq!(drip(totals(0, 0, 0, 0)), Some((State::Canceled, 30)));
    }

    #[test]
    fn a_subscription_ends_as_its_posts_did() {
        let totals =
            |parts, quantity, undelivered| Totals { open: 0, parts, quantity, undelivered };
        // Five posts of at most 20 units; posts may be smaller.
        let limited = |totals| parent_outcome(100, 5, &totals);
        assert_eq!(limited(totals(5, 60, 0)), Some((State::Completed, 0)));
        assert_eq!(limited(totals(0, 0, 0)), Some((State::Canceled, 100)));
        assert_eq!(limited(totals(2, 30, 30)), Some((State::Canceled, 100)));
        assert_eq!(limited(totals(1, 15, 0)), Some((State::Partial, 85)));
        assert_eq!(limited(totals(5, 60, 1)), Some((State::Partial, 41)));
        let endless = |totals| parent_outcome(0, 0, &totals);
        assert_eq!(endless(totals(0, 0, 0)), Some((State::Completed, 0)));
        assert_eq!(endless(totals(2, 30, 0)), Some((State::Completed, 0)));
        assert_eq!(endless(totals(2, 30, 7)), Some((State::Partial, 7)));
        assert_eq!(endless(totals(2, 30, 30)), Some((State::Canceled, 0)));
    }
}
