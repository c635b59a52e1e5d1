//! Connections that are kept for the next question.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Sleep, sleep};

use crate::Endpoint;
use crate::endpoint::Host;
use crate::http::Line;

/// Connections that are kept to one upstream: as many questions as are usually asked side by side.
const EACH: usize = 4;

/// How long one is kept. Less than what servers, and the boxes in between that forget connections
/// without a word, usually keep them.
const TIME: Duration = Duration::from_secs(15);

/// Whom a connection leads to.
type To = (bool, Host, u16);

/// Connections that are kept for the next question.
#[derive(Default)]
pub(crate) struct Kept(Mutex<HashMap<To, Vec<Idle>>>);

struct Idle {
    line: Line,
    end: Pin<Box<Sleep>>,
}

impl Idle {
    fn is_over(&mut self) -> bool {
        self.end.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }
}

impl Kept {
    /// Takes the one that was used last.
    pub(crate) fn take(&self, endpoint: &Endpoint) -> Option<Line> {
        let mut kept = self.0.lock();
        let idle = kept.get_mut(&to(endpoint))?;
        idle.retain_mut(|idle| !idle.is_over());
        idle.pop().map(|idle| idle.line)
    }

    /// Keeps a connection, unless enough are kept. Those whose time is over are closed, whomever they
    /// lead to.
    pub(crate) fn put(&self, endpoint: &Endpoint, line: Line) {
        let mut kept = self.0.lock();
        kept.retain(|_, idle| {
            idle.retain_mut(|idle| !idle.is_over());
            !idle.is_empty()
        });
        let idle = kept.entry(to(endpoint)).or_default();
        if idle.len() < EACH {
            idle.push(Idle { line, end: Box::pin(sleep(TIME)) });
        }
    }
}

fn to(endpoint: &Endpoint) -> To {
    (endpoint.is_https(), endpoint.host().clone(), endpoint.port())
}
