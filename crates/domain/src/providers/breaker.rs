//! A provider's circuit breaker: whether it may be called, after what its last calls came to.
//!
//! It opens in two ways. A provider that cannot be reached is *dead*: nothing is asked of it. One
//! that leaves too many orders unclear gets no more orders, but is asked about those that it has.
//! Either way one `balance` is let through after a while, then one `add`, and when that is answered
//! all goes on.

use crate::Timestamp;
use crate::limits::{
    BREAKER_FAILURES, BREAKER_FAILURES_US, BREAKER_PROBE_US, BREAKER_SHARE_PERCENT,
    BREAKER_SHARE_SAMPLE, BREAKER_UNCLEAR, BREAKER_UNCLEAR_US, BREAKER_WAIT_MAX_US,
    BREAKER_WAIT_US,
};

/// What a provider is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// To place an order.
    Place,
    /// To read the balance: what a provider is tried with first.
    Balance,
    /// To read, or to ask for, anything else.
    Ask,
}

/// What a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A clear answer, be it a refusal.
    Answered,
    /// Surely nothing was sent.
    NotSent,
    /// Something was sent, and there is no clear answer.
    Unclear,
}

/// The right to make one call. Its outcome is recorded with it, so that the answer to a call from
/// before the breaker opened does not close it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the call must be recorded, or given back"]
pub struct Ticket {
    call: Call,
    phase: u64,
    probe: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Closed,
    /// No orders before `until`, and when it is dead, nothing at all; then one balance.
    Open {
        until: Timestamp,
        dead: bool,
        probe: Option<Timestamp>,
    },
    /// The balance was answered: one order.
    HalfOpen {
        probe: Option<Timestamp>,
    },
}

/// The circuit breaker of one provider.
#[derive(Clone, Debug)]
pub struct Breaker {
    phase: Phase,
    /// Counts the changes of the phase.
    changes: u64,
    /// How often it has opened since it was closed last.
    opened: u32,
    /// Calls in a row that did not reach the provider, and when the first of them failed.
    failures: i64,
    failing_since: Timestamp,
    /// When the last few orders were left unclear, the latest first.
    unclear: [Option<Timestamp>; BREAKER_UNCLEAR],
    /// The last orders, a bit for each, set when it was left unclear; and how many they are.
    recent: u128,
    placed: u32,
}

impl Default for Breaker {
    fn default() -> Self {
        Self::new()
    }
}

impl Breaker {
    /// A closed breaker.
    pub const fn new() -> Self {
        Self {
            phase: Phase::Closed,
            changes: 0,
            opened: 0,
            failures: 0,
            failing_since: Timestamp(0),
            unclear: [None; BREAKER_UNCLEAR],
            recent: 0,
            placed: 0,
        }
    }

    /// Whether an order may be placed at `now`.
    pub fn may_place(&self, now: Timestamp) -> bool {
        self.ticket(Call::Place, now).is_some()
    }

    /// Whether anything may be asked at `now`, beside the balance.
    pub fn may_ask(&self, now: Timestamp) -> bool {
        self.ticket(Call::Ask, now).is_some()
    }

    /// When to look again, while it is open.
    pub const fn open_until(&self) -> Option<Timestamp> {
        match self.phase {
            Phase::Open { until, .. } => Some(until),
            Phase::Closed | Phase::HalfOpen { .. } => None,
        }
    }

    /// Takes the right to make a call; nothing when it may not be made.
    pub fn begin(&mut self, call: Call, now: Timestamp) -> Option<Ticket> {
        let ticket = self.ticket(call, now)?;
        if let (Phase::Open { probe, .. } | Phase::HalfOpen { probe }, true) =
            (&mut self.phase, ticket.probe)
        {
            *probe = Some(now);
        }
        Some(ticket)
    }

    fn ticket(&self, call: Call, now: Timestamp) -> Option<Ticket> {
        // A probe of which nothing was heard, because its caller is gone, does not close the way.
        let free = |probe: Option<Timestamp>| {
            probe.is_none_or(|since| now.0.saturating_sub(since.0) >= BREAKER_PROBE_US)
        };
        let (allowed, is_probe) = match (self.phase, call) {
            (Phase::Closed, _) => (true, false),
            (Phase::Open { until, probe, dead }, Call::Balance) => {
                let is_probe = now >= until && free(probe);
                (is_probe || !dead, is_probe)
            }
            (Phase::Open { dead, .. }, Call::Ask) => (!dead, false),
            (Phase::Open { .. }, Call::Place) => (false, false),
            (Phase::HalfOpen { probe }, Call::Place) => (free(probe), true),
            (Phase::HalfOpen { .. }, Call::Balance | Call::Ask) => (true, false),
        };
        allowed.then_some(Ticket { call, phase: self.changes, probe: is_probe })
    }

    /// Records what a call came to at `now`. `jitter` is any random number: it spreads the next try.
    pub fn record(&mut self, ticket: Ticket, outcome: Outcome, now: Timestamp, jitter: u64) {
        if ticket.phase != self.changes {
            return;
        }
        self.count(ticket.call, outcome, now);
        match self.phase {
            _ if self.is_dead(now) => self.open(true, now, jitter),
            Phase::Closed if self.is_unclear(now) => self.open(false, now, jitter),
            Phase::Closed => {}
            Phase::Open { .. } | Phase::HalfOpen { .. } if !ticket.probe => {}
            Phase::Open { .. } if outcome == Outcome::Answered => {
                self.go(Phase::HalfOpen { probe: None });
            }
            Phase::Open { dead, .. } => self.open(dead, now, jitter),
            Phase::HalfOpen { .. } if outcome == Outcome::Answered => self.close(),
            Phase::HalfOpen { .. } => self.open(outcome == Outcome::NotSent, now, jitter),
        }
    }

    /// Gives back the right to a call that was not made, and says nothing of the provider.
    pub const fn give_back(&mut self, ticket: Ticket) {
        if ticket.probe
            && ticket.phase == self.changes
            && let Phase::Open { probe, .. } | Phase::HalfOpen { probe } = &mut self.phase
        {
            *probe = None;
        }
    }

    fn count(&mut self, call: Call, outcome: Outcome, now: Timestamp) {
        match (call, outcome) {
            (_, Outcome::Answered) => self.failures = 0,
            // The provider was reached; how it goes on is counted below.
            (Call::Place, Outcome::Unclear) => {}
            (_, Outcome::NotSent | Outcome::Unclear) => {
                if self.failures == 0 {
                    self.failing_since = now;
                }
                self.failures = self.failures.saturating_add(1);
            }
        }
        if call == Call::Place && outcome != Outcome::NotSent {
            let unclear = outcome == Outcome::Unclear;
            self.recent = (self.recent << 1) | u128::from(unclear);
            self.placed = self.placed.saturating_add(1).min(u128::BITS);
            if unclear {
                self.unclear.rotate_right(1);
                if let Some(latest) = self.unclear.first_mut() {
                    *latest = Some(now);
                }
            }
        }
    }

    fn is_dead(&self, now: Timestamp) -> bool {
        let for_a_while = now.0.saturating_sub(self.failing_since.0) >= BREAKER_FAILURES_US;
        self.failures >= BREAKER_FAILURES || (self.failures >= 2 && for_a_while)
    }

    fn is_unclear(&self, now: Timestamp) -> bool {
        let fresh = |at: &Option<Timestamp>| {
            at.is_some_and(|at| now.0.saturating_sub(at.0) < BREAKER_UNCLEAR_US)
        };
        let share = self.recent.count_ones().saturating_mul(100);
        self.unclear.iter().all(fresh)
            || (self.placed >= BREAKER_SHARE_SAMPLE
                && share >= self.placed.saturating_mul(BREAKER_SHARE_PERCENT))
    }

    fn open(&mut self, dead: bool, now: Timestamp, jitter: u64) {
        let until = Timestamp(now.0.saturating_add(wait(self.opened, jitter)));
        self.opened = self.opened.saturating_add(1);
        self.failures = 0;
        self.go(Phase::Open { until, dead, probe: None });
    }

    /// Begins anew: what was unclear before has had its consequence.
    fn close(&mut self) {
        *self = Self { changes: self.changes, ..Self::new() };
        self.go(Phase::Closed);
    }

    const fn go(&mut self, phase: Phase) {
        self.phase = phase;
        self.changes = self.changes.wrapping_add(1);
    }
}

/// How long to wait after it has opened for the `opened`th time (from 0), in microseconds: doubled
/// each time up to a cap, and of that a half to the whole by `jitter`.
fn wait(opened: u32, jitter: u64) -> i64 {
    let doubled = BREAKER_WAIT_US.saturating_mul(1_i64.checked_shl(opened.min(32)).unwrap_or(1));
    let half = doubled.min(BREAKER_WAIT_MAX_US).div_euclid(2);
    let span = u64::try_from(half.saturating_add(1)).unwrap_or(1);
    let more = i64::try_from(jitter.checked_rem(span).unwrap_or(0)).unwrap_or(0);
    half.saturating_add(more)
}

#[cfg(test)]
#[path = "breaker_tests.rs"]
mod tests;
