//! What a failing disk may do at worst, step by step.

use super::books::set_up;
use super::script::Script;
use super::{Oracle, Peer, START, Till, check};
use crate::disk::{Disk, End, Moment, Plan, Survival, Trouble};
use crate::vfs::Mounted;
use fastrand::Rng;
use std::time::Duration;
use store::{Access, Checkpoints};

struct Scene {
    disk: Disk,
    mounted: Mounted,
    oracle: Oracle,
    script: Script,
}

impl Scene {
    /// A counter whose disk fails at the first sync of this kind.
    fn new(moment: Moment) -> Self {
        let (files, oracle) = set_up().unwrap();
        let trouble = Some(Trouble::SyncFails { moment, count: 1 });
        let disk = Disk::new(files, Plan { trouble, ..Plan::default() }, 1);
        let mounted = Mounted::new(disk.clone()).unwrap();
        Self { disk, mounted, oracle, script: Script::new(Rng::with_seed(1), true) }
    }

    fn open(&self) -> Till {
        // Long enough for one step, and copied after the next.
        let checkpoints = Checkpoints { pages: 20, idle: Duration::from_secs(600) };
        Till::open(&self.mounted, &self.disk, checkpoints, Access::Existing).unwrap()
    }

    fn step(&mut self, till: &mut Till) {
        for ask in self.script.round(&self.oracle) {
            till.ask(ask, START);
        }
        for (ask, answer, at) in till.step() {
            self.oracle.told(ask, answer, at);
        }
    }

    /// Pages copied while somebody reads: SQLite leaves their sync to the next time.
    fn copied_in_part(&mut self) -> Till {
        let mut till = self.open();
        for _ in 0..3 {
            self.step(&mut till);
        }
        assert_eq!(self.disk.sync_failures(), 0);
        till
    }

    fn restart(&mut self) {
        self.disk = self.disk.next(Plan::default(), 2);
        self.mounted.put(self.disk.clone());
    }

    /// Closes it; what was not answered may be there or not.
    fn close(&mut self, till: Till) {
        for (ask, at) in till.close() {
            self.oracle.left_open(ask, at);
        }
    }

    /// Nothing of what was not synced survives, and all that was told is there.
    fn holds(&mut self) {
        self.disk.cut(Survival::Nothing);
        let verdict = check(&self.disk, &mut self.oracle).unwrap();
        assert_eq!(verdict.findings, Vec::<String>::new());
        assert!(self.oracle.acknowledged > 0);
    }
}

#[test]
fn a_commit_whose_sync_failed_takes_nothing_with_it() {
    let mut scene = Scene::new(Moment::WalSync);
    let mut till = scene.open();
    for _ in 0..2 {
        scene.step(&mut till);
    }
    assert_eq!(scene.disk.end(), Some(End::Killed), "the process ends itself");
    scene.close(till);
    scene.restart();
    let mut till = scene.open();
    scene.step(&mut till);
    assert!(till.alive());
    scene.disk.cut(Survival::Nothing);
    scene.close(till);
    scene.holds();
}

#[test]
fn a_copy_whose_sync_failed_is_made_again_from_the_start() {
    let mut scene = Scene::new(Moment::FileSync);
    let peer = Peer::begin(&scene.mounted).unwrap();
    let mut till = scene.copied_in_part();
    drop(peer);
    scene.step(&mut till);
    assert_eq!(scene.disk.end(), Some(End::Killed), "the process ends itself");
    scene.close(till);
    scene.restart();
    let mut till = scene.open();
    for _ in 0..4 {
        scene.step(&mut till);
    }
    scene.close(till);
    scene.holds();
}

#[test]
fn a_sync_that_fails_while_the_counter_is_closed_leaves_the_wal() {
    let mut scene = Scene::new(Moment::FileSync);
    let peer = Peer::begin(&scene.mounted).unwrap();
    let till = scene.copied_in_part();
    drop(peer);
    scene.close(till);
    assert_eq!(scene.disk.sync_failures(), 1);
    assert!(scene.disk.files().contains_key("counter.db-wal"), "{:?}", scene.disk.files().keys());
    scene.holds();
}
