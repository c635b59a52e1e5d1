//! What can go wrong before a test has even begun.

use std::io;
use std::path::PathBuf;

/// Why there is no server, or why it did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No PostgreSQL on this machine.
    #[error(
        "the programs of PostgreSQL are neither in PATH nor below /usr/lib/postgresql; on Debian: \
         apt-get install postgresql"
    )]
    NoPostgres,
    /// Another program is missing.
    #[error("{program} is not installed; on Debian: apt-get install {package}")]
    Missing {
        /// Its name.
        program: &'static str,
        /// Debian's package that brings it.
        package: &'static str,
    },
    /// Run by root, without the user that servers run as then.
    #[error(
        "PostgreSQL does not run as root, and there is no user postgres to run it as; on Debian: \
         apt-get install postgresql"
    )]
    NoUser,
    /// A file or process of ours could not be had.
    #[error("{what}: {source}")]
    Io {
        /// What was tried, with the path.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The process that holds the server is gone.
    #[error("the shell that holds {program} has ended, or can make no folder for temporary files")]
    Guardian {
        /// What it held.
        program: &'static str,
    },
    /// A step of the preparation failed.
    #[error("{what} failed; the end of {}:\n{log}", .file.display())]
    Step {
        /// Which.
        what: &'static str,
        /// The log.
        file: PathBuf,
        /// Its end.
        log: String,
    },
    /// The server ended, or is not ready after a minute.
    #[error("{program} {how}; the end of {}:\n{log}", .file.display())]
    NotReady {
        /// Which.
        program: &'static str,
        /// Ended, or took too long.
        how: &'static str,
        /// The log.
        file: PathBuf,
        /// Its end.
        log: String,
    },
    /// The server was started by somebody else.
    #[error("the server at {at} was not started here, so it is not stopped here either")]
    NotOurs {
        /// Its address.
        at: String,
    },
    /// An address that is not one.
    #[error(
        "{name} must look like postgres://user@host:port, of a host that is there, and is {value:?}"
    )]
    Address {
        /// The variable.
        name: &'static str,
        /// What it holds.
        value: String,
    },
    /// The connection to the server failed.
    #[error("PostgreSQL at {at}: {source}")]
    Connection {
        /// Its address and database.
        at: String,
        /// What the socket said.
        source: io::Error,
    },
    /// The server refused a statement.
    #[error("PostgreSQL refused: {message} ({code}) in: {sql}")]
    Sql {
        /// SQLSTATE.
        code: String,
        /// Its words.
        message: String,
        /// What was asked.
        sql: String,
    },
}

impl Error {
    /// For `map_err` on an I/O result.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
