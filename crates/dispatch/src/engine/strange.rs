//! Whether a provider finds none of our orders: the account behind our key there may be another one,
//! whoever has changed that (docs/adr/0030). What it does not find says nothing of an order then, until a
//! person has looked.

use super::lane::Lane;
use super::{Action, plus};
use domain::providers::{Provider, ProviderState};
use domain::{AttemptId, Timestamp};
use std::collections::BTreeMap;

/// So many orders of ours are missing, and none was found between: one alone is for a person.
const SEVERAL: usize = 2;

/// So often in a row each of them was not found.
const A_FEW: i64 = 3;

/// Of no more orders it is counted how often they were not found.
const COUNTED: usize = 100;

/// After what time it is paused once more, where it is active still: the store may have been in trouble.
const PAUSE_AGAIN_US: i64 = 30_000_000;

/// What a person reads of it.
const REASON: &str = "finds none of our orders: the account behind the key may be another one; look at its \
                      pages, then set it to active again";

/// How far it has come with a provider. It ends with the first order that is found. Only a person whom a
/// pause has told of it can have looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Episode {
    /// It finds our orders, as far as anybody can tell.
    None,
    /// It finds none, and is being paused since then.
    Pausing(Timestamp),
    /// It finds none, and gets no orders: whoever sets it to active has been told.
    Held,
    /// The same, and nobody has been told: it was not active when it was seen.
    Untold,
    /// A person has set it to active since: what it does not find is not there.
    Accepted,
}

/// Which open orders of ours a provider does not find.
#[derive(Debug)]
pub(super) struct Strange {
    /// How often in a row each was not, and no other was found between.
    missing: BTreeMap<AttemptId, i64>,
    episode: Episode,
}

/// An order that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked {
    pub(super) attempt: AttemptId,
    /// Whether it has not ended: a provider may have thrown away one that has.
    pub(super) is_open: bool,
    pub(super) is_found: bool,
}

impl Strange {
    pub(super) const fn new() -> Self {
        Self { missing: BTreeMap::new(), episode: Episode::None }
    }
}

impl Lane {
    /// Takes a provider over as it was read; says what is to be done about that.
    pub(super) fn take_over(&mut self, provider: Provider, now: Timestamp) -> Option<Action> {
        self.provider = provider;
        let is_active = self.provider.state == ProviderState::Active;
        match self.strange.episode {
            Episode::Pausing(_) if !is_active => self.strange.episode = Episode::Held,
            Episode::Held if is_active => self.strange.episode = Episode::Accepted,
            // Whoever has set it to active did not know what it means.
            Episode::Untold if is_active => return Some(self.pauses(now)),
            _ => {}
        }
        None
    }

    fn pauses(&mut self, now: Timestamp) -> Action {
        self.strange.episode = Episode::Pausing(now);
        Action::Pause { provider: self.provider.id, reason: REASON.to_owned() }
    }

    /// Whether it finds none of our orders, and no person has said since that it gets orders all the same.
    pub(super) const fn is_strange(&self) -> bool {
        matches!(self.strange.episode, Episode::Pausing(_) | Episode::Held | Episode::Untold)
    }

    /// Takes in which of these orders it has found; says what is to be done about that.
    pub(super) fn looks_like_ours(&mut self, looked: &[Looked], now: Timestamp) -> Option<Action> {
        if looked.iter().any(|looked| looked.is_found) {
            self.strange = Strange::new();
            return None;
        }
        match self.strange.episode {
            Episode::None => {
                self.misses(looked);
                if !self.misses_several() {
                    return None;
                }
                let action = self.pauses(now);
                if self.provider.state != ProviderState::Active {
                    // The worker before this one may have told.
                    let is_told = self.provider.paused_for.as_deref() == Some(REASON);
                    let episode = if is_told { Episode::Held } else { Episode::Untold };
                    self.strange.episode = episode;
                }
                Some(action)
            }
            Episode::Pausing(since) if plus(since, PAUSE_AGAIN_US) <= now => Some(self.pauses(now)),
            Episode::Pausing(_) | Episode::Held | Episode::Untold | Episode::Accepted => None,
        }
    }

    fn misses(&mut self, looked: &[Looked]) {
        let (missing, follow) = (&mut self.strange.missing, &self.follow);
        if missing.len() >= COUNTED {
            missing.retain(|attempt, _| follow.follows(*attempt));
        }
        for looked in looked.iter().filter(|looked| looked.is_open) {
            if missing.len() < COUNTED || missing.contains_key(&looked.attempt) {
                let times = missing.entry(looked.attempt).or_default();
                *times = times.saturating_add(1);
            }
        }
    }

    /// Not counting those that a person has, or that have been ended.
    fn misses_several(&self) -> bool {
        let all = self.strange.missing.iter();
        let missing = all.filter(|(id, times)| **times >= A_FEW && self.follow.follows(**id));
        missing.count() >= SEVERAL
    }
}
