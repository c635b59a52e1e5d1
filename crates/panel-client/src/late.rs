//! Answers that come too late.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::http::Talk;
use crate::{Answer, Loss};

/// An answer that may still come. The whole request was sent, and the connection is open.
///
/// It is a future: whoever polls it reads. Nothing reads in the background, but what arrives meanwhile
/// is kept by the operating system. Dropping it closes the connection. It ends with the whole answer,
/// or with the reason why there will be none.
#[must_use = "a late answer is evidence"]
pub struct Late {
    talk: Talk,
    end: Pin<Box<Sleep>>,
}

impl Late {
    /// From now on the answer is waited for so long.
    pub(crate) fn new(talk: Talk, time: Duration) -> Self {
        Self { talk, end: Box::pin(sleep(time)) }
    }
}

impl Future for Late {
    type Output = Result<Answer, Loss>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // The answer first: one that is there counts, however late somebody looks.
        if let Poll::Ready(told) = self.talk.as_mut().poll(cx) {
            return Poll::Ready(told.map(|(answer, _)| answer).map_err(|cut| cut.why));
        }
        self.end.as_mut().poll(cx).map(|()| Err(Loss::TimedOut))
    }
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Late").finish_non_exhaustive()
    }
}
