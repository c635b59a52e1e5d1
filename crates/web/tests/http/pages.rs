//! What is not the API: the reference page, the health check, and nothing.

use crate::common::{Reply, Shop};
use axum::body::Body;
use axum::http::Request;

async fn get(shop: &Shop, path: &str) -> Reply {
    shop.send(Request::get(path).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_reference_can_be_read_and_does_nothing() {
    let shop = Shop::open().await;
    let page = get(&shop, "/").await;
    assert_eq!(
        (page.status.as_u16(), page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    let html = page.text();
    for part in [
        "<!doctype html>",
        "<html lang=\"en\">",
        "<title>",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
        "<link rel=\"stylesheet\" href=\"/reference.css\">",
        "/api/v2",
    ] {
        assert!(html.contains(part), "{part}");
    }
    let style = get(&shop, "/reference.css").await;
    assert_eq!(
        (style.status.as_u16(), style.header("content-type")),
        (200, "text/css; charset=utf-8")
    );
    assert!(style.text().contains("prefers-color-scheme: dark"));
    for reply in [&page, &style] {
        let policy = reply.header("content-security-policy");
        for rule in ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
    }
    let head = shop.send(Request::head("/").body(Body::empty()).unwrap()).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), page.body.len().to_string());
    shop.close().await;
}

#[tokio::test]
async fn the_health_check_looks_into_the_store() {
    let shop = Shop::open().await;
    let health = get(&shop, "/healthz").await;
    assert_eq!((health.status.as_u16(), health.text()), (200, "ok"));
    assert_eq!(health.header("cache-control"), "no-store");
    shop.close().await;
}

#[tokio::test]
async fn elsewhere_is_nothing() {
    let shop = Shop::open().await;
    let key = &shop.alice.key;
    for path in [
        "/favicon.ico",
        "/api/v3",
        "/api/v2/x",
        "/api/v22",
        "/API/v2",
        "/healthz/",
        "//",
        "/api//v2",
        "/..%2fetc",
        "/api/v2%2f",
        "/admin",
    ] {
        for request in [
            Request::get(format!("{path}?key={key}&action=balance")).body(Body::empty()),
            Request::post(path).body(format!("key={key}&action=balance").into()),
        ] {
            let reply = shop.send(request.unwrap()).await;
            assert_eq!(reply.status, 404, "{path}");
            assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
            assert!(!reply.headers.contains_key("location"), "no redirects");
            assert!(!reply.text().contains("balance"), "nothing of the request comes back");
        }
    }
    let reply = shop.send(Request::post("/").body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status, 405);
    shop.close().await;
}
