//! Orders that surely nobody has heard.

use std::time::Duration;

use panel_client::{Limits, NotSent};
use socket2::{Domain, Socket, Type};

use crate::{LOCALHOST, PATIENT, client, endpoint, not_sent, place};

/// A port at which nobody listens and that nobody else can take.
fn deaf_port() -> (Socket, u16) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&std::net::SocketAddr::new(LOCALHOST, 0).into()).unwrap();
    let port = socket.local_addr().unwrap().as_socket().unwrap().port();
    (socket, port)
}

#[tokio::test]
async fn connection_refused() {
    let (_socket, port) = deaf_port();
    let why = not_sent(place(&client(), &endpoint(port), &PATIENT).await);
    assert!(matches!(why, NotSent::Connect(_)), "{why:?}");
}

/// A listener whose queue is full leaves connections hanging, as a firewall does that drops packets.
#[tokio::test]
async fn nobody_answers() {
    let (socket, port) = deaf_port();
    socket.listen(1).unwrap();
    let limits = Limits { connect: Duration::from_millis(200), ..PATIENT };
    let mut held = Vec::new();
    for _ in 0..8 {
        let address = std::net::SocketAddr::new(LOCALHOST, port);
        let connect = tokio::net::TcpStream::connect(address);
        match tokio::time::timeout(limits.connect, connect).await {
            Ok(stream) => held.push(stream.unwrap()),
            Err(_) => break,
        }
    }
    assert_eq!(not_sent(place(&client(), &endpoint(port), &limits).await), NotSent::TimedOut);
}
