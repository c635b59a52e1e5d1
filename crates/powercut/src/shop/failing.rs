//! What a failing disk may do at worst, step by step.

use super::ask::{Answer, Ask, ServiceAsk};
use super::books::{set_up, settings, wait};
use super::script::Script;
use super::{Oracle, Peer, START, Till, Told, check};
use crate::disk::{Disk, End, Files, Moment, Plan, Survival, Trouble};
use crate::vfs::Mounted;
use counter::Counter;
use domain::{AccountId, ServiceId};
use fastrand::Rng;
use std::sync::mpsc::channel;
use std::task::{Context, Waker};
use std::time::Duration;
use store::tables::meta;
use store::{Access, Checkpoints, DbError, SqliteOptions, Store};

struct Scene {
    disk: Disk,
    mounted: Mounted,
    oracle: Oracle,
    script: Script,
}

impl Scene {
    /// A counter whose disk fails at a sync.
    fn new(moment: Moment, count: u32) -> Self {
        let (files, oracle) = set_up().unwrap();
        let trouble = Some(Trouble::SyncFails { moment, count });
        let disk = Disk::new(files, Plan { trouble, ..Plan::default() }, 1);
        let mounted = Mounted::new(disk.clone()).unwrap();
        Self { disk, mounted, oracle, script: Script::new(Rng::with_seed(1), true) }
    }

    fn open(&self, checkpoints: Checkpoints) -> Till {
        Till::open(&self.mounted, &self.disk, checkpoints, Access::Existing).unwrap()
    }

    fn step(&mut self, till: &mut Till) {
        for ask in self.script.round(&self.oracle) {
            till.ask(ask, START);
        }
        let told = till.step();
        self.told(told);
    }

    fn told(&mut self, told: Vec<Told>) {
        for (ask, answer, at) in told {
            self.oracle.told(ask, answer, at);
        }
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

/// Long enough for one step, and copied before the next.
const SHORT: Checkpoints = Checkpoints { pages: 20, idle: Duration::from_secs(600) };

/// Never copied within a test.
const LONG: Checkpoints = Checkpoints { pages: 4_096, idle: Duration::from_secs(600) };

/// Copied when there is nothing to do.
const IDLE: Checkpoints = Checkpoints { pages: 4_096, idle: Duration::from_millis(1) };

#[test]
fn a_database_that_cannot_be_made_to_hold_a_wal_is_refused() {
    for (moment, count) in [
        (Moment::JournalSync, 1),
        (Moment::JournalSync, 2),
        (Moment::FileSync, 1),
        (Moment::WalSync, 1),
        (Moment::WalSync, 2),
    ] {
        let trouble = Some(Trouble::SyncFails { moment, count });
        let disk = Disk::new(Files::new(), Plan { trouble, ..Plan::default() }, 1);
        let mounted = Mounted::new(disk.clone()).unwrap();
        let opened = Till::open(&mounted, &disk, SHORT, Access::CreateIfMissing);
        assert!(disk.troubled() && opened.is_err(), "{moment:?} {count}");
        disk.kill();
        let disk = disk.next(Plan::default(), 2);
        mounted.put(disk.clone());
        let opened = Till::open(&mounted, &disk, SHORT, Access::CreateIfMissing).unwrap();
        assert!(disk.files().contains_key("counter.db-wal"), "{moment:?} {count}");
        opened.close();
    }
}

#[test]
fn a_commit_whose_sync_failed_takes_nothing_with_it() {
    let mut scene = Scene::new(Moment::WalSync, 2);
    let mut till = scene.open(SHORT);
    for _ in 0..2 {
        scene.step(&mut till);
    }
    assert_eq!(scene.disk.end(), Some(End::Killed), "the process ends itself");
    scene.close(till);
    scene.restart();
    let mut till = scene.open(SHORT);
    scene.step(&mut till);
    assert!(till.alive());
    scene.disk.cut(Survival::Nothing);
    scene.close(till);
    scene.holds();
}

#[test]
fn a_commit_whose_sync_failed_is_taken_back_though_a_unit_reads() {
    let mut scene = Scene::new(Moment::WalSync, 4);
    let options = SqliteOptions { readers: 2, ..SqliteOptions::new(scene.mounted.database()) };
    let options = SqliteOptions { checkpoints: LONG, ..options };
    let (failing, (tell, failed)) = (scene.disk.clone(), channel());
    let on_fatal = move |error: &str| {
        failing.kill();
        tell.send(error.to_owned()).unwrap();
    };
    let store = Store::open_sqlite(&options, Access::Existing, on_fatal).unwrap();
    let ((begin, begun), disk, reads) = (channel(), scene.disk.clone(), store.clone());
    // Has its snapshot when the COMMIT fails, and ends after it.
    let unit = move || {
        wait(reads.read(|tx| {
            let currency = meta::get(tx, "currency")?;
            begin.send(()).unwrap();
            while disk.sync_failures() == 0 {
                std::thread::yield_now();
            }
            Ok::<_, DbError>(currency)
        }))
    };
    let reading = std::thread::Builder::new().spawn(unit).unwrap();
    begun.recv().unwrap();
    let counter = Counter::new(store, settings().unwrap());
    'failed: loop {
        for ask in scene.script.round(&scene.oracle) {
            let answer = wait(ask.begin(&counter, START)).unwrap();
            scene.oracle.told(ask, answer, START);
            if scene.disk.end().is_some() {
                break 'failed;
            }
        }
    }
    assert!(failed.recv_timeout(Duration::from_secs(60)).is_ok());
    let wal = scene.disk.files().get("counter.db-wal").map_or(0, Vec::len);
    assert_eq!(wal, 0, "the next start would take what is in it for committed");
    drop(reading.join().unwrap());
    drop(counter);
    scene.restart();
    let mut till = scene.open(SHORT);
    scene.step(&mut till);
    scene.close(till);
    scene.holds();
}

// While somebody reads, pages are copied that SQLite leaves unsynced until the next time: those are
// forgotten when that sync fails.

#[test]
fn a_copy_whose_sync_failed_is_made_again_from_the_start() {
    let mut scene = Scene::new(Moment::FileSync, 1);
    let mut till = scene.open(SHORT);
    let peer = Peer::begin(&scene.mounted).unwrap();
    for _ in 0..3 {
        scene.step(&mut till);
    }
    assert_eq!(scene.disk.sync_failures(), 0);
    drop(peer);
    scene.step(&mut till);
    assert_eq!(scene.disk.end(), Some(End::Killed), "the process ends itself");
    scene.close(till);
    scene.restart();
    let mut till = scene.open(SHORT);
    for _ in 0..4 {
        scene.step(&mut till);
    }
    scene.close(till);
    scene.holds();
}

#[test]
fn a_sync_that_fails_while_the_counter_is_closed_leaves_the_wal() {
    let mut scene = Scene::new(Moment::FileSync, 1);
    let mut till = scene.open(IDLE);
    scene.step(&mut till);
    let peer = Peer::begin(&scene.mounted).unwrap();
    scene.step(&mut till);
    let told = till.idle().unwrap();
    scene.told(told);
    assert_eq!(scene.disk.sync_failures(), 0);
    drop(peer);
    scene.close(till);
    assert_eq!((scene.disk.sync_failures(), scene.disk.end()), (1, None));
    assert!(scene.disk.files().contains_key("counter.db-wal"));
    scene.holds();
}

/// As a program does that goes on after the store has told it that the disk failed.
#[test]
fn a_copy_whose_sync_failed_leaves_the_wal() {
    let mut scene = Scene::new(Moment::FileSync, 1);
    let path = scene.mounted.database();
    let options = SqliteOptions { checkpoints: SHORT, ..SqliteOptions::new(path) };
    let (tell, failed) = channel();
    let (go, waits) = channel();
    let on_fatal = move |error: &str| {
        tell.send(error.to_owned()).unwrap();
        waits.recv().unwrap();
    };
    let store = Store::open_sqlite(&options, Access::Existing, on_fatal).unwrap();
    let counter = Counter::new(store, settings().unwrap());
    let peer = Peer::begin(&scene.mounted).unwrap();
    for _ in 0..4 {
        for ask in scene.script.round(&scene.oracle) {
            let answer = wait(ask.begin(&counter, START)).unwrap();
            scene.oracle.told(ask, answer, START);
        }
    }
    drop(peer);
    let begin = |ask: &Ask| {
        let mut waiting = ask.begin(&counter, START);
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        waiting
    };
    let order = |number: i64| {
        Ask::Order(ServiceAsk {
            account: AccountId(1),
            service: ServiceId(1),
            quantity: 10,
            link: format!("https://example.com/late/{number}"),
            request_id: None,
        })
    };
    // The copy after this one fails, unless the one before it was late, and has.
    let credit = scene.script.credit(&scene.oracle).unwrap();
    let credited = begin(&credit);
    let told = failed.recv_timeout(Duration::from_secs(60));
    assert!(told.expect("the store says that the disk failed").contains("copied"));
    // Whoever waits by then is told, and whoever asks after it.
    let waiting = begin(&order(1));
    go.send(()).unwrap();
    assert!(matches!(wait(waiting).unwrap(), Answer::Nothing));
    assert!(matches!(wait(order(2).begin(&counter, START)).unwrap(), Answer::Nothing));
    scene.oracle.told(credit, wait(credited).unwrap(), START);
    drop(counter);
    assert!(scene.disk.files().contains_key("counter.db-wal"));
    scene.holds();
}
