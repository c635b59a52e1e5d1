//! The panel behind a port: what goes wrong really does.

use super::*;
use crate::wire::{End, Seen, Wire, add_body, body, exchange};
use fakepanel::{Command, Fate, Mode, Outcome, Server, State};
use std::net::{Ipv4Addr, SocketAddr};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn serve() -> Server {
    Server::start(panel(), ANYWHERE).unwrap()
}

/// What a client sees of an `add` that this happens to, and the server.
fn hit(rule: Rule) -> (Seen, Server) {
    let server = serve();
    server.set_faults(vec![rule]).unwrap();
    (exchange(server.address(), &add_body("x")), server)
}

/// Waits until it is so.
fn until(server: &Server, so: impl Fn(&Panel) -> bool) {
    while !server.look(&so) {
        std::thread::yield_now();
    }
}

fn orders(server: &Server) -> usize {
    server.look(|panel| panel.orders().len())
}

const PLACED: &str = r#"{"order":23501}"#;

#[test]
fn an_order_is_placed_over_a_connection_that_is_kept() {
    let server = serve();
    let mut wire = Wire::open(server.address()).unwrap();
    for id in 23_501..23_504 {
        wire.post(&add_body("x"));
        let seen = wire.read();
        assert_eq!((seen.end, seen.status()), (End::Whole, "200"), "{seen:?}");
        assert_eq!(seen.header("content-type"), Some("application/json"));
        assert_eq!(seen.body, format!(r#"{{"order":{id}}}"#));
    }
    wire.post(&body(&[("action", "balance")]));
    assert_eq!(wire.read().body, r#"{"balance":"99.73","currency":"USD"}"#);
    assert!(server.url().starts_with("http://127.0.0.1:"));
}

#[test]
fn a_refused_connection_is_refused_and_then_taken_again() {
    let (seen, server) = hit(Rule::new(Fault::Refuse));
    assert_eq!(seen.end, End::Refused);
    assert_eq!(exchange(server.address(), &add_body("x")).end, End::Refused);
    server.set_faults(Vec::new()).unwrap();
    assert_eq!(exchange(server.address(), &add_body("x")).body, PLACED);
    server.set_faults(vec![Rule::new(Fault::Refuse).times(1)]).unwrap();
    let mut ends = std::iter::repeat_with(|| exchange(server.address(), &add_body("x")).end);
    assert_eq!(ends.next(), Some(End::Refused));
    assert_eq!(ends.find(|end| *end != End::Refused), Some(End::Whole), "for a moment only");
    assert_eq!(orders(&server), 2);
}

#[test]
fn a_connection_is_closed_before_anything_is_read() {
    let (seen, server) = hit(Rule::new(Fault::CloseUnread).times(1));
    assert!(matches!(seen.end, End::Closed | End::Reset) && seen.head.is_empty(), "{seen:?}");
    assert_eq!(exchange(server.address(), &add_body("x")).body, PLACED);
    assert_eq!(server.look(|panel| panel.journal().writes().len()), 1);
}

#[test]
fn an_answer_that_never_comes_leaves_the_order_as_it_says() {
    for fault in [Fault::HangBefore, Fault::HangAfter, Fault::RejectHang] {
        let mut server = serve();
        server.set_faults(vec![Rule::new(fault)]).unwrap();
        let mut wire = Wire::open(server.address()).unwrap();
        wire.post(&add_body("x"));
        until(&server, |panel| panel.journal().writes().len() == 1);
        wire.hurry();
        let seen = wire.read();
        assert_eq!((seen.end, seen.head.as_str()), (End::Silent, ""), "{fault:?}");
        assert_eq!(orders(&server), usize::from(fault.fate() == Fate::Processed), "{fault:?}");
        server.stop();
        assert_eq!(orders(&server), usize::from(fault.fate() == Fate::Processed), "{fault:?}");
    }
}

#[test]
fn a_reset_is_one() {
    for fault in [Fault::ResetBefore, Fault::ResetAfter] {
        let (seen, server) = hit(Rule::new(fault));
        assert_eq!((seen.end, seen.head.as_str()), (End::Reset, ""), "{fault:?}");
        assert_eq!(orders(&server), usize::from(fault == Fault::ResetAfter), "{fault:?}");
    }
}

#[test]
fn pages_and_texts_come_with_their_status() {
    for (rule, status, kind, taken) in [
        (Rule::new(Fault::ErrorAfter), "500", "text/html; charset=utf-8", 1),
        (Rule::new(Fault::BadGateway), "502", "text/html; charset=utf-8", 0),
        (Rule::new(Fault::NotJson).variant("page"), "200", "text/html; charset=utf-8", 1),
        (Rule::new(Fault::NotJson).variant("empty"), "200", "application/json", 1),
        (Rule::new(Fault::LinkGuard), "200", "application/json", 0),
        (Rule::new(Fault::Refusal), "200", "application/json", 0),
        (Rule::new(Fault::RateLimit).variant("429"), "429", "application/json", 0),
    ] {
        let (seen, server) = hit(rule.clone());
        assert_eq!((seen.end, seen.status()), (End::Whole, status), "{rule:?}");
        assert_eq!(seen.header("content-type"), Some(kind), "{rule:?}");
        let limited = rule.fault == Fault::RateLimit;
        assert_eq!(seen.header("retry-after"), limited.then_some("2"), "{rule:?}");
        assert_eq!(orders(&server), taken, "{rule:?}");
    }
}

#[test]
fn a_cut_answer_promises_more_than_comes() {
    let (seen, server) = hit(Rule::new(Fault::Truncate).variant("short-body"));
    assert_eq!((seen.end, seen.status()), (End::Closed, "200"));
    assert_eq!(seen.header("content-length"), Some("15"));
    assert!(seen.body.len() < 15 && PLACED.starts_with(&seen.body), "{seen:?}");
    assert_eq!(orders(&server), 1);
    let (seen, server) = hit(Rule::new(Fault::Truncate).variant("short-json"));
    assert_eq!(seen.end, End::Whole);
    assert!(seen.body.len() < 15 && PLACED.starts_with(&seen.body), "{seen:?}");
    assert_eq!(orders(&server), 1);
}

#[test]
fn an_order_is_accepted_after_its_customer_has_gone() {
    let server = serve();
    server.set_faults(vec![Rule::new(Fault::AcceptLate).delay_us(200_000)]).unwrap();
    let mut wire = Wire::open(server.address()).unwrap();
    wire.post(&add_body("x"));
    until(&server, |panel| panel.waiting() == 1);
    assert_eq!(orders(&server), 0);
    drop(wire);
    until(&server, |panel| panel.waiting() == 0);
    let (received, accepted) =
        server.look(|panel| (panel.journal().writes()[0].at_us, panel.orders()[0].accepted_us));
    assert_eq!(accepted - received, 200_000);
}

#[test]
fn who_waits_for_a_late_answer_gets_it() {
    let (seen, server) = hit(Rule::new(Fault::AcceptLate).delay_us(20_000));
    assert_eq!((seen.end, seen.body.as_str()), (End::Whole, PLACED));
    assert_eq!(orders(&server), 1);
    let server = serve();
    server.set_faults(vec![Rule::new(Fault::AnswerLate).delay_us(300_000)]).unwrap();
    let mut wire = Wire::open(server.address()).unwrap();
    wire.post(&add_body("x"));
    until(&server, |panel| panel.orders().len() == 1);
    assert_eq!(wire.read().body, PLACED);
}

#[test]
fn an_answer_drips() {
    let (seen, server) = hit(Rule::new(Fault::Drip).delay_us(1_000));
    assert_eq!((seen.end, seen.body.as_str()), (End::Whole, PLACED));
    server.set_faults(vec![Rule::new(Fault::Drip).delay_us(3_600 * SECOND)]).unwrap();
    let mut wire = Wire::open(server.address()).unwrap();
    wire.post(&add_body("x"));
    until(&server, |panel| panel.orders().len() == 2);
    wire.hurry();
    let seen = wire.read();
    assert_eq!((seen.end, seen.body.as_str()), (End::Silent, ""), "{seen:?}");
    assert_eq!(seen.status(), "200", "the head comes at once");
}

#[test]
fn values_are_spoilt_on_the_wire_too() {
    let (seen, server) = hit(Rule::new(Fault::WrongTypes).variant("nested"));
    assert_eq!(seen.body, r#"{"success":true,"data":{"order_id":"23501"}}"#);
    let ask = |rule: Rule, fields: &[(&str, &str)]| {
        server.set_faults(vec![rule]).unwrap();
        exchange(server.address(), &body(fields)).body
    };
    let told = ask(
        Rule::new(Fault::StatusNonsense).variant("missing"),
        &[("action", "status"), ("order", "23501")],
    );
    assert_eq!(told, "{}");
    let stale = Rule::new(Fault::BalanceLies).variant("stale").delay_us(3_600 * SECOND);
    assert_eq!(ask(stale, &[("action", "balance")]), r#"{"balance":"100","currency":"USD"}"#);
    server.set_faults(vec![Rule::new(Fault::IdReuse)]).unwrap();
    assert_eq!(exchange(server.address(), &add_body("y")).body, PLACED);
    assert_eq!(orders(&server), 2);
}

#[test]
fn a_panel_pauses_goes_down_and_comes_back() {
    let server = serve();
    let address = server.address();
    let mut kept = Wire::open(address).unwrap();
    kept.post(&add_body("x"));
    assert_eq!(kept.read().body, PLACED);

    server.set_mode(Mode::Paused);
    let mut waits = Wire::open(address).unwrap();
    waits.post(&add_body("y"));
    waits.hurry();
    assert_eq!(waits.read().end, End::Silent);
    assert_eq!(orders(&server), 1);

    server.set_mode(Mode::Down);
    assert_eq!(kept.read().end, End::Reset);
    assert_eq!(exchange(address, &add_body("z")).end, End::Refused);

    server.set_mode(Mode::Up);
    assert_eq!(exchange(address, &add_body("z")).body, r#"{"order":23502}"#);
    assert_eq!(orders(&server), 2);
}

#[test]
fn it_is_steered_and_looked_at_while_it_runs() {
    let mut server = serve();
    exchange(server.address(), &add_body("x"));
    server.force(23_501, Outcome::Partial(30)).unwrap();
    let state = server.look(|panel| panel.orders()[0].state);
    assert_eq!(state, State::Partial { remains: 30 });
    server.set_balance("main", amount("1")).unwrap();
    let told = exchange(server.address(), &body(&[("action", "balance")])).body;
    assert_eq!(told, r#"{"balance":"1","currency":"USD"}"#);
    assert!(server.set_balance("nobody", amount("1")).is_err());
    assert!(server.command(Command::Faults(vec![Rule::new(Fault::Drip).every(0)])).is_err());
    let address = server.address();
    server.stop();
    assert_eq!(exchange(address, &add_body("x")).end, End::Refused);
    server.set_faults(Vec::new()).unwrap();
    assert!(server.look(Panel::violations).is_empty());
}

#[test]
fn what_is_not_a_request_is_refused() {
    let server = serve();
    let mut wire = Wire::open(server.address()).unwrap();
    wire.send("GET", "/api/v2?key=key-of-main&action=balance", "");
    assert_eq!(wire.read().status(), "405");
    let mut wire = Wire::open(server.address()).unwrap();
    wire.send("bad request", "", "");
    assert_eq!(wire.read().status(), "400");
    let mut wire = Wire::open(server.address()).unwrap();
    wire.post(&"x".repeat(2 << 20));
    assert!(matches!(wire.read().status(), "413" | ""));
    assert_eq!(server.look(|panel| panel.journal().writes().len()), 0);
}
