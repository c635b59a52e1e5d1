//! What a customer is told of their orders.

use crate::Counter;
use crate::catalogue::Catalogue;
use crate::fulfilment::public_parts;
use domain::orders::{OrderShape, PublicStatus, Standing, net_charge, public_remains};
use domain::{AccountId, Micros, OrderId, Timestamp};
use store::tables::{orders, parts};
use store::{DbError, Moment, StoreError, Tx};

/// The parts of an order, as a customer is told of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicParts {
    /// The order has none.
    None,
    /// The runs of a drip-feed.
    Runs {
        /// Runs that have ended.
        done: i64,
        /// The newest runs' order ids, oldest first; none where the provider divides it.
        orders: Vec<OrderId>,
    },
    /// The posts of a subscription.
    Posts {
        /// Posts that became orders.
        done: i64,
        /// Whether its last day is over.
        expired: bool,
        /// The newest posts' order ids, oldest first; none where the provider divides it.
        orders: Vec<OrderId>,
    },
}

/// What a customer is told of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderStatus {
    /// The order.
    pub id: OrderId,
    /// The charge net of what was given back.
    pub charge: Micros,
    /// The counter before delivery; zero while it is not known.
    pub start_count: i64,
    /// The dialect's word for where it stands.
    pub status: PublicStatus,
    /// Units not delivered.
    pub remains: i64,
    /// Its parts.
    pub parts: PublicParts,
}

/// Most parts that a status names: enough for a client that polls to see every one of them.
const PARTS_NAMED: i64 = 100;

pub(super) fn status_of(
    tx: &mut dyn Tx,
    catalogue: &Catalogue,
    order: &Standing,
    now: Timestamp,
) -> Result<OrderStatus, DbError> {
    let mut status = OrderStatus {
        id: order.id,
        charge: net_charge(order),
        start_count: order.start_count.unwrap_or(0),
        status: PublicStatus::from(order.state),
        remains: public_remains(order),
        parts: PublicParts::None,
    };
    if order.shape == OrderShape::Single {
        status.parts = public_parts(tx, catalogue, order, now)?;
        return Ok(status);
    }
    let sums = orders::part_sums(tx, order.id)?;
    status.charge = Micros::new(status.charge.raw().saturating_add(sums.net_charge));
    if !order.state.is_terminal() {
        let delivered = sums.totals.quantity.saturating_sub(sums.totals.undelivered);
        status.remains = order.quantity.saturating_sub(delivered).max(0);
    }
    let ids = orders::newest_parts(tx, order.id, PARTS_NAMED)?;
    status.parts = match order.shape {
        OrderShape::Single => PublicParts::None,
        OrderShape::DripFeed => {
            let done = sums.totals.parts.saturating_sub(sums.totals.open);
            PublicParts::Runs { done, orders: ids }
        }
        OrderShape::Subscription => {
            let plan = parts::subscription(tx, order.id)?.map(|(plan, _)| plan);
            let expires = plan.as_ref().and_then(|plan| plan.expires);
            PublicParts::Posts {
                done: plan.map_or(0, |plan| plan.posts_done),
                expired: expires.is_some_and(|expires| expires <= now),
                orders: ids,
            }
        }
    };
    Ok(status)
}

impl Counter {
    /// What the account is told of those of `ids` that are its own. An id that is not there is not
    /// the account's, whoever else's it may be. They are told as they stood at `since` or later;
    /// nothing stands for now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_statuses(
        &self,
        account: AccountId,
        ids: &[OrderId],
        now: Timestamp,
        since: Option<Moment>,
    ) -> Result<Vec<OrderStatus>, StoreError> {
        let read = self.store.read_since(since, |tx| {
            let own = orders::standings(tx, account, ids)?;
            let told = own.iter().map(|order| status_of(tx, &self.catalogue, order, now));
            told.collect::<Result<Vec<_>, DbError>>()
        });
        Ok(read.await??)
    }
}
