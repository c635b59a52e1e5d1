//! Staff: they set providers up, edit them, pay in, and do what is done beside fulfilment.

use crate::Outcome;
use crate::shop::{RATES, SERVICES, START};
use crate::swarm::chance;
use crate::wire::KEY;
use crate::world::World;
use counter::catalogue::ServiceChange;
use counter::fulfilment::{Booking, ProviderChange, ProviderSecret, RouteChange};
use counter::nodes::{Job, Node, Role, Worker};
use counter::requests::RefillDecision;
use domain::providers::{EntryKind, ProviderState};
use domain::requests::{CancelState, RefillState};
use domain::{Micros, OrderId, ProviderId, RouteId, ServiceId};
use fakepanel::Amount;
use panel_api::client::Call as Request;
use std::collections::BTreeSet;

/// What staff know of a provider beside what is in its books.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) provider: ProviderId,
    routes: Vec<RouteId>,
    /// Most orders that may be unknown there.
    pub(crate) cap: i64,
    /// What was paid in.
    pub(crate) deposited: i64,
    /// Orders that a person has ended: their money there is a person's business too.
    pub(crate) by_hand: BTreeSet<OrderId>,
}

/// What a thousand units cost us, unless somebody has mistyped it.
const COST: i64 = 900_000;

/// Below this a panel's balance is topped up, to this more.
const LOW: i64 = 5_000_000;
const TOP_UP: i64 = 50_000_000;

impl World {
    pub(crate) fn add_provider(&mut self, at: usize) -> Outcome<()> {
        let plan = self.swarm.panels.get(at).ok_or("there is no such panel")?.clone();
        let counter = self.shop.counter.clone();
        let change = ProviderChange {
            name: Some(format!("panel {at}")),
            url: Some(format!("https://panel-{at}.example.com/api/v2")),
            currency: Some(String::from("USD")),
            state: Some(plan.state),
            adds_at_once: Some(plan.adds_at_once),
            adds_per_second: Some(plan.adds_per_second),
            takes_request_id: Some(plan.takes_request_id),
            balance_decimals: Some(plan.balance_decimals),
            trust_reads: Some(plan.trust_reads),
            ..ProviderChange::default()
        };
        let secret = ProviderSecret { key: KEY.to_owned(), nonce: [9; 24] };
        let provider = self.shop.wait(counter.add_provider(change, secret, START))?;
        let mut routes = Vec::new();
        for service in 1..=SERVICES {
            let change = RouteChange {
                service: Some(ServiceId(service)),
                provider: Some(provider),
                upstream_service: Some(String::from("1")),
                cost: Some(Micros::new(COST)),
                priority: Some(plan.priority),
                daily_cap: Some(plan.daily_cap),
                ..RouteChange::default()
            };
            routes.push(self.shop.wait(counter.add_route(change, START))?);
        }
        let cap = plan.adds_at_once;
        let by_hand = BTreeSet::new();
        self.books.push(Books { provider, routes, cap, deposited: 0, by_hand });
        let has = self.panels.get(at).and_then(|panel| panel.balance("main"));
        self.book(at, has.unwrap_or(Amount::ZERO).raw())
    }

    /// Books what was paid in at a panel.
    fn book(&mut self, at: usize, amount: i64) -> Outcome<()> {
        let now = self.now();
        let Some(books) = self.books.get_mut(at) else { return Ok(()) };
        books.deposited = books.deposited.saturating_add(amount);
        let booking = Booking {
            provider: books.provider,
            kind: EntryKind::Deposit,
            amount: Micros::new(amount),
            actor: String::from("staff"),
            reason: String::from("paid in"),
        };
        self.shop.wait(self.shop.counter.book_at_provider(booking, now))?;
        Ok(())
    }

    /// Sets the books of a provider right, or wrong.
    pub(crate) fn correct(&mut self, provider: ProviderId, amount: Micros) -> Outcome<()> {
        let booking = Booking {
            provider,
            kind: EntryKind::Correction,
            amount,
            actor: String::from("staff"),
            reason: String::from("it does not fit"),
        };
        self.shop.wait(self.shop.counter.book_at_provider(booking, self.now()))?;
        Ok(())
    }

    /// Staff look around.
    pub(crate) fn look_around(&mut self) -> Outcome<()> {
        self.watch.wrote = true;
        self.decide_what_waits()?;
        self.find_out()?;
        self.answer_cancels()?;
        self.answer_refills()?;
        for at in 0..self.panels.len() {
            let balance = self.panels.get(at).and_then(|panel| panel.balance("main"));
            if balance.is_some_and(|balance| balance.raw() < LOW) {
                let (now_us, more) = (self.now_us, Amount::new(TOP_UP));
                if let (Some(panel), Some(has)) = (self.panels.get_mut(at), balance) {
                    panel.set_balance(now_us, "main", has.plus(more))?;
                }
                self.book(at, TOP_UP)?;
            }
            if self.calm || self.rng.u8(..3) == 0 {
                self.open(at)?;
            }
        }
        if !self.calm && chance(self.swarm.edits, &mut self.rng) {
            self.edit()?;
        }
        Ok(())
    }

    /// Lets a provider and its routes be used again.
    fn open(&mut self, at: usize) -> Outcome<()> {
        let now = self.now();
        let Some(books) = self.books.get(at) else { return Ok(()) };
        let counter = &self.shop.counter;
        let provider = self.shop.wait(counter.show_provider(books.provider))?;
        if provider.provider.state != ProviderState::Active {
            let change =
                ProviderChange { state: Some(ProviderState::Active), ..ProviderChange::default() };
            self.shop.wait(counter.edit_provider(books.provider, change, None, now))?;
        }
        for route in provider.routes {
            if !route.on || (self.calm && route.daily_cap.is_some()) {
                let daily_cap = self.calm.then_some(None);
                let change = RouteChange { on: Some(true), daily_cap, ..RouteChange::default() };
                self.shop.wait(counter.edit_route(route.id, change, now))?;
            }
        }
        Ok(())
    }

    pub(crate) fn open_all(&mut self) -> Outcome<()> {
        self.watch.wrote = true;
        (0..self.panels.len()).try_for_each(|at| self.open(at))
    }

    fn edit(&mut self) -> Outcome<()> {
        let now = self.now();
        let at = self.rng.usize(..self.books.len().max(1));
        let draw = self.rng.u8(..6);
        let rng = &mut self.rng;
        let Some(books) = self.books.get_mut(at) else { return Ok(()) };
        let counter = &self.shop.counter;
        let mut provider = ProviderChange::default();
        let mut route = RouteChange::default();
        match draw {
            0 => provider.state = Some(ProviderState::Paused),
            1 => provider.state = Some(ProviderState::Off),
            2 => {
                books.cap = rng.i64(1..=6);
                provider.adds_at_once = Some(books.cap);
            }
            3 => route.on = Some(false),
            4 => route.cost = Some(Micros::new(rng.i64(COST..=1_100_000))),
            _ => {
                let service = rng.i64(1..=SERVICES);
                let rate = rng.choice(RATES).unwrap_or(COST).saturating_add(rng.i64(0..=100_000));
                let change =
                    ServiceChange { rate: Some(Micros::new(rate)), ..ServiceChange::default() };
                self.shop.wait(counter.edit_service(ServiceId(service), change, now))?;
            }
        }
        self.shop.wait(counter.edit_provider(books.provider, provider, None, now))?;
        if let Some(id) = rng.choice(&books.routes) {
            self.shop.wait(counter.edit_route(*id, route, now))?;
        }
        Ok(())
    }

    /// Staff ask the panels to cancel what customers want cancelled, or refuse.
    fn answer_cancels(&mut self) -> Outcome<()> {
        let now = self.now();
        for cancel in self.shop.wait(self.shop.counter.list_cancels(None, 20))? {
            if cancel.state != CancelState::Requested {
                continue;
            }
            if !self.calm && self.rng.u8(..20) == 0 {
                let note = Some(String::from("too late"));
                let refused = self.shop.counter.reject_cancel(cancel.id, note, "staff", now);
                // Refused where it cannot be; then it stays open.
                drop(self.shop.wait(refused));
                continue;
            }
            // The worker sends them on too.
            let by_hand = self.rng.u8(..4) == 0;
            let taken = self.truth.latest(cancel.order);
            if let Some(taken) = taken.filter(|_| by_hand) {
                let upstream =
                    self.panels.get(taken.panel).and_then(|p| p.orders().get(taken.number));
                let id = upstream.filter(|order| !order.cancel_asked).map(|o| o.id.to_string());
                if let Some(id) = id.filter(|_| !self.truth.is_tainted(cancel.order)) {
                    self.by_hand(taken.panel, &Request::Cancel(&[id]));
                }
            }
        }
        Ok(())
    }

    fn answer_refills(&mut self) -> Outcome<()> {
        let now = self.now();
        for refill in self.shop.wait(self.shop.counter.list_refills(None, 20))? {
            let decision = match (refill.state, self.rng.u8(..4)) {
                (_, 0) => RefillDecision::Reject,
                (RefillState::Pending, _) => RefillDecision::Begin,
                _ => RefillDecision::Complete,
            };
            let counter = &self.shop.counter;
            let decided = counter.decide_refill(refill.id, decision, None, "staff", now);
            // Refused where the order was corrected meanwhile.
            drop(self.shop.wait(decided));
        }
        Ok(())
    }

    /// What is done beside fulfilment: runs are started, events are sealed.
    pub(crate) fn chores(&mut self) -> Outcome<()> {
        let now = self.now();
        let orders = self.worker(Job::Orders)?;
        self.shop.wait(orders.move_parts(now))?;
        self.watch.wrote = true;
        self.look()?;
        let sealing = self.worker(Job::Sealing)?;
        self.shop.wait(sealing.seal_events(now))?;
        self.write_off()
    }

    fn worker(&self, job: Job) -> Outcome<Worker> {
        let node = Node::new("chores", Role::Worker, 0);
        let lease = self.shop.wait(self.shop.counter.take_lease(&node, job))?;
        Ok(self.shop.counter.worker(lease))
    }
}
