//! The API over real connections, spoken to byte by byte.

use crate::common::{Setup, Shop};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use web::Options;

/// A shop that listens.
struct Open {
    shop: Shop,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinSet<std::io::Result<()>>,
}

impl Open {
    async fn new(shop: Shop) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let mut server = JoinSet::new();
        let shutdown = async move { drop(stopped.await) };
        server.spawn(web::serve(listener, shop.site.clone(), shutdown));
        Self { shop, address, stop, server }
    }

    /// Runs a client, which may block.
    async fn talk<T: Send + 'static>(
        &self,
        client: impl FnOnce(TcpStream) -> T + Send + 'static,
    ) -> T {
        let address = self.address;
        let run = move || {
            let socket = TcpStream::connect(address).unwrap();
            socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            socket.set_write_timeout(Some(Duration::from_secs(30))).unwrap();
            client(socket)
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// Sends a text and gives all that comes back before the server closes.
    async fn exchange(&self, request: impl Into<Vec<u8>>) -> String {
        let request = request.into();
        self.talk(move |mut socket| {
            socket.write_all(&request).unwrap();
            rest(&mut socket)
        })
        .await
    }

    async fn close(mut self) {
        self.stop.send(()).unwrap();
        self.server.join_next().await.unwrap().unwrap().unwrap();
        self.shop.close().await;
    }
}

fn rest(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    socket.read_to_end(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// Reads one reply of a known body.
fn reply(socket: &mut TcpStream, body: &str) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(body.as_bytes()) {
        assert_eq!(socket.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

const BALANCE: &str = r#"{"balance":"1000","currency":"USD"}"#;
const REFUSED: &str = r#"{"error":"Incorrect request"}"#;

fn assert_answered(text: &str, version: &str, body: &str) {
    assert!(text.starts_with(&format!("HTTP/{version} 200 OK\r\n")), "{text}");
    assert!(text.contains("\r\ncontent-type: application/json\r\n"), "{text}");
    assert!(!text.to_lowercase().contains("\r\nlocation:"), "{text}");
    assert!(text.ends_with(&format!("\r\n\r\n{body}")), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_and_bare_clients_are_answered() {
    let open = Open::new(Shop::open().await).await;
    let form = format!("key={}&action=balance", open.shop.alice.key);
    let length = form.len();
    for (request, version) in [
        // No host, no agent, nothing.
        (format!("GET /api/v2?{form} HTTP/1.0\r\n\r\n"), "1.0"),
        (format!("GET /api/v2/?{form} HTTP/1.0\r\n\r\n"), "1.0"),
        (format!("POST /api/v2 HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{form}"), "1.0"),
        (format!("POST /api/v2/ HTTP/1.0\nContent-Length: {length}\n\n{form}"), "1.0"),
        (
            format!(
                "POST /api/v2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{form}"
            ),
            "1.1",
        ),
        (
            format!(
                "POST http://x/api/v2/ HTTP/1.1\r\nConnection: close\r\ncontent-length:{length}\r\n\r\n{form}"
            ),
            "1.1",
        ),
        (
            format!(
                "POST /api/v2 HTTP/1.1\r\nHost: x\r\nUser-Agent: \r\nAccept: text/html\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                &form[..16],
                length - 16,
                &form[16..]
            ),
            "1.1",
        ),
        (
            format!(
                "POST /api/v2 HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 5.01; Windows NT 5.0)\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{form}"
            ),
            "1.1",
        ),
    ] {
        let text = open.exchange(request.clone()).await;
        assert_answered(&text, version, BALANCE);
    }
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_for_leave_gets_it() {
    let open = Open::new(Shop::open().await).await;
    let form = format!("key={}&action=balance", open.shop.alice.key);
    let head = |length: usize| {
        format!(
            "POST /api/v2 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let (first, second) = (head(form.len()), head(20 << 20));
    let text = open
        .talk(move |mut socket| {
            socket.write_all(first.as_bytes()).unwrap();
            let leave = "HTTP/1.1 100 Continue\r\n\r\n";
            assert_eq!(reply(&mut socket, "\r\n\r\n"), leave);
            socket.write_all(form.as_bytes()).unwrap();
            rest(&mut socket)
        })
        .await;
    assert_answered(&text, "1.1", BALANCE);
    assert_answered(&open.exchange(second).await, "1.1", REFUSED);
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_kept_and_requests_may_wait_in_line() {
    let open = Open::new(Shop::open().await).await;
    let key = open.shop.alice.key.clone();
    let text = open
        .talk(move |mut socket| {
            let balance = format!("GET /api/v2?key={key}&action=balance HTTP/1.1\r\nHost: x\r\n\r\n");
            for _ in 0..3 {
                socket.write_all(balance.as_bytes()).unwrap();
                assert_answered(&reply(&mut socket, BALANCE), "1.1", BALANCE);
            }
            let order = format!("key={key}&action=add&service=1&link=https://example.com&quantity=10");
            let order = format!(
                "POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{order}",
                order.len()
            );
            let last = format!("GET /api/v2?key={key}&action=balance HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            socket.write_all(format!("{balance}{order}{last}").as_bytes()).unwrap();
            rest(&mut socket)
        })
        .await;
    let bodies: Vec<&str> =
        text.split("HTTP/1.1 200 OK").filter_map(|r| r.split("\r\n\r\n").nth(1)).collect();
    let after = r#"{"balance":"999.991","currency":"USD"}"#;
    assert_eq!(bodies, [BALANCE, r#"{"order":1}"#, after]);
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_said_all_still_hears() {
    let open = Open::new(Shop::open().await).await;
    let key = open.shop.alice.key.clone();
    let form = format!("key={key}&action=add&service=1&link=https://example.com&quantity=10");
    let text = open
        .talk(move |mut socket| {
            let length = form.len();
            let request = format!(
                "POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{form}"
            );
            socket.write_all(request.as_bytes()).unwrap();
            socket.shutdown(Shutdown::Write).unwrap();
            rest(&mut socket)
        })
        .await;
    assert_answered(&text, "1.1", r#"{"order":1}"#);
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_body_is_refused_in_words() {
    let open = Open::new(Shop::open().await).await;
    let key = open.shop.alice.key.clone();
    let before = open.shop.books().await;
    let start = format!("key={key}&action=add&service=1&link=https://example.com&quantity=10&x=");
    let piece = vec![b'x'; 1 << 20];
    let send = |head: String, chunked: bool| {
        let (start, piece) = (start.clone(), piece.clone());
        move |mut socket: TcpStream| {
            socket.write_all(head.as_bytes()).unwrap();
            let mut put = |bytes: &[u8]| {
                if chunked {
                    write!(socket, "{:x}\r\n", bytes.len()).unwrap();
                }
                socket.write_all(bytes).unwrap();
                if chunked {
                    socket.write_all(b"\r\n").unwrap();
                }
            };
            put(start.as_bytes());
            for _ in 0..20 {
                put(&piece);
            }
            if chunked {
                socket.write_all(b"0\r\n\r\n").unwrap();
            }
            // Only now it looks for the answer; then it asks something else.
            assert_answered(&reply(&mut socket, REFUSED), "1.1", REFUSED);
            socket.write_all(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
            assert!(rest(&mut socket).ends_with("\r\n\r\nok"));
        }
    };
    let length = start.len() + (20 << 20);
    let head = "POST /api/v2 HTTP/1.1\r\nHost: x\r\n";
    open.talk(send(format!("{head}Content-Length: {length}\r\n\r\n"), false)).await;
    open.talk(send(format!("{head}Transfer-Encoding: chunked\r\n\r\n"), true)).await;
    // One that is announced as larger still is not waited for.
    let huge = format!("{head}Content-Length: {}\r\n\r\nkey={key}", 1_u64 << 40);
    let text = open.exchange(huge).await;
    assert_answered(&text, "1.1", REFUSED);
    assert!(text.contains("connection: close"), "{text}");
    assert_eq!(open.shop.books().await, before);
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let options = Options { body_timeout: Duration::from_millis(200), ..Options::default() };
    let open = Open::new(Shop::with(Setup { options, ..Setup::default() }).await).await;
    let before = open.shop.books().await;
    let key = &open.shop.alice.key;
    let order = format!("key={key}&action=add&service=1&link=https://example.com&quantity=10");
    let request =
        format!("POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{order}");
    let text = open.exchange(request).await;
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert!(text.contains("connection: close\r\n") && text.ends_with("\r\n\r\n"), "{text}");
    // One that breaks off is no request, whatever it has said so far.
    let text = open
        .talk(move |mut socket| {
            let request = format!("POST /api/v2 HTTP/1.0\r\nContent-Length: 1000\r\n\r\n{order}");
            socket.write_all(request.as_bytes()).unwrap();
            socket.shutdown(Shutdown::Write).unwrap();
            rest(&mut socket)
        })
        .await;
    assert!(!text.contains("order"), "{text}");
    assert_eq!(open.shop.books().await, before);
    open.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_http_is_turned_away() {
    let open = Open::new(Shop::open().await).await;
    let before = open.shop.books().await;
    let many = "X-Header: x\r\n".repeat(200);
    let key = &open.shop.alice.key;
    for noise in [
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{7f}".to_owned(),
        "hello\r\n\r\n".to_owned(),
        format!("GET /api/v2?key={key}&action=add&link=a b HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET /api/v2?{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(100_000)),
        format!("GET /api/v2 HTTP/1.1\r\n{many}\r\n"),
        "POST /api/v2 HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nkey=xx".to_owned(),
        "POST /api/v2 HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_owned(),
    ] {
        let text = open.exchange(noise.clone()).await;
        let status = text.split(' ').nth(1).unwrap_or_default();
        assert!(matches!(status, "400" | "414" | "431"), "{noise:.60}\n{text}");
    }
    assert_eq!(open.shop.books().await, before);
    open.close().await;
}
