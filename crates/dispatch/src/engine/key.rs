//! Whether our key at a provider leads to the account that has our orders (docs/adr/0030): what is not
//! found there says nothing of an order unless another one is found, or a person says that it is the
//! same account.

use super::Action;
use super::lane::Lane;
use domain::limits::NOT_FOUND_MAX;
use domain::providers::{Provider, ProviderState};
use domain::{AttemptId, Timestamp};

/// So often in a row an order of ours was not found, and none was found between: more than of one order
/// alone before a person looks.
const STRANGE: i64 = NOT_FOUND_MAX * 2;

/// So often where the key is doubted anyway.
const A_FEW: i64 = 3;

/// What is known of the key of a provider.
#[derive(Debug)]
pub(super) struct Key {
    /// When it was heard of what is known of it now: what was asked before may have gone out under
    /// another one.
    since: Timestamp,
    /// How often in a row an order was not found.
    missed: i64,
    /// Whether a person has said that it is the same account, and nothing was found since.
    vouched: bool,
}

impl Key {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { since: now, missed: 0, vouched: false }
    }
}

impl Lane {
    /// Takes a provider over as it was read now.
    pub(super) fn take_over(&mut self, provider: Provider, now: Timestamp) {
        let before = std::mem::replace(&mut self.provider, provider);
        let (was, is) = (before.key_doubted, self.provider.key_doubted);
        if was != is {
            self.key = Key { vouched: is.is_none(), ..Key::new(now) };
            // Whether it finds our orders is to be known soon.
            self.follow.hasten(now);
        }
        if before.reported.is_some() && self.provider.reported.is_none() {
            self.begin_anew(now);
        }
    }

    /// Whether none of our orders was found of late, of which there are several.
    pub(super) const fn is_strange(&self) -> bool {
        self.key.missed >= STRANGE && !self.key.vouched
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

    /// What is to be done now that of so many orders these were found, when they were asked for at `asked`.
    pub(super) fn looks_like_ours(
        &mut self,
        found: Vec<AttemptId>,
        of: usize,
        asked: Timestamp,
    ) -> Option<Action> {
        if asked < self.key.since || of == 0 {
            return None;
        }
        let provider = self.provider.id;
        if !found.is_empty() {
            self.key = Key::new(self.key.since);
            let since = self.provider.key_doubted?;
            return Some(Action::ProveKey { provider, since, found });
        }
        self.key.missed = self.key.missed.saturating_add(i64::try_from(of).unwrap_or(i64::MAX));
        let is_told = self.provider.state != ProviderState::Active;
        let is_doubted = self.provider.key_doubted.is_some() && self.key.missed >= A_FEW;
        (is_doubted && !is_told).then(|| self.doubt())
    }
}
