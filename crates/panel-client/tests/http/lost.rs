//! Orders that may have been heard.

use panel_client::{Limits, Loss, Lost};
use tokio::io::AsyncWriteExt;
use tokio::time::{Duration, sleep};

use crate::server::{Server, answer, read_request, reset};
use crate::{HASTY, PATIENT, client, endpoint, lost, place};

/// What becomes of an order at a server.
async fn at(server: &Server, limits: &Limits) -> Lost {
    let lost = lost(place(&client(), &endpoint(server.port), limits).await);
    assert_eq!(server.connections(), 1, "never tried again");
    lost
}

#[tokio::test]
async fn closed_without_reading() {
    let server = Server::start(|stream, _| async move {
        // Some of the request is there; a system answers its rest with a reset.
        stream.peek(&mut [0]).await.unwrap();
    })
    .await;
    let lost = at(&server, &PATIENT).await;
    assert_eq!(lost.why, Loss::Broken);
    assert!(lost.late.is_none());
}

#[tokio::test]
async fn closed_after_the_request() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
    })
    .await;
    let lost = at(&server, &PATIENT).await;
    assert_eq!((lost.why, lost.heard.as_slice()), (Loss::Closed, &b""[..]));
    assert!(lost.late.is_none());
}

#[tokio::test]
async fn reset_after_the_request() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        reset(stream);
    })
    .await;
    assert_eq!(at(&server, &PATIENT).await.why, Loss::Broken);
}

#[tokio::test]
async fn no_answer_in_time() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let lost = at(&server, &HASTY).await;
    assert_eq!(lost.why, Loss::TimedOut);
    assert!(lost.late.is_some());
}

/// A drop now and then does not make the time longer.
#[tokio::test]
async fn an_answer_that_drips_for_ever() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(at(&server, &HASTY).await.why, Loss::TimedOut);
}

#[tokio::test]
async fn answers_that_are_not_whole() {
    for (what, bytes, why, heard) in [
        ("half of a head", "HTTP/1.1 200 OK\r\nContent-Le", Loss::Truncated, ""),
        ("a head only", "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n", Loss::Truncated, ""),
        (
            "half of a body",
            "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"order\":",
            Loss::Truncated,
            "{\"order\":",
        ),
        (
            "a length that is too large",
            "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"order\":23501}",
            Loss::Truncated,
            "{\"order\":23501}",
        ),
        (
            "no last chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"or\r\n",
            Loss::Truncated,
            "{\"or",
        ),
        (
            "half of a chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"or",
            Loss::Truncated,
            "{\"or",
        ),
        (
            "an odd chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"or\r\nzz\r\n",
            Loss::NotHttp,
            "{\"or",
        ),
        (
            "two lengths",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
            Loss::NotHttp,
            "",
        ),
        ("an odd length", "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}", Loss::NotHttp, ""),
        ("something else", "SSH-2.0-OpenSSH_9.2\r\n", Loss::NotHttp, ""),
        ("HTTP of long ago", "{\"order\":23501}", Loss::NotHttp, ""),
        ("a word before the answer only", "HTTP/1.1 100 Continue\r\n\r\n", Loss::Truncated, ""),
        ("a large answer", "HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n", Loss::TooLarge, ""),
    ] {
        let server = Server::answering(bytes).await;
        let lost = at(&server, &PATIENT).await;
        assert_eq!(
            (lost.why, String::from_utf8(lost.heard).unwrap().as_str()),
            (why, heard),
            "{what}"
        );
        assert!(lost.late.is_none(), "{what}");
    }
}

/// Nothing of it is kept beyond the limit.
#[tokio::test]
async fn an_answer_without_end() {
    for head in ["Transfer-Encoding: chunked\r\n\r\n", "Connection: close\r\n\r\n"] {
        let server = Server::start(move |mut stream, _| async move {
            read_request(&mut stream).await;
            answer(&mut stream, format!("HTTP/1.1 200 OK\r\n{head}")).await;
            let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
            while stream.write_all(chunk.as_bytes()).await.is_ok() {}
        })
        .await;
        let lost = at(&server, &PATIENT).await;
        assert_eq!(lost.why, Loss::TooLarge);
        assert!(lost.heard.len() <= PATIENT.body);
    }
}

#[tokio::test]
async fn a_head_without_end() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\n").await;
        while stream
            .write_all(b"X-Filler: 0123456789012345678901234567890123456789\r\n")
            .await
            .is_ok()
        {}
    })
    .await;
    assert_eq!(at(&server, &PATIENT).await.why, Loss::TooLarge);
}
