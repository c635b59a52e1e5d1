//! Calls for many wishes that are refused as a whole: which wish is the reason, if any is.

use super::forwards::second;
use super::sending::Sending;
use counter::fulfilment::{ForwardKind, Forwarded};
use domain::providers::ProviderState;
use domain::{CancelId, RefillId};
use std::cell::Cell;

/// What a provider answers to a call for these wishes: their numbers.
type Answers<'a> = &'a dyn Fn(&[i64]) -> (u16, String);

/// How many calls it takes, and what is recorded, when so many wishes are sent on in the first place.
fn sent_on(kind: ForwardKind, count: i64, answers: Answers<'_>) -> (usize, Vec<Forwarded>) {
    let mut sending = Sending::new(kind, count);
    while sending.now < second(60) {
        for (ask, ids) in sending.next() {
            sending.says(ask, answers(&ids));
        }
    }
    (sending.requests, sending.said)
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
    for (kind, words) in [
        (ForwardKind::Cancel, "Computer says no"),
        (ForwardKind::Refill, "Computer says no"),
        // So it is with the key of another account.
        (ForwardKind::Cancel, "Incorrect order ID"),
    ] {
        let (requests, said) = sent_on(kind, 100, &|_| (200, refusal(words)));
        assert!(rejected(&said).is_empty(), "{kind:?}: {said:?}");
        assert_eq!(put_off(&said, words), all, "{kind:?}: until it has been a day");
        assert!(requests <= 10, "{kind:?}: {requests}");
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

/// It refuses every list of them, and takes each by itself.
#[test]
fn who_takes_single_wishes_only_gets_them() {
    for (kind, count, words) in [
        (ForwardKind::Refill, 10, "Incorrect order ID"),
        (ForwardKind::Cancel, 10, "Incorrect request"),
        (ForwardKind::Refill, 100, "Incorrect request"),
        (ForwardKind::Cancel, 100, "Incorrect order ID"),
    ] {
        let (_, said) = sent_on(kind, count, &|ids| {
            let lists = if ids.len() > 1 { ids } else { &[] };
            but_for(lists, kind, words, ids)
        });
        assert!(rejected(&said).is_empty() && put_off(&said, words).is_empty(), "{said:?}");
        assert_eq!(i64::try_from(said.len()), Ok(count), "{kind:?}: each is taken");
    }
}

/// A few bad ones, so that every part is refused alike, and some are among those that are asked first.
#[test]
fn bad_wishes_in_every_part_reject_no_other() {
    let words = "Incorrect order ID";
    let kind = ForwardKind::Cancel;
    for bad in [vec![4, 17, 26, 38], vec![1, 14, 25, 40], vec![1, 11, 27, 31]] {
        let (_, said) = sent_on(kind, 40, &|ids| but_for(&bad, kind, words, ids));
        assert_eq!(rejected(&said), bad);
        assert_eq!(said.len(), 40, "{bad:?}: each has its answer");
    }
    // Where only bad ones are asked first, others are the next time.
    let mut sending = Sending::new(kind, 40);
    let bad = [1, 14, 27, 31];
    while sending.now < second(60) {
        for (ask, ids) in sending.next() {
            sending.says(ask, but_for(&bad, kind, words, &ids));
        }
        let said = &sending.said;
        let is_open = |id: &i64| {
            !said.contains(&Forwarded::CancelTaken(CancelId(*id))) && !rejected(said).contains(id)
        };
        let open: Vec<i64> = (1..=40).filter(is_open).collect();
        sending.reads(open.into_iter());
    }
    assert_eq!(put_off(&sending.said, words).len(), 40, "at first nothing is known");
    assert_eq!(rejected(&sending.said), bad);
    let is_taken = |said: &&Forwarded| matches!(said, Forwarded::CancelTaken(_));
    assert_eq!(sending.said.iter().filter(is_taken).count(), 36);
}

/// Nor does what a panel says when it is broken, with the number of the failure.
#[test]
fn another_number_makes_no_other_words() {
    let number = Cell::new(170_000);
    let answers = |_: &[i64]| {
        number.set(number.get() + 1);
        (200, refusal(&format!("Oops, something broke. Reference {}", number.get())))
    };
    let (requests, said) = sent_on(ForwardKind::Cancel, 20, &answers);
    assert!(rejected(&said).is_empty(), "{said:?}");
    assert_eq!((said.len(), requests), (20, 10), "all are put off");
}

/// What is said otherwise of a single wish is about it, and what was said of others is about them, too.
#[test]
fn other_words_for_a_single_wish_are_about_it() {
    let words = "Incorrect order ID";
    let (_, said) = sent_on(ForwardKind::Cancel, 40, &|ids| match ids {
        [id] if id % 2 == 0 => (200, refusal("Order cannot be cancelled")),
        _ => (200, refusal(words)),
    });
    let all: Vec<i64> = (1..=40).collect();
    assert_eq!(rejected(&said), all, "each was asked by itself");
    assert_eq!(said.len(), 40);
}

/// The provider is switched off while some were refused by themselves and it is not known why: they are
/// asked again afterwards, and nothing was said of them.
#[test]
fn what_is_held_is_not_lost() {
    let words = "Computer says no";
    for is_away in [false, true] {
        let mut sending = Sending::new(ForwardKind::Cancel, 10);
        while sending.requests < 8 {
            let (ask, _) = sending.call();
            sending.says(ask, (200, refusal(words)));
        }
        let away = is_away.then(|| sending.call());
        sending.is(ProviderState::Off);
        assert!(sending.next().is_empty(), "nothing is asked of it");
        assert!(sending.said.is_empty(), "{:?}", sending.said);
        if let Some((ask, ids)) = &away {
            sending.says(*ask, (200, refusal(words)));
            assert_eq!(put_off(&sending.said, words), *ids);
        }
        sending.is(ProviderState::Active);
        let before = sending.said.len();
        let others: Vec<i64> =
            (1..=10).filter(|id| !put_off(&sending.said, words).contains(id)).collect();
        sending.reads(others.iter().copied());
        let (ask, asked) = sending.call();
        assert_eq!(asked, others);
        sending.says(ask, but_for(&[], ForwardKind::Cancel, words, &asked));
        assert_eq!(sending.said.len() - before, others.len());
    }
}

/// Large parts have no answer, so that the first single one is refused before much is known.
#[test]
fn what_is_refused_by_itself_too_early_is_not_rejected() {
    let (_, said) = sent_on(ForwardKind::Cancel, 24, &|ids| match (ids.len(), ids.first()) {
        (12, Some(13)) | (6, Some(7)) => (200, refusal("Please try again later")),
        _ => (200, refusal("Computer says no")),
    });
    assert!(rejected(&said).is_empty(), "{said:?}");
    assert_eq!(put_off(&said, "Computer says no"), [1, 2, 3, 4, 5, 6]);
}
