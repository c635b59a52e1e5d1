//! What is logged, and what never is.

use crate::common::Shop;
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
    let shop = Shop::open().await;
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
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for line in [
        "action=\"add\" account=1 outcome=\"answered\"",
        "action=\"add\" account=1 outcome=\"Quantity less than minimal 10\"",
        "action=\"balance\" account=1 outcome=\"answered\"",
        "action=\"unreadable\" outcome=\"Invalid API key\"",
        "action=\"unreadable\" account=1 outcome=\"Incorrect action\"",
        "action=\"status\" account=1 outcome=\"Incorrect order ID\"",
    ] {
        assert!(logged.contains(line), "{line} in\n{logged}");
    }
    for secret in ["secret", &**key, &key[..12]] {
        assert!(!logged.contains(secret), "{secret} in\n{logged}");
    }
    shop.close().await;
}
