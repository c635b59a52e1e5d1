//! What an error of PostgreSQL means for the unit it happened in.

use std::error::Error as _;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

/// What is to be done about an error before COMMIT, when it is certain that nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Run the unit again: PostgreSQL let another one go before it. Some unit always goes first, so
    /// this ends.
    Yield,
    /// Run the unit again: what it found or decided from does not hold any more. It may be that it
    /// never will.
    Again,
    /// Connect anew, then run the unit again: the connection is gone, or the server is going.
    Reconnect,
    /// Nothing helps.
    None,
}

/// What to do about an error.
pub(super) fn remedy(error: &Error) -> Remedy {
    let Some(code) = error.code() else {
        // Nothing came from the server: the connection broke, or the client refused to send it.
        return if error.is_closed() || is_io(error) { Remedy::Reconnect } else { Remedy::None };
    };
    let gave_way = [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
    ];
    // A key that is taken: another unit wrote the row after this one had looked for it in vain. Run
    // again, it finds it.
    let met = [
        SqlState::UNIQUE_VIOLATION,
        // Two nodes that create the first table at once.
        SqlState::DUPLICATE_OBJECT,
        SqlState::DUPLICATE_TABLE,
    ];
    if gave_way.contains(code) {
        Remedy::Yield
    } else if met.contains(code) {
        Remedy::Again
    } else if ends_the_connection(code) || *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        // Read-only: the server has become a standby.
        Remedy::Reconnect
    } else {
        Remedy::None
    }
}

/// Whether an answer to COMMIT leaves open what became of the transaction. Only what PostgreSQL says
/// when it has rolled back is believed: it met another transaction (class 40, but 40003), or broke a
/// constraint (class 23). Everything else is looked after, which is right whatever it was.
pub(super) fn leaves_open(error: &Error) -> bool {
    error.code().is_none_or(|code| {
        let rolled_back = ["40", "23"].iter().any(|class| code.code().starts_with(class));
        !rolled_back || *code == SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
    })
}

fn ends_the_connection(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || [
            SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN,
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            // The unit was paused for so long that the server has ended it, to let others go on.
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
            SqlState::QUERY_CANCELED,
        ]
        .contains(code)
}

fn is_io(error: &Error) -> bool {
    let mut source = error.source();
    while let Some(inner) = source {
        if inner.is::<std::io::Error>() {
            return true;
        }
        source = inner.source();
    }
    false
}

/// The error in one line, with what lies under it. Details of the server are left out, because they
/// hold values of rows.
pub(super) fn text(error: &Error) -> String {
    if let Some(db) = error.as_db_error() {
        return format!("{} ({})", db.message(), db.code().code());
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}
