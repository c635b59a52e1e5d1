//! Why the worker has paused a provider, or switched a route off.

use super::shop::{FIRST, NOW, SECOND, Shop};
use counter::fulfilment::{ProviderChange, RouteChange};
use domain::RouteId;
use domain::providers::{ProviderState, Route};

const NO_MONEY: &str = "Not enough funds on balance";
const STRANGE: &str = "finds none of our orders";

fn state(state: ProviderState) -> ProviderChange {
    ProviderChange { state: Some(state), ..ProviderChange::default() }
}

impl Shop {
    async fn pause(&self, reason: &str) -> bool {
        self.worker.pause_provider(FIRST, reason, NOW).await.unwrap()
    }

    async fn switch_off(&self, reason: &str) -> bool {
        self.worker.switch_route_off(RouteId(1), reason, NOW).await.unwrap()
    }

    async fn edit(&self, change: ProviderChange) -> Option<String> {
        self.counter.edit_provider(FIRST, change, None, NOW).await.unwrap().was_paused_for
    }

    async fn why(&self) -> (ProviderState, Option<String>) {
        let provider = self.provider(FIRST).await;
        (provider.state, provider.paused_for)
    }

    async fn route(&self) -> Route {
        self.counter.routes().await.unwrap().remove(0)
    }

    fn told(&self, kind: &str) -> i64 {
        self.database.number(&format!("select count(*) from event where kind = '{kind}'"))
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[tokio::test]
async fn the_newest_reason_of_a_pause_is_kept_until_staff_say_what_is_done() {
    let shop = Shop::open().await;
    assert_eq!(shop.why().await, (ProviderState::Active, None));
    assert!(shop.pause(NO_MONEY).await && !shop.pause(NO_MONEY).await);
    assert_eq!(shop.why().await, (ProviderState::Paused, some(NO_MONEY)));
    assert_eq!(shop.told("provider.paused"), 1);
    // Whoever puts money there should know of this, too.
    assert!(shop.pause(STRANGE).await);
    assert_eq!(shop.why().await, (ProviderState::Paused, some(STRANGE)));
    assert_eq!(shop.told("provider.paused"), 2);
    let faster = ProviderChange { adds_per_second: Some(20), ..ProviderChange::default() };
    assert_eq!(shop.edit(faster).await, None);
    assert_eq!(shop.why().await.1, some(STRANGE), "nobody has said anything about that");
    assert_eq!(shop.edit(state(ProviderState::Active)).await, some(STRANGE));
    assert_eq!(shop.why().await, (ProviderState::Active, None));
    assert_eq!(shop.edit(state(ProviderState::Active)).await, None);
    assert_eq!(shop.provider(SECOND).await.paused_for, None);
}

#[tokio::test]
async fn a_pause_by_staff_has_a_reason_only_when_the_worker_finds_one() {
    let shop = Shop::open().await;
    shop.edit(state(ProviderState::Paused)).await;
    assert_eq!(shop.why().await, (ProviderState::Paused, None));
    assert!(shop.pause("Invalid\nAPI key").await);
    assert_eq!(shop.why().await, (ProviderState::Paused, some("Invalid API key")));
    assert_eq!(shop.edit(state(ProviderState::Paused)).await, some("Invalid API key"));
    assert_eq!(shop.why().await, (ProviderState::Paused, None));
    shop.edit(state(ProviderState::Off)).await;
    assert!(!shop.pause(NO_MONEY).await);
    assert_eq!((shop.why().await, shop.told("provider.paused")), ((ProviderState::Off, None), 1));
}

#[tokio::test]
async fn the_newest_reason_of_a_route_is_kept_until_staff_say_whether_it_is_used() {
    let shop = Shop::open().await;
    assert!(shop.switch_off("Incorrect service ID").await);
    assert!(!shop.switch_off("Incorrect service ID").await);
    assert!(shop.switch_off("Service is inactive").await);
    let route = shop.route().await;
    assert_eq!((route.on, route.off_for), (false, some("Service is inactive")));
    assert_eq!(shop.told("route.switched_off"), 2);
    let edit = async |change: RouteChange| {
        let route = shop.counter.edit_route(RouteId(1), change, NOW).await.unwrap();
        (route.on, route.off_for)
    };
    let heavier = RouteChange { weight: Some(50), ..RouteChange::default() };
    assert_eq!(edit(heavier).await, (false, some("Service is inactive")));
    let on = RouteChange { on: Some(true), ..RouteChange::default() };
    assert_eq!(edit(on).await, (true, None));
    assert_eq!(shop.route().await.off_for, None);
}
