//! Why a use case was not carried out.

use store::{DbError, StoreError};

/// Why a use case was not carried out: its own refusal, or the store's trouble.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure<R: std::error::Error> {
    /// A rule says no; nothing was written.
    #[error("{0}")]
    Refused(R),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<R: std::error::Error> From<DbError> for Failure<R> {
    fn from(error: DbError) -> Self {
        Self::Store(StoreError::Db(error))
    }
}

impl<R: std::error::Error> Failure<R> {
    /// Joins what a unit returned with what became of the unit.
    pub(crate) fn join<T>(result: Result<Result<T, Self>, StoreError>) -> Result<T, Self> {
        result.unwrap_or_else(|error| Err(Self::Store(error)))
    }
}

/// Why an operator's command is refused. Each text says what is wrong and, where it helps, what
/// to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such thing.
    #[error("there is no {kind} {id}")]
    Missing {
        /// What kind of thing.
        kind: &'static str,
        /// How it was named.
        id: String,
    },
    /// The name is taken.
    #[error("the name `{name}` is taken by another {kind}")]
    Taken {
        /// What kind of thing.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A value is out of range; the text names the field.
    #[error("{0}")]
    Invalid(String),
    /// The order or request cannot take this step.
    #[error("{0}")]
    NotNow(String),
    /// The account has too little money.
    #[error("{0}")]
    Money(#[from] domain::ledger::PostingError),
}

impl Refusal {
    pub(crate) fn missing(kind: &'static str, id: impl std::fmt::Display) -> Self {
        Self::Missing { kind, id: id.to_string() }
    }
}

impl From<Refusal> for Failure<Refusal> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<domain::orders::TransitionError> for Refusal {
    fn from(error: domain::orders::TransitionError) -> Self {
        use domain::orders::TransitionError as T;
        match error {
            T::NotNow(_) | T::Favour | T::PartTooDear => Self::NotNow(error.to_string()),
            T::Remains { .. }
            | T::TooMuchLeft { .. }
            | T::Undelivered
            | T::TooLittleLeft
            | T::StartCount => Self::Invalid(error.to_string()),
        }
    }
}
