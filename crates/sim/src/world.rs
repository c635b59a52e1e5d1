//! One world: who is in it, its clock, and what happens next.

use crate::Outcome;
use crate::agenda::Agenda;
use crate::customer::Customer;
use crate::dispatcher::Dispatcher;
use crate::kinds::{Call, CallId, Event, Pid};
use crate::mutant::Mutant;
use crate::off::SETTLED_US;
use crate::operator::Books;
use crate::shop::{Ground, START, Shop};
use crate::swarm::{SECOND, Swarm, chance, within};
use crate::trace::Trace;
use crate::truth::Truth;
use crate::watch::Watch;
use domain::{AttemptId, ProviderId, Timestamp};
use fakepanel::Panel;
use fakepanel::settings::Span;
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};

/// One world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) rng: Rng,
    pub(crate) swarm: Swarm,
    pub(crate) mutant: Option<Mutant>,
    /// The time that passes, in microseconds since the beginning. The panels have it.
    pub(crate) now_us: u64,
    /// By how much the counter's clock is off.
    pub(crate) offset_us: i64,
    pub(crate) agenda: Agenda<Event>,
    pub(crate) panels: Vec<Panel>,
    pub(crate) dispatchers: BTreeMap<Pid, Dispatcher>,
    pub(crate) pids: u64,
    /// What a planted bug has sent again already.
    pub(crate) sent_again: BTreeSet<AttemptId>,
    pub(crate) calls: BTreeMap<CallId, Call>,
    pub(crate) call_ids: u64,
    pub(crate) customers: Vec<Customer>,
    pub(crate) books: Vec<Books>,
    pub(crate) truth: Truth,
    pub(crate) watch: Watch,
    pub(crate) trace: Trace,
    pub(crate) findings: Vec<String>,
    pub(crate) events: u64,
    /// Nothing goes wrong any more.
    pub(crate) calm: bool,
    /// From when on the clock is set no more.
    pub(crate) settled_us: u64,
    /// Longest pause of a worker that has nothing to do.
    pub(crate) idle_us: u64,
    // Last: whoever holds a counter is gone when its store closes.
    pub(crate) shop: Shop,
}

/// Between two changes of what goes wrong at a panel.
const WEATHER: Span = Span::new(5 * SECOND, 40 * SECOND);

/// Between two rounds of what is done beside fulfilment.
const CHORES: Span = Span::new(2 * SECOND, 20 * SECOND);

impl World {
    pub(crate) fn new(
        ground: &Ground,
        mut rng: Rng,
        mutant: Option<Mutant>,
        told: bool,
    ) -> Outcome<Self> {
        let mut swarm = Swarm::draw(&mut rng);
        if let Some(mutant) = mutant {
            mutant.bias(&mut swarm);
        }
        let shop = Shop::open(ground)?;
        let mut panels = Vec::new();
        for plan in &swarm.panels {
            panels.push(Panel::new(plan.settings.clone(), rng.u64(..))?);
        }
        let truth = Truth::new(panels.len());
        let customers = (1..).take(usize::try_from(swarm.customers)?).map(Customer::new);
        let mut world = Self {
            customers: customers.collect(),
            books: Vec::new(),
            rng,
            swarm,
            mutant,
            now_us: 0,
            offset_us: 0,
            agenda: Agenda::new(),
            panels,
            dispatchers: BTreeMap::new(),
            pids: 0,
            sent_again: BTreeSet::new(),
            calls: BTreeMap::new(),
            call_ids: 0,
            truth,
            watch: Watch::default(),
            trace: Trace::new(told),
            findings: Vec::new(),
            events: 0,
            calm: false,
            settled_us: u64::MAX,
            idle_us: SECOND,
            shop,
        };
        world.open_for_business()?;
        Ok(world)
    }

    fn open_for_business(&mut self) -> Outcome<()> {
        for at in 0..self.panels.len() {
            self.add_provider(at)?;
            self.schedule(Span::just(0), Event::Weather(at));
        }
        self.set_write_offs()?;
        for customer in 0..self.customers.len() {
            self.schedule(self.swarm.pause, Event::Customer(customer));
        }
        self.schedule(Span::just(0), Event::Start);
        self.schedule(self.swarm.looks, Event::Operator);
        self.schedule(CHORES, Event::Chores);
        self.look()
    }

    /// What the counter's clock says.
    pub(crate) const fn now(&self) -> Timestamp {
        let passed = self.now_us.cast_signed().saturating_add(self.offset_us);
        Timestamp(START.0.saturating_add(passed))
    }

    pub(crate) fn schedule(&mut self, after: Span, event: Event) {
        let at_us = self.now_us.saturating_add(within(after, &mut self.rng));
        self.schedule_at(at_us, event);
    }

    pub(crate) fn schedule_at(&mut self, at_us: u64, event: Event) {
        let draw = self.rng.u32(..);
        self.agenda.add(at_us, draw, event);
    }

    /// Which panel a provider is.
    pub(crate) fn panel(&self, provider: ProviderId) -> Option<usize> {
        self.books.iter().position(|books| books.provider == provider)
    }

    pub(crate) fn finding(&mut self, text: String) {
        self.trace.say(self.now_us, format_args!("WRONG: {text}"));
        self.findings.push(text);
    }

    /// Lets things happen until a moment, or until something is found.
    pub(crate) fn go_on_until(&mut self, until_us: u64, most: u64) -> Outcome<()> {
        while self.findings.is_empty() && self.events < most {
            let Some((at_us, event)) = self.agenda.next() else { break };
            if at_us > until_us {
                // It is to happen later all the same.
                self.schedule_at(at_us, event);
                self.now_us = until_us;
                break;
            }
            self.now_us = self.now_us.max(at_us);
            self.happen(event)?;
            if !self.calm {
                self.trouble()?;
            }
        }
        Ok(())
    }

    /// Where nothing goes wrong nobody is in a hurry.
    const fn slowed(&self, span: Span) -> Span {
        if self.calm { Span::new(self.idle_us, self.idle_us.saturating_mul(4)) } else { span }
    }

    fn happen(&mut self, event: Event) -> Outcome<()> {
        if let Some(pid) = event.pid() {
            let Some(dispatcher) = self.dispatchers.get(&pid) else { return Ok(()) };
            if dispatcher.wakes_us > self.now_us {
                let late = Span::new(0, SECOND / 10);
                let at_us = dispatcher.wakes_us.saturating_add(within(late, &mut self.rng));
                self.schedule_at(at_us, event);
                return Ok(());
            }
            if matches!(event, Event::Tick(_, at_us) if dispatcher.tick_us != at_us) {
                return Ok(());
            }
        }
        self.events = self.events.saturating_add(1);
        self.trace.note(self.now_us, format_args!("{}", event.name()));
        for panel in &mut self.panels {
            panel.advance(self.now_us);
        }
        match event {
            Event::Start => self.start()?,
            Event::Tick(pid, _) => self.tick(pid),
            Event::Do(pid, action) => self.carry_out(pid, action)?,
            Event::Tell(pid, input) => self.tell(pid, input),
            Event::Gone(pid) => drop(self.dispatchers.remove(&pid)),
            Event::Arrive(call) => self.arrive(call),
            Event::Collect(call, number) => self.collect(call, number),
            Event::Customer(customer) => self.customer(customer)?,
            Event::Operator => {
                self.look_around()?;
                self.schedule(self.slowed(self.swarm.looks), Event::Operator);
            }
            Event::Chores => {
                self.chores()?;
                self.schedule(self.slowed(CHORES), Event::Chores);
            }
            Event::Weather(panel) => self.weather(panel)?,
        }
        self.look()
    }

    /// What goes wrong at a panel changes: everything that its plan has, some of it, or nothing.
    fn weather(&mut self, at: usize) -> Outcome<()> {
        let Some(plan) = self.swarm.panels.get(at) else { return Ok(()) };
        let rules = match self.rng.u8(..4) {
            _ if self.calm => Vec::new(),
            0 => Vec::new(),
            1 => plan.faults.iter().filter(|_| self.rng.bool()).cloned().collect(),
            _ => plan.faults.clone(),
        };
        if let Some(panel) = self.panels.get_mut(at) {
            panel.set_faults(rules)?;
        }
        if !self.calm {
            self.schedule(WEATHER, Event::Weather(at));
        }
        Ok(())
    }

    /// Between any two events a worker may end, or the clock may be set.
    fn trouble(&mut self) -> Outcome<()> {
        if chance(self.swarm.crashes, &mut self.rng) {
            self.crash()?;
        }
        if chance(self.swarm.jumps, &mut self.rng) {
            let jump = self.rng.i64(-5_000_000..=30_000_000);
            self.offset_us = self.offset_us.saturating_add(jump);
            self.trace.note(self.now_us, format_args!("the clock is set by {jump}"));
        }
        Ok(())
    }

    /// From now on nothing goes wrong, and nobody asks for anything new.
    pub(crate) fn calm_down(&mut self) -> Outcome<()> {
        self.calm = true;
        self.trace.note(self.now_us, format_args!("calm"));
        self.settled_us = self.now_us.saturating_add(SETTLED_US);
        for panel in &mut self.panels {
            panel.set_faults(Vec::new())?;
        }
        self.open_all()
    }
}
