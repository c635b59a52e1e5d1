//! One order only, however many ask for it.

use super::Case;
use super::arena::{Arena, LINKS, PRICE, request};
use super::round::{Outcome, RACERS, Round, same, told};
use crate::Boxed;
use counter::orders::{PlaceOrder, RequestId};
use counter::products::{PlaceProductOrder, ProductChange};
use counter::{Counter, Failure};
use domain::orders::OrderRefusal;
use domain::products::ProductRefusal;
use domain::{AccountId, ProductId, Timestamp};
use std::collections::BTreeSet;

/// A racer that asks for the order.
#[derive(Debug)]
pub(crate) struct Asker {
    pub(crate) counter: Counter,
    pub(crate) now: Timestamp,
    pub(crate) order: PlaceOrder,
    pub(crate) request_id: RequestId,
    pub(crate) racer: usize,
    pieces: PlaceProductOrder,
}

/// The id of the order, or nothing when the racer was told that there is one already.
pub(crate) type Told = Result<Option<i64>, String>;

/// A way to ask for the one order.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    pub(crate) ask: fn(Asker) -> Boxed<'static, Told>,
    /// How many racers are told the order's id, where it is not up to chance.
    pub(crate) told: Option<usize>,
}

/// A round: racers with money enough that all ask for the same order.
pub(crate) async fn one_order(round: Round<'_>, way: Way) -> Outcome {
    let arena = round.arena;
    let account = arena.account(PRICE * 1_000, 0).await;
    let product = arena.product(ProductChange::default()).await;
    arena.stock(product, 5, 1).await;
    let same_order = arena.order(account, None);
    let told = round
        .race(|racer, counter| {
            (way.ask)(asker(arena, counter, racer, &same_order, product, round.now))
        })
        .await;
    let told: Vec<i64> =
        told.into_iter().filter_map(Result::transpose).collect::<Result<_, String>>()?;
    let orders: BTreeSet<i64> = told.iter().copied().collect();
    same("orders", orders.len(), 1)?;
    if let Some(expected) = way.told {
        same("racers that were told its id", told.len(), expected)?;
    }
    same("what is left", arena.money(&[account]).await.0, PRICE * 999)
}

fn asker(
    arena: &Arena,
    counter: Counter,
    racer: usize,
    same_order: &PlaceOrder,
    product: ProductId,
    now: Timestamp,
) -> Asker {
    let account: AccountId = same_order.account;
    Asker {
        counter,
        now,
        order: same_order.clone(),
        request_id: RequestId { id: String::from("once"), hash: [1; 16] },
        racer,
        pieces: arena.product_order(account, product, 1),
    }
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "one request id",
        round: |round| {
            let ask = |asker| -> Boxed<'static, Told> { Box::pin(by_request_id(asker)) };
            Box::pin(one_order(round, Way { ask, told: Some(RACERS) }))
        },
    },
    Case {
        name: "one request id with two meanings",
        round: |round| {
            let ask = |mut asker: Asker| -> Boxed<'static, Told> {
                asker.request_id.hash = [u8::from(asker.racer.is_multiple_of(2)); 16];
                Box::pin(by_request_id(asker))
            };
            Box::pin(one_order(round, Way { ask, told: Some(RACERS / 2) }))
        },
    },
    Case {
        name: "one request id for a product",
        round: |round| {
            let ask = |asker| -> Boxed<'static, Told> { Box::pin(pieces_by_request_id(asker)) };
            Box::pin(one_order(round, Way { ask, told: Some(RACERS) }))
        },
    },
    Case {
        name: "the same order without a request id",
        round: |round| {
            let ask = |asker: Asker| -> Boxed<'static, Told> {
                Box::pin(place(asker.counter, asker.order, asker.now))
            };
            Box::pin(one_order(round, Way { ask, told: Some(1) }))
        },
    },
    Case {
        name: "one open order for a link",
        round: |round| {
            let ask = |mut asker: Asker| -> Boxed<'static, Told> {
                // Orders that look different, of a service that takes one for a link.
                let link = asker.order.request.link.take().unwrap_or_default();
                asker.order.request = request(LINKS, &link);
                asker.order.fingerprint = i64::try_from(asker.racer).unwrap_or(0);
                Box::pin(place(asker.counter, asker.order, asker.now))
            };
            Box::pin(one_order(round, Way { ask, told: Some(1) }))
        },
    },
];

async fn by_request_id(asker: Asker) -> Told {
    let order = PlaceOrder { request_id: Some(asker.request_id), ..asker.order };
    match asker.counter.place_order(order, asker.now).await {
        Ok(order) => Ok(Some(order.0)),
        Err(Failure::Refused(OrderRefusal::RequestIdReused)) => Ok(None),
        Err(error) => Err(told(error)),
    }
}

async fn pieces_by_request_id(asker: Asker) -> Told {
    let pieces = PlaceProductOrder { request_id: Some(asker.request_id), ..asker.pieces };
    match asker.counter.place_product_order(pieces, asker.now).await {
        Ok(order) => Ok(Some(order.0)),
        Err(Failure::Refused(ProductRefusal::RequestIdReused)) => Ok(None),
        Err(error) => Err(told(error)),
    }
}

/// Places an order that has no request id.
pub(crate) async fn place(counter: Counter, order: PlaceOrder, now: Timestamp) -> Told {
    match counter.place_order(order, now).await {
        Ok(order) => Ok(Some(order.0)),
        Err(Failure::Refused(OrderRefusal::ActiveOrder)) => Ok(None),
        Err(error) => Err(told(error)),
    }
}
