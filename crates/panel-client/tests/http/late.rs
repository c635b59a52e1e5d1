//! Answers that come too late are evidence.

use std::sync::Arc;
use std::time::Duration;

use panel_client::{Late, Limits, Loss};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::server::{Server, answer, read_request, reset};
use crate::{HASTY, KEY, client, endpoint, lost, place};

/// A server that does nothing after the request until it is told to go on.
async fn waiting<F, T>(then: F) -> (Server, Arc<Notify>)
where
    F: Fn(TcpStream) -> T + Clone + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let go = Arc::new(Notify::new());
    let gone = Arc::clone(&go);
    let server = Server::start(move |mut stream, _| {
        let (go, then) = (Arc::clone(&gone), then.clone());
        async move {
            read_request(&mut stream).await;
            go.notified().await;
            then(stream).await;
        }
    })
    .await;
    (server, go)
}

async fn late(server: &Server, limits: &Limits) -> Late {
    let lost = lost(place(&client(), &endpoint(server.port), limits).await);
    assert_eq!(lost.why, Loss::TimedOut);
    let late = lost.late.unwrap();
    assert!(!format!("{late:?}").contains(KEY));
    late
}

#[tokio::test]
async fn a_late_answer_arrives() {
    let (server, go) = waiting(|mut stream| async move {
        answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"order\":23501}").await;
    })
    .await;
    let late = late(&server, &HASTY).await;
    go.notify_one();
    let told = late.await.unwrap();
    assert_eq!((told.status, told.body.as_slice()), (200, &b"{\"order\":23501}"[..]));
    assert_eq!(server.connections(), 1);
}

/// The operating system keeps what arrives while nobody looks, and what is there counts.
#[tokio::test]
async fn an_answer_counts_however_late_somebody_looks() {
    let sent = Arc::new(Notify::new());
    let told = Arc::clone(&sent);
    let (server, go) = waiting(move |mut stream| {
        let sent = Arc::clone(&told);
        async move {
            answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
            drop(stream);
            sent.notify_one();
        }
    })
    .await;
    let late = late(&server, &Limits { late: Duration::ZERO, ..HASTY }).await;
    go.notify_one();
    sent.notified().await;
    assert_eq!(late.await.unwrap().body, b"{}");
}

#[tokio::test]
async fn no_answer_comes_late_either() {
    let (server, _go) = waiting(|_| async {}).await;
    let late = late(&server, &Limits { late: Duration::from_millis(50), ..HASTY }).await;
    assert_eq!(late.await, Err(Loss::TimedOut));
}

#[tokio::test]
async fn the_connection_ends_without_an_answer() {
    let (server, go) = waiting(|_| async {}).await;
    let waited = late(&server, &HASTY).await;
    go.notify_one();
    assert_eq!(waited.await, Err(Loss::Closed));

    let (server, go) = waiting(|stream| async { reset(stream) }).await;
    let waited = late(&server, &HASTY).await;
    go.notify_one();
    assert_eq!(waited.await, Err(Loss::Broken));

    let (server, go) = waiting(|mut stream| async move {
        answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{").await;
    })
    .await;
    let waited = late(&server, &HASTY).await;
    go.notify_one();
    assert_eq!(waited.await, Err(Loss::Truncated));
}
