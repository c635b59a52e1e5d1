//! Whose turn it is of what is to be sent on: a place that is remembered, so that those that stay open hold
//! up none of those behind them.

use super::plus;
use counter::fulfilment::ForwardKind;
use domain::Timestamp;
use std::collections::VecDeque;

/// Between two looks whether something is to be sent on.
pub(super) const LOOK_US: i64 = 5_000_000;

/// Between two rounds of questions where refills stand.
const STATUSES_US: i64 = 300_000_000;

/// Most in one request (the dialect's limit).
const AT_ONCE: usize = super::follow::IDS;

/// Most that are read in one go, where nothing is noted by it.
const READ: usize = 1_000;

/// What has waited for its request for so long is read again: it may have been decided meanwhile.
const STALE_US: i64 = 60_000_000;

/// A request, its halves and theirs: when all of these are refused as a whole in the same words, the words
/// are about none of the wishes. A few that the provider does not understand would leave a part without one.
const ALIKE: u32 = 7;

/// What may be sent on, in the order in which a provider is asked for it.
pub(super) const KINDS: [ForwardKind; 3] =
    [ForwardKind::Cancel, ForwardKind::Refill, ForwardKind::RefillStatus];

/// How far the sending of one kind has come at one provider.
#[derive(Debug)]
pub(super) struct Turn {
    /// When it is looked for again.
    next: Timestamp,
    /// Above which of our numbers.
    after: i64,
    /// What was found and is not sent on yet.
    found: Vec<(i64, String)>,
    found_at: Timestamp,
    /// Parts of a request that was refused as a whole: what is asked next, each by itself, large ones first.
    parts: VecDeque<Vec<(i64, String)>>,
    refusals: Refusals,
    /// Whether something is on its way.
    away: bool,
}

/// How a request and its parts were refused as a whole.
#[derive(Debug, Default)]
struct Refusals {
    /// In which words at first.
    words: String,
    /// How often, of several wishes at once.
    times: u32,
    /// Whether anything else was said, so that the words are about single wishes.
    differ: bool,
}

impl Refusals {
    /// Takes in another one, of so many wishes; says whether it is known that they are about none of them.
    fn are_about_none(&mut self, words: &str, wishes: usize) -> bool {
        if self.words.is_empty() {
            words.clone_into(&mut self.words);
        }
        self.differ |= self.words != words;
        if wishes > 1 {
            self.times = self.times.saturating_add(1);
        }
        !self.differ && self.times >= ALIKE
    }
}

/// How many are read in one go: of refills, which are noted as sent by it, as many as go into a request.
const fn limit(kind: ForwardKind) -> usize {
    match kind {
        ForwardKind::Refill => AT_ONCE,
        ForwardKind::Cancel | ForwardKind::RefillStatus => READ,
    }
}

impl Turn {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            next: now,
            after: 0,
            found: Vec::new(),
            found_at: now,
            parts: VecDeque::new(),
            refusals: Refusals::default(),
            away: false,
        }
    }

    /// Above which number it is to be read now, and how many; nothing while it is not.
    pub(super) fn next_reading(&mut self, kind: ForwardKind, now: Timestamp) -> Option<(i64, i64)> {
        if self.next > now || self.away || !self.waits_for_none() {
            return None;
        }
        let pause = match kind {
            ForwardKind::Cancel | ForwardKind::Refill => LOOK_US,
            ForwardKind::RefillStatus => STATUSES_US,
        };
        self.next = plus(now, pause);
        Some((self.after, i64::try_from(limit(kind)).unwrap_or(i64::MAX)))
    }

    /// It is read again, as it was not.
    pub(super) const fn again(&mut self, now: Timestamp) {
        self.next = now;
    }

    /// Takes in what may be sent on of what was read: so many, up to which number. Where there may be
    /// more, it goes on from there, and from the beginning otherwise.
    pub(super) fn found(
        &mut self,
        kind: ForwardKind,
        found: Vec<(i64, String)>,
        (count, end): (usize, Option<i64>),
        now: Timestamp,
    ) {
        self.found = found;
        self.found_at = now;
        match end {
            Some(end) if count >= limit(kind) => {
                self.after = end;
                self.next = now;
            }
            _ => self.after = 0,
        }
    }

    /// Whether what was found has waited for too long.
    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        plus(self.found_at, STALE_US) <= now
    }

    /// Forgets what was found and not sent on, and goes on from there.
    pub(super) fn go_back(&mut self, now: Timestamp) {
        let waits = self.parts.iter().flatten().chain(&self.found);
        if let Some(first) = waits.map(|(id, _)| *id).min() {
            self.after = first.saturating_sub(1);
            self.found.clear();
            self.parts.clear();
            self.next = now;
        }
    }

    /// Whether nothing that was found waits for its request.
    fn waits_for_none(&self) -> bool {
        self.found.is_empty() && self.parts.is_empty()
    }

    /// Whether a request may go out.
    pub(super) fn is_ready(&self) -> bool {
        !self.away && !self.waits_for_none()
    }

    /// What goes into the next request.
    pub(super) fn take(&mut self) -> Vec<(i64, String)> {
        self.away = true;
        if let Some(part) = self.parts.pop_front() {
            return part;
        }
        self.refusals = Refusals::default();
        let rest = self.found.split_off(self.found.len().min(AT_ONCE));
        std::mem::replace(&mut self.found, rest)
    }

    /// A request was refused as a whole in these words, and one of these may be the reason: each half is
    /// asked by itself in its turn, and so on, until it is known which. Says which are not asked again: one
    /// that was alone, or all that are left where the words are about none of them.
    pub(super) fn refused(
        &mut self,
        mut asked: Vec<(i64, String)>,
        words: &str,
        now: Timestamp,
    ) -> Vec<(i64, String)> {
        if self.refusals.are_about_none(words, asked.len()) {
            asked.extend(self.parts.drain(..).flatten());
            return asked;
        }
        if asked.len() > 1 {
            let behind = asked.split_off(asked.len().div_ceil(2));
            self.parts.extend([asked, behind]);
            self.found_at = now;
            return Vec::new();
        }
        asked
    }

    /// Something was said of single wishes of the request.
    pub(super) const fn told_apart(&mut self) {
        self.refusals.differ = true;
    }

    /// The request is over.
    pub(super) const fn answered(&mut self) {
        self.away = false;
    }
}
