//! What servers get to see.

use panel_api::client::Call;
use panel_client::Endpoint;
use tokio::sync::mpsc;

use crate::server::{Server, answer, read_request};
use crate::{KEY, NEAR, PATIENT, answered, client, place};

/// A server that keeps what it is sent.
async fn listening() -> (Server, mpsc::UnboundedReceiver<String>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream, _| {
        let sender = sender.clone();
        async move {
            sender.send(read_request(&mut stream).await).unwrap();
            answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
        }
    })
    .await;
    (server, receiver)
}

#[tokio::test]
async fn an_order_is_one_plain_post() {
    let (server, mut requests) = listening().await;
    let port = server.port;
    answered(place(&client(), &crate::endpoint(port), &PATIENT).await);
    let request = requests.recv().await.unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<String> = head.lines().map(str::to_ascii_lowercase).collect();
    assert_eq!(lines.remove(0), "post /api/v2/ http/1.1");
    lines.sort();
    let agent = format!("user-agent: panel-client/{}", env!("CARGO_PKG_VERSION"));
    let wanted = [
        "accept: application/json".to_owned(),
        "connection: close".to_owned(),
        format!("content-length: {}", body.len()),
        "content-type: application/x-www-form-urlencoded".to_owned(),
        format!("host: panel.example:{port}"),
        agent,
    ];
    assert_eq!(lines, wanted, "no Expect, no Accept-Encoding, and the key nowhere");
    assert_eq!(
        body,
        format!(
            "key={KEY}&action=add&service=7&link=https%3A%2F%2Fexample.com%2Fa&quantity=100&request_id=o-1"
        )
    );
}

#[tokio::test]
async fn the_path_is_asked_as_it_is_written() {
    let (server, mut requests) = listening().await;
    for (written, asked) in [
        ("", "/"),
        ("/", "/"),
        ("/api/v2", "/api/v2"),
        ("/api/v2/", "/api/v2/"),
        ("/API.php", "/API.php"),
        ("//api//v2//", "//api//v2//"),
        ("/a/../b/./c", "/a/../b/./c"),
        ("/a%2Fb%20c/~x;y=1", "/a%2Fb%20c/~x;y=1"),
        ("/index.php?route=api/v2&lang=en", "/index.php?route=api/v2&lang=en"),
        ("/api?", "/api?"),
        ("?route=api", "/?route=api"),
    ] {
        let url = format!("http://panel.example:{}{written}", server.port);
        let endpoint = Endpoint::parse(&url, &NEAR).unwrap();
        assert_eq!(endpoint.as_str(), url);
        answered(place(&client(), &endpoint, &PATIENT).await);
        let request = requests.recv().await.unwrap();
        assert!(request.starts_with(&format!("POST {asked} HTTP/1.1\r\n")), "{request}");
    }
}

/// Two orders never share a connection, however quickly they follow each other.
#[tokio::test]
async fn each_order_has_a_connection_of_its_own() {
    let server = Server::start(|mut stream, _| async move {
        loop {
            if read_request(&mut stream).await.is_empty() {
                return;
            }
            answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
        }
    })
    .await;
    let (client, endpoint) = (client(), crate::endpoint(server.port));
    // Not even the connection of a question that is kept.
    client.ask(&endpoint, Call::Balance.form(KEY).unwrap(), &PATIENT).await.unwrap();
    for placed in 2..6 {
        answered(place(&client, &endpoint, &PATIENT).await);
        assert_eq!(server.connections(), placed);
    }
}
