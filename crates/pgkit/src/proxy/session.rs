//! One connection through the proxy: its two sockets.

use std::io::{Error, Result};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::proxy::conversation::{Conversation, End};
use crate::proxy::shared::Shared;
use crate::wire::{self, CANCEL_REQUEST, GSS_REQUEST, Message, SSL_REQUEST};

/// A side is not read further while this much waits for the other one.
const ENOUGH: usize = 4 << 20;

/// Longest delay of a late COMMIT, in milliseconds.
const LATEST: u64 = 100;

/// Serves one client until either side goes, or a fault cuts it. Errors are the sockets': they end
/// it, as they would without a proxy.
pub(crate) async fn serve(
    mut client: TcpStream,
    upstream: SocketAddr,
    shared: &Shared,
    mut random: fastrand::Rng,
) -> Result<()> {
    client.set_nodelay(true)?;
    let mut from_client = Vec::new();
    let Some(first) = greeting(&mut client, &mut from_client).await? else { return Ok(()) };
    let mut server = TcpStream::connect(upstream).await?;
    server.set_nodelay(true)?;
    server.write_all(&first.bytes).await?;
    if first.is_cancel {
        return Ok(());
    }
    shared.connects();
    let delay = Duration::from_millis(random.u64(1..=LATEST));
    let mut conversation = Conversation::new(shared, random);
    let end = talk(&mut client, &mut server, from_client, &mut conversation).await?;
    if let Some(End::Late(message)) = end {
        drop(client);
        tokio::time::sleep(delay).await;
        let mut bytes = Vec::new();
        message.write(&mut bytes);
        server.write_all(&bytes).await?;
        // Until it has answered: closed too early, it could miss what was sent.
        server.read_buf(&mut bytes).await?;
    }
    Ok(())
}

struct First {
    bytes: Vec<u8>,
    is_cancel: bool,
}

/// The first message that is for the server. Encryption is declined.
async fn greeting(client: &mut TcpStream, read: &mut Vec<u8>) -> Result<Option<First>> {
    loop {
        match wire::take_first(read)? {
            Some((SSL_REQUEST | GSS_REQUEST, _)) => client.write_all(b"N").await?,
            Some((word, bytes)) => {
                return Ok(Some(First { bytes, is_cancel: word == CANCEL_REQUEST }));
            }
            None if client.read_buf(read).await? == 0 => return Ok(None),
            None => {}
        }
    }
}

/// Carries what both say, until one of them goes or a fault ends it. Reads and writes on both sides
/// at once: each may wait for the other to read.
async fn talk(
    client: &mut TcpStream,
    server: &mut TcpStream,
    mut from_client: Vec<u8>,
    conversation: &mut Conversation<'_>,
) -> Result<Option<End>> {
    let mut from_server = Vec::new();
    let (mut client_reads, mut client_writes) = client.split();
    let (mut server_reads, mut server_writes) = server.split();
    loop {
        let mut end = None;
        while end.is_none()
            && let Some(message) = Message::take(&mut from_server)?
        {
            end = conversation.server_says(message);
        }
        while end.is_none()
            && conversation.listens()
            && let Some(message) = Message::take(&mut from_client)?
        {
            end = conversation.client_says(message);
        }
        if end.is_some() {
            // What the server is told last is part of the fault; what the client is told is not.
            server_writes.write_all(&conversation.to_server).await?;
            return Ok(end);
        }
        let (to_client, to_server) = (&mut conversation.to_client, &mut conversation.to_server);
        let (room_for_client, room_for_server) =
            (to_client.len() < ENOUGH, to_server.len() < ENOUGH);
        tokio::select! {
            written = client_writes.write(to_client), if !to_client.is_empty() => {
                to_client.drain(..some(written)?);
            }
            written = server_writes.write(to_server), if !to_server.is_empty() => {
                to_server.drain(..some(written)?);
            }
            read = server_reads.read_buf(&mut from_server), if room_for_client => {
                if read? == 0 {
                    // Its last words, such as why it ends.
                    client_writes.write_all(to_client).await?;
                    return Ok(None);
                }
            }
            read = client_reads.read_buf(&mut from_client), if room_for_server => {
                if read? == 0 {
                    // It may have said goodbye just before.
                    server_writes.write_all(to_server).await?;
                    return Ok(None);
                }
            }
        }
    }
}

fn some(written: Result<usize>) -> Result<usize> {
    match written? {
        0 => Err(Error::from(std::io::ErrorKind::WriteZero)),
        written => Ok(written),
    }
}
