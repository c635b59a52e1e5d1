//! Units that wait for one of the writing threads.

use crate::unit::Job;
use parking_lot::{Condvar, Mutex};
use std::collections::VecDeque;

#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Box<dyn Job>>,
    closed: bool,
}

/// Why a unit was not queued.
pub(super) enum Refused {
    Full(Box<dyn Job>),
    Closed(Box<dyn Job>),
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("waiting", &self.state.lock().waiting.len()).finish()
    }
}

impl Queue {
    pub(super) fn push(&self, job: Box<dyn Job>, most: usize) -> Result<(), Refused> {
        let mut state = self.state.lock();
        if state.closed {
            return Err(Refused::Closed(job));
        }
        if state.waiting.len() >= most {
            return Err(Refused::Full(job));
        }
        state.waiting.push_back(job);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The next unit, waited for; nothing when the queue is closed and empty.
    pub(super) fn pop(&self) -> Option<Box<dyn Job>> {
        let mut state = self.state.lock();
        loop {
            if let Some(job) = state.waiting.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            self.changed.wait(&mut state);
        }
    }

    /// Takes no more units; what waits is still carried out.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }
}
