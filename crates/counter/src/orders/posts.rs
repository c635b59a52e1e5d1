//! A new post of a subscription becomes an order.

use super::parents::{Part, end_parts, start_part};
use super::turns;
use crate::catalogue::Snapshot;
use crate::desk::{Cause, Desk};
use crate::{Counter, Failure, Refusal};
use domain::orders::{Order, OrderShape, PartsState, check_link, post_charge};
use domain::{OrderId, Timestamp};
use store::Tx;
use store::tables::{orders, parts};

/// A new post that whoever watches the user reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// The subscription's order.
    pub order: OrderId,
    /// The post's link.
    pub link: String,
    /// Units to deliver to it: between the subscription's least and most.
    pub quantity: i64,
}

/// Places the order of a post.
pub(crate) fn record_post(
    tx: &mut dyn Tx,
    catalogue: &Snapshot,
    post: &Post,
    actor: &str,
    now: Timestamp,
) -> Result<Order, Failure<Refusal>> {
    let missing = || Refusal::missing("subscription", post.order);
    let found = orders::by_id(tx, post.order)?;
    let account = found.filter(|order| order.shape == OrderShape::Subscription);
    let account = account.ok_or_else(missing)?.account;
    let mut desk = Desk::new(tx, now);
    desk.lock(vec![account])?;
    let parent = orders::by_id(desk.tx, post.order)?.ok_or_else(missing)?;
    let (plan, state) = parts::subscription(desk.tx, post.order)?.ok_or_else(missing)?;
    let expired = plan.expires.is_some_and(|expires| expires <= now);
    if state == PartsState::Ended || parent.state.is_terminal() || expired {
        return Err(Refusal::NotNow(format!("subscription {} has ended", post.order)).into());
    }
    let link = check_link(Some(&post.link))
        .map_err(|_| Refusal::Invalid(String::from("link: missing or unusable")))?;
    if post.quantity < plan.min || post.quantity > plan.max {
        let range = format!("quantity: must be {} to {}", plan.min, plan.max);
        return Err(Refusal::Invalid(range).into());
    }
    let from_parent = plan.posts > 0;
    // Posts that were paid ahead go on: their money was taken before the account was suspended.
    let suspended = desk.account(account).is_some_and(|account| account.suspended);
    if suspended && !from_parent {
        let text = format!("account {account} is suspended; the post would be charged anew");
        return Err(Refusal::NotNow(text).into());
    }
    let done = plan.posts_done.saturating_add(1);
    parts::update_subscription(desk.tx, post.order, done, PartsState::Active, plan.posts_done)?;
    let left = from_parent.then(|| parent.held());
    let charge = post_charge(parent.rate, post.quantity, left)
        .ok_or_else(|| Refusal::Invalid(String::from("quantity: too large")))?;
    let part = Part { link, quantity: post.quantity, charge, from_parent };
    let cause = Cause { actor: Some(actor), ..Cause::default() };
    let order = start_part(&mut desk, &parent, part, cause)?.map_err(Refusal::Money)?;
    if catalogue.queues(parent.service) {
        turns::stand(&mut desk, &order)?;
    }
    if done == plan.posts {
        // Posts of less than the most leave money over: it goes back with the last one.
        let parent = orders::by_id(desk.tx, post.order)?.ok_or_else(missing)?;
        end_parts(&mut desk, &parent, "order.last_post", cause)?;
    }
    desk.finish()?;
    Ok(order)
}

impl Counter {
    /// Places the order of a new post of a subscription.
    ///
    /// # Errors
    /// [`Refusal`] when the subscription has ended, the post does not fit it, or, for one without
    /// an end, the account is suspended or has too little money.
    pub async fn record_post(
        &self,
        post: Post,
        actor: &str,
        now: Timestamp,
    ) -> Result<Order, Failure<Refusal>> {
        let actor = actor.to_owned();
        let catalogue = self.catalogue_cache();
        let unit = move |tx: &mut dyn Tx| {
            let snapshot = catalogue.within(tx)?;
            record_post(tx, &snapshot, &post, &actor, now)
        };
        Failure::join(self.store.write(unit).await)
    }
}
