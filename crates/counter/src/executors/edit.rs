//! Adding, changing and listing executors.

use crate::journal::Journal;
use crate::{Counter, Failure, Refusal};
use domain::executors::{Executor, ExecutorServices, ExecutorState, OrderLease, check_executor};
use domain::{AccountId, ExecutorId, OrderId, Timestamp};
use store::tables::executor_keys::{self, ExecutorKey};
use store::tables::{Put, catalogue, executors, order_leases};
use store::{StoreError, Tx, TxExt};

/// What staff say of an executor; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutorChange {
    /// What staff call it.
    pub name: Option<String>,
    /// What it may do.
    pub state: Option<ExecutorState>,
    /// What it may pull.
    pub services: Option<ExecutorServices>,
    /// Minutes that it keeps an order without a word.
    pub lease_minutes: Option<i64>,
    /// Most orders that it has at once.
    pub at_once: Option<i64>,
}

/// An executor, its keys, and the newest orders in its hands.
#[derive(Clone, Debug)]
pub struct ExecutorView {
    /// The executor.
    pub executor: Executor,
    /// Its keys, oldest first.
    pub keys: Vec<ExecutorKey>,
    /// How many orders it has.
    pub open: i64,
    /// The newest of them.
    pub leases: Vec<OrderLease>,
}

/// A lease while nobody says otherwise: a day. Many scripts speak of an order when it is done, and
/// not before.
const LEASE_MINUTES: i64 = 1_440;

/// Orders at once while nobody says otherwise.
const AT_ONCE: i64 = 1_000;

/// Most orders that a view shows.
const LEASES_SHOWN: i64 = 100;

impl Counter {
    /// Adds an executor. `change` must name it; it may pull from every service that executors fulfil
    /// unless services are named.
    ///
    /// # Errors
    /// [`Refusal`] when the name is missing or taken, or something is out of range.
    pub async fn add_executor(
        &self,
        change: ExecutorChange,
        now: Timestamp,
    ) -> Result<Executor, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let missing = || Refusal::Invalid(String::from("name: a new executor needs it"));
            let blank = Executor {
                id: ExecutorId(tx.take_id("executor")?),
                name: change.name.clone().ok_or_else(missing)?,
                state: ExecutorState::Active,
                services: ExecutorServices::All,
                lease_minutes: LEASE_MINUTES,
                at_once: AT_ONCE,
                restored: None,
                created: now,
            };
            put(tx, None, changed(blank, &change), now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Changes an executor. What it has keeps the lease it was promised.
    ///
    /// # Errors
    /// [`Refusal`] when there is none, or something is out of range or taken.
    pub async fn edit_executor(
        &self,
        id: ExecutorId,
        change: ExecutorChange,
        now: Timestamp,
    ) -> Result<Executor, Failure<Refusal>> {
        let unit = move |tx: &mut dyn Tx| {
            let found = executors::lock_executor(tx, id)?;
            let found = found.ok_or_else(|| Refusal::missing("executor", id))?;
            put(tx, Some(&found), changed(found.clone(), &change), now)
        };
        Failure::join(self.store.write(unit).await)
    }

    /// Every executor, oldest first, and how many orders each has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn executors(&self) -> Result<Vec<(Executor, i64)>, StoreError> {
        let read = self.store.read(|tx| {
            let known = executors::executors(tx)?.into_iter();
            known
                .map(|executor| {
                    let open = order_leases::open_count(tx, executor.id)?;
                    Ok((executor, open))
                })
                .collect::<Result<Vec<_>, store::DbError>>()
        });
        Ok(read.await??)
    }

    /// An executor, its keys, and the newest orders in its hands.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub async fn show_executor(&self, id: ExecutorId) -> Result<ExecutorView, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let executor = executors::executor(tx, id)?;
            let executor = executor.ok_or_else(|| Refusal::missing("executor", id))?;
            let newest = OrderId(i64::MAX);
            Ok(ExecutorView {
                executor,
                keys: executor_keys::of_executor(tx, id)?,
                open: order_leases::open_count(tx, id)?,
                leases: order_leases::before(tx, id, true, newest, LEASES_SHOWN)?,
            })
        });
        Failure::join(read.await)
    }
}

fn changed(executor: Executor, change: &ExecutorChange) -> Executor {
    let change = change.clone();
    Executor {
        id: executor.id,
        name: change.name.unwrap_or(executor.name),
        state: change.state.unwrap_or(executor.state),
        services: change.services.unwrap_or(executor.services),
        lease_minutes: change.lease_minutes.unwrap_or(executor.lease_minutes),
        at_once: change.at_once.unwrap_or(executor.at_once),
        restored: executor.restored,
        created: executor.created,
    }
}

fn put(
    tx: &mut dyn Tx,
    before: Option<&Executor>,
    executor: Executor,
    now: Timestamp,
) -> Result<Executor, Failure<Refusal>> {
    let put = before.map_or(Put::New, |_| Put::Changed);
    check_executor(before, &executor).map_err(|error| Refusal::Invalid(error.to_string()))?;
    let others = executors::executors(tx)?;
    if others.iter().any(|other| other.id != executor.id && other.name == executor.name) {
        return Err(Refusal::Taken { kind: "executor", name: executor.name }.into());
    }
    if let ExecutorServices::Only(ids) = &executor.services {
        let known = catalogue::services(tx)?;
        let strange = ids.iter().find(|id| known.iter().all(|service| service.id != **id));
        if let Some(strange) = strange {
            return Err(Refusal::missing("service", strange).into());
        }
    }
    executors::put_executor(tx, put, &executor)?;
    let data = serde_json::json!({
        "executor": executor.id.0,
        "name": executor.name,
        "state": executor.state.name(),
        "services": services_json(&executor.services),
        "lease_minutes": executor.lease_minutes,
        "at_once": executor.at_once,
    });
    let mut journal = Journal::default();
    let kind = put.of("executor.added", "executor.changed");
    journal.note(AccountId(0), None, kind, data.to_string(), now);
    journal.write(tx)?;
    Ok(executor)
}

fn services_json(services: &ExecutorServices) -> serde_json::Value {
    match services {
        ExecutorServices::All => "all".into(),
        ExecutorServices::Only(ids) => ids.iter().map(|id| id.0).collect(),
    }
}
