//! Orders that are followed at a provider: when each is asked for, a hundred at a time, and what was
//! said of it last, so that only what is new is written down.

use super::plus;
use super::strange::Looked;
use domain::orders::State;
use domain::providers::{Followed, next_poll};
use domain::{AttemptId, Micros, Timestamp};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most orders in one request (the dialect's limit).
pub(super) const IDS: usize = 100;

/// Between two readings of all that is followed, at least, and for each order: a million orders are a
/// thousand small reads, in ten minutes.
const AGAIN_US: i64 = 30_000_000;
const AGAIN_EACH_US: i64 = 600;

/// Hours after its end in which an order is asked for.
const CORRECT_HOURS: i64 = domain::limits::CORRECT_HOURS;

/// An order that is followed. There may be a million of them, so it holds no more than it must.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) attempt: AttemptId,
    /// What the provider calls it.
    pub(super) upstream_id: Box<str>,
    /// When the provider took it.
    accepted: Timestamp,
    /// What was said last; zero for nothing.
    said: u64,
    /// How often in a row it was not found.
    pub(super) not_found: u16,
    state: State,
    ended: Option<Timestamp>,
    cancel_requested: bool,
    /// What the provider has for it, by our books: so much may come back.
    cost: Micros,
    /// When it was answered for last.
    answered: Timestamp,
}

/// The orders that are followed at one provider.
#[derive(Debug)]
pub(super) struct Follow {
    due: BTreeMap<(Timestamp, AttemptId), Entry>,
    /// All of them, also those that are being asked for.
    known: HashSet<AttemptId>,
    open_cost: i64,
    /// How many of them are being asked for, or are to be recorded.
    away: usize,
    /// Where the reading of what is followed has come to.
    pub(super) read_up_to: AttemptId,
    pub(super) reading: bool,
    pub(super) read: bool,
    /// When all of it is read again.
    again: Timestamp,
    /// Requests that are under way.
    pub(super) asking: usize,
    /// Least time between two answers for one order.
    least_us: i64,
}

impl Entry {
    pub(super) fn new(
        attempt: AttemptId,
        upstream_id: &str,
        accepted: Timestamp,
        cost: Micros,
    ) -> Self {
        Self {
            attempt,
            upstream_id: upstream_id.into(),
            accepted,
            said: 0,
            not_found: 0,
            state: State::Submitted,
            ended: None,
            cancel_requested: false,
            cost,
            answered: Timestamp(i64::MIN),
        }
    }

    /// As it was read that the order stands so: when it has ended, it is asked for no longer than without
    /// a restart.
    pub(super) fn read_as(self, state: State, ended: Option<Timestamp>) -> Self {
        match ended {
            Some(_) if state.is_terminal() => Self { state, ended, ..self },
            _ => self,
        }
    }

    /// What it says of the provider that it was found or not.
    pub(super) const fn looked(&self, is_found: bool) -> Looked {
        Looked { attempt: self.attempt, is_open: !self.state.is_terminal(), is_found }
    }

    /// Notes that the provider said something of it.
    pub(super) const fn answered(&mut self, now: Timestamp) {
        self.answered = now;
    }

    /// Where the order stands by our books.
    pub(super) const fn state(&self) -> State {
        self.state
    }

    /// Whether this is another thing than was said last.
    pub(super) fn is_news(&self, said: &impl Hash) -> bool {
        self.said != mark(said)
    }

    /// Notes what was said.
    pub(super) fn says(&mut self, said: &impl Hash) {
        self.said = mark(said);
        self.not_found = 0;
    }

    /// Notes where the order stands by our books.
    pub(super) fn stands(&mut self, followed: &Followed) {
        self.state = followed.state;
        self.ended = followed.ended;
        self.cancel_requested = followed.cancel_requested;
    }

    /// When it is asked for again; nothing when it is not.
    fn next(&self, moved: bool, least_us: i64, now: Timestamp, jitter: u64) -> Option<Timestamp> {
        let followed = Followed {
            state: self.state,
            accepted: self.accepted,
            ended: self.ended,
            cancel_requested: self.cancel_requested,
            moved,
        };
        next_poll(&followed, CORRECT_HOURS, least_us, now, jitter)
    }
}

/// A number that tells what was said apart from something else; never zero.
fn mark(said: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    said.hash(&mut hasher);
    hasher.finish().max(1)
}

impl Follow {
    /// None yet. `least_us`: the shortest time between two answers for one order, in microseconds.
    pub(super) fn new(least_us: i64) -> Self {
        Self {
            due: BTreeMap::new(),
            known: HashSet::new(),
            open_cost: 0,
            away: 0,
            read_up_to: AttemptId(0),
            reading: false,
            read: false,
            again: Timestamp(i64::MIN),
            asking: 0,
            least_us,
        }
    }

    /// How many orders are followed.
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Where the next reading of what is followed begins; nothing while there is none to be made. All of
    /// it is read again now and then, because others begin to follow orders too: staff who have found
    /// one at the provider.
    pub(super) fn next_reading(&mut self, now: Timestamp) -> Option<AttemptId> {
        if self.reading {
            return None;
        }
        if self.read {
            if self.again > now {
                return None;
            }
            self.read = false;
            self.read_up_to = AttemptId(0);
        }
        if self.read_up_to == AttemptId(0) {
            let many = i64::try_from(self.len()).unwrap_or(i64::MAX).saturating_mul(AGAIN_EACH_US);
            self.again = plus(now, many.max(AGAIN_US));
        }
        self.reading = true;
        Some(self.read_up_to)
    }

    /// Follows an order from now on, unless it is followed already.
    pub(super) fn add(&mut self, entry: Entry, now: Timestamp, jitter: u64) {
        if self.known.insert(entry.attempt) {
            self.open_cost = self.open_cost.saturating_add(entry.cost.raw());
            let at = entry.next(true, self.least_us, now, jitter).unwrap_or(now);
            self.due.insert((at, entry.attempt), entry);
        }
    }

    /// Puts an order back that could not be asked for.
    pub(super) fn postpone(&mut self, entry: Entry, at: Timestamp) {
        self.away = self.away.saturating_sub(1);
        self.due.insert((at, entry.attempt), entry);
    }

    /// Follows an order no more that was asked for.
    pub(super) fn forget(&mut self, entry: &Entry) {
        self.away = self.away.saturating_sub(1);
        self.drop_known(entry);
    }

    /// Follows an order no more that the provider calls so, unless it is being asked for. There are many,
    /// but a provider seldom gives an id twice.
    pub(super) fn forget_called(&mut self, upstream_id: &str) {
        let mut all = self.due.iter();
        let key = all.find(|(_, entry)| &*entry.upstream_id == upstream_id).map(|(key, _)| *key);
        if let Some(entry) = key.and_then(|key| self.due.remove(&key)) {
            self.drop_known(&entry);
        }
    }

    fn drop_known(&mut self, entry: &Entry) {
        if self.known.remove(&entry.attempt) {
            self.open_cost = self.open_cost.saturating_sub(entry.cost.raw());
        }
    }

    /// What the provider has for all orders that are followed, by our books.
    pub(super) const fn open_cost(&self) -> i64 {
        self.open_cost
    }

    /// Lets every order be asked for now that was not answered for since `now`.
    pub(super) fn hasten(&mut self, now: Timestamp) {
        let due = std::mem::take(&mut self.due);
        self.due = due
            .into_iter()
            .map(|((at, id), entry)| {
                ((if entry.answered < now { now.min(at) } else { at }, id), entry)
            })
            .collect();
    }

    /// Whether an order is followed.
    pub(super) fn follows(&self, attempt: AttemptId) -> bool {
        self.known.contains(&attempt)
    }

    /// Whether all that is followed is known and has ended.
    pub(super) fn is_settled(&self) -> bool {
        self.read && self.away == 0 && self.due.values().all(|entry| entry.state.is_terminal())
    }

    /// How many orders were not answered for since `since`; those that are being asked for count too.
    pub(super) fn stale(&self, since: Timestamp) -> usize {
        let waiting = self.due.values().filter(|entry| entry.answered < since).count();
        waiting.saturating_add(self.away)
    }

    /// What the provider has for orders that were not answered for since `since`.
    pub(super) fn stale_cost(&self, since: Timestamp) -> Micros {
        let stale = self.due.values().filter(|entry| entry.answered < since);
        Micros::new(stale.map(|entry| entry.cost.raw()).fold(0, i64::saturating_add))
    }

    /// Those that are due, as many as go into one request.
    pub(super) fn take_due(&mut self, now: Timestamp) -> Vec<Entry> {
        let mut taken = Vec::new();
        while taken.len() < IDS {
            let Some(first) = self.due.first_entry() else { break };
            if first.key().0 > now {
                break;
            }
            taken.push(first.remove());
        }
        self.away = self.away.saturating_add(taken.len());
        taken
    }

    /// When the next one is due.
    pub(super) fn next_time(&self) -> Option<Timestamp> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// Puts an order back until it is due again; gives it out when it is followed no more.
    pub(super) fn put_back(
        &mut self,
        entry: Entry,
        moved: bool,
        now: Timestamp,
        jitter: u64,
    ) -> Option<AttemptId> {
        self.away = self.away.saturating_sub(1);
        match entry.next(moved, self.least_us, now, jitter) {
            Some(at) => {
                self.due.insert((at, entry.attempt), entry);
                None
            }
            None => {
                self.drop_known(&entry);
                Some(entry.attempt)
            }
        }
    }
}
