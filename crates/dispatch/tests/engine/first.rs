//! The first orders of a provider, and the balance that our books there begin with.

#![expect(clippy::arithmetic_side_effects, reason = "what cannot be done is a failed test")]

use super::provider::{PROVIDER, accepted};
use super::unsendable::{NOW, order, setup};
use counter::fulfilment::Setup;
use dispatch::engine::{Action, Answer, AskId, Engine, Input, Timing};
use domain::orders::State;
use domain::{Micros, Timestamp};

const SECOND: i64 = 1_000_000;

fn at(us: i64) -> Timestamp {
    Timestamp(NOW.0 + us)
}

/// One provider that tells its balance; what was read of it before, when something was.
fn one(reported: Option<Micros>) -> Setup {
    let mut setup = setup(1);
    for provider in &mut setup.providers {
        provider.balance_decimals = Some(5);
        provider.reported = reported.map(|balance| (balance, NOW));
    }
    setup
}

/// An engine that has read that an order waits for such a provider; nothing more is under way there.
fn engine(reported: Option<Micros>) -> (Engine, Vec<Action>) {
    let mut engine = Engine::new(1, Timing::default(), NOW);
    engine.step(Input::Setup(one(reported)), NOW);
    let mut actions = engine.step(order(1), NOW);
    actions.extend(engine.step(Input::Unknown(PROVIDER, Vec::new()), NOW));
    (engine, actions)
}

fn claims(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Claim(_)))
}

fn asked(actions: &[Action]) -> Option<AskId> {
    actions.iter().find_map(|action| match action {
        Action::AskBalance { ask, .. } => Some(*ask),
        _ => None,
    })
}

fn told(ask: AskId, body: &str) -> Input {
    let body = body.as_bytes().to_vec();
    Input::Balance(PROVIDER, ask, Answer::Complete { status: 200, body, retry_after_us: None })
}

/// A balance that is asked for while an order is under way may hold it or not: our books would begin with
/// none before all orders have ended, or the provider would be held up for it later.
#[test]
fn the_first_order_waits_for_the_first_balance() {
    let (mut engine, actions) = engine(None);
    assert!(!claims(&actions));
    assert_eq!(asked(&actions), None, "it is not known yet whether orders are open there");
    let actions = engine.step(Input::Followed(PROVIDER, Vec::new()), NOW);
    let ask = asked(&actions).unwrap();
    let actions = engine.step(told(ask, r#"{"balance":"5.00000"}"#), NOW);
    let begins = actions.iter().any(
        |action| matches!(action, Action::RecordBalance(read) if read.begins == Some(Micros::ZERO)),
    );
    assert!(begins, "{actions:?}");
    assert!(!claims(&actions), "it is not written yet");
    let actions = engine.step(Input::Tick, at(SECOND));
    assert!(!claims(&actions) && actions.contains(&Action::ReadSetup), "{actions:?}");
    let actions = engine.step(Input::Setup(one(Some(Micros::new(5 * SECOND)))), at(SECOND));
    assert!(claims(&actions), "{actions:?}");
}

#[test]
fn no_order_waits_for_a_balance_that_is_not_told() {
    let refused = r#"{"error":"Unknown action"}"#;
    for answer in [
        Answer::NotSent(String::from("nobody is there")),
        Answer::Complete { status: 200, body: refused.into(), retry_after_us: None },
    ] {
        let (mut engine, _) = engine(None);
        let actions = engine.step(Input::Followed(PROVIDER, Vec::new()), NOW);
        let ask = asked(&actions).unwrap();
        let actions = engine.step(Input::Balance(PROVIDER, ask, answer), NOW);
        assert!(claims(&actions), "{actions:?}");
    }
}

#[test]
fn no_order_waits_for_a_balance_for_long() {
    let (mut engine, _) = engine(None);
    engine.step(Input::Followed(PROVIDER, Vec::new()), NOW);
    assert!(!claims(&engine.step(Input::Tick, at(4 * SECOND))));
    assert!(claims(&engine.step(Input::Tick, at(5 * SECOND))));
}

/// The balance holds what may come back: the first of it shows nothing.
#[test]
fn no_order_waits_where_others_are_open() {
    let (mut engine, _) = engine(None);
    let followed = Input::Followed(PROVIDER, vec![(accepted(2, SECOND), State::Submitted, None)]);
    assert!(claims(&engine.step(followed, NOW)));
}

#[test]
fn no_order_waits_where_our_books_have_begun() {
    let (_, actions) = engine(Some(Micros::ZERO));
    assert!(claims(&actions));
}
