//! Units as the engines see them.

use crate::{DbError, StoreError, Tx};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// A unit that waits for an engine.
pub(crate) trait Job: Send {
    /// Runs the unit. `Ok(true)` keeps what it wrote, `Ok(false)` rolls it back without an error
    /// of the database.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<bool, DbError>;
    /// Tells whoever waits what became of it. Called once, after COMMIT.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// A unit whose outcome is handed on by the unit itself: for batches, where many callers wait for
/// one unit.
pub trait Unit: Send + 'static {
    /// Runs it; what it wrote is kept unless it returns an error.
    ///
    /// # Errors
    /// [`DbError`] rolls it back.
    fn run(&mut self, tx: &mut dyn Tx) -> Result<(), DbError>;
    /// Called once, after COMMIT or when it is certain that there will be none.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// A [`Unit`] as a job.
pub(crate) struct UnitJob(pub(crate) Box<dyn Unit>);

impl Job for UnitJob {
    fn run(&mut self, tx: &mut dyn Tx) -> Result<bool, DbError> {
        self.0.run(tx).map(|()| true)
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        self.0.finish(outcome);
    }
}

/// A unit with one caller, whose own refusal rolls it back too.
pub(crate) struct Once<F, T, E> {
    body: F,
    result: Option<Result<T, E>>,
    caller: oneshot::Sender<Answer<T, E>>,
}

/// What the caller of a unit gets: the store's trouble, or what the unit itself said.
pub(crate) type Answer<T, E> = Result<Result<T, E>, StoreError>;

impl<F, T, E> Once<F, T, E> {
    /// A job for `body`, and where its answer will be.
    pub(crate) fn new(body: F) -> (Box<Self>, oneshot::Receiver<Answer<T, E>>) {
        let (caller, answer) = oneshot::channel();
        (Box::new(Self { body, result: None, caller }), answer)
    }
}

impl<F, T, E> Job for Once<F, T, E>
where
    F: FnMut(&mut dyn Tx) -> Result<T, E> + Send,
    T: Send,
    E: From<DbError> + Send,
{
    fn run(&mut self, tx: &mut dyn Tx) -> Result<bool, DbError> {
        let result = (self.body)(tx);
        let kept = result.is_ok();
        self.result = Some(result);
        Ok(kept)
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        let answer = match (outcome, self.result) {
            (Ok(()), Some(result)) => Ok(result),
            (Ok(()), None) => Err(StoreError::Closed),
            (Err(error), _) => Err(error),
        };
        // A caller that has gone away gets no answer; the unit is committed all the same.
        drop(self.caller.send(answer));
    }
}

/// Runs a unit's code; a panic in it is its error.
pub(crate) fn caught<T>(run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|panic| Err(StoreError::Panicked(panic_text(&*panic))))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| String::from("no message"))
}
