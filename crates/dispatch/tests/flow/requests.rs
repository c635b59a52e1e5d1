//! What customers ask for of orders that a provider has.

use super::shop::{CHARGE, Shop, now, panel, settings};
use counter::fulfilment::ProviderChange;
use domain::orders::State;
use domain::requests::{CancelState, RefillState};
use fakepanel::settings::Span;
use fakepanel::{Fault, Rule};
use std::time::Duration;

const PATIENT: Duration = Duration::from_secs(5);

fn offering() -> fakepanel::Settings {
    let mut settings = settings();
    for service in &mut settings.services {
        service.cancel = true;
        service.refill = true;
    }
    settings.delivery.cancel_us = Span { from: 1_000, to: 1_000 };
    settings.refills.start_us = Span { from: 1_000, to: 1_000 };
    settings.refills.run_us = Span { from: 1_000, to: 1_000 };
    settings
}

#[tokio::test]
async fn a_cancel_is_sent_on_and_its_money_comes_back() {
    let shop = Shop::open().await;
    let mut settings = offering();
    settings.delivery.start_us = Span { from: 3_600_000_000, to: 3_600_000_000 };
    let server = panel(settings);
    shop.provider(&server, ProviderChange::default()).await;
    let orders = shop.orders(2).await;
    let work = shop.work(PATIENT).await;
    shop.until(&orders, |state| state == State::Submitted).await;
    shop.ask_cancel(orders[0]).await;
    shop.until(&orders[..1], State::is_terminal).await;
    work.end().await;
    assert_eq!(shop.states(&orders).await, [State::Canceled, State::Submitted]);
    let view = shop.counter.show_order(orders[0], now()).await.unwrap();
    assert_eq!(view.cancels[0].state, CancelState::Done);
    assert_eq!(view.order.released.raw(), CHARGE);
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_cancel_that_the_provider_refuses_is_refused() {
    let shop = Shop::open().await;
    let mut settings = settings();
    for service in &mut settings.services {
        service.cancel = false;
    }
    settings.delivery.start_us = Span { from: 3_600_000_000, to: 3_600_000_000 };
    let server = panel(settings);
    shop.provider(&server, ProviderChange::default()).await;
    let orders = shop.orders(1).await;
    let work = shop.work(PATIENT).await;
    shop.until(&orders, |state| state == State::Submitted).await;
    shop.ask_cancel(orders[0]).await;
    shop.until_view(orders[0], |view| view.cancels[0].state == CancelState::Rejected).await;
    work.end().await;
    let view = shop.counter.show_order(orders[0], now()).await.unwrap();
    assert!(!view.order.cancel_requested);
    assert!(view.cancels[0].note.is_some());
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_refill_is_sent_on_and_followed() {
    let shop = Shop::open().await;
    let server = panel(offering());
    shop.provider(&server, ProviderChange::default()).await;
    let orders = shop.orders(1).await;
    let work = shop.work(PATIENT).await;
    shop.until(&orders, State::is_terminal).await;
    let asked = shop.counter.ask_refills(shop.account, orders.clone(), now()).await.unwrap();
    assert!(matches!(asked[..], [Some(Ok(_))]), "{asked:?}");
    shop.until_view(orders[0], |view| {
        view.last_refill.as_ref().is_some_and(|refill| refill.state == RefillState::Completed)
    })
    .await;
    work.end().await;
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_provider_that_has_no_time_is_asked_again() {
    let shop = Shop::open().await;
    let mut settings = offering();
    settings.delivery.start_us = Span { from: 3_600_000_000, to: 3_600_000_000 };
    let server = panel(settings);
    shop.provider(&server, ProviderChange::default()).await;
    let orders = shop.orders(1).await;
    let work = shop.work(PATIENT).await;
    shop.until(&orders, |state| state == State::Submitted).await;
    let busy = Rule::new(Fault::RateLimit).on(&[fakepanel::Action::Cancel]).times(2);
    server.set_faults(vec![busy]).unwrap();
    shop.ask_cancel(orders[0]).await;
    shop.until(&orders, |state| state == State::Canceled).await;
    work.end().await;
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_refusal_for_now_is_not_the_last_word() {
    let shop = Shop::open().await;
    let mut settings = offering();
    settings.delivery.start_us = Span { from: 3_600_000_000, to: 3_600_000_000 };
    let server = panel(settings);
    shop.provider(&server, ProviderChange::default()).await;
    let orders = shop.orders(1).await;
    let work = shop.work(PATIENT).await;
    shop.until(&orders, |state| state == State::Submitted).await;
    let later = Rule::new(Fault::Refusal).on(&[fakepanel::Action::Cancel]);
    server.set_faults(vec![later.text("Something went wrong, try again later").times(2)]).unwrap();
    shop.ask_cancel(orders[0]).await;
    shop.until(&orders, |state| state == State::Canceled).await;
    work.end().await;
    shop.assert_clean().await;
}
