//! One connection to the panel: requests in, and out whatever the panel decides.

use std::io::Result;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::form::Form;
use crate::reaction::{How, Reaction, Reply};
use crate::server::http::{self, Got};
use crate::server::shared::Shared;

/// How a connection ends by our hand.
enum End {
    /// In order.
    Close,
    /// The other side is told that it never was.
    Reset,
}

/// Serves a connection until it ends, or the panel goes down, which it did `downs` times before.
pub(crate) async fn serve(mut stream: TcpStream, shared: &Shared, downs: u64) {
    // A reply is written at once; waiting to fill a packet would only delay it.
    drop(stream.set_nodelay(true));
    let end = tokio::select! {
        biased;
        () = shared.is_down_since(downs) => End::Reset,
        // A broken socket is what clients leave behind that have given up.
        end = talk(&mut stream, shared) => end.unwrap_or(End::Close),
    };
    match end {
        End::Reset => drop(stream.set_zero_linger()),
        End::Close => drop(stream.shutdown().await),
    }
}

async fn talk(stream: &mut TcpStream, shared: &Shared) -> Result<End> {
    let mut read = Vec::new();
    loop {
        shared.is_up().await;
        let request = match http::receive(stream, &mut read).await {
            Got::Request(request) => request,
            Got::Nothing => return Ok(End::Close),
            Got::Bad(status) => {
                http::send(stream, &plain(status), false).await?;
                return Ok(End::Close);
            }
        };
        shared.is_up().await;
        if request.method != "POST" {
            http::send(stream, &plain(405), false).await?;
            return Ok(End::Close);
        }
        let form = Form::parse(&String::from_utf8_lossy(&request.body));
        let reaction = shared.handle(&form);
        let end = perform(stream, &mut read, shared, reaction, request.keep).await?;
        match end {
            Some(end) => return Ok(end),
            None if !request.keep => return Ok(End::Close),
            None => {}
        }
    }
}

fn plain(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}

/// Does what the panel decided. Nothing when the connection goes on.
async fn perform(
    stream: &mut TcpStream,
    read: &mut Vec<u8>,
    shared: &Shared,
    reaction: Reaction,
    keep: bool,
) -> Result<Option<End>> {
    let Reaction { number, how, reply } = reaction;
    let after_us = match how {
        How::Answer { after_us }
        | How::Drip { after_us, .. }
        | How::Truncate { after_us, .. }
        | How::Reset { after_us } => after_us,
        How::Later { at_us } => at_us.saturating_sub(shared.now_us()),
        How::Silence => {
            http::gone(stream, read).await;
            return Ok(Some(End::Close));
        }
    };
    if !stays(stream, read, after_us).await {
        return Ok(Some(End::Close));
    }
    shared.is_up().await;
    match how {
        How::Reset { .. } => return Ok(Some(End::Reset)),
        How::Later { .. } => {
            let reply = collect(shared, number).await;
            http::send(stream, &reply, keep).await?;
        }
        How::Truncate { keep: part, .. } => {
            let mut bytes = http::reply_head(&reply, reply.body.len(), keep);
            bytes.extend_from_slice(reply.body.as_bytes().get(..part).unwrap_or_default());
            stream.write_all(&bytes).await?;
            return Ok(Some(End::Close));
        }
        How::Drip { every_us, .. } => {
            stream.write_all(&http::reply_head(&reply, reply.body.len(), keep)).await?;
            for byte in reply.body.as_bytes() {
                if !stays(stream, read, every_us).await {
                    return Ok(Some(End::Close));
                }
                stream.write_all(std::slice::from_ref(byte)).await?;
            }
        }
        How::Answer { .. } | How::Silence => http::send(stream, &reply, keep).await?,
    }
    Ok(None)
}

/// Waits so long. Whether the other side is still there then.
async fn stays(stream: &mut TcpStream, read: &mut Vec<u8>, us: u64) -> bool {
    if us == 0 {
        return true;
    }
    tokio::select! {
        () = tokio::time::sleep(Duration::from_micros(us)) => true,
        () = http::gone(stream, read) => false,
    }
}

/// The reply to a request that was to be processed about now.
async fn collect(shared: &Shared, number: u64) -> Reply {
    loop {
        if let Some(reply) = shared.collect(number) {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
