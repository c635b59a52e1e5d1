//! Subscriptions that executors watch.

use crate::shop::{POSTS, Shop, THINGS, refused};
use counter::executors::{Caller, ExecutorPost, ExecutorRefusal};
use domain::OrderId;
use domain::orders::State;

async fn post(
    shop: &Shop,
    caller: Caller,
    subscription: OrderId,
    link: &str,
) -> Result<OrderId, counter::Failure<ExecutorRefusal>> {
    let post = ExecutorPost { subscription, link: link.to_owned(), quantity: 15 };
    shop.counter.record_executor_post(caller, post, shop.now()).await
}

#[tokio::test]
async fn a_post_becomes_an_order_once_whoever_has_seen_it() {
    let shop = Shop::open().await;
    let subscription = shop.subscription(2).await;
    let list = async |after: i64| {
        let watched = shop.counter.watched_subscriptions(shop.bob, &[], OrderId(after), 10);
        watched.await.unwrap()
    };
    let (watched, more) = list(0).await;
    assert_eq!((watched.len(), more), (1, None));
    assert_eq!(watched[0].order.id, subscription);
    assert_eq!((watched[0].plan.min, watched[0].plan.posts_done), (10, 0));
    assert!(watched[0].params.as_ref().unwrap().contains("someone"), "{watched:?}");
    let first = post(&shop, shop.bob, subscription, "https://example.com/1").await.unwrap();
    let again = post(&shop, shop.bob, subscription, "https://example.com/1").await.unwrap();
    assert_eq!(first, again, "the same post");
    assert_eq!(shop.pull_ids(shop.bob, 10).await, [first]);
    shop.done(shop.bob, first).await;
    let again = post(&shop, shop.bob, subscription, "https://example.com/1").await.unwrap();
    assert_eq!(first, again, "also when it was delivered");
    let second = post(&shop, shop.bob, subscription, "https://example.com/2").await.unwrap();
    assert_eq!(list(0).await.0, [], "all posts are there");
    let ended = refused(post(&shop, shop.bob, subscription, "https://example.com/3").await);
    assert_eq!(ended.to_string(), format!("subscription {subscription} takes no posts now"));
    shop.pull(shop.bob, 10).await;
    shop.done(shop.bob, second).await;
    assert!(shop.state(subscription).await.is_terminal());
    shop.assert_clean().await;
}

#[tokio::test]
async fn subscriptions_of_others_are_not_there() {
    let shop = Shop::open().await;
    let subscription = shop.subscription(2).await;
    let order = shop.order(THINGS, 10).await;
    let told = refused(post(&shop, shop.eve, subscription, "https://example.com/1").await);
    assert_eq!(told, ExecutorRefusal::Missing("subscription"), "eve delivers things only");
    for other in [order, OrderId(99)] {
        let told = refused(post(&shop, shop.bob, other, "https://example.com/1").await);
        assert_eq!(told, ExecutorRefusal::Missing("subscription"), "{other}");
    }
    let strange = shop.counter.watched_subscriptions(shop.eve, &[POSTS], OrderId(0), 10).await;
    assert!(matches!(refused(strange), ExecutorRefusal::Invalid { .. }));
    let none = shop.counter.watched_subscriptions(shop.eve, &[], OrderId(0), 10).await.unwrap();
    assert_eq!(none.0, []);
    for (link, quantity, field) in [(" ", 15, "link: "), ("https://example.com/1", 9, "quantity: ")]
    {
        let post = ExecutorPost { subscription, link: link.to_owned(), quantity };
        let told = shop.counter.record_executor_post(shop.bob, post, shop.now()).await;
        let told = refused(told).to_string();
        assert!(told.starts_with(field), "{told}");
    }
    assert_eq!(shop.state(subscription).await, State::Pending);
    shop.assert_clean().await;
}
