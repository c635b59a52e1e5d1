//! The loop that takes connections, and its orderly end.

use crate::{Peer, Site};
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long connections are waited for.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// For the head of a request, and so also for the next request on a kept connection.
    head: Duration,
    /// For requests in flight, when the server stops.
    grace: Duration,
}

/// A kept connection that is closed just when a client sends an order on it leaves that client in
/// doubt, so connections are kept a little longer than most clients keep them (60 s).
const PATIENCE: Patience =
    Patience { head: Duration::from_secs(75), grace: Duration::from_secs(10) };

/// Pause after a failed accept: it fails for lack of file descriptors, which only time brings back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// Serves `site` on `listener` until `shutdown` is ready. Then no new connection is taken,
/// requests in flight are finished, and whatever still runs after ten seconds is cut off.
///
/// # Errors
/// When the listener has no address, because it is not a listening socket.
pub async fn serve(
    listener: TcpListener,
    site: impl Into<Site>,
    shutdown: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    tracing::info!(address = %listener.local_addr()?, "listening");
    serve_for(PATIENCE, listener, site.into(), shutdown).await;
    Ok(())
}

async fn serve_for(
    patience: Patience,
    listener: TcpListener,
    site: Site,
    shutdown: impl Future<Output = ()> + Send,
) {
    let mut shutdown = pin!(shutdown);
    let (stop, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let (site, stopping) = (site.clone(), stopping.clone());
                    connections.spawn(connection(patience, stream, peer.ip(), site, stopping));
                }
                Err(error) => refused(&error).await,
            },
            Some(ended) = connections.join_next() => note(ended),
        }
    }
    drop((listener, stop));
    let rest = async {
        while let Some(ended) = connections.join_next().await {
            note(ended);
        }
    };
    if tokio::time::timeout(patience.grace, rest).await.is_err() {
        tracing::warn!(connections = connections.len(), "cut off requests that did not end");
        connections.shutdown().await;
    }
}

/// Serves one connection until it ends, or until the server stops and its request has ended.
async fn connection(
    patience: Patience,
    stream: TcpStream,
    peer: IpAddr,
    site: Site,
    mut stopping: watch::Receiver<()>,
) {
    // A reply is written at once; waiting to fill a packet would only delay it.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let mut http = http1::Builder::new();
    // Some clients close their side as soon as they have sent the request. They want an answer all
    // the same, above all to an order.
    http.half_close(true).timer(TokioTimer::new()).header_read_timeout(patience.head);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let site = site.clone();
        async move { Ok::<_, Infallible>(site.answer(request.map(Body::new)).await) }
    });
    let served = http.serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        // The sender is dropped when the server stops.
        _ = stopping.changed() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}

/// A failed accept: the fault of one client, or of all connections together.
async fn refused(error: &std::io::Error) {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "no connection can be taken");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

fn note(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task did not end in order");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::routing::get;
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream as Socket};
    use tokio::sync::oneshot;

    const SHORT: Patience =
        Patience { head: Duration::from_millis(300), grace: Duration::from_millis(300) };

    /// A server on `router` with `patience`, and the way to stop it.
    async fn start(
        patience: Patience,
        router: Router,
    ) -> (SocketAddr, oneshot::Sender<()>, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let mut server = JoinSet::new();
        server.spawn(serve_for(patience, listener, router.into(), async move {
            drop(stopped.await);
        }));
        (address, stop, server)
    }

    fn open(address: SocketAddr, text: &str) -> Socket {
        let mut socket = Socket::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket.write_all(text.as_bytes()).unwrap();
        socket
    }

    /// What the server still sends before it closes the connection.
    async fn rest(mut socket: Socket) -> String {
        let read = move || {
            let mut text = Vec::new();
            // A reset counts as an end, too.
            drop(socket.read_to_end(&mut text));
            String::from_utf8(text).unwrap()
        };
        tokio::task::spawn_blocking(read).await.unwrap()
    }

    /// A router whose `/slow` tells when it was reached and answers when it is let go.
    fn slow() -> (Router, oneshot::Receiver<()>, oneshot::Sender<()>) {
        let (reached, was_reached) = oneshot::channel();
        let (go, wait) = oneshot::channel::<()>();
        let once = std::sync::Arc::new(parking_lot::Mutex::new(Some((reached, wait))));
        let handler = move || {
            let taken = once.lock().take();
            async move {
                let (reached, wait) = taken.unwrap();
                reached.send(()).unwrap();
                drop(wait.await);
                "done"
            }
        };
        (Router::new().route("/slow", get(handler)), was_reached, go)
    }

    const SLOW: &str = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";

    #[tokio::test(flavor = "multi_thread")]
    async fn stopping_finishes_what_is_in_flight_and_takes_nothing_new() {
        let (router, reached, go) = slow();
        let patience = Patience { grace: Duration::from_secs(20), ..PATIENCE };
        let (address, stop, mut server) = start(patience, router).await;
        let idle = open(address, "");
        let busy = open(address, SLOW);
        reached.await.unwrap();
        stop.send(()).unwrap();
        assert_eq!(rest(idle).await, "", "an idle connection is closed at once");
        assert!(Socket::connect(address).is_err(), "nobody listens any more");
        go.send(()).unwrap();
        let reply = rest(busy).await;
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n") && reply.ends_with("done"), "{reply}");
        server.join_next().await.unwrap().unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_does_not_end_is_cut_off() {
        let (router, reached, _never) = slow();
        let (address, stop, mut server) = start(SHORT, router).await;
        let busy = open(address, SLOW);
        reached.await.unwrap();
        stop.send(()).unwrap();
        server.join_next().await.unwrap().unwrap();
        assert_eq!(rest(busy).await, "");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_head_that_does_not_come_closes_the_connection() {
        let (address, _stop, _server) = start(SHORT, Router::new()).await;
        for beginning in ["", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow"] {
            let reply = rest(open(address, beginning)).await;
            assert!(!reply.contains("200"), "{reply}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_costs_one_connection_only() {
        let router = Router::new().route("/panic", get(async || -> &'static str { panic!("no") }));
        let (address, _stop, _server) = start(PATIENCE, router).await;
        let reply = rest(open(address, "GET /panic HTTP/1.1\r\nHost: x\r\n\r\n")).await;
        assert_eq!(reply, "", "no answer: nobody is told that nothing happened");
        let reply = rest(open(address, "GET /other HTTP/1.0\r\n\r\n")).await;
        assert!(reply.starts_with("HTTP/1.0 404"), "{reply}");
    }
}
