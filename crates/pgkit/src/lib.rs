//! For tests only: a PostgreSQL of one's own, and a proxy that breaks its connections.
//!
//! - [`Server`]: a temporary PostgreSQL that ends with the process that started it, however that ends.
//! - [`Bouncer`]: `PgBouncer` in front of it, pooling by transaction.
//! - [`proxy`]: a connection to PostgreSQL that fails at the moments that matter.
//! - [`raw`]: a client that sends exactly the messages it is given.
//! - [`guardian`]: what lets a server end with the process that started it.

pub mod binaries;
mod bouncer;
mod database;
mod error;
pub mod guardian;
pub mod proxy;
pub mod raw;
mod server;
mod tls;
pub mod wire;

pub use bouncer::Bouncer;
pub use database::{Database, run_sql};
pub use error::Error;
pub use server::{Options, Server};

/// Asks again and again, a hundredth of a second apart and at most `times`, until the answer is
/// there. For what another process does in its own time and tells nobody about.
#[expect(clippy::disallowed_methods, reason = "another process cannot be awaited, only asked")]
pub fn poll<T>(times: u32, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    for _ in 0..times {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    None
}
