//! One world in which answers are lost again and again, and what came of each.

use super::account::order;
use super::kinds::Kind;
use super::street::Street;
use super::tally::{Taken, Tally};
use crate::Outcome;
use crate::kinds::Event;
use crate::operator::Books;
use crate::swarm::{SECOND, chance, within};
use crate::world::World;
use domain::orders::State;
use domain::providers::{Attempt, AttemptState};
use domain::{AttemptId, OrderId};
use fakepanel::settings::Span;
use fakepanel::{Fault, Rule};
use fastrand::Rng;
use store::tables::attempts;

/// How an answer is lost; of some the panel has the order, of others not.
const FAULTS: [(Fault, u8); 11] = [
    (Fault::HangAfter, 4),
    (Fault::ResetAfter, 4),
    (Fault::ErrorAfter, 3),
    (Fault::Truncate, 2),
    (Fault::NotJson, 1),
    (Fault::HangBefore, 5),
    (Fault::ResetBefore, 4),
    (Fault::BadGateway, 3),
    (Fault::RejectHang, 2),
    (Fault::AcceptLate, 1),
    (Fault::AnswerLate, 1),
];

/// A provider that has just been added is watched at least so long before its balance counts.
const BEGINNING_US: u64 = 500 * SECOND;

/// When every order that is sent has been, and when every answer that is waited for was given up.
const SENT_US: u64 = 4 * SECOND;
const GIVEN_UP_US: u64 = 70 * SECOND;

/// How long what was lost is unknown at most, and how long until all of a trial are placed.
const UNKNOWN_US: u64 = 1_800 * SECOND;
const PLACED_US: u64 = 7_200 * SECOND;

/// Between two looks.
const LOOK_US: u64 = 5 * SECOND;

/// A world in which answers are lost again and again.
pub(super) struct Bench<'a> {
    pub(super) world: World,
    pub(super) kind: &'a Kind,
    pub(super) street: &'a Street,
    /// How many orders were placed.
    placed: u64,
    /// When somebody else uses the account.
    others_us: Option<u64>,
    /// What others have moved that nobody has noted yet.
    pub(super) moved: i64,
}

impl<'a> Bench<'a> {
    pub(super) fn new(kind: &'a Kind, street: &'a Street, mut rng: Rng) -> Outcome<Self> {
        let swarm = street.swarm(kind, &mut rng);
        let mut world = World::of(&street.ground, rng, swarm, false)?;
        let (_, cap) = kind.lost;
        world.books.push(Books::of(street.provider, i64::try_from(cap)?));
        world.planted = kind.planted;
        // As often as a balance is read that is not believed yet.
        world.idle_us = 5 * SECOND;
        world.schedule(Span::just(0), Event::Start);
        let mut bench = Self { world, kind, street, placed: 0, others_us: None, moved: 0 };
        bench.expect_others();
        bench.rest(BEGINNING_US)?;
        Ok(bench)
    }

    /// One trial: some orders go well, the answers to others are lost, and it is found out about them.
    pub(super) fn trial(&mut self, tally: &mut Tally) -> Outcome<()> {
        let mut all = Vec::new();
        // The first also shows an open breaker that all is well again.
        for _ in 0..self.world.rng.u8(1..=4) {
            all.push(self.order("well")?);
            let pause = self.world.rng.u64(SECOND..=20 * SECOND);
            self.go(pause)?;
        }
        self.go(2 * SECOND)?;
        let (least, most) = self.kind.lost;
        let mut rules = Vec::new();
        for number in 0..self.world.rng.usize(least..=most) {
            let name = format!("lost-{number}-");
            rules.push(Rule::new(self.fault()).link(&*name));
            all.push(self.order(&name)?);
        }
        self.faults(rules)?;
        self.go(SENT_US)?;
        self.faults(Vec::new())?;
        self.go(GIVEN_UP_US)?;
        let lost = self.lost(&all)?;
        let waited_us = self.wait_for_verdicts(&all)?;
        let took_us = waited_us.saturating_add(SENT_US).saturating_add(GIVEN_UP_US);
        let verdicts = self.attempts(&lost)?;
        tally.trials = tally.trials.saturating_add(1);
        tally.slowest_us = tally.slowest_us.max(took_us);
        self.wait_for_placed(&all)?;
        // Held against what the panel has by now: it may have taken one later than was thought.
        self.world.truth.look(&self.world.panels)?;
        for attempt in verdicts {
            tally.count(attempt.state, self.has_taken(&attempt));
        }
        let pause = self.world.rng.u64(SECOND..=300 * SECOND);
        self.rest(pause)
    }

    /// How an answer is lost.
    fn fault(&mut self) -> Fault {
        let total: u8 = FAULTS.iter().map(|(_, weight)| weight).sum();
        let mut draw = self.world.rng.u8(..total);
        let drawn = FAULTS.iter().find(|(_, weight)| {
            let here = draw < *weight;
            draw = draw.saturating_sub(*weight);
            here
        });
        drawn.map_or(Fault::HangAfter, |(fault, _)| *fault)
    }

    /// Whether the panel has taken an order by an attempt, and has not given all of it back since: that
    /// is as if it never had been.
    fn has_taken(&self, attempt: &Attempt) -> Taken {
        let taken = self.world.truth.of(attempt.order);
        let taken = taken.iter().find(|taken| taken.attempt == attempt.number);
        let there =
            taken.and_then(|taken| self.world.panels.get(taken.panel)?.orders().get(taken.number));
        match there.map(|order| order.state) {
            None => Taken::No,
            Some(fakepanel::State::Canceled) => Taken::Undone,
            Some(_) => Taken::Yes,
        }
    }

    fn order(&mut self, name: &str) -> Outcome<OrderId> {
        let (service, quantity) = self.street.draw(&mut self.world.rng);
        self.placed = self.placed.saturating_add(1);
        let link = format!("https://example.com/{name}{}", self.placed);
        let order = order(service, quantity, link, self.placed.cast_signed());
        let placed = self.world.shop.counter.place_order(order, self.world.now());
        Ok(self.world.shop.wait(placed)?)
    }

    fn faults(&mut self, rules: Vec<Rule>) -> Outcome<()> {
        for panel in &mut self.world.panels {
            panel.set_faults(rules.clone())?;
        }
        Ok(())
    }

    /// Lets time pass, and others do in it what they do.
    pub(super) fn go(&mut self, us: u64) -> Outcome<()> {
        let until_us = self.world.now_us.saturating_add(us);
        while let Some(at_us) = self.others_us.filter(|at_us| *at_us <= until_us) {
            self.world.let_pass(at_us)?;
            self.others()?;
            self.expect_others();
        }
        self.world.let_pass(until_us)
    }

    fn expect_others(&mut self) {
        let world = &mut self.world;
        self.others_us = self.kind.others.map(|others| {
            world.now_us.saturating_add(within(others.every_us, &mut world.rng)).saturating_add(1)
        });
    }

    /// Somebody else spends, or is given back.
    fn others(&mut self) -> Outcome<()> {
        let Some(others) = self.kind.others else { return Ok(()) };
        let (world, decimals) = (&mut self.world, self.kind.decimals);
        let price = self.street.price(decimals, &mut world.rng);
        // Of an order that is given back in part any share may come back.
        let part = !others.spend && chance(500, &mut world.rng);
        let share = if part { world.rng.i64(1..1_000) } else { 1_000 };
        let part = price.raw().saturating_mul(share).checked_div(1_000).unwrap_or(0);
        let amount = fakepanel::Amount::new(part).rounded(decimals, fakepanel::Rounding::HalfUp);
        let signed = if others.spend { amount.raw().saturating_neg() } else { amount.raw() };
        self.moved = self.moved.saturating_add(signed);
        let now_us = world.now_us;
        for panel in &mut world.panels {
            panel.advance(now_us);
            let has = panel.balance("main").unwrap_or(fakepanel::Amount::ZERO);
            panel.set_balance(now_us, "main", has.plus(fakepanel::Amount::new(signed)))?;
        }
        Ok(())
    }

    /// What is unknown of these orders.
    fn lost(&self, all: &[OrderId]) -> Outcome<Vec<AttemptId>> {
        let mut lost = Vec::new();
        for order in all {
            let read = self.world.shop.counter.attempts_of_order(*order);
            let attempts = self.world.shop.wait(read)?;
            let is_lost = |attempt: &&Attempt| attempt.state == AttemptState::Lost;
            lost.extend(attempts.iter().filter(is_lost).map(|attempt| attempt.id));
        }
        Ok(lost)
    }

    fn attempts(&self, ids: &[AttemptId]) -> Outcome<Vec<Attempt>> {
        let ids = ids.to_vec();
        let read = self.world.shop.counter.store().read(move |tx| attempts::by_ids(tx, &ids));
        Ok(self.world.shop.wait(read)??)
    }

    /// Until nothing is unknown, or a person is asked; how long that took.
    fn wait_for_verdicts(&mut self, all: &[OrderId]) -> Outcome<u64> {
        let from_us = self.world.now_us;
        loop {
            let passed_us = self.world.now_us.saturating_sub(from_us);
            let orders = self.world.orders_of(all)?;
            if !orders.iter().any(|order| order.state == State::Unknown) {
                return Ok(passed_us);
            }
            if passed_us > UNKNOWN_US {
                return Err("an order is unknown, and nobody is asked".into());
            }
            self.go(LOOK_US)?;
        }
    }

    /// Until all of these are to be followed and no more, or have ended, while staff decide what waits for
    /// them by what is true.
    fn wait_for_placed(&mut self, all: &[OrderId]) -> Outcome<()> {
        let from_us = self.world.now_us;
        loop {
            let passed_us = self.world.now_us.saturating_sub(from_us);
            let orders = self.world.orders_of(all)?;
            let Some(open) = orders.iter().find(|order| !is_placed(order.state)) else {
                return Ok(());
            };
            if passed_us > PLACED_US {
                let (id, state) = (open.id, open.state.name());
                return Err(format!("order {id} is {state}, and nothing becomes of it").into());
            }
            self.go(LOOK_US)?;
            self.world.truth.look(&self.world.panels)?;
            self.world.decide_by_truth(all)?;
        }
    }
}

/// Whether all that is left of an order is to be followed, or not even that.
const fn is_placed(state: State) -> bool {
    matches!(state, State::Submitted | State::InProgress) || state.is_terminal()
}
