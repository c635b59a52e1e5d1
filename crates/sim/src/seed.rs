//! One seed, from its beginning to its end.

use crate::Outcome;
use crate::coverage::Coverage;
use crate::mutant::Mutant;
use crate::shop::Ground;
use crate::swarm::SECOND;
use crate::world::World;
use fastrand::Rng;

/// How a seed is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most events.
    pub events: u64,
    /// A bug that is planted.
    pub mutant: Option<Mutant>,
    /// Whether what happens is told in words.
    pub told: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { events: 20_000, mutant: None, told: false }
    }
}

/// What a seed came to.
#[derive(Clone, Debug)]
pub struct Run {
    /// How many things happened.
    pub events: u64,
    /// What is wrong, in words.
    pub findings: Vec<String>,
    /// A number that two runs of a seed share.
    pub trace: u64,
    /// Which transitions were taken.
    pub coverage: Coverage,
    /// What happened, where that was asked for.
    pub lines: Vec<String>,
}

/// How long it takes, once nothing goes wrong any more, until no order is stuck.
const CALM_US: u64 = 18 * 60 * SECOND;

/// How long corrections are waited for.
const DAY_US: u64 = 9 * 3_600 * SECOND;

/// Runs a seed.
///
/// # Errors
/// When it cannot be carried out; never for what it finds.
pub fn run(ground: &Ground, seed: u64, options: Options) -> Outcome<Run> {
    let rng = Rng::with_seed(seed);
    let mut world = World::new(ground, rng, options.mutant, options.told)?;
    let most = options.events;
    world.go_on_until(world.swarm.chaos_us, most.saturating_mul(3) / 4)?;
    if world.findings.is_empty() {
        world.check_books()?;
        world.calm_down()?;
        world.idle_us = 10 * SECOND;
        let from_us = world.now_us;
        world.go_on_until(from_us.saturating_add(CALM_US), most)?;
        let whole = world.events < most;
        if world.swarm.a_day && whole && world.findings.is_empty() {
            world.idle_us = 600 * SECOND;
            world.go_on_until(from_us.saturating_add(DAY_US), most)?;
        }
        if whole && world.findings.is_empty() {
            world.check_end()?;
        }
    }
    let World { events, findings, trace, watch, .. } = world;
    let hash = trace.hash();
    Ok(Run { events, findings, trace: hash, coverage: watch.coverage, lines: trace.into_lines() })
}
