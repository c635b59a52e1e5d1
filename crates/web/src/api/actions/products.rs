//! The products actions.

use super::{Answer, Asker, listing, numbers};
use crate::api::snag::Snag;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use counter::Failure;
use counter::orders::RequestId;
use counter::products::{PlaceProductOrder, ProductOrderStatus, Viewer};
use domain::ProductOrderId;
use domain::orders::Number;
use domain::products::{ProductKind, ProductRefusal, ProductRequest, PublicProductStatus};
use panel_api::reply::{self, ProductRow, ProductStatus};
use panel_api::request::{self, AddProductOrder, Id, Ids};
use panel_api::words::{OrderStatus, errors};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// `products`.
pub(super) async fn list(asker: &Asker<'_>, headers: &HeaderMap) -> Result<Response, Snag> {
    let offers = asker.counter.list_products(asker.account, asker.now).await?;
    let mut out = Vec::new();
    let rows = offers.iter().map(|offer| ProductRow {
        product: offer.id.0,
        name: &offer.name,
        require: offer.require.as_deref(),
        rate: offer.rate,
        min: offer.min,
        max: offer.max,
        category: &offer.category,
        in_stock: offer.inventory.is_none_or(|pieces| pieces > 0),
        inventory: offer.inventory,
        kind: match offer.kind {
            ProductKind::Auto => "Auto",
            ProductKind::Service => "Service",
        },
    });
    reply::products(&mut out, rows);
    let out = Bytes::from(out);
    Ok(listing::reply(headers, &out, &listing::hash(&out), || listing::zip(&out)))
}

/// `add_product_order`.
pub(super) async fn add(asker: &Asker<'_>, mut add: AddProductOrder) -> Answer {
    // Before it is compared: how lines end is a matter of the client's system.
    add.require = add.require.map(|text| text.replace("\r\n", "\n").replace('\r', "\n"));
    let hash: [u8; 32] = Sha256::digest(add.fingerprint_bytes()).into();
    let (hash, _) = hash.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    let mut token = [0; 16];
    let mut nonce = [0; counter::stock::NONCE_BYTES];
    (asker.random)(&mut token);
    (asker.random)(&mut nonce);
    let order = PlaceProductOrder {
        account: asker.account,
        key: Some(asker.key),
        request_id: add.request_id.take().map(|id| RequestId { id, hash: *hash }),
        request: ProductRequest {
            product: add.product.map(number),
            quantity: add.quantity.map(number),
            require: add.require,
        },
        token,
        nonce,
    };
    let placed = asker.counter.place_product_order(order, asker.now).await;
    let order = placed.map_err(|failure| match failure {
        Failure::Refused(refusal) => refused(refusal),
        Failure::Store(error) => error.into(),
    })?;
    let mut out = Vec::new();
    reply::added(&mut out, order.0);
    Ok(out)
}

const fn number(number: request::Number) -> Number {
    match number {
        request::Number::Int(value) => Number::Int(value),
        request::Number::TooBig => Number::TooBig,
        request::Number::TooSmall => Number::TooSmall,
        request::Number::Malformed => Number::Malformed,
    }
}

fn refused(refusal: ProductRefusal) -> Snag {
    match refusal {
        ProductRefusal::Suspended => errors::ACCOUNT_SUSPENDED.into(),
        ProductRefusal::Key => errors::INVALID_KEY.into(),
        ProductRefusal::Product => errors::INCORRECT_PRODUCT_ID.into(),
        ProductRefusal::Quantity => errors::INCORRECT_QUANTITY.into(),
        ProductRefusal::QuantityLow { min } => errors::quantity_below(min).into(),
        ProductRefusal::QuantityHigh { max } => errors::quantity_above(max).into(),
        ProductRefusal::Require { .. } => errors::incorrect("require").into(),
        // A capped key is told what a poor account is: both mean that nothing more can be bought.
        ProductRefusal::NotEnoughFunds | ProductRefusal::KeyCap => errors::NOT_ENOUGH_FUNDS.into(),
        ProductRefusal::OutOfStock => errors::OUT_OF_STOCK.into(),
        ProductRefusal::RequestIdReused => errors::INCORRECT_REQUEST_ID.into(),
    }
}

/// `product_order_status`.
pub(super) async fn status(asker: &Asker<'_>, ids: &Ids) -> Answer {
    let known = numbers(ids.as_slice(), ProductOrderId);
    let found = asker.counter.product_order_statuses(asker.account, &known).await?;
    let found: HashMap<i64, &ProductOrderStatus> =
        found.iter().map(|status| (status.id.0, status)).collect();
    let status_of = |id: &Id| {
        let status = id.number.and_then(|number| found.get(&number))?;
        Some(ProductStatus {
            charge: status.charge,
            status: word(status.status).name(),
            remains: status.remains,
            result: status.result.as_deref(),
            note: status.note.as_deref(),
        })
    };
    let mut out = Vec::new();
    match ids {
        Ids::One(id) => {
            let status = status_of(id).ok_or(errors::INCORRECT_ORDER_ID)?;
            reply::product_status_one(&mut out, &status);
        }
        Ids::Many(ids) => {
            reply::product_status_many(&mut out, ids.iter().map(|id| (id, status_of(id))));
        }
    }
    Ok(out)
}

const fn word(status: PublicProductStatus) -> OrderStatus {
    match status {
        PublicProductStatus::Pending => OrderStatus::Pending,
        PublicProductStatus::InProgress => OrderStatus::InProgress,
        PublicProductStatus::Completed => OrderStatus::Completed,
        PublicProductStatus::Partial => OrderStatus::Partial,
        PublicProductStatus::Canceled => OrderStatus::Canceled,
    }
}

/// `result_product`.
pub(super) async fn result(asker: &Asker<'_>, id: &Id) -> Answer {
    let number = id.number.ok_or(errors::INCORRECT_ORDER_ID)?;
    let viewer =
        Viewer { actor: format!("key:{}", asker.key), reason: String::from("result_product") };
    let id = ProductOrderId(number);
    let found = asker.counter.result_product(asker.account, id, viewer, asker.now).await?;
    let delivered = found.ok_or(errors::INCORRECT_ORDER_ID)?;
    let mut out = Vec::new();
    reply::result_product(&mut out, delivered.lines());
    Ok(out)
}
