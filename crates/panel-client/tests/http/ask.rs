//! Questions, which may be asked again.

use std::sync::Arc;

use panel_api::client::{Call, Form};
use panel_client::{Answer, Client, Loss, NotSent, Unanswered};
use tokio::net::TcpStream;
use tokio::sync::Notify;

use crate::server::{Server, answer, read_request, reset};
use crate::{HASTY, KEY, PATIENT, client, endpoint};

const WHOLE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

fn question() -> Form {
    Call::Balance.form(KEY).unwrap()
}

async fn ask(client: &Client, server: &Server) -> Result<Answer, Unanswered> {
    let told = client.ask(&endpoint(server.port), question(), &PATIENT).await;
    assert!(!format!("{told:?}").contains(KEY));
    told
}

/// Answers so many questions on one connection.
async fn answers(stream: &mut TcpStream, count: usize) {
    for _ in 0..count {
        if !read_request(stream).await.is_empty() {
            answer(stream, WHOLE).await;
        }
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Server::start(|mut stream, _| async move { answers(&mut stream, 10).await }).await;
    let client = client();
    for _ in 0..10 {
        assert_eq!(ask(&client, &server).await.unwrap().body, b"{}");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn questions_side_by_side_have_connections_of_their_own() {
    let server = Server::start(|mut stream, _| async move { answers(&mut stream, 10).await }).await;
    let client = client();
    let (one, two) = tokio::join!(ask(&client, &server), ask(&client, &server));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(server.connections(), 2);
}

/// Servers close connections that nobody uses; the next question does not fail for that.
#[tokio::test]
async fn a_kept_connection_that_was_closed_is_replaced() {
    let (close, closed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, tell) = (Arc::clone(&close), Arc::clone(&closed));
    let server = Server::start(move |mut stream, _| {
        let (close, closed) = (Arc::clone(&told), Arc::clone(&tell));
        async move {
            answers(&mut stream, 1).await;
            close.notified().await;
            drop(stream);
            closed.notify_one();
        }
    })
    .await;
    let client = client();
    for asked in 1..4 {
        assert_eq!(ask(&client, &server).await.unwrap().body, b"{}");
        assert_eq!(server.connections(), asked);
        close.notify_one();
        closed.notified().await;
    }
}

/// Also when the server closes just while the question is on its way.
#[tokio::test]
async fn a_question_is_asked_once_more_while_no_answer_has_begun() {
    let server = Server::start(|mut stream, number| async move {
        answers(&mut stream, 1).await;
        if number == 0 {
            read_request(&mut stream).await;
            reset(stream);
        }
    })
    .await;
    let client = client();
    assert!(ask(&client, &server).await.is_ok());
    assert!(ask(&client, &server).await.is_ok());
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_question_is_not_asked_again_when_an_answer_has_begun() {
    let server = Server::start(|mut stream, _| async move {
        answers(&mut stream, 1).await;
        read_request(&mut stream).await;
        answer(&mut stream, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{").await;
    })
    .await;
    let client = client();
    assert!(ask(&client, &server).await.is_ok());
    assert_eq!(ask(&client, &server).await, Err(Unanswered::Lost(Loss::Truncated)));
    assert_eq!(server.connections(), 1);
}

/// A new connection is no reason to ask twice.
#[tokio::test]
async fn a_question_over_a_new_connection_is_asked_once() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
    })
    .await;
    assert_eq!(ask(&client(), &server).await, Err(Unanswered::Lost(Loss::Closed)));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_either_end_gives_up_is_not_kept() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\n\r\n{}",
    ] {
        let server = Server::answering(bytes).await;
        let client = client();
        for asked in 1..4 {
            assert_eq!(ask(&client, &server).await.unwrap().body, b"{}");
            assert_eq!(server.connections(), asked, "{bytes}");
        }
    }
}

#[tokio::test]
async fn questions_without_an_answer() {
    let server = Server::start(|mut stream, _| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let told = client().ask(&endpoint(server.port), question(), &HASTY).await;
    assert_eq!(told, Err(Unanswered::Lost(Loss::TimedOut)));
    let names = Arc::new(crate::names::Names::new(Vec::new()));
    let told = client().with_resolver(names).ask(&endpoint(80), question(), &PATIENT).await;
    assert!(matches!(told, Err(Unanswered::NotSent(NotSent::Name(_)))));
}
