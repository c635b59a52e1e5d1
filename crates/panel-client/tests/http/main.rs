//! The client against servers that misbehave, over real sockets.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

mod addresses;
mod answers;
mod ask;
mod certain;
mod certificates;
mod encrypted;
mod late;
mod lost;
mod names;
mod not_sent;
mod requests;
mod server;
mod urls;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use panel_api::client::{Call, Form, NewOrder};
use panel_client::{
    Answer, Authorities, Client, Endpoint, Exchange, Limits, Lost, NotSent, Policy,
};

use crate::names::Names;

/// Looked for in everything that is shown.
const KEY: &str = "s3cret-k3y";

/// For servers next door.
const NEAR: Policy = Policy { allow_private: true, any_port: true, also: None };

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Long enough for any machine; tests that wait for their end set a shorter one.
const PATIENT: Limits = Limits {
    connect: Duration::from_secs(60),
    answer: Duration::from_secs(60),
    late: Duration::from_secs(60),
    body: 10_000,
};

/// Over soon, for answers that never come.
const HASTY: Limits = Limits { answer: Duration::from_millis(200), ..PATIENT };

/// A client for which every name leads to this machine.
fn client() -> Client {
    let authorities = Authorities::Pem(certificates::ours().authority.pem());
    let client = Client::new(NEAR, &authorities).unwrap();
    client.with_resolver(Arc::new(Names::always(LOCALHOST)))
}

fn endpoint(port: u16) -> Endpoint {
    Endpoint::parse(&format!("http://panel.example:{port}/api/v2/"), &NEAR).unwrap()
}

fn order() -> Form {
    let parameters = [("link", "https://example.com/a"), ("quantity", "100")];
    Call::Add(NewOrder { service: "7", parameters: &parameters, request_id: Some("o-1") })
        .form(KEY)
        .unwrap()
}

/// Places an order; whatever becomes of it, nothing shows the key.
async fn place(client: &Client, endpoint: &Endpoint, limits: &Limits) -> Exchange {
    let exchange = client.place(endpoint, order(), limits).await;
    for shown in
        [format!("{exchange:?}"), format!("{exchange:#?}"), format!("{client:?} {endpoint:?}")]
    {
        assert!(!shown.contains(KEY), "{shown}");
    }
    exchange
}

fn answered(exchange: Exchange) -> Answer {
    match exchange {
        Exchange::Answered(answer) => answer,
        other => panic!("{other:?}"),
    }
}

fn lost(exchange: Exchange) -> Lost {
    match exchange {
        Exchange::Lost(lost) => lost,
        other => panic!("{other:?}"),
    }
}

fn not_sent(exchange: Exchange) -> NotSent {
    match exchange {
        Exchange::NotSent(why) => {
            assert!(!why.to_string().contains(KEY));
            why
        }
        other => panic!("{other:?}"),
    }
}

/// What is awaited may move between threads.
#[test]
fn futures_can_be_sent() {
    fn sendable<T: Send>(_: &T) {}
    let (client, endpoint) = (client(), endpoint(80));
    sendable(&client.place(&endpoint, order(), &PATIENT));
    sendable(&client.ask(&endpoint, order(), &PATIENT));
    fn late<T: Send + Unpin + 'static>(_: Option<T>) {}
    late::<panel_client::Late>(None);
}
