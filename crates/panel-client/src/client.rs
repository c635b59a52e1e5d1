//! The client.

use std::fmt;
use std::sync::Arc;

use hyper::body::Bytes;
use panel_api::client::Form;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::connect::Connector;
use crate::http::{Cut, Line, Use, request};
use crate::kept::Kept;
use crate::tls;
use crate::{
    Answer, Authorities, Endpoint, Exchange, Late, Limits, Loss, Lost, NoTls, NotSent, Policy,
    Resolve, SystemResolver, Unanswered,
};

/// Speaks to upstreams. One for a whole program; it has no tasks of its own, so whatever is not polled
/// stands still, and whatever is dropped is closed.
pub struct Client {
    policy: Policy,
    resolver: Arc<dyn Resolve>,
    tls: TlsConnector,
    kept: Kept,
}

impl Client {
    /// A client that resolves names as the operating system does.
    ///
    /// # Errors
    ///
    /// When no certificate could be checked.
    pub fn new(policy: Policy, authorities: &Authorities) -> Result<Self, NoTls> {
        Ok(Self {
            policy,
            resolver: Arc::new(SystemResolver),
            tls: tls::connector(authorities)?,
            kept: Kept::default(),
        })
    }

    /// The same, but names are resolved by somebody else.
    #[must_use]
    pub fn with_resolver(mut self, resolver: Arc<dyn Resolve>) -> Self {
        self.resolver = resolver;
        self
    }

    /// Places an order: sends the form once, over a connection of its own, and never again.
    ///
    /// Whoever drops the future before it is ready does not know what was sent, and must take the order
    /// for lost.
    pub async fn place(&self, endpoint: &Endpoint, form: Form, limits: &Limits) -> Exchange {
        match self.line(endpoint, limits).await {
            Ok(line) => exchange(line, endpoint, form, limits).await,
            Err(why) => Exchange::NotSent(why),
        }
    }

    /// Asks something that may be asked again. A few connections are kept for the next question; when
    /// such a one turns out to be closed before the answer begins, the question is asked once more over
    /// a new one.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    pub async fn ask(
        &self,
        endpoint: &Endpoint,
        form: Form,
        limits: &Limits,
    ) -> Result<Answer, Unanswered> {
        let form = Bytes::from(form.into_bytes());
        if let Some(line) = self.kept.take(endpoint) {
            let meter = line.meter();
            match self.question(endpoint, line, form.clone(), limits).await {
                Err(Loss::TimedOut) => return Err(Loss::TimedOut.into()),
                Err(_) if meter.nothing_sent() || !meter.heard() => {}
                result => return Ok(result?),
            }
        }
        let line = self.line(endpoint, limits).await?;
        Ok(self.question(endpoint, line, form, limits).await?)
    }

    async fn question(
        &self,
        endpoint: &Endpoint,
        line: Line,
        form: Bytes,
        limits: &Limits,
    ) -> Result<Answer, Loss> {
        let talk = line.talk(request(endpoint, form), Use::Again, limits.body);
        match timeout(limits.answer, talk).await {
            Ok(Ok((answer, line))) => {
                if let Some(line) = line {
                    self.kept.put(endpoint, line);
                }
                Ok(answer)
            }
            Ok(Err(cut)) => Err(cut.why),
            Err(_) => Err(Loss::TimedOut),
        }
    }

    /// A new connection.
    async fn line(&self, endpoint: &Endpoint, limits: &Limits) -> Result<Line, NotSent> {
        let connector =
            Connector { policy: &self.policy, resolver: &*self.resolver, tls: &self.tls };
        let stream = connector.connect(endpoint, limits.connect).await?;
        Line::open(stream).await.map_err(NotSent::Ended)
    }
}

/// Sends an order over a connection of its own.
async fn exchange(line: Line, endpoint: &Endpoint, form: Form, limits: &Limits) -> Exchange {
    let meter = line.meter();
    let form = Bytes::from(form.into_bytes());
    let mut talk = line.talk(request(endpoint, form), Use::Once, limits.body);
    let cut = match timeout(limits.answer, &mut talk).await {
        Ok(Ok((answer, _))) => return Exchange::Answered(answer),
        Ok(Err(cut)) => cut,
        Err(_) if meter.all_sent() => {
            let late = Some(Late::new(talk, limits.late));
            return Exchange::Lost(Lost { why: Loss::TimedOut, heard: Vec::new(), late });
        }
        // The rest of the request must not follow when nobody counts with it any more.
        Err(_) => Cut::from(Loss::TimedOut),
    };
    // While it stands, something may still be sent; so it goes first, and is counted then.
    drop(talk);
    if meter.nothing_sent() {
        return Exchange::NotSent(NotSent::Ended(cut.why));
    }
    Exchange::Lost(Lost { why: cut.why, heard: cut.heard, late: None })
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { policy, resolver, .. } = self;
        let mut shown = f.debug_struct("Client");
        shown.field("policy", policy).field("resolver", resolver).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
