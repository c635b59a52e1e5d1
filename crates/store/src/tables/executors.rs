//! Executors, and which services they may pull.

use super::{Put, flag, named, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::executors::{Executor, ExecutorServices, ExecutorState};
use domain::{ExecutorId, ServiceId};

macro_rules! columns {
    () => {
        "id, name, state, all_services, lease_minutes, at_once, created_us, restored_us"
    };
}

crate::statements! {
    EXECUTORS = concat!("select ", columns!(), " from executor order by id");
    EXECUTOR = concat!("select ", columns!(), " from executor where id = ?1");
    EXECUTOR_LOCKED = concat!("select ", columns!(), " from executor where id = ?1 /*lock*/");
    ADD_EXECUTOR = concat!("insert into executor (", columns!(), ") \
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    CHANGE_EXECUTOR = "update executor set name = ?2, state = ?3, all_services = ?4, \
        lease_minutes = ?5, at_once = ?6, created_us = ?7, restored_us = ?8 \
        where id = ?1";
    EXECUTOR_SERVICES = "select service_id from executor_service where executor_id = ?1 \
        order by service_id";
    ADD_EXECUTOR_SERVICE = "insert into executor_service (executor_id, service_id) \
        values (?1, ?2)";
    DROP_EXECUTOR_SERVICES = "delete from executor_service where executor_id = ?1";
}

/// The row alone: an executor that may pull from some services has none yet.
fn decode(row: &dyn Row) -> Result<Executor, DbError> {
    let all = flag(row, 3)?;
    Ok(Executor {
        id: ExecutorId(row.int(0)?),
        name: row.text(1)?.to_owned(),
        state: named(row, 2, ExecutorState::from_name)?,
        services: if all { ExecutorServices::All } else { ExecutorServices::Only(Vec::new()) },
        lease_minutes: row.int(4)?,
        at_once: row.int(5)?,
        created: time(row, 6)?,
        restored: opt_time(row, 7)?,
    })
}

fn with_services(tx: &mut dyn Tx, mut executor: Executor) -> Result<Executor, DbError> {
    if let ExecutorServices::Only(services) = &mut executor.services {
        *services =
            tx.rows(&EXECUTOR_SERVICES, &[executor.id.0.into()], |row| row.int(0).map(ServiceId))?;
    }
    Ok(executor)
}

/// Every executor, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn executors(tx: &mut dyn Tx) -> Result<Vec<Executor>, DbError> {
    let rows = tx.rows(&EXECUTORS, &[], decode)?;
    rows.into_iter().map(|executor| with_services(tx, executor)).collect()
}

/// An executor.
///
/// # Errors
/// [`DbError`].
pub fn executor(tx: &mut dyn Tx, id: ExecutorId) -> Result<Option<Executor>, DbError> {
    let found = tx.row(&EXECUTOR, &[id.0.into()], decode)?;
    found.map(|executor| with_services(tx, executor)).transpose()
}

/// An executor that nobody else changes, or pulls as, before the unit has ended. Lock it before
/// accounts.
///
/// # Errors
/// [`DbError`].
pub fn lock_executor(tx: &mut dyn Tx, id: ExecutorId) -> Result<Option<Executor>, DbError> {
    let found = tx.row(&EXECUTOR_LOCKED, &[id.0.into()], decode)?;
    found.map(|executor| with_services(tx, executor)).transpose()
}

/// Writes an executor with its services.
///
/// # Errors
/// [`DbError`].
pub fn put_executor(tx: &mut dyn Tx, put: Put, executor: &Executor) -> Result<(), DbError> {
    let params: [Val<'_>; 8] = [
        executor.id.0.into(),
        executor.name.as_str().into(),
        executor.state.name().into(),
        (executor.services == ExecutorServices::All).into(),
        executor.lease_minutes.into(),
        executor.at_once.into(),
        executor.created.0.into(),
        executor.restored.map(|since| since.0).into(),
    ];
    tx.exec_exactly(put.of(&ADD_EXECUTOR, &CHANGE_EXECUTOR), 8, &params, 1)?;
    if put == Put::Changed {
        tx.exec(&DROP_EXECUTOR_SERVICES, &[executor.id.0.into()])?;
    }
    let ExecutorServices::Only(services) = &executor.services else { return Ok(()) };
    let params: Vec<Val<'_>> = services
        .iter()
        .flat_map(|service| [Val::Int(executor.id.0), Val::Int(service.0)])
        .collect();
    tx.exec_exactly(&ADD_EXECUTOR_SERVICE, 2, &params, services.len())
}
