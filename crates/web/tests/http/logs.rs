//! What is logged, and what never is.

use crate::common::{FORM, Shop};
use crate::executors::Bench;
use crate::ways;
use axum::body::Body;
use axum::http::Request;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Log {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn requests_are_logged_without_what_they_hold() {
    let bench = Bench::around(Shop::open().await).await;
    let shop = &bench.shop;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    // For all threads, and so for the other tests too: what they do must not be logged either, and
    // one thread's own subscriber would miss what another was first to come by.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let secret = "https://secret.example/path";
    let key = &shop.alice.key;
    for form in [
        format!("key={key}&action=add&service=1&link={secret}&quantity=10&request_id=secret"),
        format!("key={key}&action=add&service=1&link={secret}&quantity=9"),
        format!("key={key}&action=balance"),
        format!("key={key}x&action=secret"),
        format!("key={key}&action=secret"),
        format!("key={key}&key=secret"),
        format!("key={key}&action=status&order=secret"),
    ] {
        shop.post(form.clone()).await;
        shop.get(&form).await;
    }
    ask_as_executor(&bench, secret).await;
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for line in [
        "action=\"add\" account=1 outcome=\"answered\"",
        "action=\"add\" account=1 outcome=\"Quantity less than minimal 10\"",
        "action=\"balance\" account=1 outcome=\"answered\"",
        "action=\"unreadable\" outcome=\"Invalid API key\"",
        "action=\"unreadable\" account=1 outcome=\"Incorrect action\"",
        "action=\"status\" account=1 outcome=\"Incorrect order ID\"",
        "dialect=\"v1\" action=\"getOrder\" executor=1 outcome=\"answered\"",
        "dialect=\"v1\" action=\"getOrder\" outcome=\"bad_auth\"",
        "dialect=\"v1\" action=\"addPost\" executor=1 outcome=\"subscription_not_found\"",
        "dialect=\"v2\" action=\"orders/pull\" executor=1 outcome=\"answered\"",
        "dialect=\"v2\" action=\"unreadable\" executor=1 outcome=\"bad_sort\"",
    ] {
        assert!(logged.contains(line), "{line} in\n{logged}");
    }
    for secret in ["secret", &**key, &key[..12], &*bench.anna, &bench.anna[..12]] {
        assert!(!logged.contains(secret), "{secret} in\n{logged}");
    }
    bench.shop.close().await;
}

/// Everything that an executor may say, in every place where it may say it.
async fn ask_as_executor(bench: &Bench, secret: &str) {
    let key = &bench.anna;
    for form in [
        format!("key={key}&action=getOrder&link={secret}"),
        format!("key={key}x&action=getOrder"),
        format!("key={key}&action=secret"),
        format!("key={key}&action=addPost&id=1&link={secret}&quantity=9"),
        format!("key={key}&key=secret&action=getOrder"),
    ] {
        let get = Request::get(format!("/adminapi/v1?{form}")).body(Body::empty()).unwrap();
        bench.shop.send(get).await;
        bench.shop.send(ways::post("/admin/v1/", Some(FORM), form)).await;
    }
    for path in ["/orders?sort=secret", "/orders/secret", "/secret"] {
        bench.v2(key, path, None).await;
        let with = if path.contains('?') { '&' } else { '?' };
        bench.v2("", &format!("{path}{with}apikey={key}"), None).await;
    }
    let said = format!(r#"{{"note":"{secret}"}}"#);
    bench.v2(key, "/orders/pull", Some(&said)).await;
    bench.v2("secret", "/orders/pull", Some(&said)).await;
}
