//! Why a move does not go on.

use crate::{DbError, OpenError};

/// Why a move does not go on. Each text says what to do; nothing that was moved so far is lost.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// One of the databases cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Somebody works on a database that must be alone.
    #[error(
        "{path}: somebody has it open; end the server and whatever else works on it, then try again"
    )]
    InUse {
        /// The database.
        path: String,
    },
    /// One of the databases is not what it should be; the text says what to do.
    #[error("{0}")]
    Refused(String),
    /// The migrations make no schema that can be moved.
    #[error("the schema cannot be read: {0}")]
    Schema(String),
    /// A database failed on the way.
    #[error(
        "{path}: {what}: {message}; nothing is lost: run the same command again, it goes on where \
         it was"
    )]
    Broken {
        /// The database.
        path: String,
        /// What was tried.
        what: String,
        /// What the engine said.
        message: String,
    },
    /// A unit that looks at the target failed.
    #[error(transparent)]
    Db(#[from] DbError),
}
