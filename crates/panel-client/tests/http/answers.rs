//! Whole answers, in all the ways in which servers write them.

use std::time::Duration;

use crate::server::{Server, answer, read_request};
use crate::{PATIENT, answered, client, endpoint, place};

const BODY: &str = r#"{"order":23501}"#;

#[tokio::test]
async fn whole_answers() {
    for (server, bytes) in [
        ("a length", format!("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{BODY}")),
        ("chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"or\r\nb;x=y\r\nder\":23501}\r\n0\r\n\r\n".to_owned()),
        ("the end of the connection", format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{BODY}")),
        ("HTTP/1.0 and a length", format!("HTTP/1.0 200 OK\r\nContent-Length: 15\r\n\r\n{BODY}")),
        ("HTTP/1.0 and the end of the connection", format!("HTTP/1.0 200 OK\r\n\r\n{BODY}")),
        ("a word before the answer", format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{BODY}")),
        ("no reason", format!("HTTP/1.1 200\r\nContent-Length: 15\r\n\r\n{BODY}")),
        ("bare line feeds", format!("HTTP/1.1 200 OK\nContent-Length: 15\n\n{BODY}")),
        ("a body that is longer than it says", format!("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{BODY}<!-- cached -->")),
    ] {
        let it = Server::answering(bytes).await;
        let told = answered(place(&client(), &endpoint(it.port), &PATIENT).await);
        assert_eq!((told.status, told.body.as_slice()), (200, BODY.as_bytes()), "{server}");
        assert_eq!(told.retry_after, None);
    }
}

#[tokio::test]
async fn every_status_is_an_answer() {
    for status in
        [201, 204, 301, 302, 307, 308, 400, 401, 404, 408, 422, 429, 500, 502, 503, 504, 522]
    {
        let bytes = format!(
            "HTTP/1.1 {status} Whatever\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
        );
        let it = Server::answering(bytes).await;
        let told = answered(place(&client(), &endpoint(it.port), &PATIENT).await);
        assert_eq!((told.status, told.body.len()), (status, 0));
        assert_eq!(it.connections(), 1, "{status} is not followed and not tried again");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    for status in [301, 302, 303, 307, 308] {
        let bytes = format!(
            "HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n",
            elsewhere.port
        );
        let it = Server::answering(bytes).await;
        assert_eq!(answered(place(&client(), &endpoint(it.port), &PATIENT).await).status, status);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn how_long_to_leave_it_alone() {
    for (header, wanted) in [
        ("Retry-After: 7", Some(7)),
        ("retry-after:  120 ", Some(120)),
        ("Retry-After: 0", Some(0)),
        ("Retry-After: -1", None),
        ("Retry-After: soon", None),
        ("Retry-After: 99999999999999", None),
        ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("X-Other: 7", None),
    ] {
        let bytes =
            format!("HTTP/1.1 429 Too Many Requests\r\n{header}\r\nContent-Length: 2\r\n\r\n{{}}");
        let it = Server::answering(bytes).await;
        let told = answered(place(&client(), &endpoint(it.port), &PATIENT).await);
        assert_eq!(
            (told.status, told.retry_after),
            (429, wanted.map(Duration::from_secs)),
            "{header}"
        );
    }
}

/// Byte for byte, as slow servers send it.
#[tokio::test]
async fn an_answer_in_drops_is_whole_at_its_end() {
    let it = Server::start(|mut stream, _| async move {
        stream.set_nodelay(true).unwrap();
        read_request(&mut stream).await;
        for byte in format!("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{BODY}").bytes() {
            answer(&mut stream, [byte]).await;
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(
        answered(place(&client(), &endpoint(it.port), &PATIENT).await).body,
        BODY.as_bytes()
    );
}

/// A server in debug mode. The body is for the reader, and nowhere shown.
#[tokio::test]
async fn a_request_that_is_sent_back_is_not_shown() {
    let it = Server::start(|mut stream, _| async move {
        let request = read_request(&mut stream).await;
        let head = format!("HTTP/1.1 500 Oops\r\nContent-Length: {}\r\n\r\n", request.len());
        answer(&mut stream, head + &request).await;
    })
    .await;
    let told = answered(place(&client(), &endpoint(it.port), &PATIENT).await);
    assert!(String::from_utf8(told.body).unwrap().contains(crate::KEY));
}

#[tokio::test]
async fn the_largest_answer_is_whole() {
    let body = "x".repeat(PATIENT.body);
    let bytes = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let it = Server::answering(bytes).await;
    assert_eq!(
        answered(place(&client(), &endpoint(it.port), &PATIENT).await).body,
        body.as_bytes()
    );
}
