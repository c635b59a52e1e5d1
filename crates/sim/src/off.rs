//! Orders of which nobody can tell for long: the worker writes them off, as far as services and budget
//! allow it, and staff find out later what became of them.

use crate::Outcome;
use crate::mutant::Mutant;
use crate::shop::SERVICES;
use crate::swarm::{SECOND, chance};
use crate::world::World;
use counter::catalogue::ServiceChange;
use counter::fulfilment::WriteOffTerms;
use domain::catalogue::WhenUnknown;
use domain::orders::{Order, State};
use domain::providers::{Attempt, AttemptState, WriteOff, WriteOffState};
use domain::{AttemptId, Micros, OrderId, ServiceId};
use fakepanel::{Fault, Rule};
use fastrand::Rng;
use std::collections::BTreeMap;

/// What a seed draws of it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) terms: WriteOffTerms,
    /// What each service says, from the first on.
    services: Vec<WhenUnknown>,
    /// For how long staff leave alone what nobody can tell of, in microseconds.
    leave_us: i64,
    /// Of a hundred looks, those at which staff find out about one that was written off.
    finds: u16,
}

/// All that are written off.
const MANY: i64 = 100_000;

/// Microseconds of a UTC day.
const DAY_US: i64 = 86_400_000_000;

/// How long after the last jump of the clock it may be believed.
pub(crate) const SETTLED_US: u64 = 90 * SECOND;

impl Plan {
    /// A plan for panels that take orders late, or for such that do not.
    pub(crate) fn draw(late: bool, rng: &mut Rng) -> Self {
        let seconds = |rng: &mut Rng, least, most| rng.i64(least..=most).saturating_mul(1_000_000);
        let (after_us, quiet_us) = if late {
            (seconds(rng, 80, 160), seconds(rng, 70, 120))
        } else {
            (seconds(rng, 30, 60), seconds(rng, 12, 20))
        };
        let services = (0..SERVICES).map(|_| match rng.u8(..4) {
            0 => WhenUnknown::Hold,
            1 => WhenUnknown::Refund { most: Micros::new(rng.i64(50_000..=900_000)) },
            _ => WhenUnknown::Refund { most: Micros::new(5_000_000) },
        });
        let services = services.collect();
        let daily = Micros::new(rng.i64(500_000..=9_000_000));
        let leave_us = if rng.u8(..6) == 0 { 0 } else { seconds(rng, 300, 700) };
        let finds = rng.u16(0..=60);
        Self { terms: WriteOffTerms { after_us, quiet_us, daily }, services, leave_us, finds }
    }

    /// One that writes off a lot.
    pub(crate) fn eager(daily: i64) -> Self {
        let terms =
            WriteOffTerms { after_us: 30_000_000, quiet_us: 12_000_000, daily: Micros::new(daily) };
        let most = Micros::new(5_000_000);
        let services = (0..SERVICES).map(|_| WhenUnknown::Refund { most }).collect();
        Self { terms, services, leave_us: 500_000_000, finds: 10 }
    }

    fn says(&self, service: ServiceId) -> WhenUnknown {
        let at = usize::try_from(service.0.saturating_sub(1)).unwrap_or(usize::MAX);
        self.services.get(at).copied().unwrap_or_default()
    }
}

/// Whether a panel may take an order long after it was sent.
pub(crate) fn takes_late(faults: &[Rule]) -> bool {
    faults.iter().any(|rule| rule.fault == Fault::AcceptLate)
}

impl World {
    /// What the services say is set.
    pub(crate) fn set_write_offs(&mut self) -> Outcome<()> {
        let Some(plan) = self.swarm.write_off.clone() else { return Ok(()) };
        for service in (1..=SERVICES).map(ServiceId) {
            let when_unknown = Some(plan.says(service));
            let change = ServiceChange { when_unknown, ..ServiceChange::default() };
            self.shop.wait(self.shop.counter.edit_service(service, change, self.now()))?;
        }
        Ok(())
    }

    /// The worker looks for what is to be written off.
    pub(crate) fn write_off(&mut self) -> Outcome<()> {
        let Some(plan) = self.swarm.write_off.clone() else { return Ok(()) };
        // By a clock that is set all the time nobody knows how long ago anything was.
        if self.swarm.jumps > 0 && self.now_us < self.settled_us {
            return Ok(());
        }
        let awake = self.dispatchers.iter().rev().find(|(_, found)| !found.lease_lost);
        let Some((&pid, found)) = awake.filter(|(_, found)| found.wakes_us <= self.now_us) else {
            return Ok(());
        };
        let worker = found.worker.clone();
        let terms = self.bent_terms(plan.terms);
        self.watch.wrote = true;
        match self.shop.wait(worker.write_off_unknown(terms, self.now())) {
            Ok(_) => {}
            Err(error) if error.is_lease_lost() => self.lose_lease(pid),
            Err(error) => self.finding(format!("nothing can be written off: {error}")),
        }
        self.look()?;
        self.check_budget()
    }

    const fn bent_terms(&self, terms: WriteOffTerms) -> WriteOffTerms {
        match self.mutant {
            Some(Mutant::BudgetIgnored) => {
                WriteOffTerms { daily: Micros::new(1_000_000_000_000), ..terms }
            }
            Some(Mutant::WrittenOffEarly) => WriteOffTerms { after_us: 0, quiet_us: 0, ..terms },
            _ => terms,
        }
    }

    fn written_off(&self, open: bool) -> Outcome<Vec<WriteOff>> {
        let latest = AttemptId(i64::MAX);
        Ok(self.shop.wait(self.shop.counter.written_off(open, latest, MANY))?)
    }

    /// On no day more is written off than may be, and only what the service lets go.
    fn check_budget(&mut self) -> Outcome<()> {
        let Some(plan) = self.swarm.write_off.clone() else { return Ok(()) };
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        for item in self.written_off(false)? {
            let attempt = self.shop.wait(self.shop.counter.attempts(&[item.attempt]))?.pop();
            let cost = attempt.map_or(i64::MAX, |attempt| attempt.expected_cost.raw());
            let day = days.entry(item.opened.0.div_euclid(DAY_US)).or_default();
            *day = day.saturating_add(cost);
            let service = self.watch.orders.get(&item.order).map(|order| order.service);
            let most = service.and_then(|service| plan.says(service).most());
            if most.is_none_or(|most| cost > most.raw()) {
                self.finding(format!("order {}: is written off at {cost}", item.order));
            }
        }
        for (day, drawn) in days {
            if drawn > plan.terms.daily.raw() {
                let daily = plan.terms.daily.raw();
                self.finding(format!("day {day}: {drawn} are written off, {daily} may be"));
            }
        }
        Ok(())
    }

    /// An order is written off: nothing of it may be taken any more, so nothing may be on its way.
    pub(crate) fn check_written_off(&mut self, order: OrderId) {
        self.watch.written_off.insert(order);
        if self.is_on_its_way(order) {
            self.finding(format!("order {order}: is written off while a call is on its way"));
        }
    }

    /// Whether staff let an order wait until it is written off; they look at one of three all the same.
    pub(crate) fn is_left_alone(&self, order: &Order, attempts: &[Attempt]) -> bool {
        let Some(plan) = &self.swarm.write_off else { return false };
        let lost = attempts.last().filter(|attempt| attempt.state == AttemptState::Lost);
        let age = lost.map(|attempt| self.now().0.saturating_sub(attempt.started.0));
        let open = matches!(order.state, State::Unknown | State::Review);
        let left = order.id.0.rem_euclid(3) != 0;
        open && left && age.is_some_and(|age| age < plan.leave_us)
    }

    /// Staff find out about orders that were written off.
    pub(crate) fn find_out(&mut self) -> Outcome<()> {
        let Some(finds) = self.swarm.write_off.as_ref().map(|plan| plan.finds) else {
            return Ok(());
        };
        for item in self.written_off(true)? {
            let found = chance(finds.saturating_mul(10), &mut self.rng);
            let fence = self.watch.orders.get(&item.order).map(|order| order.fence);
            if let Some(number) = fence.filter(|_| found && !self.is_on_its_way(item.order)) {
                self.say_of(item.order, number)?;
            }
        }
        Ok(())
    }

    /// What is known of orders that were written off is true.
    pub(crate) fn check_written_off_end(&mut self) -> Outcome<()> {
        self.check_budget()?;
        for item in self.written_off(false)? {
            let there = !self.truth.of(item.order).is_empty();
            let wrong = match item.state {
                WriteOffState::Open => false,
                WriteOffState::Accepted => !there,
                WriteOffState::NotAccepted => self.truth.latest(item.order).is_some_and(|taken| {
                    self.upstream_state(taken) != Some(fakepanel::State::Canceled)
                }),
            };
            if wrong {
                let (order, state) = (item.order, item.state.name());
                self.finding(format!("order {order}: is written off as {state}, there: {there}"));
            }
        }
        Ok(())
    }
}
