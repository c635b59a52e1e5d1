//! What happens when nothing goes wrong.

use super::shop::{CHARGE, Shop, panel, settings};
use counter::fulfilment::ProviderChange;
use domain::orders::State;
use std::time::Duration;

#[tokio::test]
async fn orders_are_placed_once_followed_and_paid_for() {
    let shop = Shop::open().await;
    let mut settings = settings();
    settings.delivery.partial_per_mille = 200;
    settings.delivery.canceled_per_mille = 200;
    let server = panel(settings);
    let provider = shop.provider(&server, ProviderChange::default()).await;
    let orders = shop.orders(40).await;
    let work = shop.work(Duration::from_secs(5)).await;
    shop.until(&orders, State::is_terminal).await;
    work.end().await;
    server.look(|panel| {
        assert!(panel.duplicates("/o-").is_empty());
        assert_eq!(panel.orders().len(), 40);
        assert!(panel.violations().is_empty());
    });
    let mut earned = 0;
    for order in &orders {
        earned += shop.stored(*order).await.captured.raw();
    }
    let states = shop.states(&orders).await;
    assert!(states.contains(&State::Partial) && states.contains(&State::Canceled), "{states:?}");
    assert!(earned > 0 && earned < 40 * CHARGE);
    // What the provider has of ours is what our books say, to its last decimal.
    let booked = shop.counter.show_provider(provider).await.unwrap().provider.booked;
    let balance = server.look(|panel| panel.balance("main").unwrap().to_string());
    let spent = domain::Micros::parse(&balance).unwrap().raw() - 10_000_000_000;
    assert!((booked.raw() - spent).abs() <= 40 * 10, "{booked} {balance}");
    shop.assert_clean().await;
}
