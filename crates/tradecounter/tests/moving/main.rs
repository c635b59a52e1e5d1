//! `move`: everything to another database, on whichever engine, through `kill -9`, beside servers, and
//! with copies that somebody has damaged.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done is a failed test")]

mod beside;
mod killed;
mod shop;
mod whole;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

/// In the URL of every database here, and nowhere else.
const PASSWORD: &str = "correct-horse";

/// A database of PostgreSQL, by a URL with a password.
fn with_password(database: &testkit::Database) -> String {
    let url = database.url().replace("tradecounter@", &format!("tradecounter:{PASSWORD}@"));
    assert!(url.contains(PASSWORD), "{url}");
    url
}
