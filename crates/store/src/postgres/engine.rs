//! The engine as the store sees it.

use super::connection::Connection;
use super::failure::Remedy;
use super::ids::Ids;
use super::marks::Marks;
use super::migrate::migrate;
use super::options::{Options, QUEUE};
use super::queue::{Queue, Refused};
use super::statements::Statements;
use super::tx::{Ended, PgTx};
use super::writers::{self, PATIENCE, Shared, connect, deadline, passed};
use crate::unit::{Job, caught};
use crate::{Access, DbError, MigrationStatus, OpenError, StoreError, Tx};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// How long what is kept under an epoch counts as read now, where none was moved here since: other
/// nodes move them too, and their changes hold here within this time. Units that write look for
/// themselves.
const FRESH: Duration = Duration::from_millis(250);

const READ: &str = "begin isolation level repeatable read read only";

/// How often a read is run whose connection breaks.
const READS: u32 = 8;

#[derive(Debug)]
pub(crate) struct Postgres {
    shared: Arc<Shared>,
    writers: Vec<JoinHandle<()>>,
    /// Connections that nobody reads with at the moment.
    idle: Mutex<Vec<Connection>>,
    readers: Semaphore,
    opened: Instant,
}

/// A moment that lasts until an epoch is moved here, but not longer than [`FRESH`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    moved: u64,
    period: u128,
}

impl Postgres {
    pub(crate) fn open(url: &str, access: Access) -> Result<Self, OpenError> {
        let options = Options::read(url)?;
        apart(|| migrate(&options, access))?;
        let shared = Arc::new(Shared {
            statements: Statements::default(),
            ids: Ids::default(),
            queue: Queue::default(),
            epochs_moved: AtomicU64::new(0),
            marks: Marks::new(options.standby_required),
            alone: AtomicBool::new(false),
            options,
        });
        let writers = writers::start(&shared).map_err(|error| OpenError::Engine {
            path: shared.options.shown.clone(),
            message: error.to_string(),
        })?;
        let readers = Semaphore::new(shared.options.readers);
        let opened = deadline(Duration::ZERO);
        Ok(Self { shared, writers, idle: Mutex::default(), readers, opened })
    }

    pub(crate) fn migrate(url: &str) -> Result<MigrationStatus, OpenError> {
        let options = Options::read(url)?;
        apart(|| migrate(&options, Access::Migrate))
    }

    pub(crate) fn submit(&self, job: Box<dyn Job>) {
        match self.shared.queue.push(job, QUEUE) {
            Ok(()) => {}
            Err(Refused::Full(job)) => job.finish(Err(StoreError::Full)),
            Err(Refused::Closed(job)) => job.finish(Err(StoreError::Closed)),
        }
    }

    pub(crate) fn moment(&self) -> Tick {
        let period = self.opened.elapsed().as_millis().checked_div(FRESH.as_millis()).unwrap_or(0);
        Tick { moved: self.shared.epochs_moved.load(Ordering::Acquire), period }
    }

    /// Runs a unit that reads, on a snapshot.
    pub(crate) async fn read<T: Send, E: From<DbError> + Send>(
        &self,
        mut body: impl FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    ) -> Result<Result<T, E>, StoreError> {
        let permit = self.readers.acquire().await.map_err(|_| StoreError::Closed)?;
        let result = blocking(|| self.read_now(&mut body));
        drop(permit);
        result
    }

    fn read_now<T, E: From<DbError>>(
        &self,
        body: &mut impl FnMut(&mut dyn Tx) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        let Shared { options, statements, ids, .. } = &*self.shared;
        let patience = deadline(PATIENCE);
        let mut runs: u32 = 0;
        loop {
            let kept = self.idle.lock().pop();
            let connection = kept.map_or_else(|| connect(options, patience), Ok)?;
            let mut tx = PgTx::new(&connection, statements, ids, READ);
            let result = caught(|| Ok(body(&mut tx)));
            let Ended { begun, poison, .. } = tx.end(true);
            let remedy = poison.as_ref().map_or(Remedy::None, |poison| poison.remedy);
            if remedy != Remedy::Reconnect && (!begun || connection.execute("commit").is_ok()) {
                self.idle.lock().push(connection);
            }
            if remedy == Remedy::Reconnect {
                // Those that nobody uses are of the same server.
                let idle = std::mem::take(&mut *self.idle.lock());
                drop(idle);
            }
            runs = runs.saturating_add(1);
            match poison {
                None => return result,
                Some(_) if remedy != Remedy::None && runs < READS && !passed(patience) => {}
                Some(poison) => return Err(StoreError::Db(poison.error)),
            }
        }
    }
}

impl Drop for Postgres {
    /// Waits until every queued unit is committed and told.
    fn drop(&mut self) {
        self.shared.queue.close();
        for writer in self.writers.drain(..) {
            // A unit may own the store, and drop it last.
            if writer.thread().id() != std::thread::current().id() {
                drop(writer.join());
            }
        }
        let mut idle = std::mem::take(&mut *self.idle.lock());
        apart(move || {
            if self.shared.ids.any_left() {
                let kept = idle.pop().map_or_else(|| Connection::open(&self.shared.options), Ok);
                match kept {
                    Ok(connection) => self.shared.ids.give_back(&connection),
                    Err(error) => tracing::debug!(%error, "unused ids stay unused"),
                }
            }
            drop(idle);
        });
    }
}

/// Runs what waits for the network, without keeping the tasks of this thread from running where
/// that can be done.
fn blocking<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        Ok(_) => apart(work),
        Err(_) => work(),
    }
}

/// Runs something on a thread of its own, and waits for it: a connection may not be used on a thread
/// that runs asynchronous tasks.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(work).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}
