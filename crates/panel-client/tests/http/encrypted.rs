//! Encrypted connections.

use std::time::Duration;

use panel_client::{Authorities, Client, Endpoint, Exchange, Limits, Loss, NoTls, NotSent, Policy};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::certificates::{Authority, ours};
use crate::server::{Server, answer, read_request, reset};
use crate::{HASTY, NEAR, PATIENT, answered, client, lost, not_sent, place};

const WHOLE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"order\":23501}";

/// A server behind TLS, and the names it was asked by; nothing when the handshake failed.
async fn tls<F, T>(
    acceptor: TlsAcceptor,
    handle: F,
) -> (Server, mpsc::UnboundedReceiver<Option<String>>)
where
    F: Fn(TlsStream<TcpStream>) -> T + Clone + Send + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    let (sender, names) = mpsc::unbounded_channel();
    let server = Server::start(move |stream, _| {
        let (acceptor, handle, sender) = (acceptor.clone(), handle.clone(), sender.clone());
        async move {
            match acceptor.accept(stream).await {
                Err(_) => drop(sender.send(None)),
                Ok(stream) => {
                    let name = stream.get_ref().1.server_name().unwrap_or_default().to_owned();
                    drop(sender.send(Some(name)));
                    handle(stream).await;
                }
            }
        }
    })
    .await;
    (server, names)
}

async fn polite(mut stream: TlsStream<TcpStream>) {
    read_request(&mut stream).await;
    answer(&mut stream, WHOLE).await;
}

fn endpoint(host: &str, port: u16) -> Endpoint {
    Endpoint::parse(&format!("https://{host}:{port}/api/v2"), &NEAR).unwrap()
}

async fn place_at(server: &Server, limits: &Limits) -> Exchange {
    place(&client(), &endpoint("panel.example", server.port), limits).await
}

#[tokio::test]
async fn an_encrypted_order() {
    let (server, mut names) = tls(ours().server("panel.example", false), polite).await;
    let told = answered(place_at(&server, &PATIENT).await);
    assert_eq!((told.status, told.body.as_slice()), (200, &b"{\"order\":23501}"[..]));
    assert_eq!(names.recv().await.unwrap().as_deref(), Some("panel.example"));
    let (server, _) = tls(ours().server("127.0.0.1", false), polite).await;
    let told = place(&client(), &endpoint("127.0.0.1", server.port), &PATIENT).await;
    assert_eq!(answered(told).status, 200);
}

/// Nobody else gets to see an order.
#[tokio::test]
async fn who_is_not_believed_is_told_nothing() {
    let stranger = Authority::new();
    for (what, acceptor) in [
        ("an authority that is not known", stranger.server("panel.example", false)),
        ("another name", ours().server("other.example", false)),
        ("a name above", ours().server("example", false)),
        ("a certificate of long ago", ours().server("panel.example", true)),
    ] {
        let (server, mut names) = tls(acceptor, |_| async { panic!("asked") }).await;
        let why = not_sent(place_at(&server, &PATIENT).await);
        assert!(matches!(why, NotSent::Tls(_)), "{what}: {why:?}");
        assert_eq!(names.recv().await.unwrap(), None, "{what}");
    }
}

/// A client that believes nobody is for those who need not be believed.
#[tokio::test]
async fn who_believes_nobody_tells_nothing_behind_tls() {
    let (server, mut names) =
        tls(ours().server("127.0.0.1", false), |_| async { panic!("asked") }).await;
    let nobody = Client::new(NEAR, &Authorities::Nobody).unwrap();
    let why = not_sent(place(&nobody, &endpoint("127.0.0.1", server.port), &PATIENT).await);
    assert!(matches!(why, NotSent::Tls(_)), "{why:?}");
    assert_eq!(names.recv().await.unwrap(), None);
}

#[tokio::test]
async fn who_does_not_speak_tls_is_told_nothing() {
    let server = Server::start(|mut stream, _| async move {
        stream.peek(&mut [0]).await.unwrap();
        answer(&mut stream, "HTTP/1.1 400 Bad Request\r\n\r\n").await;
        // Until the client has gone: unread bytes would reset the connection under its answer.
        while !read_request(&mut stream).await.is_empty() {}
    })
    .await;
    assert!(matches!(not_sent(place_at(&server, &PATIENT).await), NotSent::Tls(_)));

    let server = Server::start(|stream, _| async move {
        stream.peek(&mut [0]).await.unwrap();
        reset(stream);
    })
    .await;
    assert!(matches!(not_sent(place_at(&server, &PATIENT).await), NotSent::Tls(_)));

    let server = Server::start(|stream, _| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let limits = Limits { connect: Duration::from_millis(200), ..PATIENT };
    assert_eq!(not_sent(place_at(&server, &limits).await), NotSent::TimedOut);
}

#[tokio::test]
async fn lost_behind_tls() {
    let acceptor = ours().server("panel.example", false);
    let (server, _) = tls(acceptor.clone(), |mut stream| async move {
        read_request(&mut stream).await;
        reset(stream.into_inner().0);
    })
    .await;
    assert_eq!(lost(place_at(&server, &PATIENT).await).why, Loss::Broken);

    // Without the word of farewell, as many servers close.
    let (server, _) = tls(acceptor.clone(), |mut stream| async move {
        read_request(&mut stream).await;
    })
    .await;
    assert_eq!(lost(place_at(&server, &PATIENT).await).why, Loss::Closed);

    let (server, _) = tls(acceptor.clone(), |mut stream| async move {
        read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"order\":23501}").await;
    })
    .await;
    let cut = lost(place_at(&server, &PATIENT).await);
    assert_eq!((cut.why, cut.heard.as_slice()), (Loss::Truncated, &b"{\"order\":23501}"[..]));

    let (server, _) = tls(acceptor, |mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let cut = lost(place_at(&server, &HASTY).await);
    assert_eq!(cut.why, Loss::TimedOut);
    assert!(cut.late.is_some());
}

/// A body whose only end is that of the connection is whole when the connection ends, also without the
/// word of farewell: its reader knows whole JSON from half of it.
#[tokio::test]
async fn an_open_ended_answer_behind_tls() {
    let (server, _) = tls(ours().server("panel.example", false), |mut stream| async move {
        read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\n\r\n{\"order\":23501}").await;
    })
    .await;
    assert_eq!(answered(place_at(&server, &PATIENT).await).body, b"{\"order\":23501}");
}

#[test]
fn without_authorities_nothing_can_be_checked() {
    let none = Client::new(Policy::default(), &Authorities::Pem(String::new()));
    assert_eq!(none.unwrap_err(), NoTls::NoAuthority);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let broken = Client::new(Policy::default(), &Authorities::Pem(broken.to_owned()));
    assert!(matches!(broken.unwrap_err(), NoTls::Unreadable(_)));
}
