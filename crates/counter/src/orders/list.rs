//! Lists of orders, and all that is known of one.

use super::Placing;
use super::status::{OrderStatus, status_of};
use super::turns;
use crate::fulfilment;
use crate::{Counter, Failure, Refusal};
use domain::executors::OrderLease;
use domain::orders::{DripFeed, Order, PartsState, Standing, Subscription};
use domain::{AccountId, OrderId, Timestamp};
use store::tables::account_orders;
use store::tables::events::{self, Event};
use store::tables::order_leases;
use store::tables::orders::{self, Filter};
use store::tables::parts;
use store::tables::requests::{self, Cancel, Refill};
use store::tables::transfers::{self, Transfer};
use store::{DbError, StoreError, Tx};

/// All that is known of an order.
#[derive(Clone, Debug)]
pub struct OrderView {
    /// The order.
    pub order: Order,
    /// What its customer is told.
    pub status: OrderStatus,
    /// What it waits for, on its link or at its providers, when it does.
    pub waits: Option<String>,
    /// Its parameters beside link and quantity, as JSON.
    pub params: Option<String>,
    /// Its plan, when it is a drip-feed.
    pub drip_feed: Option<DripFeed>,
    /// Its plan, when it is a subscription.
    pub subscription: Option<(Subscription, PartsState)>,
    /// Its parts.
    pub parts: Vec<Order>,
    /// Every movement of money it caused.
    pub transfers: Vec<Transfer>,
    /// Its timeline.
    pub events: Vec<Event>,
    /// Its latest refill.
    pub last_refill: Option<Refill>,
    /// Its cancels.
    pub cancels: Vec<Cancel>,
    /// The leases that it was under, oldest first.
    pub leases: Vec<OrderLease>,
}

impl Counter {
    /// The latest orders that the account placed, newest first, as the customer is told of them;
    /// not their parts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recent_orders(
        &self,
        account: AccountId,
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<(Order, OrderStatus)>, StoreError> {
        let read = self.store.read(|tx| {
            let recent = account_orders::recent(tx, account, limit)?;
            let with_status = recent.into_iter().map(|order| {
                let status = status_of(tx, &self.catalogue, &Standing::from(&order), now)?;
                Ok((order, status))
            });
            with_status.collect::<Result<Vec<_>, DbError>>()
        });
        Ok(read.await??)
    }

    /// Up to `limit` orders below `before`, newest first.
    ///
    /// # Errors
    /// [`Failure`] when the store fails.
    pub async fn list_orders(
        &self,
        filter: Filter,
        before: OrderId,
        limit: i64,
    ) -> Result<Vec<Order>, Failure<Refusal>> {
        let read = self.store.read(|tx| Ok(orders::before(tx, filter, before, limit)?));
        Failure::join(read.await)
    }

    /// Up to `limit` open orders above `after`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_orders(&self, after: OrderId, limit: i64) -> Result<Vec<Order>, StoreError> {
        Ok(self.store.read(|tx| orders::open_after(tx, after, limit)).await??)
    }

    /// All that is known of an order.
    ///
    /// # Errors
    /// [`Refusal`] when there is none.
    pub async fn show_order(
        &self,
        id: OrderId,
        now: Timestamp,
    ) -> Result<OrderView, Failure<Refusal>> {
        let read = self.store.read(|tx| {
            let order = orders::by_id(tx, id)?.ok_or_else(|| Refusal::missing("order", id))?;
            let snapshot = self.catalogue.current(tx)?;
            let waits = match turns::waits_for(tx, &order)? {
                Some(turn) => Some(turn),
                None => fulfilment::waits_for(tx, &snapshot, &order, now)?,
            };
            Ok(OrderView {
                status: status_of(tx, &self.catalogue, &Standing::from(&order), now)?,
                waits,
                params: orders::params(tx, id)?,
                drip_feed: parts::drip_feed(tx, id)?,
                subscription: parts::subscription(tx, id)?,
                parts: orders::parts(tx, id)?,
                transfers: transfers::of_order(tx, id)?,
                events: timeline(tx, id)?,
                last_refill: requests::last_refill(tx, id)?,
                cancels: requests::cancels_of_order(tx, id)?,
                leases: order_leases::of_order(tx, id)?,
                order,
            })
        });
        Failure::join(read.await)
    }
}

/// What happened to an order, its placing first.
fn timeline(tx: &mut dyn Tx, id: OrderId) -> Result<Vec<Event>, DbError> {
    let mut timeline = Vec::new();
    if let Some(origin) = orders::origin(tx, id)?
        && let Some(event) = events::by_id(tx, origin.event)?
    {
        let placed = Placing::read(&event).unwrap_or_default();
        let own = placed.into_iter().filter(|placing| placing.order == id);
        timeline.extend(own.map(|placing| placing.alone(&event)));
    }
    timeline.extend(events::of_order(tx, id)?);
    Ok(timeline)
}
