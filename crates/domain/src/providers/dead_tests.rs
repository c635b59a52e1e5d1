//! Breaker, budget and pace together: a provider that is dead for ten minutes, with 50,000 orders
//! waiting for it.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow here is a failed test")]

use super::breaker::{Breaker, Call, Outcome, Ticket};
use super::budget::RetryBudget;
use super::pace::Pace;
use crate::Timestamp;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

const SECOND: i64 = 1_000_000;
const BACK: i64 = 600 * SECOND;
const QUEUED: usize = 50_000;
const PER_SECOND: usize = 100;
const AT_ONCE: usize = 16;

/// What is left out, to see that it is missed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Without {
    Nothing,
    Breaker,
    Pace,
}

/// A dispatcher of one provider, on a virtual clock.
struct World {
    without: Without,
    /// How long a call takes to fail while the provider is dead.
    fails_after: i64,
    random: fastrand::Rng,
    breaker: Breaker,
    budget: RetryBudget,
    pace: Pace,
    fresh: usize,
    again: VecDeque<()>,
    flying: BinaryHeap<Reverse<(i64, usize)>>,
    calls: Vec<(Ticket, Call, Outcome)>,
    placed: usize,
    while_dead: usize,
    /// Orders begun in each second.
    seconds: Vec<usize>,
}

impl World {
    fn new(without: Without, fails_after: i64, seed: u64) -> Self {
        Self {
            without,
            fails_after,
            random: fastrand::Rng::with_seed(seed),
            breaker: Breaker::new(),
            budget: RetryBudget::new(Timestamp(0)),
            pace: Pace::new(Timestamp(0)),
            fresh: QUEUED,
            again: VecDeque::new(),
            flying: BinaryHeap::new(),
            calls: Vec::new(),
            placed: 0,
            while_dead: 0,
            seconds: vec![0; 1_800],
        }
    }

    /// Until all is placed, or for half an hour; when it ended.
    fn run(&mut self) -> i64 {
        for now in (0..3 * BACK).step_by(10_000) {
            self.land(now);
            if self.placed == QUEUED {
                return now;
            }
            self.dispatch(now);
        }
        3 * BACK
    }

    fn land(&mut self, now: i64) {
        while let Some(Reverse((ends, id))) = self.flying.peek().copied() {
            if ends > now {
                return;
            }
            self.flying.pop();
            let (ticket, call, outcome) = self.calls[id];
            self.breaker.record(ticket, outcome, Timestamp(now), self.random.u64(..));
            if call == Call::Place && outcome == Outcome::Answered {
                self.budget.succeeded();
                self.placed += 1;
            } else if call == Call::Place {
                self.again.push_back(());
            }
        }
    }

    fn dispatch(&mut self, now: i64) {
        if self.without == Without::Breaker {
            self.breaker = Breaker::new();
        }
        if self.breaker.open_until().is_some() {
            self.begin(Call::Balance, now);
        }
        while self.flying.len() < AT_ONCE && self.breaker.may_place(Timestamp(now)) {
            let waits = self.fresh > 0 || !self.again.is_empty();
            if !waits || !self.may_go(now) {
                return;
            }
            if !self.again.is_empty() && self.budget.take(Timestamp(now)) {
                self.again.pop_front();
            } else if self.fresh > 0 {
                self.fresh -= 1;
            } else {
                return;
            }
            self.begin(Call::Place, now);
            self.seconds[usize::try_from(now / SECOND).unwrap()] += 1;
        }
    }

    fn may_go(&mut self, now: i64) -> bool {
        let rate = i64::try_from(PER_SECOND).unwrap();
        self.without == Without::Pace || self.pace.take(rate, Timestamp(now)).is_ok()
    }

    fn begin(&mut self, call: Call, now: i64) {
        let Some(ticket) = self.breaker.begin(call, Timestamp(now)) else { return };
        let alive = now >= BACK;
        self.while_dead += usize::from(!alive);
        let (outcome, takes) =
            if alive { (Outcome::Answered, 50_000) } else { (Outcome::NotSent, self.fails_after) };
        self.flying.push(Reverse((now + takes, self.calls.len())));
        self.calls.push((ticket, call, outcome));
    }
}

#[test]
fn ten_dead_minutes_cost_few_requests_and_drain_at_the_rate() {
    // Refused at once, slowly, or never connected.
    for (fails_after, seed) in [(0, 1), (100_000, 2), (5 * SECOND, 3)] {
        let mut world = World::new(Without::Nothing, fails_after, seed);
        let ended = world.run();
        let sent = world.calls.len();
        println!(
            "fails after {} ms: {} requests while dead, {sent} in all for {QUEUED} orders, \
             drained {} s after it was back",
            fails_after / 1_000,
            world.while_dead,
            (ended - BACK) / SECOND
        );
        assert_eq!(world.placed, QUEUED);
        assert!(sent * 10 <= world.placed * 11, "{sent} requests");
        assert!(world.while_dead <= 100, "{} requests to a dead provider", world.while_dead);
        assert!(world.seconds.iter().all(|begun| *begun <= PER_SECOND + 1), "too fast");
        let at_the_rate = i64::try_from(QUEUED / PER_SECOND).unwrap() * SECOND;
        assert!(ended - BACK <= at_the_rate + 70 * SECOND, "too slow: {ended}");
    }
}

#[test]
fn what_is_left_out_is_missed() {
    let mut stubborn = World::new(Without::Breaker, 0, 4);
    stubborn.run();
    assert!(stubborn.calls.len() * 10 > stubborn.placed * 11, "{} placed", stubborn.placed);
    let mut hasty = World::new(Without::Pace, 0, 5);
    hasty.run();
    assert!(hasty.seconds.iter().any(|begun| *begun > PER_SECOND + 1));
}
