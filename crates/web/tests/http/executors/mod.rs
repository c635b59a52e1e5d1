//! The dialects of executors, as their scripts meet them.

mod faults;
mod foreign;
mod fuzz;
mod odd;
mod refused;
mod v1;
mod v2;
mod v2_requests;

use crate::common::{FORM, Reply, Shop};
use axum::body::Body;
use axum::http::{Method, Request};
use counter::accounts::RANDOM_BYTES;
use counter::catalogue::ServiceChange;
use counter::executors::{ExecutorChange, ExecutorKeyChange};
use domain::catalogue::Fulfilment;
use domain::executors::ExecutorServices;
use domain::{ExecutorId, ServiceId};

/// Services that executors fulfil: one with a link and a quantity, one with comments, one that takes
/// posts, and one with refills at once.
pub(crate) const THEIRS: [i64; 4] = [1, 4, 16, 24];

/// A shop with two executors.
pub(crate) struct Bench {
    pub(crate) shop: Shop,
    /// The key of one that may pull everything.
    pub(crate) anna: String,
    /// The key of another one that may, too.
    pub(crate) ben: String,
    /// A key of Anna's that was revoked.
    pub(crate) revoked: String,
}

impl Bench {
    pub(crate) async fn open() -> Self {
        Self::around(Shop::open().await).await
    }

    pub(crate) async fn around(shop: Shop) -> Self {
        for id in THEIRS {
            let fulfilment = Some(Fulfilment::Executors);
            let change = ServiceChange { fulfilment, ..ServiceChange::default() };
            shop.counter.edit_service(ServiceId(id), change, shop.now()).await.unwrap();
        }
        let (anna, id) = executor(&shop, "anna", 31).await;
        let (ben, _) = executor(&shop, "ben", 32).await;
        let old = key(&shop, id, 33).await;
        let keys = shop.counter.executor_keys(id).await.unwrap();
        shop.counter.revoke_executor_key(keys[1].id, shop.now()).await.unwrap();
        Self { shop, anna, ben, revoked: old }
    }

    /// Posts a form in v1.
    pub(crate) async fn v1(&self, key: &str, form: &str) -> String {
        let body = format!("key={key}&{form}");
        let request = Request::post("/adminapi/v1").header("content-type", FORM);
        self.shop.send(request.body(body.into()).unwrap()).await.dialect()
    }

    /// Asks in v2: with a body it is a POST.
    pub(crate) async fn v2(&self, key: &str, path: &str, body: Option<&str>) -> Reply {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let request = Request::builder()
            .method(method)
            .uri(format!("/adminapi/v2{path}"))
            .header("x-api-key", key)
            .header("content-type", "application/json");
        let body = Body::from(body.unwrap_or_default().to_owned());
        self.shop.send(request.body(body).unwrap()).await
    }

    /// The same, which must be answered.
    pub(crate) async fn v2_ok(&self, key: &str, path: &str, body: Option<&str>) -> String {
        let reply = self.v2(key, path, body).await;
        assert!(
            reply.text().ends_with(r#""error_message":"","error_code":0}"#),
            "{}",
            reply.text()
        );
        reply.dialect()
    }

    /// An order of a hundred for the first of the services.
    pub(crate) async fn place(&self) -> i64 {
        self.shop.outwait_repetition();
        self.shop.place("service=1&link=https://example.com/a&quantity=100").await
    }
}

async fn executor(shop: &Shop, name: &str, number: u8) -> (String, ExecutorId) {
    let change = ExecutorChange {
        name: Some(name.to_owned()),
        services: Some(ExecutorServices::All),
        lease_minutes: Some(60),
        ..ExecutorChange::default()
    };
    let id = shop.counter.add_executor(change, shop.now()).await.unwrap().id;
    (key(shop, id, number).await, id)
}

async fn key(shop: &Shop, id: ExecutorId, number: u8) -> String {
    let change = ExecutorKeyChange::default();
    let made = shop.counter.make_executor_key(id, change, [number; RANDOM_BYTES], shop.now());
    made.await.unwrap().token.reveal().to_owned()
}
