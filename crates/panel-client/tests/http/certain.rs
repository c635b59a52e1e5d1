//! However a server misbehaves: what is said not to be sent was not, and what is said to be answered was
//! heard whole.

use std::sync::Arc;

use fastrand::Rng;
use panel_client::Exchange;
use parking_lot::Mutex;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::server::{Server, answer, reset};
use crate::{HASTY, client, endpoint, order, place};

const ROUNDS: usize = 300;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    NotSent,
    Answered,
    Lost,
}

/// Reads some bytes, perhaps says something, and ends; tells how many bytes it has read.
async fn misbehave(mut stream: TcpStream, mut dice: Rng, heard: mpsc::UnboundedSender<usize>) {
    let wanted = [0, 1, dice.usize(..400), 10_000][dice.usize(..4)];
    let mut read = 0;
    let mut buffer = [0; 512];
    while read < wanted {
        let most = buffer.len().min(wanted.saturating_sub(read));
        // All of it is there when a whole request was read.
        if String::from_utf8_lossy(&buffer).contains("request_id=o-1") {
            break;
        }
        match stream.read(&mut buffer[..most]).await {
            Ok(0) | Err(_) => break,
            Ok(more) => read = read.saturating_add(more),
        }
    }
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"order\":23501}";
    let mut bytes = whole.as_bytes().to_vec();
    match dice.usize(..4) {
        0 => bytes.clear(),
        1 => bytes.truncate(dice.usize(..bytes.len())),
        2 => {
            let at = dice.usize(..bytes.len());
            bytes[at] = dice.u8(..);
        }
        _ => {}
    }
    answer(&mut stream, bytes).await;
    heard.send(read).unwrap();
    if dice.bool() { reset(stream) } else { drop(stream) }
}

/// What contradicts what.
fn contradiction(said: Kind, heard: usize) -> bool {
    said == Kind::NotSent && heard > 0
}

#[tokio::test]
async fn what_is_said_is_true() {
    let seed = 4711;
    let dice = Arc::new(Mutex::new(Rng::with_seed(seed)));
    let (sender, mut heard) = mpsc::unbounded_channel();
    let server = Server::start(move |stream, _| {
        let dice = dice.lock().fork();
        misbehave(stream, dice, sender.clone())
    })
    .await;
    let client = client();
    let mut said = Vec::new();
    for round in 0..ROUNDS {
        let exchange = place(&client, &endpoint(server.port), &HASTY).await;
        let kind = match &exchange {
            Exchange::NotSent(_) => Kind::NotSent,
            Exchange::Answered(_) => Kind::Answered,
            Exchange::Lost(_) => Kind::Lost,
        };
        let heard = heard.recv().await.unwrap();
        assert!(
            !contradiction(kind, heard),
            "seed {seed}, round {round}: {exchange:?}, heard {heard}"
        );
        said.push((kind, heard));
    }
    assert_eq!(server.connections(), ROUNDS, "seed {seed}: no order was sent twice");
    // The control: a client that takes a lost order for one that was not sent is found out.
    let wrong = said.iter().filter(|(kind, _)| *kind == Kind::Lost);
    let found = wrong.filter(|(_, heard)| contradiction(Kind::NotSent, *heard)).count();
    let answered = said.iter().filter(|(kind, _)| *kind == Kind::Answered).count();
    assert!(found > 50 && answered > 20, "seed {seed}: {found}, {answered}");
    assert!(order().as_bytes().ends_with(b"request_id=o-1"));
}
