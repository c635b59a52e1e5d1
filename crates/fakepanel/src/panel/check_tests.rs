//! Each rule of the check finds what breaks it.

use super::*;
use crate::amount::Amount;
use crate::faults::Rule;
use crate::journal::{Happening, Moment};
use crate::reaction::How;

/// A panel with a completed order, one that is partial, and one that is open.
fn lived() -> Panel {
    let settings = Settings { guard_links: true, request_ids: true, ..Settings::default() };
    let mut panel = Panel::new(settings, 1).unwrap();
    for (now_us, link, id) in
        [(0, "x", "1"), (1, "y?outcome=partial:5", "2"), (200_000_000, "z?outcome=stuck", "3")]
    {
        add(&mut panel, now_us, link, id);
    }
    panel.advance(300_000_000);
    assert_eq!(panel.violations(), Vec::<String>::new());
    panel
}

fn add(panel: &mut Panel, now_us: u64, link: &str, request_id: &str) {
    let form = Form::of(&[
        ("key", "fake-key"),
        ("action", "add"),
        ("service", "1"),
        ("link", link),
        ("quantity", "100"),
        ("request_id", request_id),
    ]);
    panel.handle(now_us, &form);
}

/// Breaks a sound panel; what is found must say these words.
fn planted(words: &str, plant: impl FnOnce(&mut Panel)) {
    let mut panel = lived();
    plant(&mut panel);
    let found = panel.violations();
    assert!(found.iter().any(|found| found.contains(words)), "{words}: {found:#?}");
}

#[test]
fn money_from_nowhere_is_found() {
    planted("its movements say", |panel| {
        panel.purses[0].balance = panel.purses[0].balance.plus(Amount::new(1));
    });
    planted("does not follow", |panel| panel.purses[0].movements[1].change = Amount::new(7));
    planted("does not follow", |panel| panel.purses[0].movements.swap(0, 1));
    planted("its state costs", |panel| panel.orders[1].net = Amount::ZERO);
    planted("its state costs", |panel| {
        panel.purses[0].apply(300_000_000, Cause::Refund(0), Amount::new(90_000));
    });
    planted("order is not of", |panel| panel.orders[0].account = 1);
}

#[test]
fn orders_from_nowhere_are_found() {
    planted("0 requests placed", |panel| {
        let order = Order { number: 3, ..panel.orders[2].clone() };
        panel.orders.push(order);
    });
    planted("accepted without an order", |panel| {
        panel.orders.pop();
    });
    planted("2 requests placed", |panel| {
        let request = panel.journal.write(2).unwrap().clone();
        panel.journal.received(request, How::Silence, &Reply::default());
    });
    planted("an id that was used", |panel| panel.orders[2].id = panel.orders[1].id);
    planted("a request id that was used", |panel| {
        panel.orders[2].request_id = panel.orders[1].request_id.clone();
    });
}

#[test]
fn an_id_that_was_reused_on_purpose_is_none() {
    let mut panel = lived();
    panel.set_faults(vec![Rule::new(Fault::IdReuse)]).unwrap();
    add(&mut panel, 300_000_000, "w", "4");
    assert_eq!(panel.orders[3].id, panel.orders[2].id);
    assert_eq!(panel.violations(), Vec::<String>::new());
}

#[test]
fn impossible_lives_are_found() {
    planted("impossible", |panel| panel.orders[1].state = State::Partial { remains: 100 });
    planted("its life ends as", |panel| panel.orders[2].state = State::Pending);
    planted("after Some(Completed", |panel| {
        panel.journal.happened(300_000_000, 0, Happening::Started)
    });
    planted("after Some(Partial", |panel| {
        let end = Happening::Ended(State::Canceled);
        panel.journal.happened(300_000_000, 1, end);
    });
    planted("after Some(InProgress", |panel| {
        panel.journal.happened(5, 2, Happening::CancelAsked);
    });
    planted("is of no order", |panel| panel.journal.happened(5, 9, Happening::Accepted));
    // A second open order on a guarded link.
    planted("Accepted } after None", |panel| {
        panel.open_links.clear();
        add(panel, 300_000_000, "z?outcome=stuck", "4");
        let last: &Moment = panel.journal.life().last().unwrap();
        assert_eq!((last.order, last.what), (3, Happening::Accepted));
    });
}
