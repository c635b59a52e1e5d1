//! A worker: the real engine, and what stands between it and the world.

use crate::Outcome;
use crate::kinds::{Event, Pid};
use crate::mutant::Mutant;
use crate::swarm::{SECOND, chance};
use crate::world::World;
use counter::nodes::{Job, Node, Role, Worker};
use dispatch::engine::{Action, Engine, Input};
use fakepanel::settings::Span;

/// A worker under a lease, from its start to its end.
#[derive(Debug)]
pub(crate) struct Dispatcher {
    pub(crate) engine: Engine,
    pub(crate) worker: Worker,
    /// Until when it sleeps.
    pub(crate) wakes_us: u64,
    /// When it looks around next.
    pub(crate) tick_us: u64,
    /// How often in a row it found nothing to do.
    idle: u32,
    /// Whether it knows that another one has taken over.
    pub(crate) lease_lost: bool,
}

/// For how long a worker that has lost its lease waits for its answers.
const DRAIN: Span = Span::just(15 * SECOND);

/// Shortest pause of a worker that found nothing to do.
pub(crate) const PAUSE_US: u64 = 100_000;

impl World {
    /// A worker starts, under a new lease.
    pub(crate) fn start(&mut self) -> Outcome<()> {
        let pid = Pid(self.pids);
        self.pids = self.pids.saturating_add(1);
        // By the database's clock a lease ends at once here: when another takes over is drawn.
        let node = Node::new(&format!("node {}", pid.0), Role::Worker, 0);
        let counter = self.shop.counter.clone();
        let lease = self.shop.wait(counter.take_lease(&node, Job::Fulfilment))?;
        let dispatcher = Dispatcher {
            engine: Engine::new(self.rng.u64(..), self.swarm.timing, self.now()),
            worker: counter.worker(lease),
            wakes_us: 0,
            tick_us: 0,
            idle: 0,
            lease_lost: false,
        };
        self.trace.note(self.now_us, format_args!("worker {} starts", pid.0));
        self.dispatchers.insert(pid, dispatcher);
        self.tell(pid, Input::Tick);
        Ok(())
    }

    pub(crate) fn tick(&mut self, pid: Pid) {
        // One that has lost its lease only waits for answers.
        if self.dispatchers.get(&pid).is_some_and(|dispatcher| !dispatcher.lease_lost) {
            self.tell(pid, Input::Tick);
        }
    }

    /// Tells a worker something, and takes up what it wants done.
    pub(crate) fn tell(&mut self, pid: Pid, input: Input) {
        let now = self.now();
        let input = self.hurried(input);
        for input in self.bent_input(pid, input) {
            self.trace.say(self.now_us, format_args!("  {} <- {input:?}", pid.0));
            let Some(dispatcher) = self.dispatchers.get_mut(&pid) else { return };
            let ticked = matches!(input, Input::Tick);
            let actions = dispatcher.engine.step(input, now);
            let works = actions.iter().any(is_work);
            dispatcher.idle = match (works, ticked) {
                (true, _) => 0,
                (false, true) => dispatcher.idle.saturating_add(1),
                (false, false) => dispatcher.idle,
            };
            for action in actions {
                self.trace.say(self.now_us, format_args!("  {} -> {action:?}", pid.0));
                let lag = self.swarm.lag;
                let action = self.judged(action);
                for action in self.bent_action(pid, action) {
                    self.schedule(lag, Event::Do(pid, action));
                }
            }
        }
        self.plan_tick(pid);
    }

    /// A worker looks around when it says so, or later: the less there is to do, the later.
    fn plan_tick(&mut self, pid: Pid) {
        let now = self.now();
        let Some(dispatcher) = self.dispatchers.get_mut(&pid) else { return };
        let wanted = dispatcher.engine.next_tick(now).0.saturating_sub(now.0).max(0).unsigned_abs();
        let pause =
            self.pause_us.saturating_mul(1_u64.checked_shl(dispatcher.idle.min(20)).unwrap_or(1));
        let at_us = self.now_us.saturating_add(wanted.max(pause.min(self.idle_us)));
        // An earlier one that is planned stays.
        if dispatcher.tick_us > self.now_us && dispatcher.tick_us <= at_us {
            return;
        }
        dispatcher.tick_us = at_us;
        self.schedule_at(at_us, Event::Tick(pid, at_us));
    }

    /// A worker was refused because another one has taken over: it begins nothing more.
    pub(crate) fn lose_lease(&mut self, pid: Pid) {
        let Some(dispatcher) = self.dispatchers.get_mut(&pid) else { return };
        if !dispatcher.lease_lost {
            dispatcher.lease_lost = true;
            dispatcher.engine.stop();
            self.trace.note(self.now_us, format_args!("worker {} has lost its lease", pid.0));
            self.schedule(DRAIN, Event::Gone(pid));
        }
    }

    /// The worker ends in the middle of whatever it does, or falls asleep and others think so.
    pub(crate) fn crash(&mut self) -> Outcome<()> {
        let at_work = |dispatcher: &Dispatcher| !dispatcher.lease_lost;
        let current = self.dispatchers.iter().rev().find(|(_, found)| at_work(found));
        let Some((&pid, _)) = current.filter(|(_, found)| found.wakes_us <= self.now_us) else {
            return Ok(());
        };
        let sleeps = chance(self.swarm.sleepers.saturating_mul(10), &mut self.rng);
        if sleeps {
            // Longer than a person waits who decides.
            let longest = if self.is(Mutant::StaleSent) { 400 } else { 40 };
            let slept = self.rng.u64(SECOND..=SECOND.saturating_mul(longest));
            let wakes_us = self.now_us.saturating_add(slept);
            self.trace.note(self.now_us, format_args!("worker {} falls asleep", pid.0));
            if let Some(dispatcher) = self.dispatchers.get_mut(&pid) {
                dispatcher.wakes_us = wakes_us;
            }
        } else {
            self.trace.note(self.now_us, format_args!("worker {} ends", pid.0));
            self.dispatchers.remove(&pid);
            let rng = &mut self.rng;
            // What it has sent may have left it or not.
            self.calls.retain(|_, call| call.pid != Some(pid) || rng.bool());
            if chance(self.swarm.restarts.saturating_mul(10), &mut self.rng) {
                self.shop.reopen()?;
                self.trace.note(self.now_us, format_args!("the process starts anew"));
            }
        }
        self.schedule(Span::new(SECOND / 100, 4 * SECOND), Event::Start);
        Ok(())
    }
}

/// Whether an action is more than a look.
const fn is_work(action: &Action) -> bool {
    !matches!(
        action,
        Action::ReadSetup
            | Action::ReadWaiting { .. }
            | Action::ReadUnknown(_)
            | Action::ReadFollowed { .. }
            | Action::ReadForwards(_)
            | Action::AskBalance { .. }
            | Action::RecordBalance(_)
    )
}
