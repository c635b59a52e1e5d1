//! Whether our key at a provider leads to the account that has our orders (docs/adr/0030): what is not
//! found there says nothing of an order unless another one is found, or a person says that it is the
//! same account.

use super::lane::{Lane, Readiness};
use super::{Action, Engine, plus};
use counter::fulfilment::FRESH_US;
use domain::providers::{Provider, ProviderState};
use domain::{AttemptId, Timestamp};
use std::collections::BTreeMap;

/// So many orders of ours, and none was found between: one alone is for a person.
const SEVERAL: usize = 2;

/// So often each of them was not found. Also how often any was not where the key is doubted anyway.
const A_FEW: i64 = 3;

/// Between two looks whether orders from before a doubt are still asked for, and after one that has
/// found none.
const LOOK_US: i64 = 60_000_000;
const LOOK_AGAIN_US: i64 = 600_000_000;

/// What is known of the key of a provider.
#[derive(Debug)]
pub(super) struct Key {
    /// When it was heard of what is known of it now: what was asked before may have gone out under
    /// another one.
    since: Timestamp,
    /// How often in a row an order was not found; where the key is doubted, an open one from before.
    missed: i64,
    /// The open orders among them, and how often each was not: none was found between.
    missing: BTreeMap<AttemptId, i64>,
    /// When it is looked whether anything is left that could prove it.
    next_look: Timestamp,
}

/// An order that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked {
    pub(super) attempt: AttemptId,
    /// When the provider took it, or we began to send it.
    pub(super) accepted: Timestamp,
    /// Whether it has not ended: a provider may have thrown away one that has.
    pub(super) is_open: bool,
    pub(super) is_found: bool,
}

impl Looked {
    /// Whether it was surely sent before a moment.
    const fn is_from_before(&self, since: Timestamp) -> bool {
        plus(self.accepted, FRESH_US).0 < since.0
    }
}

impl Key {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { since: now, missed: 0, missing: BTreeMap::new(), next_look: now }
    }

    /// One of our orders was found.
    fn finds(&mut self) {
        self.missed = 0;
        self.missing.clear();
    }

    /// None of these was.
    fn misses<'a>(&mut self, looked: impl Iterator<Item = &'a Looked>) {
        for looked in looked {
            self.missed = self.missed.saturating_add(1);
            if looked.is_open {
                let times = self.missing.entry(looked.attempt).or_default();
                *times = times.saturating_add(1);
            }
        }
    }
}

impl Lane {
    /// Takes a provider over as it was read now.
    pub(super) fn take_over(&mut self, provider: Provider, now: Timestamp) {
        let before = std::mem::replace(&mut self.provider, provider);
        let is_doubt_new = before.key_doubted != self.provider.key_doubted;
        if is_doubt_new || before.key_vouched != self.provider.key_vouched {
            self.key = Key::new(now);
        }
        if is_doubt_new {
            // Whether it finds our orders is to be known soon.
            self.follow.hasten(now);
        }
        // Also when a doubt has ended: what was read meanwhile was nobody's.
        if is_doubt_new || before.reported.is_some() && self.provider.reported.is_none() {
            self.begin_anew(now);
        }
    }

    /// Whether none of our orders was found of late, of which there are several.
    pub(super) fn is_strange(&self) -> bool {
        let missing = self.key.missing.values().filter(|times| **times >= A_FEW).count();
        missing >= SEVERAL && self.provider.key_vouched.is_none()
    }

    /// Whether one was found when any was asked for last.
    pub(super) const fn finds_ours(&self) -> bool {
        self.key.missed == 0
    }

    /// Lets the key be doubted, and a person look.
    pub(super) fn doubt(&self) -> Action {
        let (provider, times) = (self.provider.id, self.key.missed);
        let reason = format!("it was asked for our orders {times} times in a row and found none");
        Action::DoubtKey { provider, reason }
    }

    /// What is to be done now that these orders were asked for at `asked`. Under a doubted key only those
    /// say something that were placed before: what was placed since is where the key leads.
    pub(super) fn looks_like_ours(
        &mut self,
        looked: &[Looked],
        asked: Timestamp,
    ) -> Option<Action> {
        if asked < self.key.since {
            return None;
        }
        let (provider, doubted) = (self.provider.id, self.provider.key_doubted);
        let counts = |looked: &&Looked| doubted.is_none_or(|since| looked.is_from_before(since));
        let all_found = looked.iter().filter(counts).filter(|looked| looked.is_found);
        let found: Vec<AttemptId> = all_found.map(|looked| looked.attempt).collect();
        if !found.is_empty() {
            self.key.finds();
            let since = doubted.or(self.provider.key_vouched)?;
            return Some(Action::ProveKey { provider, since, found });
        }
        // What was begun just before may have been sent after: found it proves nothing, but missing it tells.
        let tells = |looked: &&Looked| {
            let is_older = |since| looked.accepted < since && looked.is_open;
            !looked.is_found && doubted.is_none_or(is_older)
        };
        self.key.misses(looked.iter().filter(tells));
        let is_told = self.provider.state != ProviderState::Active;
        let is_doubted = doubted.is_some() && self.key.missed >= A_FEW;
        (is_doubted && !is_told).then(|| self.doubt())
    }

    /// Since when its key is doubted, when nothing is asked for any more that could prove it.
    fn is_unproved(&mut self, now: Timestamp) -> Option<Timestamp> {
        let since = self.provider.key_doubted?;
        let is_busy = !self.placing.is_empty() || self.claimed > 0 || !self.follow.is_known();
        if self.readiness != Readiness::Ready || is_busy || self.key.next_look > now {
            return None;
        }
        let is_none = self.follow.has_none_from(plus(since, FRESH_US.saturating_neg()));
        self.key.next_look = plus(now, if is_none { LOOK_AGAIN_US } else { LOOK_US });
        is_none.then_some(since)
    }
}

impl Engine {
    /// Looks now and then whether doubts can still end by what is found.
    pub(super) fn look_at_keys(&mut self, now: Timestamp) {
        for (id, lane) in &mut self.lanes {
            if let Some(since) = lane.is_unproved(now) {
                self.actions.push(Action::SettleKey { provider: *id, since });
            }
        }
    }
}
