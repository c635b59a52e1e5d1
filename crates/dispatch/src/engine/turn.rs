//! Whose turn it is of what is to be sent on: a place that is remembered, so that those that stay open hold
//! up none of those behind them.

use super::plus;
use super::whole::{Settled, Whole, Wish};
use counter::fulfilment::ForwardKind;
use domain::Timestamp;

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
    found: Vec<Wish>,
    found_at: Timestamp,
    /// What was refused as a whole of it: its parts are asked before what else was found.
    whole: Whole,
    /// Whether something is on its way.
    away: bool,
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
            whole: Whole::default(),
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
        found: Vec<Wish>,
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

    /// Forgets what was found and is not settled, and goes on from there.
    pub(super) fn go_back(&mut self, now: Timestamp) {
        let waits = self.whole.open().chain(&self.found);
        if let Some(first) = waits.map(|(id, _)| *id).min() {
            self.after = first.saturating_sub(1);
            self.found.clear();
            self.whole.forget();
            self.next = now;
        }
    }

    /// Whether nothing that was found waits for its request.
    fn waits_for_none(&self) -> bool {
        self.found.is_empty() && self.whole.is_over()
    }

    /// Whether a request may go out.
    pub(super) fn is_ready(&self) -> bool {
        !self.away && !self.waits_for_none()
    }

    /// What goes into the next request.
    pub(super) fn take(&mut self) -> Vec<Wish> {
        self.away = true;
        if let Some(part) = self.whole.next() {
            return part;
        }
        self.whole.begin();
        let rest = self.found.split_off(self.found.len().min(AT_ONCE));
        std::mem::replace(&mut self.found, rest)
    }

    /// A request was refused as a whole in these words, and one of these may be the reason: what is known
    /// of them [`Self::answered`] says, now or later.
    pub(super) fn refused(&mut self, asked: Vec<Wish>, words: String, now: Timestamp) {
        if asked.len() > 1 {
            self.found_at = now;
        }
        self.whole.refused(asked, words);
    }

    /// Something was said of single wishes of the request.
    pub(super) const fn told_apart(&mut self) {
        self.whole.told_apart();
    }

    /// The request is over: what is known by it of those that were refused as a whole.
    pub(super) fn answered(&mut self) -> Vec<Settled> {
        self.away = false;
        self.whole.settle()
    }
}
