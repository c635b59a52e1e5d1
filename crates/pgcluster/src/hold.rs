//! What stands between nodes: replication passes through it, and can be held up.

use std::collections::VecDeque;
use std::io::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use pgkit::Error;
use pgkit::wire::{self, GSS_REQUEST, SSL_REQUEST};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// The address at which the other nodes find a node. What the node sends over connections for
/// replication arrives later by a while; what is on its way when the node dies is gone.
#[derive(Debug)]
pub(crate) struct Hold {
    /// Microseconds.
    hold: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Hold {
    /// Listens at `reached` for a node at `listen`.
    pub(crate) fn start(
        reached: SocketAddr,
        listen: SocketAddr,
    ) -> std::result::Result<Self, Error> {
        let started = || {
            let listener = std::net::TcpListener::bind(reached)?;
            listener.set_nonblocking(true)?;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let listener = {
                let _inside = runtime.enter();
                TcpListener::from_std(listener)?
            };
            let hold = Arc::new(AtomicU64::new(0));
            let (stop, stopped) = oneshot::channel();
            let accepting = accept(listener, listen, Arc::clone(&hold));
            let thread = std::thread::Builder::new().name("hold".to_owned()).spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accepting => {}
                        // Also when the other end is gone.
                        _ = stopped => {}
                    }
                });
            })?;
            Ok(Self { hold, stop: Some(stop), thread: Some(thread) })
        };
        started().map_err(|source| Error::Io { what: reached.to_string(), source })
    }

    /// From now on what is sent arrives so much later.
    pub(crate) fn set(&self, hold: Duration) {
        self.hold.store(u64::try_from(hold.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, its panic has been printed.
            drop(thread.join());
        }
    }
}

async fn accept(listener: TcpListener, node: SocketAddr, hold: Arc<AtomicU64>) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // One that went before it was accepted.
                let Ok((client, _)) = accepted else { continue };
                let hold = Arc::clone(&hold);
                sessions.spawn(async move {
                    // A broken socket is what ends most of them.
                    drop(serve(client, node, &hold).await);
                });
            }
            Some(_) = sessions.join_next() => {}
        }
    }
}

async fn serve(mut client: TcpStream, node: SocketAddr, hold: &AtomicU64) -> Result<()> {
    client.set_nodelay(true)?;
    let mut read = Vec::new();
    // Encryption is declined.
    let first = loop {
        match wire::take_first(&mut read)? {
            Some((SSL_REQUEST | GSS_REQUEST, _)) => client.write_all(b"N").await?,
            Some((_, first)) => break first,
            None if client.read_buf(&mut read).await? == 0 => return Ok(()),
            None => {}
        }
    };
    let mut server = TcpStream::connect(node).await?;
    server.set_nodelay(true)?;
    server.write_all(&first).await?;
    server.write_all(&read).await?;
    if is_for_replication(&first) {
        return late(client, server, hold).await;
    }
    copy_bidirectional(&mut client, &mut server).await.map(drop)
}

/// Whether the first message of a connection asks for replication.
fn is_for_replication(first: &[u8]) -> bool {
    let mut words = first.get(8..).unwrap_or_default().split(|&byte| byte == 0);
    words.any(|word| word == b"replication")
}

/// Carries what the server says late, and what the client says at once. When the server goes, so
/// does all that has not arrived.
async fn late(mut client: TcpStream, mut server: TcpStream, hold: &AtomicU64) -> Result<()> {
    let (mut client_reads, mut client_writes) = client.split();
    let (mut server_reads, mut server_writes) = server.split();
    let mut under_way: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let (mut from_server, mut from_client) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        let due = under_way.front().map(|(due, _)| *due);
        tokio::select! {
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                if let Some((_, bytes)) = under_way.pop_front() {
                    client_writes.write_all(&bytes).await?;
                }
            }
            read = server_reads.read(&mut from_server) => {
                let bytes = from_server.get(..read?).unwrap_or_default();
                if bytes.is_empty() {
                    return Ok(());
                }
                let hold = Duration::from_micros(hold.load(Ordering::Relaxed));
                let now = Instant::now();
                under_way.push_back((now.checked_add(hold).unwrap_or(now), bytes.to_vec()));
            }
            read = client_reads.read(&mut from_client) => {
                let bytes = from_client.get(..read?).unwrap_or_default();
                if bytes.is_empty() {
                    return Ok(());
                }
                server_writes.write_all(bytes).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_for_replication;

    #[test]
    fn connections_for_replication_are_told_apart() {
        let first = |words: &str| {
            let mut bytes = vec![0, 0, 0, 9, 0, 3, 0, 0];
            bytes.extend(words.bytes().map(|byte| if byte == b' ' { 0 } else { byte }));
            bytes
        };
        assert!(is_for_replication(&first("user me replication true ")));
        assert!(is_for_replication(&first("replication database user me ")));
        assert!(!is_for_replication(&first("user replicator database x ")));
    }
}
