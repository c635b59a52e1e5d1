//! What providers answer to cancels and refills that are sent on to them.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "what cannot be done is a failed test"
)]

use super::provider::{PROVIDER, provider};
use counter::fulfilment::{ForwardKind, Forwarded, Setup, ToForward};
use dispatch::engine::{Action, Answer, AskId, Engine, Input, Timing};
use domain::{CancelId, RefillId, Timestamp};
use panel_api::words::errors;

const LATER: &str = r#"{"error":"Please try again later"}"#;

pub(super) fn second(seconds: i64) -> Timestamp {
    Timestamp(1_000_000 * seconds)
}

pub(super) fn engine() -> Engine {
    let mut engine = Engine::new(1, Timing::default(), second(0));
    engine.step(Input::Setup(Setup { providers: vec![provider()], ..Setup::default() }), second(0));
    engine
}

/// What is sent on when these are found, by our numbers: the provider's are a hundred more.
fn sent(engine: &mut Engine, kind: ForwardKind, ids: &[i64], now: Timestamp) -> Option<AskId> {
    let asked = ids.iter().map(|id| (*id, (id + 100).to_string())).collect();
    let found = vec![ToForward { provider: PROVIDER, kind, asked }];
    let told = engine.step(Input::ToForward(found), now);
    told.into_iter().find_map(|action| match action {
        Action::Forward { ask, .. } => Some(ask),
        _ => None,
    })
}

/// What is recorded when the provider answers.
fn recorded(engine: &mut Engine, ask: AskId, answer: Answer, now: Timestamp) -> Vec<Forwarded> {
    let told = engine.step(Input::Forwarded(ask, answer), now);
    let records = told.into_iter().find_map(|action| match action {
        Action::RecordForwards(answers) => Some(answers),
        _ => None,
    });
    records.unwrap_or_default()
}

pub(super) fn answer(status: u16, body: &str) -> Answer {
    Answer::Complete { status, body: body.as_bytes().to_vec(), retry_after_us: None }
}

/// What is recorded of wishes that are sent on in one call, and answered so.
fn told(kind: ForwardKind, ids: &[i64], status: u16, body: &str) -> Vec<Forwarded> {
    let mut engine = engine();
    let Some(ask) = sent(&mut engine, kind, ids, second(1)) else { panic!("nothing is sent") };
    recorded(&mut engine, ask, answer(status, body), second(2))
}

#[test]
fn only_a_refusal_of_the_wish_itself_is_the_last_word() {
    let off = |text: &str| Forwarded::CancelPutOff(CancelId(1), text.to_owned());
    let refused = |text: &str| Forwarded::CancelRefused(CancelId(1), text.to_owned());
    let busy = r#"{"error":"Order cannot be cancelled"}"#;
    for (status, body, wanted) in [
        (200, LATER, off("Please try again later")),
        (200, r#"{"error":"Too many requests"}"#, off("Too many requests")),
        (200, r#"[{"order":101,"cancel":{"error":"Internal error"}}]"#, off("Internal error")),
        // The words of a server that speaks of itself are not the panel's.
        (429, busy, off("Order cannot be cancelled")),
        (503, busy, off("Order cannot be cancelled")),
        // Nor are those of one that does not know us.
        (401, busy, off("Order cannot be cancelled")),
        (403, busy, off("Order cannot be cancelled")),
        (200, busy, refused("Order cannot be cancelled")),
        (400, busy, refused("Order cannot be cancelled")),
        (200, r#"[{"order":101,"cancel":{"error":"Too late"}}]"#, refused("Too late")),
        // It was asked before, and the answer was lost.
        (200, r#"{"error":"Cancel already requested"}"#, Forwarded::CancelTaken(CancelId(1))),
    ] {
        assert_eq!(told(ForwardKind::Cancel, &[1], status, body), [wanted], "{status} {body}");
    }
    let text = String::from("Please try again later");
    assert_eq!(
        told(ForwardKind::Refill, &[1], 200, LATER),
        [Forwarded::RefillPutOff(RefillId(1), text)]
    );
    let gone = r#"{"error":"Refill is disabled for this service"}"#;
    let text = String::from("Refill is disabled for this service");
    assert_eq!(
        told(ForwardKind::Refill, &[1], 200, gone),
        [Forwarded::RefillRefused(RefillId(1), text)]
    );
    assert_eq!(told(ForwardKind::RefillStatus, &[1], 200, gone), []);
}

/// A shop like ours says it also of an order that was completed a moment ago, whose refill was never
/// asked for.
#[test]
fn a_refill_that_comes_too_soon_is_refused() {
    let one =
        |text: &str| told(ForwardKind::Refill, &[1], 200, &format!(r#"{{"error":"{text}"}}"#));
    for hours in [1, 24, 72] {
        let text = errors::refill_too_soon(hours);
        let refused = |id| Forwarded::RefillRefused(RefillId(id), text.clone());
        assert_eq!(one(&text), [refused(1)]);
        let body = format!(
            r#"[{{"order":101,"refill":{{"error":"{text}"}}}},{{"order":102,"refill":7}}]"#
        );
        let taken = Forwarded::RefillTaken(RefillId(2), Some(String::from("7")));
        assert_eq!(told(ForwardKind::Refill, &[1, 2], 200, &body), [refused(1), taken]);
    }
    // It is there: the answer was lost.
    let open = errors::refill_too_soon(0);
    for text in [open.as_str(), "Refill already requested", "Refill was requested"] {
        assert_eq!(one(text), [Forwarded::RefillKnown(RefillId(1))], "{text}");
    }
}

#[test]
fn what_is_said_of_one_is_not_said_of_the_others() {
    let each = r#"[{"order":101,"cancel":{"error":"Try again"}},{"order":102,"cancel":1},
        {"order":103,"cancel":{"error":"Too late"}}]"#;
    assert_eq!(
        told(ForwardKind::Cancel, &[1, 2, 3], 200, each),
        [
            Forwarded::CancelPutOff(CancelId(1), String::from("Try again")),
            Forwarded::CancelTaken(CancelId(2)),
            Forwarded::CancelRefused(CancelId(3), String::from("Too late")),
        ]
    );
    // What passes is about none of them.
    let off = |id| Forwarded::CancelPutOff(CancelId(id), String::from("Please try again later"));
    assert_eq!(told(ForwardKind::Cancel, &[1, 2], 200, LATER), [off(1), off(2)]);
}

#[test]
fn a_cancel_that_is_put_off_is_sent_on_again_ever_more_seldom() {
    let mut engine = engine();
    let (mut now, mut sends) = (0, Vec::new());
    // It is found again at every look, and so is another one that is new each time.
    while now < 6 * 3_600 {
        if let Some(ask) = sent(&mut engine, ForwardKind::Cancel, &[1], second(now)) {
            sends.push(now);
            recorded(&mut engine, ask, answer(200, LATER), second(now));
        }
        let next = second(now + 1);
        let other = sent(&mut engine, ForwardKind::Cancel, &[1, 1_000 + now], next);
        let Some(other) = other else { panic!("it has a turn of its own") };
        recorded(&mut engine, other, answer(200, r#"{"cancel":1}"#), next);
        now += 5;
    }
    let pauses: Vec<i64> = sends.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses[..8], [5, 10, 20, 40, 80, 160, 320, 600]);
    assert!(pauses[8..].iter().all(|pause| *pause == 600), "{pauses:?}");
}

#[test]
fn a_provider_that_says_when_is_not_asked_before() {
    let mut engine = engine();
    let ask = sent(&mut engine, ForwardKind::Cancel, &[1], second(0)).unwrap();
    let body = LATER.as_bytes().to_vec();
    let busy = Answer::Complete { status: 429, body, retry_after_us: Some(60_000_000) };
    recorded(&mut engine, ask, busy, second(0));
    assert_eq!(sent(&mut engine, ForwardKind::Cancel, &[1], second(59)), None);
    let ask = sent(&mut engine, ForwardKind::Cancel, &[1], second(60)).unwrap();
    // What was never sent is no try.
    recorded(&mut engine, ask, Answer::NotSent(String::from("no connection")), second(60));
    assert!(sent(&mut engine, ForwardKind::Cancel, &[1], second(61)).is_some());
}
