//! What is held since an older copy of the database was put in its place.

use crate::Counter;
use domain::orders::State;
use domain::{ExecutorId, ProviderId};
use store::tables::restores::{self, Restore};
use store::{DbError, StoreError};

/// What is held, and what waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// The latest restore.
    pub restore: Restore,
    /// The providers that nothing is sent to but questions.
    pub providers: Vec<(ProviderId, String)>,
    /// The executors that are given nothing.
    pub executors: Vec<(ExecutorId, String)>,
    /// Orders that wait for a person.
    pub to_decide: i64,
    /// Orders that wait to be placed or pulled, by whoever may.
    pub pending: i64,
}

impl Quarantine {
    /// Whether anybody is held.
    pub const fn is_on(&self) -> bool {
        !self.providers.is_empty() || !self.executors.is_empty()
    }
}

impl Counter {
    /// What is held since the latest restore; nothing when there never was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn quarantine(&self) -> Result<Option<Quarantine>, StoreError> {
        let read = self.store.read(|tx| {
            let Some(restore) = restores::latest(tx)? else { return Ok::<_, DbError>(None) };
            Ok(Some(Quarantine {
                restore,
                providers: restores::held_providers(tx)?,
                executors: restores::held_executors(tx)?,
                to_decide: restores::count_in_state(tx, State::Review)?,
                pending: restores::count_in_state(tx, State::Pending)?,
            }))
        });
        Ok(read.await??)
    }
}
