//! Forms of calls, byte by byte.

use panel_api::client::{Call, Form, NewOrder, Unsendable};
use panel_api::limits;
use panel_api::request::Request;

use super::asked;
use crate::form as read_form;

fn sent(call: Call<'_>) -> String {
    String::from_utf8(call.form("k").unwrap().into_bytes()).unwrap()
}

fn refused(call: Call<'_>) -> Unsendable {
    call.form("k").unwrap_err()
}

fn order<'a>(parameters: &'a [(&'a str, &'a str)]) -> NewOrder<'a> {
    NewOrder { service: "7", parameters, request_id: None }
}

#[test]
fn the_key_comes_first_and_then_the_action() {
    let (one, two) = (asked(&["5"]), asked(&["5", "ref_6"]));
    for (call, form) in [
        (Call::Services, "key=k&action=services"),
        (Call::Balance, "key=k&action=balance"),
        (Call::Status(&one), "key=k&action=status&order=5"),
        (Call::Status(&two), "key=k&action=status&orders=5%2Cref_6"),
        (Call::Refill(&one), "key=k&action=refill&order=5"),
        (Call::Refill(&two), "key=k&action=refill&orders=5%2Cref_6"),
        (Call::RefillStatus(&one), "key=k&action=refill_status&refill=5"),
        (Call::RefillStatus(&two), "key=k&action=refill_status&refills=5%2Cref_6"),
        (Call::Cancel(&one), "key=k&action=cancel&orders=5"),
        (Call::Cancel(&two), "key=k&action=cancel&orders=5%2Cref_6"),
        (Call::Orders(50), "key=k&action=orders&limit=50"),
    ] {
        assert_eq!(sent(call), form);
    }
}

#[test]
fn an_order_keeps_the_order_of_its_parameters() {
    let parameters =
        [("link", "https://a.example/?x=1&y=é"), ("comments", "a b\nc"), ("quantity", "2")];
    let new = NewOrder { request_id: Some("o-1"), ..order(&parameters) };
    assert_eq!(
        sent(Call::Add(new)),
        "key=k&action=add&service=7&link=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y%3D%C3%A9\
         &comments=a+b%0Ac&quantity=2&request_id=o-1"
    );
    assert_eq!(sent(Call::Add(order(&[]))), "key=k&action=add&service=7");
}

/// What we send is what a server of the dialect reads, our own first.
#[test]
fn a_server_reads_what_was_sent() {
    let key = "k&action=cancel +%ü";
    let parameters = [("link", "a=b&c"), ("quantity", "10"), ("comments", "first, one\nsecond")];
    let new = NewOrder { request_id: Some("o-1"), ..order(&parameters) };
    let call = read_form(Call::Add(new).form(key).unwrap().as_bytes()).unwrap();
    assert_eq!(call.key, key);
    let Ok(Request::Add(add)) = call.request else { panic!("{call:?}") };
    assert_eq!(add.link.as_deref(), Some("a=b&c"));
    assert_eq!(add.comments, ["first, one", "second"]);
    assert_eq!(add.request_id.as_deref(), Some("o-1"));
}

#[test]
fn ids_are_bounded() {
    let none = asked(&[]);
    let hundred: Vec<String> = (1..=limits::IDS).map(|id| id.to_string()).collect();
    let more: Vec<String> = (0..=limits::IDS).map(|id| (id + 1).to_string()).collect();
    assert_eq!(refused(Call::Status(&none)), Unsendable::Ids(0));
    assert_eq!(refused(Call::Cancel(&more)), Unsendable::Ids(101));
    assert!(sent(Call::Refill(&hundred)).ends_with("%2C99%2C100"));
    for odd in ["", "0", "1,2", "1 ", "a", "1&key=x"] {
        assert_eq!(refused(Call::Status(&asked(&["1", odd]))), Unsendable::Id(odd.to_owned()));
    }
}

/// A second `key` or `action` could make another call of it.
#[test]
fn parameters_cannot_change_the_call() {
    for name in ["key", "action", "service", "request_id"] {
        assert_eq!(refused(Call::Add(order(&[(name, "1")]))), Unsendable::Twice(name.to_owned()));
    }
    let twice = [("link", "a"), ("quantity", "1"), ("link", "b")];
    assert_eq!(refused(Call::Add(order(&twice))), Unsendable::Twice("link".to_owned()));
    for name in ["", "Key", "orders[]", "a b", "a&b", "é", " key"] {
        assert_eq!(refused(Call::Add(order(&[(name, "1")]))), Unsendable::Name(name.to_owned()));
    }
    assert_eq!(
        refused(Call::Add(order(&[("link", "a\0b")]))),
        Unsendable::Value("link".to_owned())
    );
    for service in ["", "0", "1,2", "one"] {
        let new = NewOrder { service, ..order(&[]) };
        assert_eq!(refused(Call::Add(new)), Unsendable::Service);
    }
    let long = "r".repeat(limits::REQUEST_ID_CHARS + 1);
    for request_id in ["", " ", " a", "null", "a\nb", &long] {
        let new = NewOrder { request_id: Some(request_id), ..order(&[]) };
        assert_eq!(refused(Call::Add(new)), Unsendable::RequestId);
    }
}

#[test]
fn a_form_is_bounded() {
    let comments = "c".repeat(limits::CALL_BYTES);
    assert_eq!(refused(Call::Add(order(&[("comments", &comments)]))), Unsendable::TooLong);
    let fits = comments.get(100..).unwrap();
    assert!(Call::Add(order(&[("comments", fits)])).form("k").is_ok());
}

#[test]
fn keys_are_plain_text() {
    let long = "k".repeat(limits::KEY_CHARS + 1);
    for key in ["", " \t", "a\nb", "a\0", &long] {
        assert_eq!(Call::Balance.form(key).unwrap_err(), Unsendable::Key, "{key:?}");
    }
}

#[test]
fn nothing_shows_the_key() {
    let form = Call::Balance.form("s3cret-key").unwrap();
    assert!(String::from_utf8_lossy(form.as_bytes()).contains("s3cret-key"));
    assert!(!format!("{form:?}").contains("s3cret"));
    let odd = Call::Balance.form("s3cret\0key").unwrap_err();
    assert!(!format!("{odd:?} {odd}").contains("s3cret"));
    assert_eq!(Form::CONTENT_TYPE, "application/x-www-form-urlencoded");
}
