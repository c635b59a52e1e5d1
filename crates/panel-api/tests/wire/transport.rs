//! Where parameters come from, and what makes a request unreadable.

use panel_api::request::{Ids, Input, Request, read};
use panel_api::{Fault, limits};

use crate::{FORM, INCORRECT_REQUEST, JSON, STRICT, form, id, json};

fn wanted() -> Request {
    Request::Status(Ids::One(id("5")))
}

#[test]
fn one_request_in_every_transport() {
    let parts: Vec<(String, String)> = [("key", " k "), ("action", "status"), ("order", "5\r\n")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let pairs = "key=k&action=status&order=5";
    let object = r#"{"key":"k","action":"status","order":5}"#;
    let bom = format!("\r\n \u{feff} \r\n{object}\n");
    let none = Input::default();
    for (name, input) in [
        ("query", Input { query: Some(pairs), ..none }),
        ("form", Input { content_type: Some(FORM), body: pairs.as_bytes(), ..none }),
        (
            "form with charset",
            Input {
                content_type: Some("application/x-www-form-urlencoded;charset=UTF-8"),
                body: pairs.as_bytes(),
                ..none
            },
        ),
        ("form without a type", Input { body: pairs.as_bytes(), ..none }),
        (
            "form as text",
            Input { content_type: Some("text/plain"), body: pairs.as_bytes(), ..none },
        ),
        (
            "form with a byte order mark",
            Input { body: b"\xef\xbb\xbfkey=k&action=status&order=5", ..none },
        ),
        ("form with empty pairs", Input { body: b"&&key=k&action=status&&order=5&", ..none }),
        ("json", Input { content_type: Some(JSON), body: object.as_bytes(), ..none }),
        (
            "json with charset",
            Input {
                content_type: Some("Application/JSON; charset=utf-8"),
                body: object.as_bytes(),
                ..none
            },
        ),
        ("json without a type", Input { body: object.as_bytes(), ..none }),
        ("json as form", Input { content_type: Some(FORM), body: object.as_bytes(), ..none }),
        ("json after a byte order mark", Input { body: bom.as_bytes(), ..none }),
        (
            "multipart",
            Input {
                content_type: Some("multipart/form-data; boundary=x"),
                multipart: Some(&parts),
                body: b"--x not read",
                ..none
            },
        ),
        (
            "key in the query, rest in the body",
            Input { query: Some("key=k"), body: b"action=status&order=5", ..none },
        ),
        (
            "action in the query, json in the body",
            Input { query: Some("action=status"), body: br#"{"key":"k","order":"5"}"#, ..none },
        ),
        (
            "body over query",
            Input { query: Some("order=4&key=k"), body: b"action=status&order=5", ..none },
        ),
        (
            "declared json, nothing sent",
            Input { query: Some(pairs), content_type: Some(JSON), body: b" \n", ..none },
        ),
        ("last of a name", Input { body: b"key=k&order=1&action=status&order=5", ..none }),
        (
            "last of a member",
            Input { body: br#"{"order":1,"key":"k","action":"status","order":5}"#, ..none },
        ),
    ] {
        let call = read(&input, &STRICT).unwrap();
        assert_eq!(call.key, "k", "{name}");
        assert_eq!(call.request, Ok(wanted()), "{name}");
    }
}

#[test]
fn a_blank_in_the_body_is_over_the_query_too() {
    let input =
        Input { query: Some("key=k&action=status&order=5"), body: b"order=", ..Input::default() };
    assert_eq!(read(&input, &STRICT).unwrap().request, Err(Fault("Incorrect order ID")));
}

#[test]
fn bodies_that_cannot_be_read() {
    for (content_type, body) in [
        (Some(JSON), &b"key=k&action=balance"[..]),
        (Some("application/vnd.api+json"), b"key=k&action=balance"),
        (Some("text/json"), b"k"),
        (Some(JSON), br#"{"key":"k","action":"balance""#),
        (Some(JSON), br#"{"key":"k","action":"balance"} x"#),
        (Some(JSON), br#"{"key":"k","action":"balance",}"#),
        (Some(JSON), br#"[{"key":"k","action":"balance"}]"#),
        (Some(JSON), br#""key=k&action=balance""#),
        (Some(JSON), b"null"),
        (Some(JSON), b"{\"key\":\"k\",\"action\":\"balance\",\"x\":\"\xff\"}"),
        (Some(JSON), br#"{"key":"k","action":"balance","x":nul}"#),
        (None, b"{key=k&action=balance"),
        (Some(FORM), b"[]"),
        (Some("multipart/form-data; boundary=x"), b"--x\r\n"),
    ] {
        let input = Input { content_type, body, ..Input::default() };
        assert_eq!(read(&input, &STRICT), Err(INCORRECT_REQUEST), "{input:?}");
    }
}

#[test]
fn key_and_action_may_be_repeated_but_not_differ() {
    for (query, body, readable) in [
        ("key=k", "key=k&action=balance", true),
        ("key=k&key=k", "action=balance&action=balance", true),
        ("key=k", "key=%20k+&action=balance", true),
        ("key=", "key=k&action=balance", true),
        ("key=k", "key=&action=balance", true),
        ("key=k&action=Balance", "action=balance", true),
        ("key=k", "key=j&action=balance", false),
        ("key=k", "key=K&action=balance", false),
        ("", "key=k&key=j&action=balance", false),
        ("key=j&key=k", "key=k&action=balance", false),
        ("key=k&action=add", "action=balance", false),
        ("key=k", "action=balance&action=status", false),
        ("key=k", r#"{"action":"add","action":"balance"}"#, false),
        ("", r#"{"key":"j","key":"k","action":"balance"}"#, false),
        ("key=k", r#"{"key":"j","action":"balance"}"#, false),
    ] {
        let input = Input { query: Some(query), body: body.as_bytes(), ..Input::default() };
        let call = read(&input, &STRICT);
        if readable {
            let call = call.unwrap();
            assert_eq!((call.key.as_str(), call.request), ("k", Ok(Request::Balance)), "{input:?}");
        } else {
            assert_eq!(call, Err(INCORRECT_REQUEST), "{input:?}");
        }
    }
}

#[test]
fn keys_are_trimmed_and_may_be_missing() {
    for (body, key) in [
        ("key=%20abc%0D%0A&action=balance", "abc"),
        ("key=%E2%80%8Babc%C2%A0&action=balance", "abc"),
        ("key=a%20b&action=balance", "a b"),
        ("key=undefined&action=balance", ""),
        ("key=null&action=balance", ""),
        ("key&action=balance", ""),
        ("action=balance", ""),
        (r#"{"key":123,"action":"balance"}"#, "123"),
        (r#"{"key":null,"action":"balance"}"#, ""),
    ] {
        let call = form(body).unwrap();
        assert_eq!((call.key.as_str(), call.request), (key, Ok(Request::Balance)), "{body}");
    }
}

#[test]
fn an_unreadable_key_is_no_key() {
    for body in [
        &b"key=%FF&action=balance"[..],
        b"key=\xff&action=balance",
        b"key=a%00b&action=balance",
        b"key[]=k&action=balance",
        br#"{"key":["k"],"action":"balance"}"#,
        br#"{"key":{"k":1},"action":"balance"}"#,
        br#"{"key":"\ud800","action":"balance"}"#,
    ] {
        assert_eq!(form(body), Err(INCORRECT_REQUEST), "{body:?}");
    }
}

#[test]
fn unreadable_parameters_are_told_to_key_holders_only() {
    for body in [
        &b"key=k&action=balance&link=%FF"[..],
        b"key=k&action=balance&link=a\xc3(",
        b"key=k&action=balance&comments=a%00b",
        b"key=k&action=balance&comments=a%1Bb",
        b"key=k&action=balance&comments=a%7Fb",
        b"key=k&action=balance&comments=a%C2%9Bb",
        b"key=k&action=balance&orders[]=1&orders[]=%FF",
        b"key=k&action=balance&orders[]=%FF&orders[]=1",
        b"key=k&action=balance&orders[a][b]=1",
        b"key=k&action[]=balance",
        b"key=k&action=bal%00ance",
        br#"{"key":"k","action":"balance","order":{"id":1}}"#,
        br#"{"key":"k","action":"balance","orders":[[1]]}"#,
        br#"{"key":"k","action":"balance","orders":[{"id":1}]}"#,
        br#"{"key":"k","action":"balance","orders":[true]}"#,
        br#"{"key":"k","action":"balance","link":"a\u0000"}"#,
        br#"{"key":"k","action":"balance","comments":["a\u0007"]}"#,
        br#"{"key":"k","action":"balance","link":"\udc00"}"#,
        br#"{"key":"k","action":{"a":1}}"#,
    ] {
        let call = form(body).unwrap();
        assert_eq!((call.key.as_str(), call.request), ("k", Err(INCORRECT_REQUEST)), "{body:?}");
    }
}

#[test]
fn what_the_dialect_does_not_know_is_ignored_whatever_it_is() {
    for body in [
        &b"key=k&action=balance&x=1&_=2&x[a][b]=3&foo%FF=%FF&bar=%00&=5&Order=7"[..],
        br#"{"key":"k","action":"balance","x":{"a":[{"b":null}]},"y":[[1]],"z":1e999,"w":"\u0000","v":"\ud800"}"#,
    ] {
        assert_eq!(form(body).unwrap().request, Ok(Request::Balance), "{body:?}");
    }
}

#[test]
fn depth_costs_nothing() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        let unknown = json(format!(r#"{{"key":"k","action":"balance","x":{deep}}}"#)).unwrap();
        assert_eq!(unknown.request, Ok(Request::Balance));
        let known = json(format!(r#"{{"key":"k","action":"balance","orders":{deep}}}"#)).unwrap();
        assert_eq!(known.request, Err(INCORRECT_REQUEST));
        assert_eq!(json(&deep), if open == "[" { Err(INCORRECT_REQUEST) } else { json("{}") });
        assert_eq!(json(open.repeat(200_000)), Err(INCORRECT_REQUEST));
    }
}

#[test]
fn pairs_are_counted_in_each_place() {
    let pairs = |n: usize| "x=1&".repeat(n - 2) + "key=k&action=balance";
    let members =
        |n: usize| format!("{{{}\"key\":\"k\",\"action\":\"balance\"}}", "\"x\":1,".repeat(n - 2));
    let parts = |n: usize| {
        let mut parts = vec![("x".to_owned(), String::new()); n - 2];
        parts.push(("key".to_owned(), "k".to_owned()));
        parts.push(("action".to_owned(), "balance".to_owned()));
        parts
    };
    for (n, readable) in [(limits::PAIRS, true), (limits::PAIRS + 1, false)] {
        let (pairs, members, parts) = (pairs(n), members(n), parts(n));
        let none = Input::default();
        for input in [
            Input { query: Some(&pairs), ..none },
            Input { body: pairs.as_bytes(), ..none },
            Input { query: Some(&pairs), body: b"x=1", ..none },
            Input { body: members.as_bytes(), ..none },
            Input { multipart: Some(&parts), ..none },
        ] {
            match read(&input, &STRICT) {
                Ok(call) => assert!(readable && call.request == Ok(Request::Balance), "{n}"),
                Err(fault) => assert!(!readable && fault == INCORRECT_REQUEST, "{n}"),
            }
        }
    }
}
