//! The counter, open on a disk, one step at a time.
//!
//! Between two steps its writing thread stands still inside a unit that was told already. While it
//! stands, callers queue what they ask; then it goes on, copies its WAL if it is long enough, and
//! commits all of it together. Whatever thread is slow, the same is done in the same order.

use super::ask::{Answer, Ask, Waiting};
use super::books::{settings, wait};
use crate::Outcome;
use crate::disk::Disk;
use crate::vfs::Mounted;
use counter::Counter;
use domain::Timestamp;
use rusqlite::{Connection, OpenFlags};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Poll, Waker};
use store::{Access, Checkpoints, DbError, SqliteOptions, Store, StoreError, Tx, Unit};

/// A counter that is open.
pub(crate) struct Till {
    counter: Counter,
    disk: Disk,
    /// Where the writing thread waits to be let on.
    stands: Option<Sender<()>>,
    /// Ends with the writing thread.
    ended: Receiver<()>,
    asked: Vec<Asked>,
}

/// Something that was asked and not answered yet.
struct Asked {
    ask: Ask,
    at: Timestamp,
    waiting: Waiting,
}

/// An answer, with what it answers and when that was asked.
pub(crate) type Told = (Ask, Answer, Timestamp);

/// Lets the writing thread stand still once it was told, unless it is about to end.
struct Stop {
    reached: Sender<Sender<()>>,
}

impl Unit for Stop {
    fn run(&mut self, _tx: &mut dyn Tx) -> Result<(), DbError> {
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        if matches!(outcome, Err(StoreError::Closed | StoreError::Full | StoreError::Unknown(_))) {
            // Told by whoever submitted it, or with the COMMIT that ends the process.
            return;
        }
        let (go, wait) = channel();
        if self.reached.send(go).is_ok() {
            // An error means that nobody wants it to stand any more.
            let _ = wait.recv();
        }
    }
}

/// Owns the store to its end, so that the writing thread itself closes it.
struct Last {
    store: Option<Store>,
}

impl Unit for Last {
    fn run(&mut self, _tx: &mut dyn Tx) -> Result<(), DbError> {
        Ok(())
    }

    fn finish(mut self: Box<Self>, _outcome: Result<(), StoreError>) {
        drop(self.store.take());
    }
}

impl Till {
    /// Opens the counter on a mounted disk. A COMMIT that fails ends the process, as the program
    /// does: the disk sees it as a kill.
    ///
    /// # Errors
    /// When the counter does not open.
    pub(crate) fn open(
        mounted: &Mounted,
        disk: &Disk,
        checkpoints: Checkpoints,
        access: Access,
    ) -> Outcome<Self> {
        let (alive, ended) = channel();
        let killed = disk.clone();
        let on_fatal = move |_: &str| {
            // Dropped with the thread.
            let _alive: &Sender<()> = &alive;
            killed.kill();
        };
        let options =
            SqliteOptions { readers: 1, checkpoints, ..SqliteOptions::new(mounted.database()) };
        let store = Store::open_sqlite(&options, access, on_fatal)?;
        let counter = Counter::new(store, settings()?);
        let disk = disk.clone();
        let mut till = Self { counter, disk, stands: None, ended, asked: Vec::new() };
        till.step();
        Ok(till)
    }

    pub(crate) fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Asks; it is begun with the next step.
    pub(crate) fn ask(&mut self, ask: Ask, now: Timestamp) {
        let waiting = ask.begin(&self.counter, now);
        self.asked.push(Asked { ask, at: now, waiting });
    }

    /// What has been answered.
    fn answers(&mut self) -> Vec<Told> {
        let mut told = Vec::new();
        let mut context = Context::from_waker(Waker::noop());
        for mut asked in std::mem::take(&mut self.asked) {
            match asked.waiting.as_mut().poll(&mut context) {
                Poll::Ready(answer) => told.push((asked.ask, answer, asked.at)),
                Poll::Pending => self.asked.push(asked),
            }
        }
        told
    }

    /// Carries out all that was asked, and returns what was answered. The writing thread stands
    /// again after it, or has ended.
    pub(crate) fn step(&mut self) -> Vec<Told> {
        let mut told = self.answers();
        self.stop();
        told.extend(self.answers());
        told
    }

    /// Lets the writing thread have nothing to do, until it has copied its WAL.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) fn idle(&mut self) -> Result<Vec<Told>, &'static str> {
        let seen = self.disk.checkpoints();
        drop(self.stands.take());
        if !self.disk.wait_for_checkpoint(seen) {
            return Err("there was nothing to do, and the WAL was not copied");
        }
        // Before anything is polled: what is asked while the thread runs is carried out by chance
        // with this or with that.
        self.stop();
        Ok(self.answers())
    }

    /// Lets the writing thread on, to stand again behind what is queued now.
    fn stop(&mut self) {
        let (reached, wait) = channel();
        self.counter.store().submit(Box::new(Stop { reached }));
        drop(self.stands.take());
        self.stands = wait.recv().ok();
        if self.stands.is_none() {
            self.wait_for_end();
        }
    }

    /// Waits for the end of the writing thread.
    fn wait_for_end(&self) {
        // Nothing is ever sent: the error is the end.
        let _ = self.ended.recv();
    }

    /// Whether it goes on.
    pub(crate) fn alive(&self) -> bool {
        self.stands.is_some() && self.disk.end().is_none()
    }

    /// Closes it in good order; what was asked and not answered is left.
    pub(crate) fn close(self) -> Vec<(Ask, Timestamp)> {
        let Self { counter, disk: _, stands, ended, asked } = self;
        let left = asked.into_iter().map(|Asked { ask, at, .. }| (ask, at)).collect();
        let store = counter.store().clone();
        drop(counter);
        let queued = store.clone();
        queued.submit(Box::new(Last { store: Some(store) }));
        drop(queued);
        drop(stands);
        // As above.
        let _ = ended.recv();
        left
    }
}

/// Another process that reads, in the middle of a snapshot.
pub(crate) struct Peer {
    _connection: Connection,
}

impl Peer {
    /// Begins a snapshot.
    ///
    /// # Errors
    /// When it cannot.
    pub(crate) fn begin(mounted: &Mounted) -> Outcome<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(mounted.database(), flags)?;
        connection.execute_batch("begin")?;
        connection.query_row("select count(*) from meta", [], |_| Ok(()))?;
        Ok(Self { _connection: connection })
    }
}

/// Another process that opens the counter beside the one that runs, asks for one thing, and ends.
pub(crate) fn credit_beside(mounted: &Mounted, ask: &Ask, now: Timestamp) -> Answer {
    let options = SqliteOptions { readers: 1, ..SqliteOptions::new(mounted.database()) };
    let opened = Store::open_sqlite(&options, Access::Existing, |_| {});
    let settings = settings();
    let (Ok(store), Ok(settings)) = (opened, settings) else { return Answer::Nothing };
    let counter = Counter::new(store, settings);
    wait(ask.begin(&counter, now)).unwrap_or(Answer::Unknown)
}
