//! The threads that carry units out, each with a connection of its own.

use super::connection::Connection;
use super::failure::{self, Remedy};
use super::ids::Ids;
use super::marks::{self, Committed, Marks};
use super::options::Options;
use super::queue::Queue;
use super::standbys;
use super::statements::Statements;
use super::tx::{Ended, PgTx};
use crate::unit::{Job, caught};
use crate::{DbError, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a unit is run of which something does not hold any more.
const RUNS: u32 = 12;

/// After so many runs, the pauses between two runs of a unit get no longer.
const LONGEST_PAUSE_AFTER: u32 = 10;

/// How long a unit waits for a server that takes connections, before it is refused: longer than a
/// standby needs to take over.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// How long it is tried to find out what became of a COMMIT. Its caller waits meanwhile: an answer
/// that comes late is better than none.
const SETTLE_WITHIN: Duration = Duration::from_secs(60);

/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);

/// What all threads of a store share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) statements: Statements,
    pub(super) ids: Ids,
    pub(super) queue: Queue,
    /// How many units that moved an epoch were committed here.
    pub(super) epochs_moved: AtomicU64,
    pub(super) marks: Marks,
    /// Whether units wait because the server does not wait for standbys.
    pub(super) alone: AtomicBool,
}

struct Writer {
    shared: Arc<Shared>,
    connection: Option<Connection>,
}

/// Starts the writing threads.
pub(super) fn start(shared: &Arc<Shared>) -> std::io::Result<Vec<JoinHandle<()>>> {
    let thread = |number: usize| {
        let mut writer = Writer { shared: Arc::clone(shared), connection: None };
        std::thread::Builder::new().name(format!("store-writer-{number}")).spawn(move || {
            while let Some(job) = writer.shared.queue.pop() {
                writer.carry_out(job);
            }
        })
    };
    (1..=shared.options.writers).map(thread).collect()
}

#[expect(clippy::disallowed_methods, reason = "how long to wait for a server is no rule")]
pub(super) fn deadline(patience: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(patience).unwrap_or(now)
}

#[expect(clippy::disallowed_methods, reason = "a server that is not there cannot be awaited")]
pub(super) fn pause(longest: Duration) {
    std::thread::sleep(longest);
}

#[expect(clippy::disallowed_methods, reason = "how long to wait for a server is no rule")]
pub(super) fn passed(deadline: Instant) -> bool {
    Instant::now() >= deadline
}

/// A connection, tried for until `deadline`.
pub(super) fn connect(options: &Options, deadline: Instant) -> Result<Connection, StoreError> {
    loop {
        match Connection::open(options) {
            Ok(connection) => return Ok(connection),
            Err(error) if passed(deadline) => {
                return Err(StoreError::Unavailable(format!("{}: {error}", options.shown)));
            }
            Err(error) => {
                tracing::debug!(%error, "no connection yet");
                pause(PAUSE);
            }
        }
    }
}

/// How one run of a unit ended.
enum Run {
    /// It is over, and this is what its caller is told.
    Over(Result<(), StoreError>),
    /// It met another unit, or its connection broke; nothing is kept. With the error for the case
    /// that it was run too often, and what is to be done.
    Again(DbError, Remedy),
    /// The server does not wait for standbys, which is required; nothing is kept.
    Alone,
}

impl Writer {
    fn carry_out(&mut self, mut job: Box<dyn Job>) {
        let patience = deadline(PATIENCE);
        let (mut met, mut missed, mut broken): (u32, u32, u32) = (0, 0, 0);
        let outcome = loop {
            let connection = match self.connection.take() {
                Some(connection) => connection,
                None => match connect(&self.shared.options, patience) {
                    Ok(connection) => connection,
                    Err(error) => break Err(error),
                },
            };
            match self.run(connection, &mut *job) {
                Run::Over(outcome) => break outcome,
                Run::Alone => {
                    if let Err(error) = self.wait_for_standbys(patience) {
                        break Err(error);
                    }
                }
                Run::Again(error, _) if passed(patience) => break Err(StoreError::Db(error)),
                // The connection is kept where the unit met another one.
                Run::Again(error, remedy) if self.connection.is_some() => {
                    met = met.saturating_add(1);
                    missed = missed.saturating_add(u32::from(remedy == Remedy::Again));
                    if missed >= RUNS {
                        break Err(StoreError::Db(error));
                    }
                    // At once the first time; then those that met wait for different whiles, each
                    // longer than the one before.
                    let longer = met.saturating_sub(1).min(LONGEST_PAUSE_AFTER);
                    let spread = longer.saturating_mul(longer).saturating_mul(thread_number());
                    pause(Duration::from_micros(u64::from(spread.saturating_mul(150))));
                }
                Run::Again(error, _) => {
                    tracing::debug!(%error, "a unit's connection broke");
                    self.shared.ids.forget();
                    broken = broken.saturating_add(1);
                    // One that always breaks must not do so as often as it can.
                    if broken > 2 {
                        pause(PAUSE);
                    }
                }
            }
        };
        job.finish(outcome);
    }

    /// Runs the unit once. The connection is kept unless it broke.
    fn run(&mut self, connection: Connection, job: &mut dyn Job) -> Run {
        let shared = Arc::clone(&self.shared);
        let Shared { options, statements, ids, .. } = &*shared;
        // Before it begins: once it holds locks, it waits for nobody.
        if let Err(error) = ids.refill(&connection) {
            let error = DbError::new("TAKE_IDS", failure::text(&error));
            return Run::Again(error, Remedy::Reconnect);
        }
        let mut tx = PgTx::new(&connection, statements, ids, options.begin());
        let ran = caught(|| job.run(&mut tx).map_err(StoreError::Db));
        let Ended { begun, poison, epoch_moves } = tx.end(matches!(ran, Ok(true)));
        let (outcome, remedy) = match (ran, poison) {
            (Err(StoreError::Panicked(panic)), _) => {
                (Err(StoreError::Panicked(panic)), Remedy::None)
            }
            (_, Some(poison)) => (Err(StoreError::Db(poison.error)), poison.remedy),
            (Err(error), None) => (Err(error), Remedy::None),
            (Ok(false), None) => (Ok(()), Remedy::None),
            (Ok(true), None) if begun => {
                let run = self.commit(connection);
                if epoch_moves {
                    // Before anybody is told, and whatever became of it: to look again is never wrong.
                    shared.epochs_moved.fetch_add(1, Ordering::Release);
                }
                return run;
            }
            (Ok(true), None) => (Ok(()), Remedy::None),
        };
        // Nothing is kept. Where ROLLBACK itself fails, the connection goes, and the transaction with
        // it.
        if remedy != Remedy::Reconnect && (!begun || connection.execute("rollback").is_ok()) {
            self.connection = Some(connection);
        }
        match (outcome, remedy) {
            (Err(StoreError::Db(error)), remedy) if remedy != Remedy::None => {
                Run::Again(error, remedy)
            }
            (outcome, _) => Run::Over(outcome),
        }
    }

    /// Writes the unit's mark and commits.
    fn commit(&mut self, connection: Connection) -> Run {
        let mark = self.shared.marks.next();
        let error = match self.shared.marks.commit(&connection, mark) {
            Committed::Yes => {
                if self.shared.alone.swap(false, Ordering::Relaxed) {
                    tracing::info!("the server waits for a standby, units are committed again");
                }
                self.shared.marks.forget(&connection, mark);
                self.connection = Some(connection);
                return Run::Over(Ok(()));
            }
            Committed::Alone => {
                self.connection = Some(connection);
                return Run::Alone;
            }
            Committed::PerhapsAlone(reason) => return self.settle(mark, &reason),
            Committed::Failed(error) => error,
        };
        if failure::leaves_open(&error) {
            drop(connection);
            return self.settle(mark, &failure::text(&error));
        }
        // PostgreSQL refused to commit: it has rolled back.
        let kept = connection.execute("rollback").is_ok();
        if marks::is_closed(&error) {
            let why = marks::why_closed(&connection).ok().flatten();
            let why = why.unwrap_or_else(|| failure::text(&error));
            let text = format!("{} {why}", self.shared.options.shown);
            return Run::Over(Err(StoreError::Unavailable(text)));
        }
        if kept {
            self.connection = Some(connection);
        }
        let text = failure::text(&error);
        match failure::remedy(&error) {
            Remedy::None => Run::Over(Err(StoreError::Db(DbError::new("COMMIT", text)))),
            remedy => Run::Again(DbError::new("COMMIT", text), remedy),
        }
    }

    /// Waits for the server to wait for standbys, on the connection that is kept.
    fn wait_for_standbys(&mut self, patience: Instant) -> Result<(), StoreError> {
        if !self.shared.alone.swap(true, Ordering::Relaxed) {
            tracing::warn!("units wait: {}", standbys::ALONE);
        }
        while let Some(connection) = self.connection.take() {
            match standbys::server_waits(&connection) {
                Ok(true) => {
                    self.connection = Some(connection);
                    return Ok(());
                }
                Ok(false) if passed(patience) => {
                    self.connection = Some(connection);
                    let shown = &self.shared.options.shown;
                    let text = format!("{shown}: {}", standbys::ALONE);
                    return Err(StoreError::Unavailable(text));
                }
                Ok(false) => self.connection = Some(connection),
                // The unit connects anew, and may find another server.
                Err(error) => tracing::debug!(error = failure::text(&error), "not asked"),
            }
            pause(PAUSE);
        }
        Ok(())
    }

    /// Finds out what became of a COMMIT that had no answer, or none that is believed.
    fn settle(&mut self, mark: i64, error: &str) -> Run {
        tracing::warn!(error, "a COMMIT had no certain answer, looking for what it wrote");
        self.shared.ids.forget();
        let end = deadline(SETTLE_WITHIN);
        loop {
            let settled = connect(&self.shared.options, end).and_then(|connection| {
                let verdict = self.shared.marks.settle(&connection, mark);
                verdict.map(|verdict| (verdict, connection)).map_err(StoreError::Unavailable)
            });
            match settled {
                Ok((committed, connection)) => {
                    tracing::info!(committed, "the COMMIT without an answer is settled");
                    self.connection = Some(connection);
                    if committed {
                        return Run::Over(Ok(()));
                    }
                    return Run::Again(DbError::new("COMMIT", error), Remedy::Reconnect);
                }
                Err(failed) if passed(end) => {
                    return Run::Over(Err(StoreError::Unknown(format!("{error}; {failed}"))));
                }
                Err(failed) => {
                    tracing::debug!(error = %failed, "not settled yet");
                    pause(PAUSE);
                }
            }
        }
    }
}

/// The number in the name of the thread: threads that met each other wait for different whiles.
fn thread_number() -> u32 {
    let current = std::thread::current();
    let number = current.name().and_then(|name| name.rsplit('-').next()?.parse().ok());
    number.unwrap_or(1)
}
