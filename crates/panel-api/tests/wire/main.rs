//! The dialect as it is on the wire: bytes in, requests out; values in, bytes out.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step is a failed test")]

mod actions;
mod add;
mod admin;
mod client;
mod fingerprint;
mod fuzz;
mod ids;
mod limits;
mod lists;
mod products;
mod real_clients;
mod replies;
mod reply_lists;
mod request_id;
mod transport;
mod words;

use panel_api::Fault;
use panel_api::request::{Add, Call, Id, Input, Options, Request, read};

const INFER: Options = Options { infer_missing_action: true };
const STRICT: Options = Options { infer_missing_action: false };
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

const INCORRECT_REQUEST: Fault = Fault("Incorrect request");

/// A form body, strictly.
fn form(body: impl AsRef<[u8]>) -> Result<Call, Fault> {
    let input = Input { content_type: Some(FORM), body: body.as_ref(), ..Input::default() };
    read(&input, &STRICT)
}

/// A JSON body, strictly.
fn json(body: impl AsRef<[u8]>) -> Result<Call, Fault> {
    let input = Input { content_type: Some(JSON), body: body.as_ref(), ..Input::default() };
    read(&input, &STRICT)
}

/// What a form with a key asks for.
fn ask(body: impl AsRef<str>) -> Result<Request, Fault> {
    let call = form(format!("key=k&{}", body.as_ref())).unwrap();
    assert_eq!(call.key, "k");
    call.request
}

/// The order that a form places.
fn add(body: impl AsRef<str>) -> Result<Add, Fault> {
    match ask(format!("action=add&{}", body.as_ref()))? {
        Request::Add(add) => Ok(*add),
        other => panic!("{other:?}"),
    }
}

/// The order that a JSON object places; `members` without its braces.
fn add_json(members: &str) -> Result<Add, Fault> {
    match json(format!(r#"{{"key":"k","action":"add",{members}}}"#)).unwrap().request? {
        Request::Add(add) => Ok(*add),
        other => panic!("{other:?}"),
    }
}

fn id(asked: &str) -> Id {
    Id { asked: asked.to_owned(), number: asked.parse().ok().filter(|n| *n > 0) }
}

fn ids(asked: &[&str]) -> Vec<Id> {
    asked.iter().map(|asked| id(asked)).collect()
}
