//! Crashes: the real program, killed at any moment under load, and a record outside of it of
//! everything that it was asked and answered.
//!
//! After each kill the program is started again, and all that is stored is compared with the record:
//! what was acknowledged is there, once, and as it was acknowledged; what was not answered is there
//! as it was asked or not at all; nothing else is there; and every account has exactly what follows
//! from that. Then the same requests are sent again, and `verify` recomputes the books.

mod answer;
pub(crate) mod book;
pub(crate) mod check;
pub(crate) mod client;
mod findings;
mod goods;
pub(crate) mod life;
pub(crate) mod load;
mod operator;
pub(crate) mod replay;
mod rush;
pub(crate) mod stored;
pub(crate) mod world;

pub use findings::Findings;
pub use rush::{Rush, rush};

use crate::watch;
use life::{Life, kill_while_starting, start};
use load::Moment;
use std::path::Path;
use std::time::Duration;
use testkit::{Demo, Program};
use world::{Purse, Stock, World};

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often the program is killed under load.
    pub kills: u32,
    /// After how many kills a fresh database takes the place of the old one, so that looking
    /// through all of it stays quick.
    pub kills_of_a_life: u32,
    /// After how many kills `verify` is run; it is also run at the end of each life.
    pub kills_of_a_verify: u32,
    /// Clients that ask at the same time.
    pub clients: usize,
    /// The same choices come from the same seed; when the program is killed is never quite the
    /// same.
    pub seed: u64,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Kills under load.
    pub kills: u32,
    /// Kills of programs that were just starting.
    pub kills_while_starting: u32,
    /// Changes that were acknowledged.
    pub acknowledged: u64,
    /// Changes that were asked and not answered.
    pub unanswered: u64,
    /// Those of them that turned out to be stored.
    pub unanswered_and_stored: u64,
    /// What is stored otherwise than it was acknowledged.
    pub findings: Findings,
    /// Runs of `verify`.
    pub verified: u32,
    /// What `verify` found.
    pub broken_rules: Vec<String>,
    /// From each start to the first answer.
    pub restarts: Vec<Duration>,
}

impl Report {
    /// Whether nothing was lost, doubled, wrong or broken.
    pub fn clean(&self) -> bool {
        self.findings.clean() && self.broken_rules.is_empty()
    }

    /// The restart that so many in a hundred were not slower than.
    pub fn restart(&self, percent: usize) -> Duration {
        let mut sorted = self.restarts.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

/// Whoever hears of each kill, and may lay hands on what is stored before the program is started
/// again.
pub trait Watcher {
    /// The program is down; `folder` is where it works.
    fn down(&mut self, _kill: u32, _folder: &Path) {}
    /// It is up again, and all has been compared.
    fn up(&mut self, _report: &Report) {}
}

pub(crate) const PLENTY: Purse = Purse { money: 1_000_000_000_000, cap: None };

/// Most customers have plenty, two soon have too little, and one may not spend what it has.
pub(crate) const PURSES: [Purse; 8] = [
    PLENTY,
    PLENTY,
    PLENTY,
    PLENTY,
    PLENTY,
    Purse { money: 500_000_000, cap: None },
    Purse { money: 2_000_000_000, cap: None },
    Purse { cap: Some(2_000_000_000), ..PLENTY },
];

/// Plenty of one product, soon too little of another, and a few items that are sold many times.
const STOCKS: [Stock; 3] = [
    Stock { rate: 1_100_001, items: 3_000, uses: 1 },
    Stock { rate: 7, items: 60, uses: 1 },
    Stock { rate: 999_999, items: 10, uses: 100 },
];

/// Kills the program at `binary` as planned.
pub fn run(binary: &Path, plan: Plan, watcher: &mut dyn Watcher) -> Report {
    let mut random = fastrand::Rng::with_seed(plan.seed);
    let template = Program::new(binary.to_str().unwrap());
    let world = World::make(&template, &world::url(template.folder()), &PURSES, &STOCKS);
    let mut report = Report::default();
    while report.kills < plan.kills {
        let kills = plan.kills_of_a_life.min(plan.kills - report.kills);
        let mut life = Life::begin(&template, &world, plan.clients, random.fork());
        let mut server = start(&life.program, &life.world, &mut report);
        for _ in 0..kills {
            server = kill(&mut life, server, plan, &mut report, watcher);
            // What was found once would be found again and again.
            if !report.clean() {
                break;
            }
        }
        life.end(server, &mut report);
    }
    report
}

/// Kills the program, starts it again, and compares; returns it as it serves again.
fn kill(
    life: &mut Life,
    server: Demo,
    plan: Plan,
    report: &mut Report,
    watcher: &mut dyn Watcher,
) -> Demo {
    // Some go on for so long that the program has to tidy up behind its load.
    let (most, millis) = if life.random.u8(..8) == 0 { (6_000, 2_000) } else { (600, 600) };
    let moment = Moment {
        acknowledged: life.random.u64(1..=most),
        at_latest: Duration::from_millis(life.random.u64(50..=millis)),
    };
    life.load(server, moment);
    report.kills += 1;
    watcher.down(report.kills, life.program.folder());
    if report.kills.is_multiple_of(8) {
        kill_while_starting(&life.program, &mut life.random);
        report.kills_while_starting += 1;
    }
    let server = start(&life.program, &life.world, report);
    report.findings.join(life.compare_and_ask_again(&server));
    life.book.report(report);
    if !report.findings.clean() || report.kills.is_multiple_of(plan.kills_of_a_verify) {
        life.verify(report);
    }
    watcher.up(report);
    server
}
