//! For tests only: the real program in a temporary folder, and clients to talk to it.
//!
//! Everything here panics when it cannot do its work: a test that cannot be set up has failed.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up has failed"
)]

mod database;
mod http;
mod kept;
mod program;
mod python;

pub use database::Database;
pub use http::{Answer, Client};
pub use kept::Kept;
pub use program::{Demo, Done, Program, Running};
pub use python::Python;

/// Asks again and again until the answer is there. For what another process does in its own time
/// and tells nobody about.
///
/// # Panics
/// After two minutes, naming `what`.
#[expect(clippy::disallowed_methods, reason = "another process cannot be awaited, only asked")]
pub fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("two minutes have passed without {what}");
}
