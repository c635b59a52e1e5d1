//! The ways in which one request may be sent.

use crate::common::{FORM, encoded};
use axum::body::Body;
use axum::http::Request;

pub(crate) type Pairs<'a> = &'a [(&'a str, &'a str)];

const PATH: &str = "/api/v2";

pub(crate) fn form(pairs: Pairs<'_>) -> String {
    let pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

pub(crate) fn json(pairs: Pairs<'_>) -> String {
    let members = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into()));
    serde_json::Value::Object(members.collect()).to_string()
}

/// A multipart body; `file` sends every part as a file.
pub(crate) fn multipart(pairs: Pairs<'_>, file: bool) -> String {
    let mut body = String::new();
    for (name, value) in pairs {
        let extra = if file { "; filename=\"a.txt\"\r\nContent-Type: text/plain" } else { "" };
        body.push_str(&format!(
            "--X-b\r\nContent-Disposition: form-data; name=\"{name}\"{extra}\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--X-b--\r\n");
    body
}

pub(crate) fn post(path: &str, content_type: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = Request::post(path);
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    request.body(body.into()).unwrap()
}

/// The same request, its first parameters key and action, in every way that clients are known to
/// send it.
pub(crate) fn all(pairs: Pairs<'_>) -> Vec<(&'static str, Request<Body>)> {
    let (key, rest) = pairs.split_first().unwrap();
    let reversed: Vec<_> = pairs.iter().rev().copied().collect();
    let padded: Vec<(&str, String)> =
        pairs.iter().map(|(name, value)| (*name, format!(" \t{value}\r\n"))).collect();
    let padded: Vec<_> = padded.iter().map(|(name, value)| (*name, &**value)).collect();
    let noisy: Vec<_> = pairs
        .iter()
        .copied()
        .chain([("runs", "undefined"), ("interval", "null"), ("comments", ""), ("utm", "1")])
        .collect();
    let shouted: Vec<_> = pairs
        .iter()
        .map(|(name, value)| {
            (*name, if *name == "action" { value.to_uppercase() } else { (*value).to_owned() })
        })
        .collect();
    let shouted: Vec<_> = shouted.iter().map(|(name, value)| (*name, &**value)).collect();
    let others: Vec<_> = rest.iter().skip(1).map(|(name, _)| (*name, "9")).collect();
    let query = format!("{PATH}?{}", form(pairs));
    let get = |uri: &str| Request::get(uri).body(Body::empty()).unwrap();
    let spaced = form(pairs).replace("%20", "+");
    vec![
        ("a GET query", get(&query)),
        ("a GET query, the path ending in a slash", get(&query.replace("v2?", "v2/?"))),
        ("a query under v1", get(&query.replace("/v2", "/v1"))),
        ("a form", post(PATH, Some(FORM), form(pairs))),
        ("a form, blanks as plus signs", post(PATH, Some(FORM), spaced)),
        ("a form to the slash", post("/api/v2/", Some(FORM), form(pairs))),
        ("a form to v1", post("/api/v1", Some(FORM), form(pairs))),
        ("a form to v1, slash", post("/api/v1/", Some(FORM), form(pairs))),
        ("a form to the root of the API", post("/api", Some(FORM), form(pairs))),
        ("a form to the root of the API, slash", post("/api/", Some(FORM), form(pairs))),
        (
            "a form with a charset",
            post(PATH, Some("application/x-www-form-urlencoded;charset=UTF-8"), form(pairs)),
        ),
        ("a form without a type", post(PATH, None, form(pairs))),
        ("a form called text", post(PATH, Some("text/plain; charset=utf-8"), form(pairs))),
        ("a form, the key last", post(PATH, Some(FORM), form(&reversed))),
        ("a form with blanks around its values", post(PATH, Some(FORM), form(&padded))),
        ("a form with junk", post(PATH, Some(FORM), form(&noisy))),
        ("a form that shouts its action", post(PATH, Some(FORM), form(&shouted))),
        (
            "multipart",
            post(PATH, Some("multipart/form-data; boundary=X-b"), multipart(pairs, false)),
        ),
        (
            "multipart, boundary in quotes",
            post(PATH, Some("Multipart/Form-Data; boundary=\"X-b\""), multipart(pairs, false)),
        ),
        (
            "multipart files",
            post(PATH, Some("multipart/form-data; boundary=X-b"), multipart(pairs, true)),
        ),
        ("JSON", post(PATH, Some("application/json"), json(pairs))),
        ("JSON with a charset", post(PATH, Some("application/json; charset=utf-8"), json(pairs))),
        ("JSON without a type", post(PATH, None, format!("\n {}", json(pairs)))),
        ("JSON called a form", post(PATH, Some(FORM), json(pairs))),
        ("JSON after a byte order mark", post(PATH, None, format!("\u{feff}{}", json(pairs)))),
        ("a POST with a query and no body", post(&query, Some(FORM), Body::empty())),
        ("a POST with a query, JSON declared, no body", {
            post(&query, Some("application/json"), Body::empty())
        }),
        (
            "the key in the query, the rest in a form",
            post(&format!("{PATH}?{}", form(&[*key])), Some(FORM), form(rest)),
        ),
        (
            "the key in the query, the rest in JSON",
            post(&format!("{PATH}?{}", form(&[*key])), Some("application/json"), json(rest)),
        ),
        ("the body over the query", {
            post(&format!("{PATH}?{}", form(&others)), Some(FORM), form(pairs))
        }),
        ("a GET with a body", {
            Request::get(PATH).header("content-type", FORM).body(form(pairs).into()).unwrap()
        }),
    ]
}
