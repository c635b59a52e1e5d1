//! What was sent during an outage and after it.

use super::Queued;
use crate::kinds::Sent;
use crate::swarm::SECOND;
use std::collections::BTreeMap;
use std::ops::Range;

/// Within what time no more orders are sent to a dead provider, in microseconds.
const STOPPED_US: u64 = 2 * SECOND;

/// Within what time it is noticed that it is back, and known what became of the last orders that it got,
/// beside what the orders themselves take.
const NOTICED_US: u64 = 70 * SECOND;

/// How many more orders may be sent in a second than the rate says, for those that were late before.
const LATE: u64 = 3;

/// What an outage came to. Times are microseconds of the virtual clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Orders that waited for the provider, all of which it has at the end.
    pub need: u64,
    /// Calls that were to place one of them.
    pub adds: u64,
    /// Those among them while it was dead.
    pub adds_while_dead: u64,
    /// Other calls while it was dead.
    pub asks_while_dead: u64,
    /// From the first order that was sent to it while it was dead until the last.
    pub stopped_us: u64,
    /// From the moment it was back until it had them all.
    pub drained_us: u64,
    /// How long that takes at the rate that is set.
    pub at_the_rate_us: u64,
    /// Most orders that were sent to it in one second.
    pub most_in_a_second: u64,
    /// Orders that the other provider had taken when the first was back.
    pub beside: u64,
    /// Orders of which only people could tell whether it has them.
    pub left_to_people: u64,
    /// Orders that a provider has more than once.
    pub doubled: u64,
}

impl Counted {
    /// What counts against the need: every call for an order, and whatever else was asked of a dead
    /// provider.
    pub const fn requests(&self) -> u64 {
        self.adds.saturating_add(self.asks_while_dead)
    }

    /// What is not as it should be, in words. `beside`: what the other provider takes in that time when
    /// nothing is wrong.
    pub fn faults(&self, queued: &Queued, beside: u64) -> Vec<String> {
        let rate = queued.per_second.unsigned_abs();
        let mut faults = Vec::new();
        let mut fault = |wrong: bool, text: String| faults.extend(wrong.then_some(text));
        let most = self.need.saturating_mul(11);
        let requests = self.requests();
        fault(requests.saturating_mul(10) > most, format!("{requests} requests for {}", self.need));
        fault(self.stopped_us > STOPPED_US, format!("went on for {} us", self.stopped_us));
        let in_a_second = self.most_in_a_second;
        fault(in_a_second > rate.saturating_add(LATE), format!("{in_a_second} in a second"));
        let slowest = self.at_the_rate_us.saturating_add(NOTICED_US);
        fault(self.drained_us > slowest, format!("drained in {} us", self.drained_us));
        let least = beside.saturating_mul(95);
        let had = self.beside;
        fault(had.saturating_mul(100) < least, format!("{had} beside it in place of {beside}"));
        fault(self.doubled > 0, format!("{} are there twice", self.doubled));
        faults
    }

    pub(super) fn of(sent: &[Sent], dead: Range<u64>, ended_us: u64, queued: &Queued) -> Self {
        let mut counted = Self { need: count(queued.first), ..Self::default() };
        let mut seconds: BTreeMap<u64, u64> = BTreeMap::new();
        let mut first_us = None;
        let mut last_us = dead.end;
        for call in sent.iter().filter(|call| call.panel == 0) {
            let while_dead = dead.contains(&call.at_us);
            if !call.places {
                counted.asks_while_dead =
                    counted.asks_while_dead.saturating_add(u64::from(while_dead));
                continue;
            }
            counted.adds = counted.adds.saturating_add(1);
            last_us = last_us.max(call.at_us);
            let second = seconds.entry(call.at_us.checked_div(SECOND).unwrap_or(0)).or_default();
            *second = second.saturating_add(1);
            if while_dead {
                counted.adds_while_dead = counted.adds_while_dead.saturating_add(1);
                let first_us = *first_us.get_or_insert(call.at_us);
                counted.stopped_us = call.at_us.saturating_sub(first_us);
            }
        }
        let before = sent.iter().filter(|call| call.panel == 0 && call.at_us < dead.start);
        let left = counted.need.saturating_sub(count(before.filter(|call| call.places).count()));
        let rate = queued.per_second.unsigned_abs();
        counted.at_the_rate_us = left.saturating_mul(SECOND).checked_div(rate).unwrap_or(0);
        counted.drained_us = last_us.min(ended_us).saturating_sub(dead.end);
        counted.most_in_a_second = seconds.into_values().max().unwrap_or(0);
        counted
    }

    pub(super) fn with(self, beside: usize, left_to_people: u64, doubled: usize) -> Self {
        Self { beside: count(beside), left_to_people, doubled: count(doubled), ..self }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
