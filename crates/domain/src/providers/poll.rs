//! When an order is asked for again.

use crate::Timestamp;
use crate::limits::{POLL_AGE_SHARE, POLL_CANCEL_US, POLL_ENDED_US, POLL_MOST_US};
use crate::orders::State;

/// An order that is followed at a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// Where it stands.
    pub state: State,
    /// When the provider took it.
    pub accepted: Timestamp,
    /// When it ended, if it has.
    pub ended: Option<Timestamp>,
    /// Whether a cancel of it was asked.
    pub cancel_requested: bool,
    /// Whether anything had changed when it was last asked for.
    pub moved: bool,
}

/// When the order is asked for again after an answer at `now`; nothing when it is not followed any
/// more. An order that has ended is followed for `correct_hours`. `least_us` is the shortest time between
/// two answers in microseconds, usually [`crate::limits::POLL_LEAST_US`]. `jitter` is any random number:
/// it spreads orders that were placed together.
///
/// What is asked is never older than an eighth of the order's age, within bounds: a young order is
/// about to move, an old one takes its time. Whatever has just moved is asked for twice as often.
pub fn next_poll(
    order: &Followed,
    correct_hours: i64,
    least_us: i64,
    now: Timestamp,
    jitter: u64,
) -> Option<Timestamp> {
    if order.state.is_terminal() {
        let last = order.ended?.plus_hours(correct_hours);
        let next = spread(now, POLL_ENDED_US, jitter);
        return Some(next).filter(|next| *next <= last);
    }
    if !matches!(order.state, State::Submitted | State::InProgress) {
        return None;
    }
    let age = now.0.saturating_sub(order.accepted.0).max(0);
    let share = age.div_euclid(POLL_AGE_SHARE);
    let pace = if order.moved { share.div_euclid(2) } else { share };
    let most = if order.cancel_requested { POLL_CANCEL_US } else { POLL_MOST_US };
    Some(spread(now, pace.min(most).max(least_us), jitter))
}

/// `now` plus the interval, of which an eighth is left to chance.
fn spread(now: Timestamp, interval: i64, jitter: u64) -> Timestamp {
    let eighth = interval.div_euclid(8).max(1);
    let span = u64::try_from(eighth).unwrap_or(1);
    let less = i64::try_from(jitter.checked_rem(span).unwrap_or(0)).unwrap_or(0);
    Timestamp(now.0.saturating_add(interval).saturating_sub(less))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::POLL_LEAST_US;

    const MINUTE: i64 = 60_000_000;

    fn order(state: State) -> Followed {
        Followed {
            state,
            accepted: Timestamp(0),
            ended: None,
            cancel_requested: false,
            moved: false,
        }
    }

    fn wait(order: &Followed, age: i64) -> i64 {
        next_poll(order, 24, POLL_LEAST_US, Timestamp(age), 0)
            .map_or(-1, |next| next.0.saturating_sub(age))
    }

    #[test]
    fn young_orders_and_those_that_move_are_asked_for_more_often() {
        let (still, moving) =
            (order(State::InProgress), Followed { moved: true, ..order(State::InProgress) });
        for (age, after, moved) in [
            (0, POLL_LEAST_US, POLL_LEAST_US),
            (MINUTE, POLL_LEAST_US, POLL_LEAST_US),
            (16 * MINUTE, 2 * MINUTE, MINUTE),
            (80 * MINUTE, 10 * MINUTE, 5 * MINUTE),
            (1_440 * MINUTE, POLL_MOST_US, POLL_MOST_US),
        ] {
            assert_eq!((wait(&still, age), wait(&moving, age)), (after, moved), "{age}");
        }
        let cancel = Followed { cancel_requested: true, ..still };
        assert_eq!(wait(&cancel, 1_440 * MINUTE), POLL_CANCEL_US);
        let hasty = next_poll(&still, 24, 1_000_000, Timestamp(0), 0);
        assert_eq!(hasty, Some(Timestamp(1_000_000)), "who wants to see it now");
        let early = next_poll(&still, 24, POLL_LEAST_US, Timestamp(-5), 0);
        assert_eq!(early, Some(Timestamp(POLL_LEAST_US - 5)), "a clock that was set back");
    }

    #[test]
    fn chance_takes_an_eighth_at_most() {
        let old = order(State::Submitted);
        let now = Timestamp(1_440 * MINUTE);
        let mut seen = Vec::new();
        for jitter in [0, 1, 77, u64::MAX / 3, u64::MAX] {
            let wait = next_poll(&old, 24, POLL_LEAST_US, now, jitter).unwrap().0 - now.0;
            assert!((POLL_MOST_US - POLL_MOST_US / 8..=POLL_MOST_US).contains(&wait), "{wait}");
            seen.push(wait);
        }
        seen.dedup();
        assert!(seen.len() > 2, "{seen:?}");
    }

    #[test]
    fn what_has_ended_is_followed_while_it_can_be_corrected() {
        let ended = Followed { ended: Some(Timestamp(0)), ..order(State::Completed) };
        assert_eq!(wait(&ended, 0), POLL_ENDED_US);
        let last = 24 * 60 * MINUTE - POLL_ENDED_US;
        assert_eq!(wait(&ended, last), POLL_ENDED_US);
        assert_eq!(wait(&ended, last + 1), -1);
        assert_eq!(
            next_poll(&ended, 0, POLL_LEAST_US, Timestamp(0), 0),
            None,
            "never corrected by itself"
        );
    }

    #[test]
    fn what_no_provider_has_is_not_asked_for() {
        for state in [State::Pending, State::Dispatching, State::Unknown, State::SubmittedNoId] {
            assert_eq!(wait(&order(state), 0), -1, "{state:?}");
        }
        assert_eq!(wait(&order(State::Review), 0), -1, "a person decides");
    }

    /// In batches of a hundred, a million orders of a day ask for a dozen requests a second.
    #[test]
    fn a_million_old_orders_need_few_requests() {
        let orders: i64 = 1_000_000;
        let shortest = POLL_MOST_US - POLL_MOST_US / 8;
        assert!(orders / 100 <= 13 * (shortest / 1_000_000));
        assert_eq!(wait(&order(State::InProgress), 1_440 * MINUTE), POLL_MOST_US);
    }
}
