//! Why an executor is refused.

use crate::{Failure, Refusal};
use domain::executors::ReportRefusal;
use domain::orders::TransitionError;
use domain::{OrderId, ServiceId};

/// Why an executor is refused. Orders, refills and subscriptions of others are refused as those that
/// are not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecutorRefusal {
    /// The key has been revoked meanwhile, or its executor was put off.
    #[error("the key opens nothing any more")]
    Key,
    /// It is not there, or not the executor's.
    #[error("there is no such {0} in the hands of this executor")]
    Missing(&'static str),
    /// What was said cannot be.
    #[error("{text}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it; names the field, and the order if there is one.
        text: String,
    },
    /// It cannot be done now.
    #[error("{0}")]
    NotNow(String),
}

impl From<ExecutorRefusal> for Failure<ExecutorRefusal> {
    fn from(refusal: ExecutorRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl ExecutorRefusal {
    /// Of a service that the executor may not pull.
    pub(super) fn of_service(id: ServiceId) -> Self {
        let text = format!("service: there is no {id} for this executor");
        Self::Invalid { field: "service", text }
    }

    /// Why a report on an order changes nothing.
    pub(super) fn of_report(order: OrderId, refused: &ReportRefusal) -> Self {
        let text = format!("order {order}: {refused}");
        match refused {
            ReportRefusal::Ended(_) | ReportRefusal::Step(TransitionError::NotNow(_)) => {
                Self::NotNow(text)
            }
            ReportRefusal::Step(TransitionError::Favour | TransitionError::PartTooDear) => {
                Self::NotNow(text)
            }
            ReportRefusal::Nothing => Self::Invalid { field: "status", text },
            ReportRefusal::Step(TransitionError::StartCount) => {
                Self::Invalid { field: "start_count", text }
            }
            ReportRefusal::NoRemains | ReportRefusal::Step(_) => {
                Self::Invalid { field: "remains", text }
            }
        }
    }

    /// What staff would be refused with, as an executor is told of it.
    pub(super) fn of_staff(refused: Refusal, what: &'static str) -> Self {
        match refused {
            Refusal::Missing { .. } | Refusal::Taken { .. } => Self::Missing(what),
            Refusal::Invalid(text) => Self::Invalid { field: "status", text },
            Refusal::NotNow(text) => Self::NotNow(text),
            Refusal::Money(error) => Self::NotNow(error.to_string()),
        }
    }
}
