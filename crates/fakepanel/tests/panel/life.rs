//! Orders, refills and cancels in the course of time.

use super::*;
use fakepanel::{Happening, Outcome, State};

#[test]
fn an_order_goes_its_way_in_its_time() {
    let mut panel = panel();
    let id = order(&mut panel, 0, "x");
    let mut told = |now_us| state(&mut panel, now_us, id);
    assert_eq!(told(SECOND - 1), ("Pending".to_owned(), 100));
    assert_eq!(told(SECOND), ("In progress".to_owned(), 100));
    assert_eq!(told(6 * SECOND), ("In progress".to_owned(), 50));
    assert_eq!(told(11 * SECOND - 1), ("In progress".to_owned(), 1));
    assert_eq!(told(11 * SECOND), ("Completed".to_owned(), 0));
    assert_eq!(status(&mut panel, 11 * SECOND, id)["start_count"], "500");
    let life: Vec<_> = panel.journal().life_of(0).map(|m| (m.at_us, m.what)).collect();
    let completed = State::Completed { remains: 0 };
    assert_eq!(
        life,
        [
            (0, Happening::Accepted),
            (SECOND, Happening::Started),
            (11 * SECOND, Happening::Ended(completed)),
        ]
    );
    sound(&panel);
}

#[test]
fn links_ask_for_outcomes_and_money_follows() {
    for (link, word, remains, charge, balance) in [
        ("x?outcome=completed", "Completed", 0, "0.09", "99.91"),
        ("x?outcome=partial:30", "Partial", 30, "0.063", "99.937"),
        ("x?outcome=canceled", "Canceled", 100, "0", "100"),
        ("x?outcome=over:5", "Completed", -5, "0.09", "99.91"),
        ("x?outcome=stuck", "In progress", 50, "0.09", "99.91"),
        ("x?outcome=pending", "Pending", 100, "0.09", "99.91"),
    ] {
        let mut panel = panel();
        let id = order(&mut panel, 0, link);
        let told = status(&mut panel, 1_000 * SECOND, id);
        assert_eq!((told["status"].as_str(), told["charge"].as_str()), (Some(word), Some(charge)));
        assert_eq!(told["remains"], remains.to_string(), "{link}");
        assert_eq!(panel.balance("main"), Some(amount(balance)), "{link}");
        sound(&panel);
    }
}

#[test]
fn a_completed_order_is_corrected_later() {
    let mut panel = panel();
    let id = order(&mut panel, 0, "x?outcome=corrected:40");
    assert_eq!(state(&mut panel, 110 * SECOND, id), ("Completed".to_owned(), 0));
    assert_eq!(state(&mut panel, 111 * SECOND, id), ("Partial".to_owned(), 40));
    assert_eq!(panel.balance("main"), Some(amount("99.946")));
    sound(&panel);
}

#[test]
fn an_order_is_ended_and_corrected_by_hand() {
    let mut panel = panel();
    let id = order(&mut panel, 0, "x");
    panel.force(2 * SECOND, id, Outcome::Partial(10)).unwrap();
    assert_eq!(state(&mut panel, 2 * SECOND, id), ("Partial".to_owned(), 10));
    panel.force(3 * SECOND, id, Outcome::Canceled).unwrap();
    assert_eq!(panel.balance("main"), Some(amount("100")));
    panel.force(4 * SECOND, id, Outcome::Completed).unwrap();
    assert_eq!(panel.balance("main"), Some(amount("99.91")));
    assert_eq!(state(&mut panel, 900 * SECOND, id), ("Completed".to_owned(), 0));
    assert!(panel.force(900 * SECOND, id, Outcome::Stuck).is_err());
    assert!(panel.force(900 * SECOND, id + 1, Outcome::Completed).is_err());

    let stuck = order(&mut panel, 1_000 * SECOND, "y");
    panel.force(1_000 * SECOND, stuck, Outcome::Stuck).unwrap();
    assert_eq!(state(&mut panel, 2_000 * SECOND, stuck).0, "In progress");
    panel.force(2_000 * SECOND, stuck, Outcome::Corrected(5)).unwrap();
    assert_eq!(state(&mut panel, 2_000 * SECOND, stuck), ("Completed".to_owned(), 0));
    assert_eq!(state(&mut panel, 2_100 * SECOND, stuck), ("Partial".to_owned(), 5));
    sound(&panel);
}

#[test]
fn outcomes_have_the_shares_that_are_asked_for() {
    let shares = Delivery {
        partial_per_mille: 200,
        canceled_per_mille: 100,
        over_per_mille: 50,
        corrected_per_mille: 50,
        ..delivery()
    };
    let mut panel = Panel::new(Settings { delivery: shares, ..settings() }, 1).unwrap();
    for _ in 0..1_000 {
        order(&mut panel, 0, "x");
    }
    panel.advance(1_000 * SECOND);
    let count = |wanted: fn(State) -> bool| {
        panel.orders().iter().filter(|order| wanted(order.state)).count()
    };
    let partial = count(|state| matches!(state, State::Partial { .. }));
    let canceled = count(|state| state == State::Canceled);
    let over = count(|state| matches!(state, State::Completed { remains: ..0 }));
    let corrected = |what: &Happening| matches!(what, Happening::Corrected(_));
    let corrected = panel.journal().life().iter().filter(|moment| corrected(&moment.what)).count();
    assert!((200..300).contains(&partial), "{partial}");
    assert!((70..130).contains(&canceled), "{canceled}");
    assert!((30..80).contains(&over), "{over}");
    assert!((30..80).contains(&corrected), "{corrected}");
    sound(&panel);
}

#[test]
fn a_cancel_gives_back_what_is_not_delivered() {
    let mut panel = panel();
    let early = order(&mut panel, 0, "early");
    let cancel = [("action", "cancel"), ("order", "23501")];
    let text = ask(&mut panel, 0, &cancel);
    assert_eq!(text, r#"{"order":23501,"cancel":1,"status":"success"}"#);
    assert_eq!(state(&mut panel, SECOND - 1, early).0, "Pending");
    assert_eq!(state(&mut panel, SECOND, early), ("Canceled".to_owned(), 100));

    let late = order(&mut panel, 10 * SECOND, "late");
    order(&mut panel, 10 * SECOND, "over");
    let text =
        ask(&mut panel, 15 * SECOND, &[("action", "cancel"), ("orders", "23502,23501,7,23502")]);
    let expected = concat!(
        r#"[{"order":23502,"cancel":1},{"order":23501,"cancel":{"error":"Order cannot be cancelled"}},"#,
        r#"{"order":7,"cancel":{"error":"Incorrect order ID"}}]"#
    );
    assert_eq!(text, expected);
    assert_eq!(state(&mut panel, 16 * SECOND, late), ("Partial".to_owned(), 50));
    assert_eq!(panel.balance("main"), Some(amount("99.865")));
    assert_eq!(ask(&mut panel, 16 * SECOND, &cancel), r#"{"error":"Order cannot be cancelled"}"#);
    sound(&panel);
}

#[test]
fn a_refill_is_asked_for_and_followed() {
    let mut panel = panel();
    order(&mut panel, 0, "x");
    let refill = [("action", "refill"), ("order", "23501")];
    assert_eq!(ask(&mut panel, 0, &refill), r#"{"error":"The order is not completed"}"#);
    assert_eq!(ask(&mut panel, 20 * SECOND, &refill), r#"{"refill":"1"}"#);
    let again = ask(&mut panel, 20 * SECOND, &refill);
    assert!(again.contains("less than 24 hours ago"), "{again}");
    let one = [("action", "refill_status"), ("refill", "1")];
    assert_eq!(ask(&mut panel, 20 * SECOND, &one), r#"{"status":"Pending"}"#);
    assert_eq!(ask(&mut panel, 21 * SECOND, &one), r#"{"status":"In progress"}"#);
    assert_eq!(ask(&mut panel, 31 * SECOND, &one), r#"{"status":"Completed"}"#);
    let many = ask(&mut panel, 31 * SECOND, &[("action", "refill"), ("orders", "23501,8")]);
    let expected =
        r#"[{"order":23501,"refill":2},{"order":8,"refill":{"error":"Incorrect order ID"}}]"#;
    assert_eq!(many, expected);
    let many = ask(&mut panel, 31 * SECOND, &[("action", "refill_status"), ("refills", "2,9")]);
    let expected = concat!(
        r#"[{"refill":2,"status":"Pending"},"#,
        r#"{"refill":9,"status":{"error":"Incorrect refill ID"}}]"#
    );
    assert_eq!(many, expected);
    sound(&panel);
}

#[test]
fn services_that_offer_neither_say_so() {
    let mut settings = settings();
    settings.services[0].refill = false;
    settings.services[0].cancel = false;
    let mut panel = Panel::new(settings, 1).unwrap();
    order(&mut panel, 0, "x");
    let text = ask(&mut panel, 0, &[("action", "cancel"), ("order", "23501")]);
    assert_eq!(text, r#"{"error":"Order cannot be cancelled"}"#);
    let text = ask(&mut panel, 20 * SECOND, &[("action", "refill"), ("order", "23501")]);
    assert_eq!(text, r#"{"error":"Refill is disabled for this service"}"#);
}

#[test]
fn time_does_not_go_back() {
    let mut panel = panel();
    let id = order(&mut panel, 20 * SECOND, "x");
    assert_eq!(state(&mut panel, 0, id).0, "Pending");
    assert_eq!(panel.now_us(), 20 * SECOND);
    assert_eq!(panel.next_us(), Some(21 * SECOND));
}
