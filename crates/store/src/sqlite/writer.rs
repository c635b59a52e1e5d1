//! The writing thread: takes whatever units wait, and makes one COMMIT for all of them.

use super::connection::execute;
use super::{Checkpoints, Claim, Readers, SqliteOptions, SqliteTx, checkpoint};
use crate::StoreError;
use crate::unit::{Job, caught};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// Most units that share a COMMIT: bounds how long the first of them waits for the last.
const UNITS_PER_COMMIT: usize = 512;

/// Called when the disk failed: a COMMIT, so that its outcome is unknown, or copying the WAL.
pub(crate) type OnFatal = Box<dyn Fn(&str) + Send>;

#[derive(Debug)]
pub(crate) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on `connection`.
    pub(crate) fn start(
        connection: Connection,
        claim: Arc<Claim>,
        readers: Arc<Readers>,
        options: &SqliteOptions,
        on_fatal: OnFatal,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(options.queue);
        let checkpoints = options.checkpoints;
        let thread =
            std::thread::Builder::new().name(String::from("store-writer")).spawn(move || {
                run(connection, readers, &receiver, checkpoints, &on_fatal);
                // The connection is closed now.
                drop(claim);
            })?;
        Ok(Self { queue: Some(sender), thread: Some(thread) })
    }

    /// Queues a unit; one that finds the queue full is finished at once.
    pub(crate) fn submit(&self, job: Box<dyn Job>) {
        let Some(queue) = &self.queue else {
            return job.finish(Err(StoreError::Closed));
        };
        match queue.try_send(job) {
            Ok(()) => {}
            Err(TrySendError::Full(job)) => job.finish(Err(StoreError::Full)),
            Err(TrySendError::Disconnected(job)) => job.finish(Err(StoreError::Closed)),
        }
    }
}

impl Drop for Writer {
    /// Waits until every queued unit is committed and told, and the connection closed.
    fn drop(&mut self) {
        self.queue = None;
        // A unit may own the store. Dropped with it, on the writing thread, there is nothing to
        // wait for: the thread goes on to its end.
        let own = |thread: &JoinHandle<()>| thread.thread().id() == std::thread::current().id();
        if let Some(thread) = self.thread.take().filter(|thread| !own(thread)) {
            // The thread catches the panics of units; one that still panicked has logged it.
            drop(thread.join());
        }
    }
}

fn run(
    connection: Connection,
    readers: Arc<Readers>,
    queue: &Receiver<Box<dyn Job>>,
    checkpoints: Checkpoints,
    on_fatal: &OnFatal,
) {
    // Whether something was written since the WAL was last copied.
    let mut written = false;
    loop {
        let first = if written {
            match queue.recv_timeout(checkpoints.idle) {
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(error) = checkpoint::copy(&connection, &readers) {
                        return fail(connection, queue, &error, on_fatal);
                    }
                    written = false;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Ok(first) => first,
            }
        } else {
            match queue.recv() {
                Err(_) => break,
                Ok(first) => first,
            }
        };
        if let Err(error) = commit_group(&connection, queue, first) {
            tracing::error!(%error, "a group of units did not come to its end, its outcome is unknown");
            checkpoint::take_back(&connection, &readers);
            return fail(connection, queue, &error, on_fatal);
        }
        written = true;
        readers.committed();
        if let Err(error) = checkpoint::after_commit(&connection, &readers, checkpoints) {
            return fail(connection, queue, &error, on_fatal);
        }
    }
    // The store itself has let go of them already: closed here, they are closed before this one.
    drop(readers);
    close(connection);
}

/// The disk has failed: nothing more is written, not even when the connection is closed.
fn fail(connection: Connection, queue: &Receiver<Box<dyn Job>>, error: &str, on_fatal: &OnFatal) {
    keep_wal(&connection);
    on_fatal(error);
    drop(connection);
    // The process goes on all the same: whoever asks is told.
    for job in queue {
        job.finish(Err(StoreError::Closed));
    }
}

/// Lets the WAL stay when the connection is closed, as it is. SQLite would copy it once more, and
/// remove it if that seems to succeed.
fn keep_wal(connection: &Connection) {
    let keep = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    if let Err(error) = connection.set_db_config(keep, true) {
        tracing::warn!(%error, "the WAL may be removed");
    }
}

/// Closes so that the database file alone holds everything: whoever moves it somewhere else may
/// forget the `-wal` beside it. Closing removes `-wal` and `-shm` too when no other connection is
/// left.
fn close(connection: Connection) {
    // Never waits: a unit may have used up the wait for the lock just before. When another process
    // writes, all is copied to the file nevertheless; only the WAL stays as long as it is.
    match checkpoint::empty(&connection) {
        Ok(true) => {}
        Ok(false) => tracing::info!("another process has the database open, it keeps the WAL"),
        Err(error) => {
            tracing::warn!(%error, "the WAL could not be emptied, keep it with the file");
            keep_wal(&connection);
        }
    }
    if let Err((_, error)) = connection.close() {
        tracing::warn!(%error, "the database could not be closed, keep the WAL with the file");
    }
}

/// A finished unit that waits for the COMMIT.
type Finished = (Box<dyn Job>, Result<(), StoreError>);

/// Runs `first` and all that wait behind it. An error means that the outcome is not known.
///
/// The units share the transaction without savepoints, because a savepoint costs a copy of every
/// page that is changed after it. Only when one of them has to be taken back are all of them rolled
/// back and run again, each in a savepoint: a unit can be run again by its contract.
fn commit_group(
    connection: &Connection,
    queue: &Receiver<Box<dyn Job>>,
    first: Box<dyn Job>,
) -> Result<(), String> {
    if let Err(error) = execute(connection, "begin immediate") {
        // The next ones would wait as long again, one after another, for the same lock.
        refuse(std::iter::once(first).chain(queue.try_iter()), &error);
        return Ok(());
    }
    let mut finished: Vec<Finished> = Vec::new();
    // Once some had to run again, the rest run in savepoints too: nothing runs a third time.
    let mut apart = false;
    let mut next = Some(first);
    while let Some(mut job) = next.take() {
        if apart {
            finished.push(run_in_savepoint(connection, job)?);
        } else {
            let before = connection.total_changes();
            let outcome = run_unit(connection, &mut *job);
            let kept = matches!(outcome, Ok(true));
            finished.push((job, outcome.map(|_| ())));
            let clean = !connection.is_autocommit() && connection.total_changes() == before;
            if !kept && !clean {
                apart = true;
                match run_again(connection, finished)? {
                    Some(again) => finished = again,
                    None => return Ok(()),
                }
            }
        }
        if finished.len() < UNITS_PER_COMMIT {
            next = queue.try_recv().ok();
        }
    }
    let committed = execute(connection, "commit");
    for (job, outcome) in finished {
        match &committed {
            Ok(()) => job.finish(outcome),
            // A unit that was rolled back by itself surely wrote nothing, whatever COMMIT did.
            Err(error) => job.finish(outcome.and(Err(StoreError::Unknown(error.clone())))),
        }
    }
    committed
}

/// Rolls the whole transaction back and runs its units again, each in a savepoint. Nothing when
/// there is no lock to be had any more; the units are told so.
fn run_again(
    connection: &Connection,
    units: Vec<Finished>,
) -> Result<Option<Vec<Finished>>, String> {
    // Some errors end the transaction by themselves.
    if !connection.is_autocommit() {
        execute(connection, "rollback")?;
    }
    if let Err(error) = execute(connection, "begin immediate") {
        refuse(units.into_iter().map(|(job, _)| job), &error);
        return Ok(None);
    }
    units
        .into_iter()
        .map(|(job, _)| run_in_savepoint(connection, job))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Tells units that the lock could not be had.
fn refuse(units: impl Iterator<Item = Box<dyn Job>>, error: &str) {
    // Collected first: a unit that is told may queue another, which is not one of these.
    for job in units.collect::<Vec<_>>() {
        job.finish(Err(StoreError::Unavailable(error.to_owned())));
    }
}

fn run_in_savepoint(connection: &Connection, mut job: Box<dyn Job>) -> Result<Finished, String> {
    execute(connection, "savepoint unit")?;
    let outcome = run_unit(connection, &mut *job);
    if !matches!(outcome, Ok(true)) {
        execute(connection, "rollback to unit")?;
    }
    execute(connection, "release unit")?;
    Ok((job, outcome.map(|_| ())))
}

/// Runs a unit; a panic in it is its error.
fn run_unit(connection: &Connection, job: &mut dyn Job) -> Result<bool, StoreError> {
    caught(|| {
        let mut tx = SqliteTx::new(connection);
        let kept = job.run(&mut tx);
        match tx.into_poison() {
            Some(error) => Err(StoreError::Db(error)),
            None => kept.map_err(StoreError::Db),
        }
    })
}
