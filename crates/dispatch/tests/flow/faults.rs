//! What happens when something goes wrong: nothing is bought twice, and nothing is lost.

use super::shop::{Shop, panel, settings};
use counter::fulfilment::ProviderChange;
use domain::orders::State;
use fakepanel::{Fault, Mode, Rule};
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn what_was_surely_not_sent_goes_elsewhere() {
    let shop = Shop::open().await;
    let (dead, alive) = (panel(settings()), panel(settings()));
    dead.set_mode(Mode::Down);
    shop.provider(&dead, ProviderChange::default()).await;
    shop.provider(&alive, ProviderChange::default()).await;
    let orders = shop.orders(20).await;
    let work = shop.work(SHORT).await;
    shop.until(&orders, State::is_terminal).await;
    work.end().await;
    assert_eq!(alive.look(|panel| panel.orders().len()), 20);
    assert!(alive.look(|panel| panel.duplicates("/o-").is_empty()));
    shop.assert_clean().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_never_asked_for_with_a_second_order() {
    for fault in [Fault::HangAfter, Fault::ResetAfter, Fault::ErrorAfter, Fault::Truncate] {
        let shop = Shop::open().await;
        let (bad, good) = (panel(settings()), panel(settings()));
        bad.set_faults(vec![Rule::new(fault)]).unwrap();
        shop.provider(&bad, ProviderChange::default()).await;
        let orders = shop.orders(1).await;
        let work = shop.work(SHORT).await;
        shop.until(&orders, |state| state == State::Unknown).await;
        // There is another way now, and the provider works again; the order is with nobody else.
        shop.provider(&good, ProviderChange::default()).await;
        bad.set_faults(Vec::new()).unwrap();
        let others = shop.orders(5).await;
        shop.until(&others, State::is_terminal).await;
        work.end().await;
        let held = shop.states(&orders).await;
        assert!(matches!(held[..], [State::Unknown | State::Review]), "{fault:?}: {held:?}");
        assert_eq!(bad.look(|panel| panel.orders().len()), 1, "{fault:?}");
        assert_eq!(good.look(|panel| panel.orders().len()), 5, "{fault:?}");
        shop.assert_clean().await;
    }
}

#[tokio::test]
async fn a_late_answer_counts() {
    let shop = Shop::open().await;
    let server = panel(settings());
    server.set_faults(vec![Rule::new(Fault::AnswerLate).delay_us(1_000_000)]).unwrap();
    shop.provider(&server, ProviderChange::default()).await;
    let orders = shop.orders(2).await;
    let work = shop.work(SHORT).await;
    shop.until(&orders, |state| state == State::Unknown).await;
    shop.until(&orders, State::is_terminal).await;
    work.end().await;
    assert!(server.look(|panel| panel.duplicates("/o-").is_empty()));
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_provider_that_knows_request_ids_is_asked_again() {
    let shop = Shop::open().await;
    let mut settings = settings();
    settings.request_ids = true;
    let server = panel(settings);
    let faults = [Fault::HangAfter, Fault::ResetBefore, Fault::ErrorAfter, Fault::NotJson];
    let rules = faults.iter().map(|fault| Rule::new(*fault).every(7).times(1)).collect();
    server.set_faults(rules).unwrap();
    let change = ProviderChange {
        takes_request_id: Some(true),
        adds_at_once: Some(20),
        ..ProviderChange::default()
    };
    shop.provider(&server, change).await;
    let orders = shop.orders(60).await;
    let work = shop.work(SHORT).await;
    shop.until(&orders, State::is_terminal).await;
    work.end().await;
    server.look(|panel| {
        assert!(panel.duplicates("/o-").is_empty());
        assert_eq!(panel.orders().len(), 60);
    });
    shop.assert_clean().await;
}

#[tokio::test]
async fn whoever_goes_on_places_nothing_twice() {
    let shop = Shop::open().await;
    let server = panel(settings());
    server.set_faults(vec![Rule::new(Fault::HangAfter).every(4)]).unwrap();
    let change = ProviderChange { adds_at_once: Some(8), ..ProviderChange::default() };
    shop.provider(&server, change).await;
    let orders = shop.orders(30).await;
    // The dispatcher is ended in the middle again and again, without a chance to wait.
    for _ in 0..5 {
        let work = shop.work(Duration::from_secs(20)).await;
        tokio::time::sleep(Duration::from_millis(120)).await;
        work.kill().await;
    }
    let placed = server.look(|panel| {
        assert!(panel.duplicates("/o-").is_empty());
        panel.orders().len()
    });
    let states = shop.states(&orders).await;
    let there = |state: &State| !matches!(state, State::Pending);
    assert!(placed > 0 && placed <= states.iter().filter(|state| there(state)).count());
    shop.assert_clean().await;
}

fn with_balance() -> ProviderChange {
    ProviderChange {
        balance_decimals: Some(Some(5)),
        trust_reads: Some(0),
        ..ProviderChange::default()
    }
}

#[tokio::test]
async fn the_balance_shows_that_a_lost_order_was_not_taken() {
    let shop = Shop::open().await;
    let mut settings = settings();
    settings.decimals = 5;
    let server = panel(settings);
    let provider = shop.provider(&server, with_balance()).await;
    let work = shop.work(SHORT).await;
    shop.until_read(provider).await;
    server.set_faults(vec![Rule::new(Fault::HangBefore).times(1)]).unwrap();
    let orders = shop.orders(3).await;
    shop.until(&orders, State::is_terminal).await;
    work.end().await;
    server.look(|panel| {
        assert!(panel.duplicates("/o-").is_empty());
        assert_eq!(panel.orders().len(), 3);
    });
    shop.assert_clean().await;
}

#[tokio::test]
async fn the_balance_shows_that_a_lost_order_was_taken() {
    let shop = Shop::open().await;
    let mut settings = settings();
    settings.decimals = 5;
    let server = panel(settings);
    let provider = shop.provider(&server, with_balance()).await;
    let work = shop.work(SHORT).await;
    shop.until_read(provider).await;
    server.set_faults(vec![Rule::new(Fault::HangAfter).times(1)]).unwrap();
    let orders = shop.orders(3).await;
    shop.until(&orders, |state| state.is_terminal() || state == State::SubmittedNoId).await;
    work.end().await;
    let states = shop.states(&orders).await;
    assert_eq!(states.iter().filter(|state| **state == State::SubmittedNoId).count(), 1);
    server.look(|panel| {
        assert!(panel.duplicates("/o-").is_empty());
        assert_eq!(panel.orders().len(), 3);
    });
    shop.assert_clean().await;
}

#[tokio::test]
async fn a_balance_that_shows_nothing_leaves_it_to_a_person() {
    let shop = Shop::open().await;
    let server = panel(settings());
    shop.provider(&server, ProviderChange::default()).await;
    server.set_faults(vec![Rule::new(Fault::HangAfter).times(1)]).unwrap();
    let work = shop.work(SHORT).await;
    let orders = shop.orders(1).await;
    shop.until(&orders, |state| state == State::Review).await;
    // The others go on.
    let others = shop.orders(3).await;
    shop.until(&others, State::is_terminal).await;
    work.end().await;
    assert_eq!(server.look(|panel| panel.orders().len()), 4);
    shop.assert_clean().await;
}
