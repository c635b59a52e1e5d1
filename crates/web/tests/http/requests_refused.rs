//! Requests that are refused before anybody looks at what they want, and those that want what there
//! is not.

use crate::common::{FORM, Shop, error};
use crate::ways;

#[tokio::test]
async fn keys_that_open_nothing() {
    let shop = Shop::open().await;
    let before = shop.books().await;
    let key = &shop.alice.key;
    let mut mistyped = key.clone();
    mistyped.replace_range(10..11, if &key[10..11] == "x" { "y" } else { "x" });
    let refused = error("Invalid API key");
    for key in [
        "",
        "undefined",
        "null",
        "%20%20",
        "nonsense",
        "0123456789abcdef0123456789abcdef",
        "tc_",
        &mistyped,
        &key[..key.len() - 1],
        &key.to_lowercase(),
        &format!("{key}x"),
        &format!("x{key}"),
        &shop.revoked,
        &"k".repeat(513),
        &"%C3%A4".repeat(600),
        "%27%20or%201=1--",
    ] {
        for form in [
            format!("key={key}&action=balance"),
            format!("key={key}&action=add&service=1&link=a&quantity=10"),
            // What else is wrong is nobody's business without a key.
            format!("key={key}&action=nonsense"),
            format!("key={key}"),
        ] {
            assert_eq!(shop.post(form.clone()).await.dialect(), refused, "{form}");
            assert_eq!(shop.get(&form).await.dialect(), refused, "{form}");
        }
    }
    for form in ["", "action=balance", "Key=x&action=balance", "&&&", "=", "services"] {
        assert_eq!(shop.post(form).await.dialect(), refused, "{form}");
    }
    assert_eq!(shop.books().await, before);
    shop.close().await;
}

#[tokio::test]
async fn keys_with_blanks_around_them_open() {
    let shop = Shop::open().await;
    let key = &shop.alice.key;
    for form in [
        format!("key=+{key}+&action=balance"),
        format!("key=%0A{key}%0D%0A&action=+balance%09"),
        format!("key=%EF%BB%BF{key}%E2%80%8B&action=balance"),
        format!("key={key}&key={key}&action=balance&action=BALANCE"),
        format!("key=&key={key}&action=balance&action="),
    ] {
        let reply = shop.post(form.clone()).await.dialect();
        assert_eq!(reply, r#"{"balance":"1000","currency":"USD"}"#, "{form}");
    }
    shop.close().await;
}

#[tokio::test]
async fn actions_that_are_none() {
    let shop = Shop::open().await;
    let (none, unknown) = ("Incorrect request", "Incorrect action");
    shop.refuses(&[
        ("", none),
        ("action=", none),
        ("action=null", none),
        ("action=%20", none),
        ("action=nonsense", unknown),
        ("action=add2", unknown),
        ("action=servises", unknown),
        ("action=%C3%A4dd", unknown),
        ("action=add;drop", unknown),
        ("action=../add", unknown),
        ("action[]=balance", none),
        ("action=%FF", none),
        ("action=add_product_order", "Incorrect product ID"),
        ("action=add_product_order&product=1&quantity=1&require=x", "Incorrect product ID"),
        ("action=product_order_status&order=1", "Incorrect order ID"),
        ("action=result_product&order=1", "Incorrect order ID"),
    ])
    .await;
    assert_eq!(shop.ask(&shop.alice, "action=products").await, "[]");
    shop.close().await;
}

/// An order that would be taken if the request could be read.
const ORDER: &str = "action=add&service=1&link=https://example.com&quantity=100";

#[tokio::test]
async fn requests_that_cannot_be_read() {
    let shop = Shop::open().await;
    let before = shop.books().await;
    let key = &shop.alice.key;
    let many = "&x=1".repeat(1_000);
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let multipart = |part: &[u8]| {
        let mut body = ways::multipart(&[("key", key), ("action", "add")], false).into_bytes();
        body.truncate(body.len() - "--X-b--\r\n".len());
        body.extend_from_slice(part);
        body.extend_from_slice(b"--X-b--\r\n");
        body
    };
    let parts = "multipart/form-data; boundary=X-b";
    let head = b"--X-b\r\nContent-Disposition: form-data; name=\"link\"\r\n\r\n";
    let rows: Vec<(&str, &str, Vec<u8>)> = vec![
        ("two keys", FORM, format!("key={key}&key=other&{ORDER}").into()),
        ("two actions", FORM, format!("key={key}&{ORDER}&action=balance").into()),
        ("a key in brackets", FORM, format!("key[]={key}&{ORDER}").into()),
        ("a key with a NUL", FORM, format!("key={key}%00&{ORDER}").into()),
        ("a NUL", FORM, format!("key={key}&{ORDER}%00").into()),
        ("a NUL in what is not asked", FORM, format!("key={key}&{ORDER}&comments=%00").into()),
        ("an escape", FORM, format!("key={key}&{ORDER}&comments=%1B[2J").into()),
        ("bytes that are not UTF-8", FORM, format!("key={key}&{ORDER}&username=%FF").into()),
        ("half a character", FORM, format!("key={key}&{ORDER}&username=%C3").into()),
        ("a surrogate", FORM, format!("key={key}&{ORDER}&username=%ED%A0%80").into()),
        ("raw bytes", FORM, [format!("key={key}&{ORDER}&media=").as_bytes(), b"\xff"].concat()),
        ("a list for a number", FORM, format!("key={key}&{ORDER}&quantity[]=1").into()),
        ("a list in a list", FORM, format!("key={key}&action=status&orders[a][b]=1").into()),
        ("too many pairs", FORM, format!("key={key}&{ORDER}{many}").into()),
        ("half of JSON", JSON, format!(r#"{{"key":"{key}","action":"balance""#).into()),
        ("a form called JSON", JSON, format!("key={key}&{ORDER}").into()),
        ("an array", JSON, format!(r#"["{key}","balance"]"#).into()),
        ("a text", JSON, b"\"key\"".to_vec()),
        ("a number", JSON, b"17".to_vec()),
        ("two objects", JSON, format!(r#"{{"key":"{key}","action":"balance"}}{{}}"#).into()),
        ("a nested key", JSON, format!(r#"{{"key":{{"a":"{key}"}},"action":"balance"}}"#).into()),
        (
            "a nested parameter",
            JSON,
            format!(r#"{{"key":"{key}","action":"status","orders":{{"a":1}}}}"#).into(),
        ),
        (
            "a nested list",
            JSON,
            format!(r#"{{"key":"{key}","action":"status","orders":[[1]]}}"#).into(),
        ),
        (
            "truth for an id",
            JSON,
            format!(r#"{{"key":"{key}","action":"status","orders":[true]}}"#).into(),
        ),
        (
            "a deep parameter",
            JSON,
            format!(r#"{{"key":"{key}","action":"status","orders":{deep}}}"#).into(),
        ),
        ("a deep end", JSON, deep.clone().into()),
        (
            "a NUL in JSON",
            JSON,
            format!(r#"{{"key":"{key}","action":"status","order":"1\u0000"}}"#).into(),
        ),
        (
            "half a pair",
            JSON,
            format!(r#"{{"key":"{key}","action":"status","order":"\ud83c"}}"#).into(),
        ),
        ("JSON that is not UTF-8", JSON, b"{\"key\":\"\xff\"}".to_vec()),
        ("UTF-16", JSON, "{\"key\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a part without an end", parts, b"--X-b\r\nContent-Disposition: form-data; na".to_vec()),
        ("a part without its boundary", parts, format!("key={key}&{ORDER}").into()),
        ("a multipart without a boundary", "multipart/form-data", b"--X\r\n\r\n--X--".to_vec()),
        (
            "a part that is not UTF-8",
            parts,
            multipart(&[head, b"\xff\xfe\r\n".as_slice()].concat()),
        ),
        ("a part with a NUL", parts, multipart(&[head, b"a\0b\r\n".as_slice()].concat())),
        (
            "too many parts",
            parts,
            multipart(
                &b"--X-b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n\r\n".repeat(999),
            ),
        ),
    ];
    for (what, content_type, body) in rows {
        let reply = shop.send(ways::post("/api/v2", Some(content_type), body)).await;
        assert_eq!(reply.dialect(), error("Incorrect request"), "{what}");
    }
    let clash = format!("/api/v2?key={key}&action=balance");
    for body in ["key=other", "action=add"] {
        let reply = shop.send(ways::post(&clash, Some(FORM), body)).await;
        assert_eq!(reply.dialect(), error("Incorrect request"), "{body} beside the query");
    }
    assert_eq!(shop.books().await, before);
    shop.close().await;
}

#[tokio::test]
async fn what_nobody_asks_for_may_be_anything() {
    let shop = Shop::open().await;
    let key = &shop.alice.key;
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let answered = r#"{"balance":"1000","currency":"USD"}"#;
    for (content_type, body) in [
        (FORM, format!("key={key}&action=balance&x=%FF%00&%FF=%FF&y[z][w]=1")),
        (JSON, format!(r#"{{"x":{deep},"key":"{key}","y":1e999,"action":"balance"}}"#)),
        (JSON, format!(r#"{{"key":"{key}","action":"balance","x":"\ud83c\u0000","x":null}}"#)),
    ] {
        let reply = shop.send(ways::post("/api/v2", Some(content_type), body)).await;
        assert_eq!(reply.dialect(), answered);
    }
    shop.close().await;
}

#[tokio::test]
async fn bodies_up_to_a_limit() {
    let shop = Shop::open().await;
    let before = shop.books().await;
    let start = format!("key={}&action=balance&x=", shop.alice.key);
    let full = |size: usize| format!("{start}{}", "x".repeat(size - start.len()));
    let answered = r#"{"balance":"1000","currency":"USD"}"#;
    assert_eq!(shop.post(full(1 << 20)).await.dialect(), answered);
    for size in [(1 << 20) + 1, 2 << 20, 20 << 20] {
        let reply = shop.post(full(size)).await;
        assert_eq!(reply.dialect(), error("Incorrect request"), "{size} bytes");
        assert!(!reply.headers.contains_key("connection"), "it was read to its end");
    }
    let reply = shop.post(full((32 << 20) + 1)).await;
    assert_eq!(reply.dialect(), error("Incorrect request"));
    assert_eq!(reply.header("connection"), "close", "it was not read to its end");
    assert_eq!(shop.books().await, before);
    shop.close().await;
}

const JSON: &str = "application/json";
