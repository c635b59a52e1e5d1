//! One seed: a counter that loses its power a few times, and is held against what it told.

use crate::Outcome;
use crate::disk::{Cut, Disk, End, Files, Moment, Plan, Survival, Trouble};
use crate::shop::{
    Answer, Ask, Oracle, Peer, START, Script, Till, Told, check, credit_beside, set_up,
};
use crate::vfs::Mounted;
use domain::Timestamp;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::time::Duration;
use store::{Access, Checkpoints};

/// Where a run of the counter came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// The power went in this kind of operation.
    Cut(Moment),
    /// The power went while the counter was open and did nothing.
    AtRest,
    /// The power went after the counter was closed.
    Closed,
    /// The process was killed.
    Killed,
    /// A COMMIT failed, and the process ended itself.
    Fatal,
}

/// What a seed came to.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Answers that said something is done.
    pub acknowledged: u64,
    /// Of these, what the database does not bear out.
    pub lost: u64,
    /// What is wrong, in words.
    pub findings: Vec<String>,
    /// How the runs of the counter ended, and how often.
    pub ended: BTreeMap<Ended, u64>,
    /// What was to happen in each run of the counter, and how it ended.
    pub history: Vec<(Plan, Ended)>,
    /// A number that two runs of a seed share.
    pub trace: u64,
}

/// What a seed starts from.
#[derive(Clone, Debug)]
pub struct Base {
    files: Files,
    oracle: Oracle,
}

impl Base {
    /// A counter that was set up and closed.
    ///
    /// # Errors
    /// When it cannot be set up.
    pub fn new() -> Outcome<Self> {
        let (files, oracle) = set_up()?;
        Ok(Self { files, oracle })
    }
}

/// Time passes between steps, so that each can be told by it.
const STEP_SECONDS: i64 = 1;

struct Seed {
    rng: Rng,
    oracle: Oracle,
    script: Script,
    again: Vec<Ask>,
    /// What was asked again in this life.
    repeated: Vec<Ask>,
    now: Timestamp,
    conduct: Conduct,
    run: Run,
}

/// How a seed's disk behaves beside losing its power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Now and then it is full, or a sync fails.
    Usual,
    /// It often is, and does.
    Failing,
    /// It says that it has synced, and does not.
    Lying,
}

/// Runs a seed.
///
/// # Errors
/// When it cannot be carried out; never for what it finds.
pub fn run(base: &Base, conduct: Conduct, seed: u64) -> Outcome<Run> {
    let mut rng = Rng::with_seed(seed);
    let from_nothing = rng.u8(..6) == 0;
    let (files, oracle) = if from_nothing {
        (Files::new(), Oracle::default())
    } else {
        (base.files.clone(), base.oracle.clone())
    };
    let script = Script::new(rng.fork(), !from_nothing);
    let now = START;
    let (again, repeated) = (Vec::new(), Vec::new());
    let run = Run::default();
    let mut seed = Seed { rng, oracle, script, again, repeated, now, conduct, run };
    let plan = if from_nothing { seed.first_plan() } else { seed.plan() };
    let mut disk = Disk::new(files, plan, seed.rng.u64(..));
    let mounted = Mounted::new(disk.clone())?;
    for _ in 0..seed.rng.u8(1..4) {
        seed.life(&mounted, &disk)?;
        if seed.failed() {
            break;
        }
        disk = disk.next(seed.plan(), seed.rng.u64(..));
        mounted.put(disk.clone());
    }
    if !seed.failed() {
        // After all that, it serves as if nothing had been.
        disk = disk.next(Plan::default(), seed.rng.u64(..));
        mounted.put(disk.clone());
        seed.peace(&mounted, &disk)?;
    }
    seed.run.acknowledged = seed.oracle.acknowledged;
    Ok(seed.run)
}

impl Seed {
    fn failed(&self) -> bool {
        !self.run.findings.is_empty()
    }

    fn plan(&mut self) -> Plan {
        let cut = (self.rng.u8(..8) > 0).then(|| Cut::draw(&mut self.rng));
        let troubled = match self.conduct {
            Conduct::Usual => self.rng.u8(..6) == 0,
            Conduct::Failing => self.rng.u8(..4) > 0,
            Conduct::Lying => false,
        };
        let trouble = troubled.then(|| Trouble::draw(&mut self.rng));
        Plan { cut, trouble, lies: self.conduct == Conduct::Lying }
    }

    /// For a database that is made: what happens mostly happens while it is.
    fn first_plan(&mut self) -> Plan {
        let mut plan = self.plan();
        if let Some(Trouble::SyncFails { count, .. }) = &mut plan.trouble {
            *count = 1;
        }
        if let Some(cut) = plan.cut.as_mut().filter(|_| self.rng.bool()) {
            *cut = Cut { moment: None, count: self.rng.u32(1..=40), ..*cut };
        }
        plan
    }

    /// From the opening to the end, and what is left then.
    fn life(&mut self, mounted: &Mounted, disk: &Disk) -> Outcome<()> {
        // Either long and short WALs, or one that is copied when there is nothing to do.
        let idles = self.rng.u8(..4) == 0;
        let pages =
            if idles { 4_096 } else { *self.rng.choice(&[12, 40, 120, 400]).unwrap_or(&40) };
        let idle = if idles { Duration::from_millis(1) } else { Duration::from_secs(600) };
        let checkpoints = Checkpoints { pages, idle };
        let plan = disk.plan();
        let mut closed = false;
        match Till::open(mounted, disk, checkpoints, Access::CreateIfMissing) {
            Ok(till) => closed = self.trade(till, mounted, disk, idles)?,
            Err(error) if disk.end().is_none() && !disk.troubled() => {
                self.run.findings.push(format!("the counter does not open: {error}"));
            }
            Err(_) => {}
        }
        self.not_asked();
        self.repeated.clear();
        disk.cut(Survival::draw(&mut self.rng));
        let ended = match disk.end() {
            Some(End::Cut(Some(moment))) => Ended::Cut(moment),
            Some(End::Killed) if disk.troubled() => Ended::Fatal,
            Some(End::Killed) => Ended::Killed,
            Some(End::Cut(None)) if closed => Ended::Closed,
            Some(End::Cut(None)) | None => Ended::AtRest,
        };
        self.run.history.push((plan, ended));
        let count = self.run.ended.entry(ended).or_default();
        *count = count.saturating_add(1);
        self.judge(disk)
    }

    /// What was to be asked again, and was not.
    fn not_asked(&mut self) {
        for ask in std::mem::take(&mut self.again) {
            self.oracle.left_open(ask, self.now);
        }
    }

    fn judge(&mut self, disk: &Disk) -> Outcome<()> {
        let verdict = check(disk, &mut self.oracle)?;
        self.run.trace = self.run.trace.rotate_left(7) ^ disk.trace();
        self.run.lost = self.run.lost.saturating_add(verdict.lost);
        self.run.findings.extend(verdict.findings);
        self.again = verdict.again;
        Ok(())
    }

    /// Trades until the power goes, or for a while; whether it was closed then.
    fn trade(
        &mut self,
        mut till: Till,
        mounted: &Mounted,
        disk: &Disk,
        idles: bool,
    ) -> Outcome<bool> {
        let alone =
            matches!(disk.plan().trouble, Some(Trouble::SyncFails { moment: Moment::WalSync, .. }));
        let mut peer = None;
        for _ in 0..self.rng.u8(1..40) {
            if !till.alive() {
                break;
            }
            self.now = self.now.minus_seconds(-STEP_SECONDS);
            if self.rng.u8(..10) == 0 && !alone {
                peer = match peer {
                    Some(_) => None,
                    None => Some(Peer::begin(mounted)).and_then(Result::ok),
                };
            }
            if self.rng.u8(..30) == 0 {
                self.beside(mounted);
            }
            self.step(&mut till);
            if idles && self.rng.u8(..4) == 0 && till.alive() {
                match till.idle() {
                    Ok(told) => self.told(told),
                    Err(finding) => self.run.findings.push(finding.to_owned()),
                }
            }
        }
        drop(peer);
        match self.rng.u8(..8) {
            0 | 1 => disk.kill(),
            2..5 => {}
            _ => disk.cut_within(self.rng.u32(1..80), Survival::draw(&mut self.rng)),
        }
        let close = self.rng.bool();
        if !close {
            disk.cut(Survival::draw(&mut self.rng));
        }
        for (ask, at) in till.close() {
            self.oracle.left_open(ask, at);
        }
        Ok(close)
    }

    /// Asks for this and that, together with what was left open before.
    fn step(&mut self, till: &mut Till) {
        self.repeated.extend(self.again.iter().cloned());
        for ask in std::mem::take(&mut self.again) {
            till.ask(ask, self.now);
        }
        for ask in self.script.round(&self.oracle) {
            till.ask(ask, self.now);
        }
        let before = till.disk().sync_failures();
        let told = till.step();
        self.told(told);
        if till.disk().sync_failures() > before && till.alive() {
            self.run.findings.push(String::from("a sync failed, and the counter went on"));
        }
    }

    fn told(&mut self, told: Vec<Told>) {
        for (ask, answer, at) in told {
            // Not carried out this time; the first time nobody knows.
            if matches!(answer, Answer::Nothing) && self.repeated.contains(&ask) {
                self.oracle.left_open(ask, at);
            } else {
                self.oracle.told(ask, answer, at);
            }
        }
    }

    /// Another process puts money in, and ends.
    fn beside(&mut self, mounted: &Mounted) {
        if let Some(ask) = self.script.credit(&self.oracle) {
            let answer = credit_beside(mounted, &ask, self.now);
            self.oracle.told(ask, answer, self.now);
        }
    }

    /// A last run that nothing happens to.
    fn peace(&mut self, mounted: &Mounted, disk: &Disk) -> Outcome<()> {
        let checkpoints = Checkpoints { pages: 40, idle: Duration::from_secs(600) };
        match Till::open(mounted, disk, checkpoints, Access::CreateIfMissing) {
            Ok(mut till) => {
                for _ in 0..3 {
                    self.now = self.now.minus_seconds(-STEP_SECONDS);
                    self.step(&mut till);
                }
                // What takes several units has come to its end then.
                for _ in 0..8 {
                    let told = till.step();
                    self.told(told);
                }
                for (ask, at) in till.close() {
                    self.run.findings.push(format!("{ask:?} of {at:?} was never answered"));
                }
            }
            Err(error) => self.run.findings.push(format!("the counter does not open: {error}")),
        }
        self.judge(disk)
    }
}
