//! HTTP in: the panel API, its reference page, the dialects of executors, the health check, and the
//! loop that serves them.
//!
//! [`router`] answers requests and knows nothing of sockets; [`serve`] listens. Reading requests
//! and writing replies in the dialect is the business of `panel_api`, deciding about them that of
//! `counter`; what is left is HTTP: bodies, methods, headers, and what to say when the store fails.

mod api;
mod download;
mod executors;
mod health;
mod page;
mod serve;
mod site;

pub use serve::serve;
pub use site::{Site, router};

use site::Shared;

use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use counter::Counter;
use domain::Timestamp;
use domain::access::Networks;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// Where the time comes from: asked once for each request, when its body has been read.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Where randomness comes from: fills the bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// What the HTTP side works with.
#[derive(Clone)]
pub struct Web {
    /// The use cases.
    pub counter: Counter,
    /// The clock.
    pub clock: Clock,
    /// Randomness: for names of deliveries, which nobody may guess.
    pub random: Random,
    /// What an operator may choose.
    pub options: Options,
}

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("options", &self.options).finish_non_exhaustive()
    }
}

/// What an operator may choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Understand calls without `action`, as one release of a widely copied PHP class sends them.
    pub infer_missing_action: bool,
    /// How long a client may take to send a body.
    pub body_timeout: Duration,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Networks,
}

/// The other end of a connection. [`serve`] puts it into the extensions of every request; without
/// it, nobody knows where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Default for Options {
    fn default() -> Self {
        Self {
            infer_missing_action: true,
            body_timeout: Duration::from_secs(30),
            trusted_proxies: Networks::default(),
        }
    }
}

async fn not_found() -> impl IntoResponse {
    nothing("There is nothing here. The panel API is at /api/v2.\n")
}

/// A client that is led to a worker by mistake has placed nothing: it may try elsewhere.
async fn no_orders_here() -> impl IntoResponse {
    nothing("This node works in the background. It answers /healthz and nothing else.\n")
}

fn nothing(text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::NOT_FOUND, headers, text)
}
