//! What cannot be brought about from outside with certainty: connections that end before the request
//! goes out, and requests that go out in part.

use std::net::SocketAddr;
use std::time::Duration;

use panel_api::client::{Call, NewOrder};
use socket2::{Domain, SockRef, Socket as Plain, Type};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::stream::{Socket, Stream};

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(60),
    answer: Duration::from_millis(200),
    late: Duration::from_secs(60),
    body: 1_000,
};

/// Both ends of a connection whose systems keep as little as they can.
async fn pair() -> (TcpStream, TcpStream) {
    let socket = Plain::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(1).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(1).unwrap();
    socket.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(socket.into()).unwrap();
    let ours = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    SockRef::from(&ours).set_send_buffer_size(1).unwrap();
    (ours, listener.accept().await.unwrap().0)
}

async fn sent_over(ours: TcpStream, link: &str) -> Exchange {
    let policy = Policy { allow_private: true, any_port: true, ..Policy::default() };
    let endpoint = Endpoint::parse("http://panel.example/", &policy).unwrap();
    let parameters = [("link", link)];
    let order = NewOrder { service: "7", parameters: &parameters, request_id: None };
    let form = Call::Add(order).form("k").unwrap();
    let line = Line::open(Stream::plain(Socket::new(ours))).await.unwrap();
    exchange(line, &endpoint, form, &LIMITS).await
}

/// A connection that the other end has closed by then: nothing is sent.
#[tokio::test]
async fn closed_before_the_request() {
    let (ours, theirs) = pair().await;
    drop(theirs);
    assert_eq!(ours.peek(&mut [0]).await.unwrap(), 0);
    let exchange = sent_over(ours, "a").await;
    assert!(matches!(exchange, Exchange::NotSent(NotSent::Ended(Loss::Closed))), "{exchange:?}");
}

#[tokio::test]
async fn reset_before_the_request() {
    let (ours, theirs) = pair().await;
    SockRef::from(&theirs).set_linger(Some(Duration::ZERO)).unwrap();
    drop(theirs);
    assert!(ours.peek(&mut [0]).await.is_err());
    let exchange = sent_over(ours, "a").await;
    assert!(matches!(exchange, Exchange::NotSent(NotSent::Ended(_))), "{exchange:?}");
}

/// Somebody speaks before he is asked: that is no answer to us, and he is not asked.
#[tokio::test]
async fn an_answer_before_the_request() {
    let (ours, theirs) = pair().await;
    theirs.try_write(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n").unwrap();
    assert_eq!(ours.peek(&mut [0]).await.unwrap(), 1);
    let exchange = sent_over(ours, "a").await;
    assert!(matches!(exchange, Exchange::NotSent(NotSent::Ended(_))), "{exchange:?}");
}

/// A request that went out in part is lost, and its rest must not follow later.
#[tokio::test]
async fn a_request_that_goes_out_in_part() {
    let (ours, theirs) = pair().await;
    let exchange = sent_over(ours, &"a".repeat(900_000)).await;
    let Exchange::Lost(lost) = exchange else { panic!("{exchange:?}") };
    assert_eq!(lost.why, Loss::TimedOut);
    assert!(lost.late.is_none());
    // The connection is closed: what is still under way ends before the request does.
    let mut heard = 0_usize;
    loop {
        theirs.readable().await.unwrap();
        match theirs.try_read(&mut [0; 65_536]) {
            Ok(0) => break,
            Ok(read) => heard = heard.saturating_add(read),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    assert!(heard > 0 && heard < 900_000, "{heard}");
}

/// The control of the one above: a whole request that is not answered is waited for.
#[tokio::test]
async fn a_request_that_goes_out_whole() {
    let (ours, _theirs) = pair().await;
    let exchange = sent_over(ours, "a").await;
    assert!(matches!(exchange, Exchange::Lost(Lost { late: Some(_), .. })), "{exchange:?}");
}
