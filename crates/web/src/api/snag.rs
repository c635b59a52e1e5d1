//! Why a request is not answered with what it asks for, and what is said instead.

use super::nature::Nature;
use super::reply;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use panel_api::Fault;
use panel_api::words::errors;
use std::borrow::Cow;
use store::StoreError;

/// Why a request is not answered with what it asks for.
#[derive(Debug)]
pub(crate) enum Snag {
    /// It is refused, with a text of the dialect.
    Refused(Cow<'static, str>),
    /// The store failed.
    Store(StoreError),
}

impl From<&'static str> for Snag {
    fn from(text: &'static str) -> Self {
        Self::Refused(Cow::Borrowed(text))
    }
}

impl From<String> for Snag {
    fn from(text: String) -> Self {
        Self::Refused(Cow::Owned(text))
    }
}

impl From<Fault> for Snag {
    fn from(fault: Fault) -> Self {
        Self::from(fault.0)
    }
}

impl From<StoreError> for Snag {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Snag {
    /// In a word, for the log.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Refused(text) => text,
            Self::Store(_) => "store",
        }
    }

    /// What is said. A failure of the store is logged here, and only here.
    pub(crate) fn reply(self, nature: Nature) -> Response {
        let error = match self {
            Self::Refused(text) => return reply::refused(&text),
            Self::Store(error) => error,
        };
        tracing::error!(%error, action = nature.action, "the store failed");
        if !nature.changes {
            // To the panels downstream an error text beside an order is the order's end, even
            // when it only meant that the server is busy. What is not JSON leaves it untouched.
            let mut reply = reply::empty(StatusCode::SERVICE_UNAVAILABLE);
            reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            reply
        } else if error.surely_nothing_written() {
            reply::refused(errors::TRY_LATER)
        } else {
            // Neither a failure nor a success may be claimed, nor another try be suggested: it
            // could place the order twice.
            reply::empty(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::HttpBody;
    use panel_api::request::{AddProductOrder, Id, Ids, Request};
    use store::DbError;

    #[test]
    fn only_what_is_certain_is_said() {
        let ids = || Ids::One(Id { asked: String::from("1"), number: Some(1) });
        let reads = [
            Request::Services,
            Request::Balance,
            Request::Status(ids()),
            Request::RefillStatus(ids()),
            Request::Orders { limit: 1 },
            Request::Products,
            Request::ProductOrderStatus(ids()),
            Request::ResultProduct(Id { asked: String::from("1"), number: Some(1) }),
        ];
        let writes = [
            Request::Add(Box::default()),
            Request::Refill(ids()),
            Request::Cancel(ids()),
            Request::AddProductOrder(AddProductOrder::default()),
        ];
        let nothing_written = [
            StoreError::Db(DbError::new("X", "y")),
            StoreError::Panicked(String::new()),
            StoreError::Full,
            StoreError::Closed,
            StoreError::Unavailable(String::new()),
        ];
        let unknown = StoreError::Unknown(String::new());
        for error in nothing_written.iter().chain([&unknown]) {
            for request in &reads {
                let reply = Snag::from(error.clone()).reply(Nature::of(request));
                assert_eq!(reply.status(), 503, "{error} {request:?}");
                assert_eq!(reply.headers()["retry-after"], "1");
                assert!(reply.body().is_end_stream());
            }
        }
        for request in &writes {
            for error in &nothing_written {
                let reply = Snag::from(error.clone()).reply(Nature::of(request));
                assert_eq!(reply.status(), 200, "{error} {request:?}");
                assert!(!reply.body().is_end_stream());
            }
            let reply = Snag::from(unknown.clone()).reply(Nature::of(request));
            assert_eq!(reply.status(), 503, "{request:?}");
            assert!(!reply.headers().contains_key("retry-after"));
            assert!(!reply.headers().contains_key("content-type"));
            assert!(reply.body().is_end_stream());
        }
    }
}
