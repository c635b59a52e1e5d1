//! How it stands: the books, the workers, the network, the provider.

use domain::catalogue::WhenUnknown;
use domain::ledger::TransferKind;
use domain::orders::{Doubt, Event, Order, OrderShape, State, apply};
use domain::providers::{
    Attempt, AttemptState, Due, Fit, Found, Known, Overdue, WriteOffTerms, overdue, settle,
};
use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, ServiceId, Timestamp};

/// Most attempts.
pub(super) const ATTEMPTS: usize = 2;

/// What the customer paid in.
const PAID: i64 = 10;

const NOW: Timestamp = Timestamp(0);

/// What is written of the order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Written {
    pub(super) state: State,
    pub(super) fence: i64,
    pub(super) cancel_requested: bool,
    captured: i64,
    released: i64,
    /// What the customer's wallet has, holds, and has paid.
    wallet: (i64, i64, i64),
}

/// What a worker does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Worker {
    Idle,
    /// It has taken the order and called nobody yet, under this attempt.
    Taken(usize),
    /// It has called, and waits.
    Waits(usize),
    /// It knows something of an attempt that is not written down yet.
    Knows(usize, Heard),
}

/// What a worker has heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Heard {
    Accepted,
    Refused,
    NotSent,
    Nothing,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stand {
    pub(super) order: Written,
    pub(super) attempts: Vec<AttemptState>,
    pub(super) workers: [Worker; 2],
    /// Which worker has the lease.
    pub(super) lease: usize,
    /// Calls on their way, by attempt and worker.
    pub(super) calls: Vec<(usize, usize)>,
    /// Answers on their way, by attempt and worker.
    pub(super) answers: Vec<(usize, usize, Heard)>,
    /// Attempts that the provider has taken, once for each time.
    pub(super) taken: Vec<usize>,
    /// Whether the provider has given it up.
    pub(super) dropped: bool,
    /// How many it had taken when it was written off, once it was.
    pub(super) written_off: Option<usize>,
    /// What may still go wrong.
    pub(super) crashes: u8,
    pub(super) takeovers: u8,
    /// The books as they were saved, and whether they were restored and nobody has looked since.
    pub(super) saved: Option<(Written, Vec<AttemptState>, Option<usize>)>,
    pub(super) restores: u8,
    pub(super) quarantined: bool,
    /// Attempts that were known when the books were restored.
    pub(super) before: usize,
}

impl Stand {
    pub(super) fn new() -> Self {
        let order = Written {
            state: State::Pending,
            fence: 0,
            cancel_requested: false,
            captured: 0,
            released: 0,
            wallet: (0, PAID, 0),
        };
        Self {
            order,
            attempts: Vec::new(),
            workers: [Worker::Idle, Worker::Idle],
            lease: 0,
            calls: Vec::new(),
            answers: Vec::new(),
            taken: Vec::new(),
            dropped: false,
            written_off: None,
            crashes: 1,
            takeovers: 1,
            saved: None,
            restores: 1,
            quarantined: false,
            before: 0,
        }
    }

    /// What must not be.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        let order = self.order();
        let (available, held, paid) = self.order.wallet;
        let open = self.attempts.iter().filter(|state| state.may_be_placed()).count();
        let fulfilled = !self.taken.is_empty() && !self.dropped;
        if self.taken.len() > 1 {
            Some("bought more than once")
        } else if self.written_off.is_some_and(|taken| self.taken.len() > taken) {
            Some("taken after it was written off")
        } else if order.state == State::Canceled && fulfilled && self.written_off.is_none() {
            Some("given back and fulfilled")
        } else if matches!(order.state, State::Submitted | State::Completed)
            && self.taken.is_empty()
        {
            Some("accepted, and nobody has it")
        } else if available.saturating_add(held).saturating_add(paid) != PAID
            || held != order.held().raw()
        {
            Some("money came or went")
        } else if open > 1
            || i64::try_from(self.attempts.len()).is_ok_and(|count| count > self.order.fence)
        {
            Some("an attempt that the order does not know")
        } else {
            None
        }
    }

    /// Lets something happen to the order, if it can.
    pub(super) fn apply(&mut self, event: &Event) -> bool {
        let Ok(change) = apply(&self.order(), event, NOW) else { return false };
        for posting in &change.postings {
            let amount = posting.amount.raw();
            let (available, held, paid) = &mut self.order.wallet;
            let (from, to) = match posting.kind {
                TransferKind::Release => (held, available),
                TransferKind::Capture => (held, paid),
                TransferKind::Refund => (paid, available),
                _ => return false,
            };
            *from = from.saturating_sub(amount);
            *to = to.saturating_add(amount);
        }
        let Order { state, fence, cancel_requested, captured, released, .. } = change.order;
        let wallet = self.order.wallet;
        let (captured, released) = (captured.raw(), released.raw());
        self.order = Written { state, fence, cancel_requested, captured, released, wallet };
        true
    }

    /// Writes down what was found out about an attempt.
    pub(super) fn settle(&mut self, at: usize, found: &Found) -> Option<Fit> {
        let state = *self.attempts.get(at)?;
        let others = self.attempts.iter().enumerate();
        let rival = others.filter(|(other, _)| *other != at).any(|(_, s)| s.may_be_placed());
        let (order, attempt) = (self.order(), attempt(at, state));
        let (id_taken, asked_again) = (false, false);
        let written_off = self.written_off.is_some();
        let others_missing = at < self.before;
        let known = Known {
            order: &order,
            attempt: &attempt,
            id_taken,
            rival,
            asked_again,
            written_off,
            others_missing,
        };
        let settled = settle(known, found)?;
        *self.attempts.get_mut(at)? = settled.state;
        for step in &settled.steps {
            self.apply(step);
        }
        Some(settled.fit)
    }

    /// What is done about it when nobody could tell for long.
    pub(super) fn overdue(&mut self) -> bool {
        let Some(at) = self.attempts.len().checked_sub(1) else { return false };
        let Some(state) = self.attempts.get(at).copied() else { return false };
        let rival = self.attempts.iter().rev().skip(1).any(|state| state.may_be_placed());
        let (order, attempt) = (self.order(), attempt(at, state));
        let known = Overdue {
            order: &order,
            attempt: &attempt,
            rival,
            asked_again: false,
            exchange: Micros::new(1_000_000),
            when_unknown: WhenUnknown::Refund { most: Micros::new(PAID) },
            drawn: Micros::ZERO,
        };
        let terms = WriteOffTerms { after_us: 0, quiet_us: 0, daily: Micros::new(PAID) };
        match overdue(known, &terms, NOW) {
            Due::Nothing => false,
            Due::AskPerson => self.apply(&Event::Doubted(Doubt::NothingShows)),
            Due::WriteOff { .. } => {
                self.written_off = Some(self.taken.len());
                self.apply(&Event::WrittenOff)
            }
        }
    }

    fn order(&self) -> Order {
        let Written { state, fence, cancel_requested, captured, released, .. } = self.order;
        Order {
            id: OrderId(1),
            account: AccountId(1),
            service: ServiceId(1),
            parent: None,
            shape: OrderShape::Single,
            state,
            fence,
            link: String::new(),
            quantity: 10,
            rate: Micros::new(1_000),
            charge: Micros::new(PAID),
            captured: Micros::new(captured),
            released: Micros::new(released),
            start_count: None,
            remains: if state == State::Completed { 0 } else { 10 },
            cancel_requested,
            created: NOW,
            changed: NOW,
            ended: state.is_terminal().then_some(NOW),
        }
    }
}

fn attempt(at: usize, state: AttemptState) -> Attempt {
    let number = i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1);
    Attempt {
        id: AttemptId(number),
        order: OrderId(1),
        account: AccountId(1),
        number,
        provider: ProviderId(1),
        route: RouteId(1),
        expected_cost: Micros::new(5),
        cost: Micros::ZERO,
        state,
        upstream_id: None,
        evidence: None,
        followed: false,
        started: NOW,
        changed: NOW,
    }
}
