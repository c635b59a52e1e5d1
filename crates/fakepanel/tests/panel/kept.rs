//! A panel whose past is in a file.

use super::*;
use crate::wire::{End, add_body, body, exchange};
use fakepanel::{Command, Error, Mode, Outcome, Server, State};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn likes(partial_per_mille: u16) -> Settings {
    // Nothing happens by itself while the test runs.
    let hour = Span::just(3_600 * SECOND);
    let delivery = Delivery { partial_per_mille, start_us: hour, cancel_us: hour, ..delivery() };
    Settings { request_ids: true, delivery, ..settings() }
}

fn open(file: &Path, settings: Settings) -> Result<Server, Error> {
    Server::start_kept(Panel::new(settings, 9).unwrap(), file, ANYWHERE, None)
}

fn serve(file: &Path) -> Server {
    open(file, likes(300)).unwrap()
}

/// All that customers may know of a panel, its orders as they will end. Requests that came to nothing
/// are not counted.
fn known(server: &Server) -> String {
    server.look(|panel| {
        sound(panel);
        let orders: Vec<String> = panel.orders().iter().cloned().map(shown).collect();
        format!("{orders:#?} {}", panel.balance("main").unwrap())
    })
}

/// An `add` with a request id.
fn named(link: &str) -> Vec<(&str, &str)> {
    let fields = [("action", "add"), ("service", "1"), ("link", link), ("quantity", "100")];
    [&fields[..], &[("request_id", link)]].concat()
}

fn shown(mut order: fakepanel::Order) -> String {
    order.request = 0;
    format!("{order:?}")
}

#[test]
fn it_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("panel");
    let server = serve(&file);
    let ask = |server: &Server, fields: &[(&str, &str)]| exchange(server.address(), &body(fields));
    for link in ["o-1", "o-2", "o-3"] {
        assert_eq!(ask(&server, &named(link)).end, End::Whole);
    }
    // What was lost on the way there is not in the file, what was lost on the way back is.
    server
        .set_faults(vec![Rule::new(Fault::ResetBefore).times(1), Rule::new(Fault::ResetAfter)])
        .unwrap();
    assert_eq!(exchange(server.address(), &add_body("o-4")).end, End::Reset);
    assert_eq!(ask(&server, &named("o-5")).end, End::Reset);
    server.set_faults(vec![Rule::new(Fault::IdReuse)]).unwrap();
    assert_eq!(exchange(server.address(), &add_body("o-6")).body, r#"{"order":23504}"#);
    assert_eq!(ask(&server, &[("action", "cancel"), ("orders", "23501,1")]).end, End::Whole);
    server.force(23_502, Outcome::Partial(40)).unwrap();
    server.command(Command::Balance { account: "main".to_owned(), balance: amount("70") }).unwrap();
    let before = known(&server);
    drop(server);

    let server = serve(&file);
    assert_eq!(known(&server), before);
    assert_eq!(exchange(server.address(), &add_body("o-7")).body, r#"{"order":23505}"#);
    assert_eq!(ask(&server, &named("o-5")).body, r#"{"order":23504}"#, "the same request id");
    assert!(server.look(|panel| panel.duplicates("o-").is_empty()));
    let (before, time) = (known(&server), server.look(|panel| panel.orders()[1].state));
    assert_eq!(time, State::Partial { remains: 40 });
    drop(server);
    assert_eq!(known(&serve(&file)), before, "and once more");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("key-of-main"), "{text}");
}

#[test]
fn what_waited_is_kept_once_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("panel");
    let server = serve(&file);
    server.set_faults(vec![Rule::new(Fault::AcceptLate).delay_us(1)]).unwrap();
    assert_eq!(exchange(server.address(), &add_body("o-1")).body, r#"{"order":23501}"#);
    server.set_mode(Mode::Down);
    let before = known(&server);
    drop(server);
    let server = serve(&file);
    assert_eq!(known(&server), before);
    assert_eq!(exchange(server.address(), &add_body("o-2")).body, r#"{"order":23502}"#);
}

#[test]
fn ids_that_somebody_knows_are_not_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("panel");
    let server = serve(&file);
    exchange(server.address(), &add_body("o-1"));
    server.set_ids_above(23_510).unwrap();
    assert_eq!(exchange(server.address(), &add_body("o-2")).body, r#"{"order":23511}"#);
    server.set_ids_above(23_502).unwrap();
    assert_eq!(exchange(server.address(), &add_body("o-3")).body, r#"{"order":23512}"#);
    let before = known(&server);
    drop(server);
    let server = serve(&file);
    assert_eq!(known(&server), before);
    server.force(23_511, Outcome::Partial(40)).unwrap();
    assert_eq!(exchange(server.address(), &add_body("o-4")).body, r#"{"order":23513}"#);
}

#[test]
fn a_file_is_of_one_panel() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("panel");
    let server = serve(&file);
    exchange(server.address(), &add_body("o-1"));
    assert!(matches!(open(&file, likes(300)), Err(Error::InUse(_))));
    drop(server);
    // One that was being written when the process was killed.
    let whole = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{whole}{}", &whole[..whole.len() / 2])).unwrap();
    let server = serve(&file);
    assert_eq!(exchange(server.address(), &add_body("o-2")).body, r#"{"order":23502}"#);
    drop(server);
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
    let others = Settings { first_order: 7, ..likes(300) };
    let refused = open(&file, others).err().unwrap().to_string();
    assert!(refused.contains("line 1: a panel of other settings"), "{refused}");
    std::fs::write(&file, "{}\n").unwrap();
    let refused = open(&file, likes(300)).err().unwrap().to_string();
    assert!(refused.contains("line 1: "), "{refused}");
}
