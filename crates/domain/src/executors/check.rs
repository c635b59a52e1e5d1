//! What an executor must be like before it is written.

use super::{Executor, ExecutorServices};
use crate::catalogue::check_name;
use crate::edited::is_new;
use crate::limits::{EXECUTOR_SERVICES_MAX, LEASE_MINUTES_MAX, LEASES_AT_ONCE_MAX};

/// Why an executor cannot be written. Each text names the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecutorError {
    /// The name is unusable.
    #[error("{0}")]
    Name(#[from] crate::catalogue::CatalogueError),
    /// The name would be taken for an id.
    #[error("name: must not be a number, because executors are named by their ids too")]
    Number,
    /// The lease is out of range.
    #[error("lease: must be from 1 to {LEASE_MINUTES_MAX} minutes")]
    Lease,
    /// The number of orders is out of range.
    #[error("at once: must be from 1 to {LEASES_AT_ONCE_MAX}")]
    AtOnce,
    /// None or too many services.
    #[error("services: name 1 to {EXECUTOR_SERVICES_MAX} of them, each once, or all")]
    Services,
}

/// Whether an executor may be written. `before` is what is stored, when that is changed: only what becomes
/// another is looked at.
///
/// # Errors
/// [`ExecutorError`] names the field.
pub fn check_executor(before: Option<&Executor>, executor: &Executor) -> Result<(), ExecutorError> {
    if is_new(before, executor, |one| one.name.clone()) {
        check_name(&executor.name)?;
        if executor.name.parse::<i64>().is_ok() {
            return Err(ExecutorError::Number);
        }
    }
    let lease = (1..=LEASE_MINUTES_MAX).contains(&executor.lease_minutes);
    if is_new(before, executor, |one| one.lease_minutes) && !lease {
        return Err(ExecutorError::Lease);
    }
    let at_once = (1..=LEASES_AT_ONCE_MAX).contains(&executor.at_once);
    if is_new(before, executor, |one| one.at_once) && !at_once {
        return Err(ExecutorError::AtOnce);
    }
    match &executor.services {
        ExecutorServices::Only(services)
            if is_new(before, executor, |one| one.services.clone()) =>
        {
            let mut each = services.clone();
            each.sort_unstable();
            each.dedup();
            let fits = (1..=EXECUTOR_SERVICES_MAX).contains(&services.len());
            if fits && each.len() == services.len() { Ok(()) } else { Err(ExecutorError::Services) }
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executors::ExecutorState;
    use crate::{ExecutorId, ServiceId, Timestamp};

    #[test]
    fn each_fault_names_its_field() {
        let fine = Executor {
            id: ExecutorId(1),
            name: String::from("Bob's desk"),
            state: ExecutorState::Active,
            services: ExecutorServices::All,
            lease_minutes: 60,
            at_once: 10,
            restored: None,
            created: Timestamp(0),
        };
        assert_eq!(check_executor(None, &fine), Ok(()));
        let only =
            |ids: &[i64]| ExecutorServices::Only(ids.iter().map(|id| ServiceId(*id)).collect());
        let most = i64::try_from(EXECUTOR_SERVICES_MAX).unwrap();
        let many: Vec<i64> = (1..=most + 1).collect();
        let name = |name: &str| Executor { name: name.to_owned(), ..fine.clone() };
        for (wrong, field) in [
            (name(" "), "name: "),
            (name("17"), "name: "),
            (Executor { lease_minutes: 0, ..fine.clone() }, "lease: "),
            (Executor { lease_minutes: 43_201, ..fine.clone() }, "lease: "),
            (Executor { at_once: 0, ..fine.clone() }, "at once: "),
            (Executor { services: only(&[]), ..fine.clone() }, "services: "),
            (Executor { services: only(&[1, 2, 1]), ..fine.clone() }, "services: "),
            (Executor { services: only(&many), ..fine.clone() }, "services: "),
        ] {
            let error = check_executor(None, &wrong).unwrap_err().to_string();
            assert!(error.starts_with(field), "{error}");
        }
        assert_eq!(check_executor(None, &Executor { services: only(&[1, 2]), ..fine }), Ok(()));
    }
}
