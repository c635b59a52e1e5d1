//! How a command fails, and with which exit code.

use counter::{Failure as CounterFailure, Refusal};
use std::process::ExitCode;
use store::{OpenError, StoreError};

/// Why a command failed. Exit codes: 1 the counter or the machine could not, 2 the command line
/// was not understood (clap), 3 a rule says no, 4 `verify` or `move` found something,
/// 5 done but not printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A rule says no; nothing was changed.
    #[error("{0}")]
    Refused(Refusal),
    /// A value on the command line means nothing; nothing was changed.
    #[error("{0}")]
    Usage(String),
    /// The configuration is wrong.
    #[error("{0}")]
    Config(#[from] crate::config::ConfigError),
    /// The database cannot be opened.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The machine failed.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// Something else is in the way; the text says what to do.
    #[error("{0}")]
    Other(String),
    /// The command was carried out, and its result could not be printed.
    #[error("it was done, but the result could not be printed: {0}")]
    Unprinted(std::io::Error),
    /// `verify` found something.
    #[error("{0} rules do not hold; see above. Stop taking orders and keep the database as it is")]
    Violations(usize),
    /// `move` found that the copy is not right; the text says what to do.
    #[error("{0}")]
    Moved(String),
}

impl Failure {
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |error| Self::Io { what, error }
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
            Self::Violations(_) | Self::Moved(_) => 4,
            Self::Unprinted(_) => 5,
            Self::Config(_) | Self::Open(_) | Self::Store(_) | Self::Io { .. } | Self::Other(_) => {
                1
            }
        })
    }
}

impl From<CounterFailure<Refusal>> for Failure {
    fn from(failure: CounterFailure<Refusal>) -> Self {
        match failure {
            CounterFailure::Refused(refusal) => Self::Refused(refusal),
            CounterFailure::Store(error) => Self::Store(error),
        }
    }
}
