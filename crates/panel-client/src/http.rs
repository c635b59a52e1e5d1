//! One request and its answer over one connection.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Bytes, Incoming};
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper::header::{
    ACCEPT, CONNECTION, CONTENT_TYPE, HOST, HeaderMap, HeaderValue, RETRY_AFTER, TRANSFER_ENCODING,
    USER_AGENT,
};
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use panel_api::client::Form;

use crate::meter::Meter;
use crate::stream::Stream;
use crate::{Answer, Endpoint, Loss};

/// Bytes of the head of an answer: what servers and browsers agree on is far below.
const HEAD_BYTES: usize = 65_536;

/// Who we are.
const AGENT: &str = concat!("panel-client/", env!("CARGO_PKG_VERSION"));

type Wire = Connection<TokioIo<Stream>, Full<Bytes>>;

/// A connection that speaks HTTP.
pub(crate) struct Line {
    sender: SendRequest<Full<Bytes>>,
    /// Nothing once it has ended.
    wire: Option<Wire>,
    meter: Arc<Meter>,
}

/// A request under way: the answer, and the connection if it can be used again.
pub(crate) type Talk = Pin<Box<dyn Future<Output = Result<(Answer, Option<Line>), Cut>> + Send>>;

/// What becomes of a connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It is closed, and the other end is told so.
    Once,
    /// It may be used again.
    Again,
}

/// An answer that was not whole.
pub(crate) struct Cut {
    pub(crate) why: Loss,
    pub(crate) heard: Vec<u8>,
}

impl From<Loss> for Cut {
    fn from(why: Loss) -> Self {
        Self { why, heard: Vec::new() }
    }
}

impl Line {
    /// Speaks HTTP over a stream. Nothing is sent by that.
    pub(crate) async fn open(stream: Stream) -> Result<Self, Loss> {
        let meter = stream.meter();
        let mut builder = Builder::new();
        builder.max_buf_size(HEAD_BYTES);
        let (sender, wire) =
            builder.handshake(TokioIo::new(stream)).await.map_err(|error| loss(&error, false))?;
        Ok(Self { sender, wire: Some(wire), meter })
    }

    pub(crate) fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    /// Sends a request and reads the answer, of at most `most` bytes.
    pub(crate) fn talk(
        mut self,
        mut request: Request<Full<Bytes>>,
        uses: Use,
        most: usize,
    ) -> Talk {
        self.meter.begin();
        if uses == Use::Once {
            request.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Box::pin(async move {
            let Self { sender, wire, meter } = &mut self;
            let answer = drive(wire, async {
                let response = sender.send_request(request).await;
                read(response.map_err(|error| loss(&error, false))?, most).await
            })
            .await
            .map_err(|cut| match cut.why {
                Loss::Closed if meter.heard() => Loss::Truncated.into(),
                _ => cut,
            })?;
            // One more look, by which the connection learns that the answer is over.
            drive(wire, std::future::ready(())).await;
            let again = uses == Use::Again && wire.is_some() && sender.is_ready();
            Ok((answer, again.then_some(self)))
        })
    }
}

/// The request for a call.
pub(crate) fn request(endpoint: &Endpoint, form: Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::new(Full::new(form));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = Uri::from(endpoint.target().clone());
    let headers = request.headers_mut();
    headers.insert(HOST, endpoint.authority().clone());
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    // Some frameworks answer errors with a redirect to a page unless this is asked for.
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(Form::CONTENT_TYPE));
    request
}

/// Polls the connection for as long as the work on it goes on. One that has ended is dropped, or it
/// would take requests for ever without doing anything about them.
async fn drive<T>(wire: &mut Option<Wire>, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        // What ended it is told to the work too.
        if wire.as_mut().is_some_and(|wire| Pin::new(wire).poll(cx).is_ready()) {
            *wire = None;
        }
        work.as_mut().poll(cx)
    })
    .await
}

/// Reads an answer to its end.
async fn read(response: Response<Incoming>, most: usize) -> Result<Answer, Cut> {
    let (head, mut body) = response.into_parts();
    let told = body.size_hint();
    if told.lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Loss::TooLarge.into());
    }
    // Such a body has no other end than that of the connection.
    let open_ended = told.exact().is_none() && !head.headers.contains_key(TRANSFER_ENCODING);
    let mut heard = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                let data = frame.into_data().unwrap_or_default();
                if heard.len().saturating_add(data.len()) > most {
                    return Err(Cut { why: Loss::TooLarge, heard });
                }
                heard.extend_from_slice(&data);
            }
            // Many servers close without the word of farewell that TLS wants. What is cut off is not
            // JSON, so its reader sees that.
            Err(error) if open_ended && is_end(&error) => break,
            Err(error) => return Err(Cut { why: loss(&error, true), heard }),
        }
    }
    let retry_after = retry_after(&head.headers);
    Ok(Answer { status: head.status.as_u16(), body: heard, retry_after })
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds: u32 = text.parse().ok()?;
    Some(Duration::from_secs(u64::from(seconds)))
}

/// What an error of HTTP means; `within` tells that the answer had begun.
fn loss(error: &hyper::Error, within: bool) -> Loss {
    match io_kind(error) {
        Some(io::ErrorKind::UnexpectedEof) if within => Loss::Truncated,
        Some(io::ErrorKind::UnexpectedEof) => Loss::Closed,
        Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => Loss::NotHttp,
        Some(_) => Loss::Broken,
        None if error.is_parse_too_large() => Loss::TooLarge,
        None if error.is_parse() => Loss::NotHttp,
        None if within => Loss::Truncated,
        None => Loss::Closed,
    }
}

fn is_end(error: &hyper::Error) -> bool {
    io_kind(error) == Some(io::ErrorKind::UnexpectedEof)
}

/// The kind of the error of the stream that is at the bottom of it.
fn io_kind(error: &hyper::Error) -> Option<io::ErrorKind> {
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        source = error.source();
    }
    None
}
