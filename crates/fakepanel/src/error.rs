//! Why a panel is not had, or does not do what it is told.

use std::io;

/// Why a panel is not had, or does not do what it is told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The settings contradict themselves.
    #[error("settings: {0}")]
    Settings(String),
    /// A rule that can never do anything.
    #[error("rule: {0}")]
    Rule(String),
    /// No account of that name.
    #[error("there is no account {0:?}")]
    NoAccount(String),
    /// No order of that id.
    #[error("there is no order {0}")]
    NoOrder(u64),
    /// The order has ended, and what is asked is for those that have not.
    #[error(
        "order {0} has ended: it can only be corrected to completed, partial, over or canceled"
    )]
    Ended(u64),
    /// The file belongs to a panel that runs.
    #[error("{0} is in use by another panel")]
    InUse(String),
    /// A socket, a thread or a file was not to be had.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err` on an I/O result.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
