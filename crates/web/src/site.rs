//! Everything that is served, by path.

use crate::{Web, api, download, executors, health, no_orders_here, not_found, page};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::get;
use std::sync::Arc;
use tower_service::Service;

/// What every handler shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) web: Web,
    pub(crate) lists: api::Lists,
}

/// All that is served. Calls of the panel API, which are nearly all there are, do not pass through
/// the router: it would box them three times to find six fixed paths.
#[derive(Clone, Debug)]
pub struct Site {
    api: Option<Arc<Shared>>,
    router: Router,
}

impl Site {
    /// The counter's site.
    #[must_use]
    pub fn new(web: Web) -> Self {
        let shared = Arc::new(Shared { web, lists: api::Lists::default() });
        Self { api: Some(Arc::clone(&shared)), router: routed(shared) }
    }

    /// The site of a node that takes no orders: the health check, and nothing else.
    #[must_use]
    pub fn health_only(web: Web) -> Self {
        let shared = Arc::new(Shared { web, lists: api::Lists::default() });
        let router = Router::new().route("/healthz", get(health::check)).fallback(no_orders_here);
        Self { api: None, router: router.with_state(shared) }
    }

    /// Answers a request.
    pub(crate) async fn answer(self, request: Request<Body>) -> Response {
        if let Some(shared) = self.api
            && api::PATHS.contains(&request.uri().path())
        {
            return api::handle(&shared, request).await;
        }
        let mut router = self.router;
        // A router is always ready.
        let Ok(response) = router.call(request).await;
        response
    }
}

impl From<Router> for Site {
    fn from(router: Router) -> Self {
        Self { api: None, router }
    }
}

/// Everything that is served, as a router.
pub fn router(web: Web) -> Router {
    routed(Arc::new(Shared { web, lists: api::Lists::default() }))
}

fn routed(shared: Arc<Shared>) -> Router {
    Router::new()
        .merge(api::routes())
        .merge(download::routes())
        .merge(executors::routes())
        .merge(page::routes())
        .route("/healthz", get(health::check))
        .fallback(not_found)
        .with_state(shared)
}
