//! Calls for many wishes that are refused as a whole: which wish is the reason, if any is.

#![expect(clippy::arithmetic_side_effects, reason = "what cannot be done is a failed test")]

use super::forwards::{answer, engine, second};
use super::provider::PROVIDER;
use counter::fulfilment::{ForwardKind, Forwarded, ToForward};
use dispatch::engine::{Action, Input};
use domain::{CancelId, RefillId, Timestamp};

/// What a provider answers to a call for these wishes: their numbers.
type Answers<'a> = &'a dyn Fn(&[i64]) -> (u16, String);

/// How many calls it takes, and what is recorded, when so many wishes are sent on in the first place.
fn sent_on(kind: ForwardKind, count: i64, answers: Answers<'_>) -> (usize, Vec<Forwarded>) {
    let mut engine = engine();
    let asked = (1..=count).map(|id| (id, id.to_string())).collect();
    let found = vec![ToForward { provider: PROVIDER, kind, asked }];
    let mut told = engine.step(Input::ToForward(found), second(1));
    let (mut requests, mut said, mut now) = (0, Vec::new(), second(1));
    while now < second(60) {
        let mut inputs = Vec::new();
        for action in told {
            match action {
                Action::Forward { ask, ids, .. } => {
                    requests += 1;
                    let ids: Vec<i64> = ids.iter().filter_map(|id| id.parse().ok()).collect();
                    let (status, body) = answers(&ids);
                    inputs.push(Input::Forwarded(ask, answer(status, &body)));
                }
                Action::RecordForwards(of) => said.extend(of),
                _ => {}
            }
        }
        now = Timestamp(now.0 + 100_000);
        inputs.push(Input::Tick);
        told = inputs.into_iter().flat_map(|input| engine.step(input, now)).collect();
    }
    (requests, said)
}

fn refusal(text: &str) -> String {
    format!(r#"{{"error":"{text}"}}"#)
}

/// What a provider answers that refuses a call with one of `bad` in it as a whole.
fn but_for(bad: &[i64], kind: ForwardKind, text: &str, ids: &[i64]) -> (u16, String) {
    if ids.iter().any(|id| bad.contains(id)) {
        return (200, refusal(text));
    }
    let word = if kind == ForwardKind::Cancel { "cancel" } else { "refill" };
    let each: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"order":{id},"{word}":{id}}}"#)).collect();
    (200, format!("[{}]", each.join(",")))
}

/// The wishes that are rejected, in order.
fn rejected(said: &[Forwarded]) -> Vec<i64> {
    let of = |said: &Forwarded| match said {
        Forwarded::CancelRefused(CancelId(id), _) => Some(*id),
        Forwarded::RefillRefused(RefillId(id), _) => Some(*id),
        _ => None,
    };
    let mut ids: Vec<i64> = said.iter().filter_map(of).collect();
    ids.sort_unstable();
    ids
}

/// The wishes that are put off with these words, in order.
fn put_off(said: &[Forwarded], words: &str) -> Vec<i64> {
    let of = |said: &Forwarded| match said {
        Forwarded::CancelPutOff(CancelId(id), text)
        | Forwarded::RefillPutOff(RefillId(id), text) => (text == words).then_some(*id),
        _ => None,
    };
    let mut ids: Vec<i64> = said.iter().filter_map(of).collect();
    ids.sort_unstable();
    ids
}

/// A refusal of a whole call may be about any of a hundred wishes: only those that are refused by
/// themselves are rejected, and the others are taken at once.
#[test]
fn one_bad_wish_rejects_no_other() {
    for (kind, text, bad, most) in [
        (ForwardKind::Cancel, "Incorrect request", vec![70], 15),
        (ForwardKind::Refill, "Incorrect request", vec![70], 15),
        (ForwardKind::Cancel, "Incorrect order ID", vec![70], 15),
        (ForwardKind::Cancel, "Incorrect order ID", vec![3, 70], 29),
        (ForwardKind::Refill, "Incorrect order ID", vec![3, 30, 70], 43),
    ] {
        let (requests, said) = sent_on(kind, 100, &|ids| but_for(&bad, kind, text, ids));
        assert_eq!(rejected(&said), bad, "{kind:?} {text}");
        assert_eq!(said.len(), 100, "{kind:?} {text}: each has its answer");
        assert!(requests <= most, "{requests}");
    }
}

/// Whoever has the wrong key is told so in words that nobody has listed, for whatever is asked.
#[test]
fn what_is_said_of_all_alike_rejects_none() {
    let all: Vec<i64> = (1..=100).collect();
    for kind in [ForwardKind::Cancel, ForwardKind::Refill] {
        let words = "Computer says no";
        let (requests, said) = sent_on(kind, 100, &|_| (200, refusal(words)));
        assert!(rejected(&said).is_empty(), "{kind:?}: {said:?}");
        assert_eq!(put_off(&said, words), all, "{kind:?}: until it has been a day");
        assert!(requests <= 7, "{kind:?}: {requests}");
    }
}

#[test]
fn who_is_not_let_in_is_put_off_at_once() {
    let all: Vec<i64> = (1..=100).collect();
    for (status, words) in [
        (401, "Computer says no"),
        (403, "Computer says no"),
        (200, "Access denied"),
        (200, "IP not allowed"),
        (200, "Invalid key"),
        (200, "Incorrect API key"),
    ] {
        let (requests, said) = sent_on(ForwardKind::Cancel, 100, &|_| (status, refusal(words)));
        assert_eq!(put_off(&said, words), all, "{status} {words}");
        assert_eq!(requests, 1, "{status} {words}");
    }
}

/// A few are asked one by one, and each is believed.
#[test]
fn what_is_said_of_each_of_a_few_is_believed() {
    let words = "Order cannot be cancelled";
    let (_, said) = sent_on(ForwardKind::Cancel, 4, &|_| (200, refusal(words)));
    assert_eq!(rejected(&said), [1, 2, 3, 4]);
    // Different words are of different wishes.
    let (_, said) = sent_on(ForwardKind::Cancel, 100, &|ids| {
        (200, refusal(&format!("Order {} cannot be cancelled", ids[0])))
    });
    assert_eq!(rejected(&said).len(), 100);
}

/// They were asked for before, and the answers were lost.
#[test]
fn what_all_are_known_by_is_no_stop() {
    let words = "Cancel already requested";
    let (_, said) = sent_on(ForwardKind::Cancel, 100, &|_| (200, refusal(words)));
    let taken = said.iter().filter(|said| matches!(said, Forwarded::CancelTaken(_))).count();
    assert_eq!(taken, 100);
}
