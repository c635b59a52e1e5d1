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
mod follow;
mod forwards;
mod lane;
mod lost;
mod purse;
mod queue;
mod recorded;
mod resolve;
mod said;
mod wishes;

pub use action::{Action, Answer, AskId, Input, Kind};

use asks::{Asking, Pending};
use counter::fulfilment::{Claim, Outcome, Setup};
use domain::catalogue::Pricing;
use domain::providers::Route;
use domain::{AttemptId, OrderId, ProviderId, RouteId, ServiceId, Timestamp};
use forwards::Forwards;
use lane::{Lane, Readiness};
use queue::{Queue, Queued};
use said::Said;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

/// Between two readings of the setup.
const SETUP_US: i64 = 1_000_000;

/// Between two looks at what has come in, while something does.
const SCAN_US: i64 = 100_000;

/// The same while nothing does: what other nodes take waits for it. What this one takes is told.
const IDLE_US: i64 = 200_000;

/// Between two looks at all that waits.
const FULL_SCAN_US: i64 = 30_000_000;

/// Orders looked at in one go.
const SCAN_ORDERS: i64 = 1_000;

/// How far below the newest order newcomers are looked for: nodes give ids out of blocks of their
/// own, so a lower one may come after a higher one.
const SCAN_BACK: i64 = 8_192;

/// After what time something is tried again that the store could not do.
const STORE_PAUSE_US: i64 = 1_000_000;

/// Where the reading of orders that wait has come to.
#[derive(Debug)]
struct Scan {
    /// Above which order it goes on, when it is in the middle.
    after: Option<OrderId>,
    newest: OrderId,
    next: Timestamp,
    next_full: Timestamp,
    /// Before this moment it is not listened to who has orders: they are looked for often enough.
    listens: Timestamp,
}

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

/// How long what is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Microseconds that a late answer gets before a balance decides about it.
    pub grace_us: i64,
    /// Microseconds between two reads of a balance that must be the same.
    pub between_reads_us: i64,
    /// Least microseconds between two questions about the same order.
    pub poll_least_us: i64,
}

impl Default for Timing {
    /// Two minutes: longer than the slowest panels take that ask their own upstream first, whatever
    /// became of the connection. Ten seconds. And as often as resellers look.
    fn default() -> Self {
        Self {
            grace_us: 120_000_000,
            between_reads_us: 10_000_000,
            poll_least_us: domain::limits::POLL_LEAST_US,
        }
    }
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
    awaited: BTreeSet<AttemptId>,
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
            scan: Scan { after: None, newest: OrderId(0), next: now, next_full: now, listens: now },
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
            awaited: BTreeSet::new(),
            forwards: Forwards::new(now),
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
                self.late(attempt, &answer);
                self.late_over(attempt);
            }
            Input::LateOver(attempt) => self.late_over(attempt),
            Input::Followed(provider, attempts) => self.followed(provider, &attempts, now),
            Input::Statuses(ask, answer) => self.statuses(ask, &answer, now),
            Input::ReportsRecorded(answers) => self.reports_recorded(answers, now),
            Input::ToForward(found) => self.send_on(found, now),
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
        // A provider whose next order may go then, be the others ever so quiet.
        let rests = self.lanes.values().map(|lane| lane.rests_until);
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
        self.ask(now);
        self.read_balances(now);
        self.look_for_forwards(now);
    }

    fn look_for_orders(&mut self, now: Timestamp) {
        let after = match self.scan.after {
            Some(after) => after,
            None if self.scan.next_full <= now => {
                self.scan.next_full = plus(now, FULL_SCAN_US);
                OrderId(0)
            }
            None if self.scan.next <= now => {
                OrderId(self.scan.newest.0.saturating_sub(SCAN_BACK).max(0))
            }
            None => return,
        };
        self.busy.scan = true;
        self.actions.push(Action::ReadWaiting { after, limit: SCAN_ORDERS });
    }

    fn waiting(
        &mut self,
        orders: Vec<counter::fulfilment::Waiting>,
        more: Option<OrderId>,
        now: Timestamp,
    ) {
        self.busy.scan = false;
        self.scan.after = more;
        let newest = orders.last().map(|order| order.order).max(more);
        self.scan.newest = newest.unwrap_or(OrderId(0)).max(self.scan.newest);
        let came = self.queue.read(orders) || more.is_some();
        self.scan.next = plus(now, if came { SCAN_US } else { IDLE_US });
    }

    fn set_up(&mut self, setup: Setup, now: Timestamp) {
        self.busy.setup = false;
        self.next_setup = plus(now, SETUP_US);
        let mut changed = false;
        for provider in setup.providers {
            match self.lanes.get_mut(&provider.id) {
                Some(lane) => {
                    changed |= lane.provider != provider;
                    lane.provider = provider;
                    // What was recorded since it was asked for may not be in it.
                    lane.resolver.setup_at = self.setup_asked;
                }
                None => {
                    changed = true;
                    self.lanes.insert(provider.id, Lane::new(provider, self.timing, now));
                }
            }
        }
        let mut routes: BTreeMap<ServiceId, Vec<Route>> = BTreeMap::new();
        for route in setup.routes {
            routes.entry(route.service).or_default().push(route);
        }
        let pricing: HashMap<ServiceId, Pricing> = setup
            .services
            .iter()
            .map(|service| (service.id, service.kind.shape().pricing))
            .collect();
        changed |= routes != self.routes || pricing != self.pricing;
        self.routes = routes;
        self.pricing = pricing;
        self.used_today = setup.used_today.into_iter().collect();
        self.full.clear();
        if changed {
            self.queue.unstick();
        }
    }

    fn failed(&mut self, kind: Kind, now: Timestamp) {
        self.store_rests_until = plus(now, STORE_PAUSE_US);
        match kind {
            Kind::Setup => self.busy.setup = false,
            Kind::Waiting => self.busy.scan = false,
            Kind::TakeOver(provider) => {
                if let Some(lane) = self.lanes.get_mut(&provider) {
                    lane.readiness = Readiness::New;
                }
            }
            // It is read again by itself.
            Kind::Unknown => {}
            // Whether they were taken is not known: what was is found open, and given up for lost,
            // like what was under way when a worker ended.
            Kind::Claim => self.claims_failed(now),
            Kind::Record => {
                // What is known already is ignored, so all of it is recorded once more.
                let failed = self.busy.outcomes.take().unwrap_or_default();
                self.outcomes.splice(0..0, failed);
            }
            Kind::Followed(provider) => {
                if let Some(lane) = self.lanes.get_mut(&provider) {
                    lane.follow.reading = false;
                }
            }
            Kind::Forwards => self.forwards.reading = false,
            Kind::Reports => self.reports_failed(),
            // They are asked for once more, and found to be over.
            Kind::Unfollow => self.busy.unfollow = false,
        }
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
