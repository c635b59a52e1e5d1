//! Subscriptions that executors watch, and the posts that they report.

use super::admit::{actor, standing};
use super::look::services;
use super::{Caller, ExecutorRefusal};
use crate::orders::{Post, record_post};
use crate::{Counter, Failure, Refusal};
use domain::orders::{Order, OrderShape, Subscription, check_link};
use domain::{OrderId, ServiceId, Timestamp};
use std::collections::HashSet;
use store::Tx;
use store::tables::{accounts, order_leases, orders, parts};

/// Subscriptions read at a time.
const PAGE: i64 = 500;

/// Most pages of one look.
const PAGES: usize = 10;

/// A subscription that takes posts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedSubscription {
    /// Its order.
    pub order: Order,
    /// Its plan.
    pub plan: Subscription,
    /// What its service is called.
    pub service: String,
    /// Its parameters, as JSON: whom to watch.
    pub params: Option<String>,
}

/// A new post that an executor has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutorPost {
    /// The subscription's order.
    pub subscription: OrderId,
    /// The post's link.
    pub link: String,
    /// Units to deliver to it.
    pub quantity: i64,
}

impl Counter {
    /// Up to `limit` subscriptions above `after` that take posts, of services that an executor may
    /// pull, oldest first; and the last that was looked at, when there may be more.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when the key is no longer good, or a service is not the executor's.
    pub async fn watched_subscriptions(
        &self,
        caller: Caller,
        wanted: &[ServiceId],
        after: OrderId,
        limit: usize,
    ) -> Result<(Vec<WatchedSubscription>, Option<OrderId>), Failure<ExecutorRefusal>> {
        let read = self.store.read(|tx| {
            let executor = standing(tx, caller)?;
            let snapshot = self.catalogue.current(tx)?;
            let theirs =
                services(&snapshot, &executor, wanted).map_err(ExecutorRefusal::of_service)?;
            let (found, more) = look(tx, &theirs, after, limit)?;
            let params = order_leases::params_of(tx, &found)?;
            let mut watched = Vec::with_capacity(found.len());
            for order in orders::by_ids(tx, &found)? {
                let Some((plan, _)) = parts::subscription(tx, order.id)? else { continue };
                let service = snapshot.services.get(&order.service);
                let service = service.map(|service| service.name.clone()).unwrap_or_default();
                let params = params.get(&order.id).cloned();
                watched.push(WatchedSubscription { order, plan, service, params });
            }
            Ok((watched, more))
        });
        Failure::join(read.await)
    }

    /// Places the order of a new post that an executor has seen. The same link once more is the same
    /// post, whoever reports it: its order is what comes back.
    ///
    /// # Errors
    /// [`ExecutorRefusal`] when there is no such subscription of the executor's services, or it does
    /// not take the post.
    pub async fn record_executor_post(
        &self,
        caller: Caller,
        post: ExecutorPost,
        now: Timestamp,
    ) -> Result<OrderId, Failure<ExecutorRefusal>> {
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            let executor = standing(tx, caller)?;
            let snapshot = catalogue.within(tx)?;
            let theirs =
                services(&snapshot, &executor, &[]).map_err(ExecutorRefusal::of_service)?;
            let parent = orders::by_id(tx, post.subscription)?.filter(|order| {
                order.shape == OrderShape::Subscription && theirs.contains(&order.service)
            });
            let parent = parent.ok_or(ExecutorRefusal::Missing("subscription"))?;
            let link = check_link(Some(&post.link)).map_err(|_| ExecutorRefusal::Invalid {
                field: "link",
                text: String::from("link: missing or unusable"),
            })?;
            // Of two who have seen the same post, one goes after the other.
            accounts::lock(tx, &[parent.account])?;
            if let Some(known) = order_leases::part_with_link(tx, parent.id, &link)? {
                return Ok(known);
            }
            let post = Post { order: parent.id, link, quantity: post.quantity };
            match record_post(tx, &snapshot, &post, &actor(&executor), now) {
                Ok(order) => Ok(order.id),
                Err(Failure::Refused(Refusal::Invalid(text))) => {
                    Err(ExecutorRefusal::Invalid { field: "quantity", text }.into())
                }
                // Whether it has ended or its customer has no money is not the executor's business.
                Err(Failure::Refused(_)) => {
                    let text = format!("subscription {} takes no posts now", parent.id);
                    Err(ExecutorRefusal::NotNow(text).into())
                }
                Err(Failure::Store(error)) => Err(Failure::Store(error)),
            }
        };
        Failure::join(self.store.write(unit).await)
    }
}

fn look(
    tx: &mut dyn Tx,
    theirs: &HashSet<ServiceId>,
    mut after: OrderId,
    limit: usize,
) -> Result<(Vec<OrderId>, Option<OrderId>), store::DbError> {
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let page = order_leases::open_subscriptions(tx, after, PAGE)?;
        let full = i64::try_from(page.len()).is_ok_and(|read| read == PAGE);
        for (order, service) in page {
            after = order;
            if theirs.contains(&service) {
                found.push(order);
                if found.len() >= limit {
                    return Ok((found, Some(after)));
                }
            }
        }
        if !full {
            return Ok((found, None));
        }
    }
    Ok((found, Some(after)))
}
