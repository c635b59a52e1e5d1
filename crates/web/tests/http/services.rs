//! The service list: its rows, its tag, its compressed form.

use crate::common::{FORM, Reply, Shop};
use axum::http::Request;
use counter::catalogue::ServiceChange;
use domain::{Micros, ServiceId};
use flate2::read::GzDecoder;
use std::io::Read;

async fn list(shop: &Shop, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::post("/api/v2").header("content-type", FORM);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = format!("key={}&action=services", shop.alice.key);
    shop.send(request.body(body.into()).unwrap()).await
}

fn unzipped(reply: &Reply) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(&*reply.body).read_to_end(&mut plain).unwrap();
    plain
}

#[tokio::test]
async fn every_service_is_a_row() {
    let shop = Shop::open().await;
    let reply = list(&shop, &[]).await;
    let row = |service: i64, name: &str, kind: &str, category: &str, rest: &str| {
        format!(
            r#"{{"service":{service},"name":"{name}","type":"{kind}","category":"{category}",{rest}}}"#
        )
    };
    let sold = |rate: &str, min: &str, max: &str, dripfeed: bool| {
        format!(
            r#""rate":"{rate}","min":"{min}","max":"{max}","refill":true,"cancel":true,"dripfeed":{dripfeed}"#
        )
    };
    let words = "Words & more";
    let kinds = [
        ("default", "Default", sold("0.9", "10", "10000", true)),
        ("package", "Package", sold("12.5", "1", "1", false)),
        (
            "seo",
            "SEO",
            format!(r#"{},"desc":"Two lines,\n\"quoted\"""#, sold("2.5", "10", "5000", false)),
        ),
        ("custom_comments", "Custom Comments", sold("40", "1", "500", false)),
        ("custom_comments_package", "Custom Comments Package", sold("7.77", "1", "1", false)),
        ("mentions", "Mentions", sold("1.25", "10", "1000", false)),
        ("mentions_with_hashtags", "Mentions with Hashtags", sold("1.5", "10", "1000", false)),
        ("mentions_custom_list", "Mentions Custom List", sold("3", "1", "100", false)),
        ("mentions_hashtag", "Mentions Hashtag", sold("0.333333", "10", "1000", false)),
        ("mentions_user_followers", "Mentions User Followers", sold("0.7", "10", "1000", false)),
        ("mentions_media_likers", "Mentions Media Likers", sold("0.8", "10", "1000", false)),
        ("comment_likes", "Comment Likes", sold("5.005", "10", "1000", false)),
        ("comment_replies", "Comment Replies", sold("33.3", "1", "100", false)),
        ("poll", "Poll", sold("0.0001", "10", "1000", false)),
        ("invites_from_groups", "Invites from Groups", sold("6", "10", "1000", false)),
        ("subscriptions", "Subscriptions", sold("2", "10", "1000", false)),
        ("web_traffic", "Web Traffic", sold("0.15", "100", "100000", true)),
        ("list", "Video List", sold("1.1", "10", "1000", false)),
        ("suggest", "Video Suggest", sold("1.2", "10", "1000", false)),
        ("search", "Video Search", sold("1.3", "10", "1000", false)),
    ];
    let mut rows = Vec::new();
    for (service, (name, kind, rest)) in (1..).zip(&kinds).filter(|(service, _)| *service != 17) {
        rows.push(row(service, &format!("Press work: {name}"), kind, words, rest));
    }
    let plain = sold("1", "10", "1000", false);
    let bare = plain.replace("true", "false");
    rows.push(row(22, "One per link", "Default", words, &plain));
    rows.push(row(23, "Bare", "Default", words, &bare));
    rows.push(row(24, "Refill at once", "Default", words, &plain));
    rows.push(row(25, "Cheap", "Default", words, &sold("0.000101", "10", "1000", true)));
    let (name, kind, rest) = &kinds[16];
    rows.push(row(17, &format!("Press work: {name}"), kind, "Visits", rest));
    assert_eq!(reply.text(), format!("[{}]", rows.join(",")));
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("cache-control"), "private, no-cache");
    assert_eq!(reply.header("vary"), "Accept-Encoding");
    shop.close().await;
}

#[tokio::test]
async fn a_list_that_is_known_is_not_sent_again() {
    let shop = Shop::open().await;
    let first = list(&shop, &[]).await;
    let tag = first.header("etag");
    assert!(tag.len() == 34 && tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    let weak = format!("W/{tag}");
    let among = format!("\"x\", {tag}");
    for known in [tag, &weak, &among, "*"] {
        let again = list(&shop, &[("if-none-match", known)]).await;
        assert_eq!((again.status.as_u16(), again.text()), (304, ""), "{known}");
        assert_eq!(again.header("etag"), tag);
        assert_eq!(again.header("cache-control"), "private, no-cache");
        assert_eq!(again.header("vary"), "Accept-Encoding");
        assert!(!again.headers.contains_key("content-type"));
    }
    let query = format!("/api/v2?key={}&action=services", shop.alice.key);
    let get = Request::get(&query).header("if-none-match", tag).body("".into()).unwrap();
    assert_eq!(shop.send(get).await.status, 304);
    for unknown in ["\"x\"", "x", ""] {
        let again = list(&shop, &[("if-none-match", unknown)]).await;
        assert_eq!((again.status.as_u16(), &again.body), (200, &first.body), "{unknown}");
    }
    // Everybody sees the same prices so far, so the tag is everybody's.
    let bob = shop.post(format!("key={}&action=services", shop.bob.key)).await;
    assert_eq!(bob.header("etag"), tag);
    // A key is needed all the same.
    let wrong = Request::get("/api/v2?key=x&action=services").header("if-none-match", tag);
    let wrong = shop.send(wrong.body("".into()).unwrap()).await;
    assert_eq!(wrong.dialect(), r#"{"error":"Invalid API key"}"#);

    let dearer = ServiceChange { rate: Some(Micros::new(950_000)), ..ServiceChange::default() };
    shop.counter.edit_service(ServiceId(1), dearer, shop.now()).await.unwrap();
    let changed = list(&shop, &[("if-none-match", tag)]).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), tag);
    assert!(changed.text().contains(r#""rate":"0.95""#));
    shop.close().await;
}

#[tokio::test]
async fn a_list_is_compressed_for_who_asks() {
    let shop = Shop::open().await;
    let plain = list(&shop, &[]).await;
    let tag = plain.header("etag");
    let zip_tag = format!("{}-gzip\"", tag.trim_end_matches('"'));
    for accepted in ["gzip", "gzip, deflate, br", "deflate, GZIP;q=0.5", "*"] {
        let zipped = list(&shop, &[("accept-encoding", accepted)]).await;
        assert_eq!(zipped.status, 200);
        assert_eq!(zipped.header("content-encoding"), "gzip", "{accepted}");
        assert_eq!(zipped.header("content-type"), "application/json");
        assert_eq!(zipped.header("vary"), "Accept-Encoding");
        assert_eq!(zipped.header("etag"), zip_tag);
        assert_eq!(unzipped(&zipped), plain.body);
        assert!(zipped.body.len() * 3 < plain.body.len());
    }
    for refused in ["identity", "gzip;q=0", "deflate", "gzip;q=0.0, *", ""] {
        let reply = list(&shop, &[("accept-encoding", refused)]).await;
        assert!(!reply.headers.contains_key("content-encoding"), "{refused}");
        assert_eq!((reply.header("etag"), &reply.body), (tag, &plain.body));
    }
    let gzip = ("accept-encoding", "gzip");
    let known = list(&shop, &[gzip, ("if-none-match", &zip_tag)]).await;
    assert_eq!((known.status.as_u16(), known.header("etag")), (304, &*zip_tag));
    let other_form = list(&shop, &[gzip, ("if-none-match", tag)]).await;
    assert_eq!(other_form.status, 200, "what it has is not what it would get");

    // The compressed form follows the catalogue.
    let renamed = ServiceChange { name: Some(String::from("New")), ..ServiceChange::default() };
    shop.counter.edit_service(ServiceId(1), renamed, shop.now()).await.unwrap();
    let plain = list(&shop, &[]).await;
    let zipped = list(&shop, &[gzip]).await;
    assert_eq!(unzipped(&zipped), plain.body);
    assert!(plain.text().starts_with(r#"[{"service":1,"name":"New","#));
    shop.close().await;
}

#[tokio::test]
async fn a_short_list_is_not_compressed_and_no_list_is_an_empty_one() {
    let shop = Shop::open().await;
    let off = ServiceChange { on_sale: Some(false), ..ServiceChange::default() };
    for service in 2..=25 {
        shop.counter.edit_service(ServiceId(service), off.clone(), shop.now()).await.unwrap();
    }
    let reply = list(&shop, &[("accept-encoding", "gzip")]).await;
    assert!(reply.text().starts_with(r#"[{"service":1,"#) && reply.text().ends_with("}]"));
    assert!(!reply.headers.contains_key("content-encoding"));
    shop.counter.edit_service(ServiceId(1), off, shop.now()).await.unwrap();
    let empty = list(&shop, &[("accept-encoding", "gzip")]).await;
    assert_eq!((empty.text(), empty.header("content-type")), ("[]", "application/json"));
    assert!(empty.headers.contains_key("etag"));
    shop.close().await;
}

#[tokio::test]
async fn nothing_else_is_compressed() {
    let shop = Shop::open().await;
    for number in 1..=20 {
        shop.place(&format!("service=24&link=https://example.com/{number}&quantity=10")).await;
    }
    let request = Request::post("/api/v2").header("accept-encoding", "gzip");
    let body = format!("key={}&action=orders", shop.alice.key);
    let reply = shop.send(request.body(body.into()).unwrap()).await;
    assert!(reply.dialect().len() > 1_024);
    assert!(!reply.headers.contains_key("vary") && !reply.headers.contains_key("etag"));
    shop.close().await;
}
