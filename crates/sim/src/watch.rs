//! Looks after each step at what was written, and holds it against what the panels know.

use crate::Outcome;
use crate::coverage::{Coverage, transition};
use crate::shop::{ACCOUNTS, MONEY};
use crate::truth::{Taken, is, was_ever};
use crate::world::World;
use counter::orders::Placing;
use dispatch::engine::Action;
use domain::invariants::may_follow;
use domain::orders::{Order, OrderShape, State};
use domain::providers::{Attempt, AttemptState};
use domain::{AccountId, OrderId, ProviderId};
use std::collections::{BTreeMap, BTreeSet};
use store::tables::events::Event;
use store::tables::{accounts, attempts, events, orders};
use store::{DbError, Tx};

/// What was seen until now.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    last_event: i64,
    states: BTreeMap<OrderId, State>,
    pub(crate) orders: BTreeMap<OrderId, Order>,
    pub(crate) coverage: Coverage,
    /// Orders that were written off.
    pub(crate) written_off: BTreeSet<OrderId>,
    /// Whether something may have been written since.
    pub(crate) wrote: bool,
    /// Attempts without an outcome at each provider, before a claim.
    pub(crate) unknown: BTreeMap<ProviderId, i64>,
}

impl Watch {
    /// How many orders there are.
    pub(crate) fn placed(&self) -> u64 {
        u64::try_from(self.orders.len()).unwrap_or(u64::MAX)
    }

    /// Where an order stands by our books.
    pub(crate) fn state(&self, order: OrderId) -> Option<State> {
        self.states.get(&order).copied()
    }
}

/// What is read of what was written.
struct Read {
    orders: Vec<(Order, Vec<Attempt>)>,
    money: i64,
    held: i64,
}

impl World {
    /// Looks at what the panels have taken and at what was written, since the last look.
    pub(crate) fn look(&mut self) -> Outcome<()> {
        match self.truth.look(&self.panels) {
            Ok(new) => {
                for (order, taken) in new {
                    self.check_taken(order, taken)?;
                }
            }
            Err(text) => self.finding(text),
        }
        if !std::mem::take(&mut self.watch.wrote) {
            return Ok(());
        }
        let read = self.shop.counter.store().read(|tx| events::unsealed(tx, i64::MAX));
        let mut new: Vec<Event> = self.shop.wait(read)??;
        new.retain(|event| event.id > self.watch.last_event);
        new.sort_unstable_by_key(|event| event.id);
        let mut touched = BTreeSet::new();
        for event in &new {
            self.watch.last_event = event.id;
            let Event { id, kind, data, .. } = event;
            self.trace.note(self.now_us, format_args!("    {id} {kind} {:?} {data}", event.order));
            self.follow(event, &mut touched);
        }
        if touched.is_empty() {
            return Ok(());
        }
        let ids: Vec<OrderId> = touched.into_iter().collect();
        let read = self.shop.counter.store().read(|tx| read_touched(tx, &ids));
        let read = self.shop.wait(read)??;
        for (order, attempts) in &read.orders {
            self.check_order(order, attempts);
        }
        self.check_money(&read);
        Ok(())
    }

    fn follow(&mut self, event: &Event, touched: &mut BTreeSet<OrderId>) {
        for placing in Placing::read(event).into_iter().flatten() {
            self.watch.states.insert(placing.order, State::Pending);
            self.watch.coverage.count(if placing.parent.is_some() { "Tp" } else { "T0" });
            touched.insert(placing.order);
            touched.extend(placing.parent);
        }
        let Some(order) = event.order else { return };
        touched.insert(order);
        if !event.kind.starts_with("order.") {
            return;
        }
        if event.kind == "order.write_off_known" {
            self.watch.coverage.count("T9k");
        }
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        let state = data.get("state").and_then(|state| state.as_str()).and_then(State::from_name);
        let (Some(from), Some(to)) = (self.watch.state(order), state) else { return };
        if from != to && !may_follow(from, to) {
            let (from, to) = (from.name(), to.name());
            self.finding(format!("order {order}: is {to} after it was {from}"));
        }
        if event.kind == "order.written_off" {
            self.check_written_off(order);
        }
        let known = self.watch.orders.get(&order);
        if known.is_none_or(|order| order.shape == OrderShape::Single)
            && let Some(name) = transition(&event.kind, from, to)
        {
            self.watch.coverage.count(name);
        }
        self.watch.states.insert(order, to);
    }

    /// A panel has taken an order: it may, once, under an attempt that says that it may.
    fn check_taken(&mut self, id: OrderId, taken: Taken) -> Outcome<()> {
        let read = self.shop.counter.store().read(|tx| {
            let order = orders::by_id(tx, id)?;
            Ok::<_, DbError>((order, attempts::of_order(tx, id)?))
        });
        let (order, known) = self.shop.wait(read)??;
        let at = format!("panel {} has taken order {id}", taken.panel);
        let earlier = self.truth.of(id).iter().filter(|other| **other != taken);
        let mut earlier = earlier.filter(|other| !self.is_undone(**other));
        if earlier.next().is_some() {
            let all = self.truth.of(id);
            self.finding(format!("{at}, and it is there more than once: {all:?}"));
        }
        let Some(order) = order else {
            self.finding(format!("{at}, which does not exist"));
            return Ok(());
        };
        let upstream = self.panels.get(taken.panel).and_then(|p| p.orders().get(taken.number));
        let same = upstream.is_some_and(|upstream| {
            *upstream.link == *order.link && upstream.quantity == order.quantity
        });
        if !same {
            self.finding(format!("{at} for something else: {upstream:?}"));
        }
        let attempt = known.iter().find(|attempt| attempt.number == taken.attempt);
        if !attempt.is_some_and(|attempt| attempt.state.may_be_placed()) {
            self.finding(format!("{at}, and the books say that it cannot: {attempt:?}"));
        }
        if order.state.is_terminal() {
            self.finding(format!("{at}, which is {}", order.state.name()));
        }
        Ok(())
    }

    fn check_order(&mut self, order: &Order, attempts: &[Attempt]) {
        let id = order.id;
        let before = self.watch.orders.insert(id, order.clone());
        self.watch.states.insert(id, order.state);
        if order.shape != OrderShape::Single {
            return;
        }
        let open = attempts.iter().filter(|attempt| attempt.state.may_be_placed()).count();
        if open > 1 {
            self.finding(format!("order {id}: may be placed {open} times: {attempts:?}"));
        }
        for attempt in attempts.iter().filter(|a| a.state == AttemptState::Accepted) {
            self.check_accepted(id, attempt);
        }
        if before.is_none_or(|before| before.state != order.state || before.fence != order.fence) {
            self.check_state(order);
        }
    }

    /// What is marked as accepted is there, under the id that is written down.
    fn check_accepted(&mut self, id: OrderId, attempt: &Attempt) {
        if self.truth.is_tainted(id) {
            return;
        }
        let there = self.truth.of(id).iter().any(|taken| {
            let upstream = self.panels.get(taken.panel).and_then(|p| p.orders().get(taken.number));
            let known = upstream.map(|upstream| upstream.id.to_string());
            taken.attempt == attempt.number && known == attempt.upstream_id
        });
        if !there {
            self.finding(format!("order {id}: is not there as {:?}", attempt.upstream_id));
        }
    }

    /// Where an order stands is borne out by the panels.
    fn check_state(&mut self, order: &Order) {
        let (id, state) = (order.id, order.state);
        let taken = self.truth.latest(id);
        let borne_out = match state {
            State::Dispatching | State::Unknown | State::Review => true,
            State::Pending => {
                taken.is_none_or(|taken| self.is_undone(taken)) && !self.is_on_its_way(id)
            }
            State::Submitted | State::SubmittedNoId | State::InProgress => taken.is_some(),
            State::Canceled if taken.is_none() => !self.is_on_its_way(id),
            // The house bears what the panel has of it.
            State::Canceled if self.watch.written_off.contains(&id) => true,
            State::Canceled | State::Completed | State::Partial => taken.is_some_and(|taken| {
                let lies = self.swarm.panels.get(taken.panel).is_none_or(|panel| panel.lies);
                let doubtful = self.truth.is_tainted(id) || lies;
                let panel = self.panels.get(taken.panel);
                let same = |panel| was_ever(panel, taken.number, state, order.remains);
                doubtful || panel.is_some_and(same)
            }),
        };
        if !borne_out {
            let there = taken.and_then(|taken| self.upstream_state(taken));
            let state = state.name();
            let way = self.is_on_its_way(id);
            self.finding(format!(
                "order {id}: is {state}, {} remain, and at the panel it is {there:?} (a call is on \
                 its way: {way})",
                order.remains
            ));
        }
    }

    /// Whether a panel has cancelled an order and given all of it back: as if it had never had it. Its
    /// balance cannot tell the two apart.
    fn is_undone(&self, taken: Taken) -> bool {
        self.upstream_state(taken) == Some(fakepanel::State::Canceled)
    }

    pub(crate) fn upstream_state(&self, taken: Taken) -> Option<fakepanel::State> {
        let panel = self.panels.get(taken.panel)?;
        panel.orders().get(taken.number).map(|order| order.state)
    }

    /// What customers have, what is held and what was earned is what they paid in.
    fn check_money(&mut self, read: &Read) {
        let sum =
            |of: fn(&Order) -> i64| self.watch.orders.values().map(of).fold(0, i64::saturating_add);
        let (held, earned) = (sum(|order| order.held().raw()), sum(|order| order.captured.raw()));
        let paid = MONEY.saturating_mul(ACCOUNTS);
        if read.held != held || read.money.saturating_add(earned) != paid {
            let (money, wallets) = (read.money, read.held);
            self.finding(format!(
                "of {paid} paid in, wallets have {money}, {wallets} of it held; orders hold {held} and \
                 have earned {earned}"
            ));
        }
    }

    /// No more is unknown at a provider than may be.
    pub(crate) fn check_caps(&mut self, action: &Action) -> Outcome<()> {
        if !matches!(action, Action::Claim(_)) {
            return Ok(());
        }
        let before = std::mem::take(&mut self.watch.unknown);
        for (provider, count) in self.unknown_at_providers()? {
            let books = self.books.iter().find(|books| books.provider == provider);
            let cap = books.map_or(0, |books| books.cap);
            if count > cap && count > before.get(&provider).copied().unwrap_or(0) {
                self.finding(format!("provider {provider}: {count} unknown, {cap} may be"));
            }
        }
        Ok(())
    }

    pub(crate) fn unknown_at_providers(&self) -> Outcome<BTreeMap<ProviderId, i64>> {
        let counts = self.shop.wait(self.shop.counter.unknown_counts())?;
        let mut sums: BTreeMap<ProviderId, i64> = BTreeMap::new();
        for (provider, _, count) in counts.into_iter().filter(|(_, s, _)| !s.is_terminal()) {
            let sum = sums.entry(provider).or_default();
            *sum = sum.saturating_add(count);
        }
        Ok(sums)
    }

    /// Every order that has ended is where the panel says, now.
    pub(crate) fn stands_as_told(&self, order: &Order) -> Option<bool> {
        let taken = self.truth.latest(order.id)?;
        let plan = self.swarm.panels.get(taken.panel)?;
        let corrects = plan.settings.delivery.corrected_per_mille > 0;
        let borne = self.watch.written_off.contains(&order.id);
        if plan.lies || corrects || borne || self.truth.is_tainted(order.id) {
            return None;
        }
        Some(is(self.upstream_state(taken)?, order.state, order.remains))
    }
}

fn read_touched(tx: &mut dyn Tx, ids: &[OrderId]) -> Result<Read, DbError> {
    let mut found = Vec::with_capacity(ids.len());
    for order in orders::by_ids(tx, ids)? {
        let known = attempts::of_order(tx, order.id)?;
        found.push((order, known));
    }
    let (mut money, mut held) = (0_i64, 0_i64);
    for account in accounts::list(tx, AccountId(0), ACCOUNTS)? {
        held = held.saturating_add(account.wallet.held.raw());
        money = money.saturating_add(account.wallet.available.raw());
    }
    Ok(Read { orders: found, money: money.saturating_add(held), held })
}
