//! Which executor asks: a key becomes an executor, where the key's rules let it.

use super::ExecutorRefusal;
use crate::accounts::KeyToken;
use crate::{Counter, Failure};
use domain::executors::{Executor, ExecutorState};
use domain::{ExecutorId, ExecutorKeyId, Timestamp};
use std::net::IpAddr;
use store::tables::{executor_keys, executors};
use store::{DbError, StoreError, Tx};

/// Who asks, and with which key. What is asked is carried out only while the key is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The executor.
    pub executor: ExecutorId,
    /// Its key.
    pub key: ExecutorKeyId,
}

/// An executor that may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedExecutor {
    /// Who asks.
    pub caller: Caller,
    /// The executor.
    pub executor: Executor,
}

impl Counter {
    /// Which executor asks with this key, from this address (nothing when it is not known); nothing
    /// when the key is nobody's, was revoked, has expired, may not be used from there, or its
    /// executor is off. Which of these it was is told to nobody.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn admit_executor(
        &self,
        key: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Option<AdmittedExecutor>, StoreError> {
        if !KeyToken::plausible(key) {
            return Ok(None);
        }
        let hash = self.settings.key_secret.hash(key);
        let read = self.store.read(|tx| {
            let found = executor_keys::by_hash(tx, &hash)?;
            let Some(key) = found.filter(|key| key.revoked.is_none()) else { return Ok(None) };
            if !key.rules.admit(from, now) {
                return Ok(None);
            }
            let executor = executors::executor(tx, key.executor)?;
            let executor = executor.filter(|executor| executor.state != ExecutorState::Off);
            let caller = Caller { executor: key.executor, key: key.id };
            Ok::<_, DbError>(executor.map(|executor| AdmittedExecutor { caller, executor }))
        });
        let admitted = read.await??;
        if let Some(admitted) = &admitted {
            self.executor_key_uses.note(admitted.caller.key, now);
        }
        Ok(admitted)
    }
}

/// The executor as the unit sees it, when it and its key are still good.
pub(super) fn standing(
    tx: &mut dyn Tx,
    caller: Caller,
) -> Result<Executor, Failure<ExecutorRefusal>> {
    good(tx, caller, executors::executor)
}

/// The same, and nobody else pulls as this executor before the unit has ended.
pub(super) fn locked_standing(
    tx: &mut dyn Tx,
    caller: Caller,
) -> Result<Executor, Failure<ExecutorRefusal>> {
    good(tx, caller, executors::lock_executor)
}

fn good(
    tx: &mut dyn Tx,
    caller: Caller,
    find: fn(&mut dyn Tx, ExecutorId) -> Result<Option<Executor>, DbError>,
) -> Result<Executor, Failure<ExecutorRefusal>> {
    let executor = find(tx, caller.executor)?;
    let executor = executor.filter(|executor| executor.state != ExecutorState::Off);
    let key = executor_keys::by_id(tx, caller.key)?;
    let good = key.is_some_and(|key| key.executor == caller.executor && key.revoked.is_none());
    Ok(executor.filter(|_| good).ok_or(ExecutorRefusal::Key)?)
}

/// What an executor is called in timelines and statements.
pub(super) fn actor(executor: &Executor) -> String {
    format!("executor:{}", executor.name)
}
