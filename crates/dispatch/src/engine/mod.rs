//! What is to be done about orders that providers fulfil: decisions, without any I/O.
//!
//! The engine is told what was read and what became of what it wanted done ([`Input`]), and says
//! what it wants done ([`Action`]). Time and the seed of its choices are passed in, so the same
//! inputs make the same actions: the simulator runs it as it is. It remembers nothing that matters:
//! whatever it knows is read from the database again by the next one.

mod action;
mod answers;
mod asks;
mod begin;
mod claims;
mod classify;
mod failed;
mod follow;
mod forwards;
mod lane;
mod lost;
mod purse;
mod queue;
mod recorded;
mod resolve;
mod said;
mod scan;
mod setup;
mod strange;
mod timing;
mod turn;
mod whole;
mod wishes;

pub use action::{Action, Answer, AskId, Input, Kind};
pub use timing::Timing;

use asks::{Asking, Pending};
use counter::fulfilment::{Claim, Outcome};
use domain::catalogue::Pricing;
use domain::providers::Route;
use domain::{AttemptId, ProviderId, RouteId, ServiceId, Timestamp};
use forwards::Forwards;
use lane::{Lane, Readiness};
use queue::{Queue, Queued};
use said::Said;
use scan::{IDLE_US, SCAN_US, Scan};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// What is under way of which there is one at a time.
#[derive(Debug)]
struct Busy {
    setup: bool,
    scan: bool,
    /// The orders of the claims that are under way, in their order.
    claims: Option<Vec<(Claim, Queued, ProviderId)>>,
    claiming_since: Timestamp,
    /// The outcomes that are being recorded, in their order.
    outcomes: Option<Vec<Reported>>,
    /// The reports that are being recorded, in their order.
    reports: Vec<Pending>,
    unfollow: bool,
}

/// An outcome that waits to be recorded, or is being recorded.
#[derive(Clone, Debug)]
struct Reported {
    outcome: Outcome,
    provider: ProviderId,
}

/// The engine.
#[derive(Debug)]
pub struct Engine {
    timing: Timing,
    random: fastrand::Rng,
    lanes: BTreeMap<ProviderId, Lane>,
    routes: BTreeMap<ServiceId, Vec<Route>>,
    pricing: HashMap<ServiceId, Pricing>,
    queue: Queue,
    turn: ServiceId,
    scan: Scan,
    busy: Busy,
    outcomes: Vec<Reported>,
    /// Calls that were given up, whose answers may still come.
    awaited: BTreeMap<AttemptId, ProviderId>,
    forwards: Forwards,
    asking: BTreeMap<AskId, Asking>,
    /// Providers whose lists are to be fetched.
    lists: BTreeSet<ProviderId>,
    next_ask: u64,
    reports: VecDeque<Pending>,
    unfollow: Vec<AttemptId>,
    /// What routes with a daily cap have carried today, when the setup was read last.
    used_today: HashMap<RouteId, i64>,
    /// Routes that were full for an order since then.
    full: HashSet<RouteId>,
    next_setup: Timestamp,
    /// When the setup was asked for last.
    setup_asked: Timestamp,
    /// Nothing is asked of the store before this moment.
    store_rests_until: Timestamp,
    stopped: bool,
    actions: Vec<Action>,
}

impl Engine {
    /// An engine that knows nothing yet.
    pub fn new(seed: u64, timing: Timing, now: Timestamp) -> Self {
        Self {
            timing,
            random: fastrand::Rng::with_seed(seed),
            lanes: BTreeMap::new(),
            routes: BTreeMap::new(),
            pricing: HashMap::new(),
            queue: Queue::default(),
            turn: ServiceId(0),
            scan: Scan::new(now),
            busy: Busy {
                setup: false,
                scan: false,
                claims: None,
                claiming_since: now,
                outcomes: None,
                reports: Vec::new(),
                unfollow: false,
            },
            outcomes: Vec::new(),
            awaited: BTreeMap::new(),
            forwards: Forwards::new(),
            asking: BTreeMap::new(),
            lists: BTreeSet::new(),
            next_ask: 1,
            reports: VecDeque::new(),
            unfollow: Vec::new(),
            used_today: HashMap::new(),
            full: HashSet::new(),
            next_setup: now,
            setup_asked: now,
            store_rests_until: now,
            stopped: false,
            actions: Vec::new(),
        }
    }

    /// Takes in what has happened; returns what is to be done now.
    pub fn step(&mut self, input: Input, now: Timestamp) -> Vec<Action> {
        match input {
            Input::Tick => {}
            Input::Came => {
                self.scan.next = now;
                self.scan.listens = plus(now, SCAN_US);
            }
            Input::ListDue(provider) => drop(self.lists.insert(provider)),
            Input::Setup(setup) => self.set_up(setup, now),
            Input::Waiting(orders, more) => self.waiting(orders, more, now),
            Input::Unknown(provider, attempts) => self.unknown(provider, attempts, now),
            Input::Attempts(attempts) => self.attempts(&attempts, now),
            Input::Claimed(answers) => self.claimed(answers, now),
            Input::Recorded(answers) => self.recorded(answers, now),
            Input::Answered(attempt, answer) => self.answered(attempt, &answer, now),
            Input::Late(attempt, answer) => {
                self.late(attempt, &answer, now);
                self.late_over(attempt);
            }
            Input::LateOver(attempt) => self.late_over(attempt),
            Input::Followed(provider, attempts) => self.followed(provider, attempts, now),
            Input::Statuses(ask, answer) => self.statuses(ask, &answer, now),
            Input::ReportsRecorded(answers) => self.reports_recorded(answers, now),
            Input::ToForward(found) => self.found_forwards(found, now),
            Input::Forwarded(ask, answer) => self.forwarded(ask, &answer, now),
            Input::Unfollowed => self.busy.unfollow = false,
            Input::Balance(provider, ask, answer) => self.balance(provider, ask, &answer, now),
            Input::Failed(kind) => self.failed(kind, now),
        }
        if self.stopped {
            self.record();
        } else if self.store_rests_until <= now {
            self.look_around(now);
        }
        std::mem::take(&mut self.actions)
    }

    /// When [`Input::Tick`] is due at the latest.
    pub fn next_tick(&self, now: Timestamp) -> Timestamp {
        let quiet = self.queue.len() == 0 && self.lanes.values().all(Lane::is_idle);
        let mut next = plus(now, if quiet { IDLE_US } else { SCAN_US });
        for time in [self.scan.next, self.scan.listens] {
            if time > now {
                next = next.min(time);
            }
        }
        let lost = self.lanes.values().flat_map(|lane| lane.lost.values()).map(|lost| lost.next);
        let due = self.lanes.values().filter_map(|lane| lane.follow.next_time());
        // A provider that may get its next order or question then, be the others ever so quiet.
        let rests = self.lanes.values().flat_map(|lane| [lane.rests_until, lane.asks_rest_until]);
        for time in self.queue.next_time().into_iter().chain(lost).chain(due).chain(rests) {
            if time > now {
                next = next.min(time);
            }
        }
        next
    }

    /// Whether it is to be told at once when an order has come in ([`Input::Came`]).
    pub fn listens(&self, now: Timestamp) -> bool {
        let looks = self.busy.scan || self.scan.after.is_some() || self.store_rests_until > now;
        !self.stopped && !looks && self.scan.listens <= now
    }

    /// Begins nothing more; what is under way is still recorded.
    pub const fn stop(&mut self) {
        self.stopped = true;
    }

    /// How many orders wait to be placed.
    pub fn waiting_count(&self) -> usize {
        self.queue.len()
    }

    /// How many orders are being placed, or may have been, at all providers.
    pub fn under_way(&self) -> usize {
        self.lanes.values().map(|lane| lane.placing.len()).fold(0, usize::saturating_add)
    }

    /// How many orders are followed at all providers.
    pub fn followed_count(&self) -> usize {
        self.lanes.values().map(|lane| lane.follow.len()).fold(0, usize::saturating_add)
    }

    /// Lets an outcome be recorded, unless one about the same attempt waits already.
    fn report(&mut self, reported: Reported) {
        let attempt = reported.outcome.attempt;
        let recording = self.busy.outcomes.iter().flatten();
        if !self.outcomes.iter().chain(recording).any(|known| known.outcome.attempt == attempt) {
            self.outcomes.push(reported);
        }
    }

    /// Whether reports of a provider wait to be recorded.
    fn reports_wait_for(&self, provider: ProviderId) -> bool {
        self.reports.iter().chain(&self.busy.reports).any(|pending| pending.provider == provider)
    }

    fn look_around(&mut self, now: Timestamp) {
        if !self.busy.setup && self.next_setup <= now {
            self.busy.setup = true;
            self.setup_asked = now;
            self.actions.push(Action::ReadSetup);
        }
        if !self.busy.scan {
            self.look_for_orders(now);
        }
        for (id, lane) in &mut self.lanes {
            // Also of one that is off: what was being placed there is lost, and a person may decide.
            if lane.readiness == Readiness::New {
                lane.readiness = Readiness::Reading;
                let (provider, known) = (*id, lane.placing.keys().copied().collect());
                self.actions.push(Action::TakeOver { provider, known });
            }
        }
        self.queue.wake(now);
        self.look_at_lost(now);
        self.ask_again(now);
        self.resolve(now);
        self.record();
        self.claim(now);
        self.record_reports();
        self.send_on(now);
        self.ask(now);
        self.read_balances(now);
        self.look_for_forwards(now);
    }

    fn lane_of(&mut self, attempt: AttemptId) -> Option<&mut Lane> {
        self.lanes
            .values_mut()
            .find(|lane| lane.placing.contains_key(&attempt) || lane.lost.contains_key(&attempt))
    }
}

/// A moment so many microseconds later.
const fn plus(now: Timestamp, us: i64) -> Timestamp {
    Timestamp(now.0.saturating_add(us))
}
