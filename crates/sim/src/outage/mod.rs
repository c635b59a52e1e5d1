//! A provider that is dead for minutes while thousands of orders wait for it, and another one
//! beside it: through the real engine, counted at the wire.

mod count;
mod queued;

pub use count::Counted;

use crate::Outcome;
use crate::kinds::Event;
use crate::operator::Books;
use crate::planted::Planted;
use crate::swarm::SECOND;
use crate::trials::{plan, quiet};
use crate::world::World;
use domain::providers::AttemptState;
use domain::{OrderId, ProviderId};
use fakepanel::settings::{Account, Delivery, Span};
use fakepanel::{Action, Amount, Fault, Rule, Settings};
use fastrand::Rng;
pub use queued::Queued;

/// How a provider is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dead {
    /// It is not: what the others are held against.
    Not,
    /// Nobody listens.
    Refuses,
    /// Whatever it is asked is taken, and never answered.
    Hangs,
    /// Whatever it is asked is answered with a page that says that something is wrong.
    Breaks,
}

impl Dead {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Not, Self::Refuses, Self::Hangs, Self::Breaks];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Not => "well",
            Self::Refuses => "refuses connections",
            Self::Hangs => "never answers",
            Self::Breaks => "answers with 502",
        }
    }

    fn rules(self) -> Vec<Rule> {
        let all = [
            Action::Add,
            Action::Status,
            Action::Balance,
            Action::Cancel,
            Action::Refill,
            Action::RefillStatus,
        ];
        match self {
            Self::Not => Vec::new(),
            Self::Refuses => vec![Rule::new(Fault::Refuse)],
            Self::Hangs => vec![Rule::new(Fault::HangBefore).on(&all)],
            Self::Breaks => vec![Rule::new(Fault::BadGateway).on(&all)],
        }
    }
}

/// When it dies, in microseconds.
const DIES_US: u64 = 10 * SECOND;

/// When everything must have been placed.
const OVER_US: u64 = 4 * 3_600 * SECOND;

/// Between two looks.
const LOOK_US: u64 = 5 * SECOND;

/// Orders that are under way at a provider at the same time.
const AT_ONCE: i64 = 16;

/// Lets the first provider be dead, and waits until it has all orders that wait for it. The same seed comes to the same.
///
/// # Errors
/// When it cannot be carried out, or comes to no end.
pub fn go_through(
    queued: &Queued,
    dead: Dead,
    planted: Option<Planted>,
    seed: u64,
) -> Outcome<Counted> {
    let rng = Rng::with_seed(seed);
    let mut world = World::of(&queued.ground, rng, quiet(vec![panel(), panel()]), false)?;
    world.books = queued.providers.iter().map(|id| Books::of(*id, AT_ONCE)).collect();
    world.planted = planted;
    // An order that may go now goes now.
    world.pause_us = 0;
    world.sent = Some(Vec::new());
    world.schedule(Span::just(0), Event::Start);
    go(&mut world, DIES_US)?;
    faults(&mut world, dead.rules())?;
    go(&mut world, queued.dead_us)?;
    let beside = taken(&world, 1);
    faults(&mut world, Vec::new())?;
    let mut left_to_people = 0_u64;
    while taken(&world, 0) < queued.first {
        if world.now_us > OVER_US {
            let taken = taken(&world, 0);
            return Err(
                format!("{taken} of {} orders are placed, and no more", queued.first).into()
            );
        }
        go(&mut world, LOOK_US)?;
        let decided = decide(&mut world, &queued.providers)?;
        left_to_people = left_to_people.saturating_add(decided);
    }
    world.truth.look(&world.panels)?;
    let doubled = doubled(&world);
    let sent = world.sent.take().unwrap_or_default();
    let back = if dead == Dead::Not { DIES_US } else { DIES_US.saturating_add(queued.dead_us) };
    Ok(Counted::of(&sent, DIES_US..back, world.now_us, queued).with(
        beside,
        left_to_people,
        doubled,
    ))
}

fn go(world: &mut World, us: u64) -> Outcome<()> {
    world.let_pass(world.now_us.saturating_add(us))
}

fn faults(world: &mut World, rules: Vec<Rule>) -> Outcome<()> {
    Ok(world.panels.first_mut().map_or(Ok(()), |panel| panel.set_faults(rules))?)
}

/// How many orders a panel has taken.
fn taken(world: &World, panel: usize) -> usize {
    world.panels.get(panel).map_or(0, |panel| panel.orders().len())
}

/// Staff decide what waits for them; how much that was.
fn decide(world: &mut World, providers: &[ProviderId]) -> Outcome<u64> {
    world.truth.look(&world.panels)?;
    let mut waits = 0_u64;
    for provider in providers {
        let read = world.shop.counter.unknown_attempts(*provider);
        let unknown = world.shop.wait(read)?;
        let lost = unknown.iter().filter(|(attempt, _)| attempt.state == AttemptState::Lost);
        let orders: Vec<OrderId> = lost.map(|(attempt, _)| attempt.order).collect();
        waits = waits.saturating_add(world.decide_by_truth(&orders)?);
    }
    Ok(waits)
}

/// How many orders the panels have more than once.
fn doubled(world: &World) -> usize {
    let all = world.panels.iter().flat_map(|panel| panel.orders());
    let mut links: Vec<&str> = all.map(|order| &*order.link).collect();
    let count = links.len();
    links.sort_unstable();
    links.dedup();
    count.saturating_sub(links.len())
}

/// A panel that answers in 50 ms and takes its time.
fn panel() -> crate::swarm::PanelPlan {
    let hour = 3_600 * SECOND;
    let delivery = Delivery {
        start_us: Span::just(hour.saturating_mul(6)),
        run_us: Span::just(hour),
        ..Delivery::default()
    };
    let balance = Amount::new(queued::DEPOSIT);
    let key = crate::wire::KEY.to_owned();
    plan(Settings {
        delivery,
        latency_us: Span::new(40_000, 60_000),
        accounts: vec![Account { name: "main".to_owned(), key, balance }],
        ..Settings::default()
    })
}
