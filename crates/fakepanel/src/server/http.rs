//! HTTP/1 by hand: as much as a panel needs, and breakable where a library is not.

use std::io::Result;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::reaction::Reply;

/// Longest head of a request, in bytes.
const HEAD: usize = 16 << 10;
/// Longest body of a request, in bytes.
const BODY: usize = 1 << 20;
/// Most headers of a request.
const HEADERS: usize = 64;
/// How long a connection is kept for its next request, and a request for its rest.
const PATIENCE: Duration = Duration::from_secs(120);

/// A request that has been read.
pub(crate) struct Incoming {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
    /// Whether the connection is kept for another one.
    pub(crate) keep: bool,
}

/// What came of waiting for a request.
pub(crate) enum Got {
    Request(Incoming),
    /// The other side is gone, or said nothing for too long.
    Nothing,
    /// It is not HTTP, or too much of it. With the status that says so.
    Bad(u16),
}

/// Reads a request. `read` is what came on the connection and is not used up.
pub(crate) async fn receive(stream: &mut TcpStream, read: &mut Vec<u8>) -> Got {
    let received = tokio::time::timeout(PATIENCE, receive_at_leisure(stream, read)).await;
    received.unwrap_or(Ok(Got::Nothing)).unwrap_or(Got::Nothing)
}

async fn receive_at_leisure(stream: &mut TcpStream, read: &mut Vec<u8>) -> Result<Got> {
    let head = loop {
        match head(read) {
            Ok(Some(head)) => break head,
            Ok(None) if read.len() > HEAD => return Ok(Got::Bad(431)),
            Ok(None) => {}
            Err(status) => return Ok(Got::Bad(status)),
        }
        if stream.read_buf(read).await? == 0 {
            return Ok(Got::Nothing);
        }
    };
    let end = head.length.saturating_add(head.body);
    if head.expects && read.len() < end {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
    }
    while read.len() < end {
        if stream.read_buf(read).await? == 0 {
            return Ok(Got::Nothing);
        }
    }
    let body = read.get(head.length..end).unwrap_or_default().to_vec();
    read.drain(..end);
    Ok(Got::Request(Incoming { method: head.method, target: head.target, body, keep: head.keep }))
}

struct Head {
    /// Of the head itself, in bytes.
    length: usize,
    /// Of the body, in bytes.
    body: usize,
    method: String,
    target: String,
    keep: bool,
    /// It waits to be told to go on.
    expects: bool,
}

/// The head of a request, when it is there in whole; or the status for what is none.
fn head(read: &[u8]) -> std::result::Result<Option<Head>, u16> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(read) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(400),
    };
    let header = |name: &str| {
        let found = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        found.map(|header| String::from_utf8_lossy(header.value).to_ascii_lowercase())
    };
    if header("transfer-encoding").is_some() {
        return Err(411);
    }
    let body = match header("content-length") {
        Some(text) => text.trim().parse().map_err(|_| 400_u16)?,
        None => 0,
    };
    if body > BODY {
        return Err(413);
    }
    let connection = header("connection").unwrap_or_default();
    let keep = match request.version {
        Some(1) => !connection.contains("close"),
        _ => connection.contains("keep-alive"),
    };
    Ok(Some(Head {
        length,
        body,
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        keep,
        expects: header("expect").is_some_and(|text| text.contains("100-continue")),
    }))
}

/// Waits until the other side is gone. What it says meanwhile is kept, up to a bound.
pub(crate) async fn gone(stream: &mut TcpStream, read: &mut Vec<u8>) {
    while read.len() <= HEAD.saturating_add(BODY) {
        if !matches!(stream.read_buf(read).await, Ok(1..)) {
            return;
        }
    }
    // Whoever says so much unasked is no longer listened to.
    std::future::pending::<()>().await;
}

/// The head of a reply whose body has this length.
pub(crate) fn reply_head(reply: &Reply, length: usize, keep: bool) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", reply.status, phrase(reply.status));
    if !reply.content_type.is_empty() {
        head.push_str("content-type: ");
        head.push_str(reply.content_type);
        head.push_str("\r\n");
    }
    if let Some(seconds) = reply.retry_after {
        head.push_str(&format!("retry-after: {seconds}\r\n"));
    }
    let connection = if keep { "keep-alive" } else { "close" };
    head.push_str(&format!("content-length: {length}\r\nconnection: {connection}\r\n\r\n"));
    head.into_bytes()
}

/// Writes a whole reply.
pub(crate) async fn send(stream: &mut TcpStream, reply: &Reply, keep: bool) -> Result<()> {
    let mut bytes = reply_head(reply, reply.body.len(), keep);
    bytes.extend_from_slice(reply.body.as_bytes());
    stream.write_all(&bytes).await
}

const fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        _ => "Unknown",
    }
}
