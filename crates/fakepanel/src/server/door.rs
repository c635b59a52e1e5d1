//! Where connections come in, or do not.

use std::io::Result;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::reaction::Greeting;
use crate::server::connection;
use crate::server::shared::{Mode, News, Shared};

/// How long nobody listens when one connection is refused: who is refused is not heard of, so it is
/// time that is counted.
const SHUT: Duration = Duration::from_millis(20);

/// Connections that wait to be accepted.
const BACKLOG: i32 = 4_096;

/// A port that is ours whether or not somebody listens on it.
pub(crate) struct Door {
    address: SocketAddr,
    /// Bound and never listening: nobody else gets the port while it is shut.
    _holds: Socket,
    listener: Option<TcpListener>,
}

impl Door {
    /// One that is shut. A port of 0 is any that is free.
    pub(crate) fn new(address: SocketAddr) -> Result<Self> {
        let holds = bound(address)?;
        let address = holds.local_addr()?.as_socket().unwrap_or(address);
        Ok(Self { address, _holds: holds, listener: None })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn open(&mut self) -> Result<()> {
        if self.listener.is_none() {
            let socket = bound(self.address)?;
            socket.set_nonblocking(true)?;
            socket.listen(BACKLOG)?;
            self.listener = Some(TcpListener::from_std(socket.into())?);
        }
        Ok(())
    }

    /// From now on connections are refused. Those that were made already are returned.
    fn shut(&mut self) -> Vec<TcpStream> {
        let mut made = Vec::new();
        let Some(Ok(listener)) = self.listener.take().map(TcpListener::into_std) else {
            return made;
        };
        while let Ok((stream, _)) = listener.accept() {
            if stream.set_nonblocking(true).is_ok() {
                made.extend(TcpStream::from_std(stream));
            }
        }
        made
    }

    /// The next connection; never while it is shut.
    pub(crate) async fn next(&self) -> Result<TcpStream> {
        match &self.listener {
            Some(listener) => Ok(listener.accept().await?.0),
            None => std::future::pending().await,
        }
    }
}

fn bound(address: SocketAddr) -> Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Takes connections for as long as anybody can change something.
pub(crate) async fn keep(
    mut door: Door,
    shared: Arc<Shared>,
    mut news: mpsc::UnboundedReceiver<News>,
) {
    let mut connections = JoinSet::new();
    let mut told: Vec<Box<dyn FnOnce() + Send>> = Vec::new();
    // What happens to the next connection is known before it comes: a refusal cannot wait for it.
    let (mut next, mut drawn_by) = shared.greet();
    let mut again = Instant::now();
    loop {
        let up = shared.mode() != Mode::Down;
        let refuses = next == Greeting::Refuse;
        let serve = |stream| {
            let (shared, downs) = (Arc::clone(&shared), shared.downs());
            async move { connection::serve(stream, &shared, downs).await }
        };
        if refuses || !up {
            for stream in door.shut() {
                connections.spawn(serve(stream));
            }
        } else if door.open().is_err() {
            // The port is ours, so this is a lack of sockets, which only time mends.
            tokio::time::sleep(SHUT).await;
            continue;
        }
        for heard in told.drain(..) {
            heard();
        }
        tokio::select! {
            biased;
            heard = news.recv() => {
                let Some(News { mode, heard }) = heard else { return };
                told.push(heard);
                if let Some(mode) = mode {
                    shared.set_mode(mode);
                }
                if drawn_by == shared.rules_set() {
                    continue;
                }
                (next, drawn_by) = shared.greet();
            }
            accepted = door.next() => {
                let Ok(stream) = accepted else { continue };
                if next == Greeting::Serve {
                    connections.spawn(serve(stream));
                }
                (next, drawn_by) = shared.greet();
            }
            () = tokio::time::sleep_until(again), if refuses && up => {
                (next, drawn_by) = shared.greet();
            }
            Some(_) = connections.join_next() => continue,
        }
        again = Instant::now().checked_add(SHUT).unwrap_or(again);
    }
}
