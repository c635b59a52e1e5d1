#![expect(clippy::arithmetic_side_effects, reason = "small numbers")]

use super::super::Said;
use super::*;
use crate::orders::{Event, apply};
use crate::{AccountId, OrderId, ServiceId};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(3_600_000_000);
const TERMS: ReportTerms =
    ReportTerms { counted: true, not_found: 0, not_found_max: 5, correct_hours: 24 };

/// 300 units that were charged 0.1, in 10 runs of 30 or for posts of up to 30.
fn order() -> Order {
    Order {
        id: OrderId(1),
        account: AccountId(1),
        service: ServiceId(1),
        parent: None,
        shape: OrderShape::Single,
        state: State::Submitted,
        fence: 1,
        link: String::new(),
        quantity: 300,
        rate: Micros::new(333_333),
        charge: Micros::new(100_000),
        captured: Micros::ZERO,
        released: Micros::ZERO,
        start_count: None,
        remains: 300,
        cancel_requested: false,
        created: Timestamp(0),
        changed: Timestamp(0),
        ended: None,
    }
}

fn runs() -> Passed {
    Passed::runs(300, 10).unwrap()
}

fn posts() -> Passed {
    Passed::posts(300, 5, 30).unwrap()
}

fn figure(value: Option<i64>) -> Said<i64> {
    value.map_or(Said::Absent, Said::Value)
}

fn says(word: UpstreamWord, parts: Option<i64>, remains: Option<i64>) -> Report {
    let (parts, remains) = (figure(parts), figure(remains));
    let (charge, start_count) = (Said::Absent, Said::Absent);
    Report::Says(Reading { word, charge, start_count, remains, parts })
}

fn means(passed: Passed, report: &Report) -> Meaning {
    read_passed(&order(), &passed, report, &TERMS, NOW)
}

fn partial(remains: i64) -> Meaning {
    Meaning::Steps(vec![Event::Partial { remains }])
}

#[test]
fn an_order_is_divided_without_a_rest() {
    assert_eq!(runs(), Passed::Runs { runs: 10, each: 30 });
    assert_eq!(runs().limits(), (30, 300));
    assert_eq!(posts(), Passed::Posts { posts: 10, min: 5, max: 30 });
    assert_eq!(posts().limits(), (5, 30));
    for wrong in [Passed::runs(300, 7), Passed::runs(300, 0), Passed::runs(300, 1)] {
        assert_eq!(wrong, None);
    }
    assert_eq!(Passed::posts(300, 1, 31), None);
    assert_eq!(Passed::posts(300, 1, 0), None);
}

#[test]
fn parts_that_were_not_done_go_back() {
    use UpstreamWord as W;
    for passed in [runs(), posts()] {
        for word in [W::Partial, W::Canceled, W::Refunded] {
            assert_eq!(means(passed, &says(word, Some(4), None)), partial(180), "{word:?}");
            let none = means(passed, &says(word, Some(0), None));
            assert_eq!(none, Meaning::Steps(vec![Event::Canceled]), "{word:?}");
            // Units say it more exactly: of the fifth part, 10 came.
            assert_eq!(means(passed, &says(word, Some(4), Some(170))), partial(170), "{word:?}");
        }
        assert_eq!(means(passed, &says(W::Canceled, Some(4), Some(0))), partial(180));
    }
    assert_eq!(means(posts(), &says(W::Expired, Some(9), None)), partial(30));
    let completed = Event::Completed { start_count: None, remains: Some(0) };
    let expired = means(posts(), &says(W::Expired, Some(10), None));
    assert_eq!(expired, Meaning::Steps(vec![completed]));
}

#[test]
fn what_a_provider_keeps_money_for_is_not_given_back_whole() {
    use UpstreamWord as W;
    for passed in [runs(), posts()] {
        for word in [W::Partial, W::Canceled, W::Refunded, W::Expired] {
            let said = |charge, remains| {
                let Report::Says(reading) = says(word, Some(0), remains) else { return None };
                let charge = Said::Value(Micros::new(charge));
                Some(means(passed, &Report::Says(Reading { charge, ..reading })))
            };
            if word == W::Expired && matches!(passed, Passed::Runs { .. }) {
                continue;
            }
            let doubted = Some(Meaning::Doubted(Doubt::EvidenceContradicts));
            assert_eq!(said(5, None), doubted, "no part is done, but one has begun: {word:?}");
            let all = Some(Meaning::Steps(vec![Event::Canceled]));
            assert_eq!(said(0, None), all, "{word:?}");
        }
    }
}

#[test]
fn a_paused_or_running_order_gives_nothing_back() {
    use UpstreamWord as W;
    for passed in [runs(), posts()] {
        let progress = Event::Progress { start_count: None, remains: Some(180) };
        let going_on = means(passed, &says(W::InProgress, Some(4), None));
        assert_eq!(going_on, Meaning::Steps(vec![progress]));
        assert_eq!(means(passed, &says(W::Paused, Some(4), None)), Meaning::Nothing);
    }
}

#[test]
fn what_cannot_be_true_goes_to_a_person() {
    use Doubt as D;
    use UpstreamWord as W;
    for (word, parts, remains, doubt) in [
        (W::Canceled, Some(11), None, D::FiguresImpossible),
        (W::InProgress, Some(-1), None, D::FiguresImpossible),
        (W::Canceled, Some(4), Some(301), D::FiguresImpossible),
        (W::Partial, Some(4), Some(0), D::FiguresImpossible),
        // Four parts came, and all units are left; or hardly any.
        (W::Canceled, Some(4), Some(300), D::EvidenceContradicts),
        (W::Partial, Some(4), Some(20), D::EvidenceContradicts),
        (W::Completed, Some(9), None, D::EvidenceContradicts),
        (W::Canceled, Some(10), None, D::EvidenceContradicts),
        // Nobody says how much of it came.
        (W::Canceled, None, None, D::StatusUnknown),
        (W::Refunded, None, Some(20), D::StatusUnknown),
        (W::Expired, None, None, D::StatusUnknown),
    ] {
        for passed in [runs(), posts()] {
            let meaning = means(passed, &says(word, parts, remains));
            assert_eq!(meaning, Meaning::Doubted(doubt), "{word:?} {parts:?} {remains:?}");
        }
    }
    assert_eq!(means(runs(), &says(W::Expired, Some(4), None)), Meaning::Doubted(D::StatusUnknown));
    let ended = apply(&order(), &Event::Partial { remains: 180 }, Timestamp(0)).unwrap().order;
    let less = read_passed(&ended, &runs(), &says(W::Canceled, Some(5), None), &TERMS, NOW);
    assert_eq!(less, Meaning::Contradicted(D::EvidenceContradicts), "never from the customer");
    let more = read_passed(&ended, &runs(), &says(W::Canceled, Some(3), None), &TERMS, NOW);
    assert_eq!(more, partial(210));
}

proptest! {
    /// Whatever a provider says: what goes back is never more than what the parts leave that it
    /// calls done, and what is earned and given back come to the charge.
    #[test]
    fn no_part_that_came_is_given_back(
        word in prop::sample::select(vec![
            UpstreamWord::Pending, UpstreamWord::InProgress, UpstreamWord::Paused,
            UpstreamWord::Completed, UpstreamWord::Partial, UpstreamWord::Canceled,
            UpstreamWord::Refunded, UpstreamWord::Expired, UpstreamWord::Failed,
        ]),
        parts in prop::option::of(-1..12_i64),
        remains in prop::option::of(-5..310_i64),
        in_runs in any::<bool>(),
    ) {
        let passed = if in_runs { runs() } else { posts() };
        let Meaning::Steps(steps) = means(passed, &says(word, parts, remains)) else {
            return Ok(());
        };
        let mut after = order();
        for step in steps {
            after = apply(&after, &step, NOW).unwrap().order;
        }
        let back = after.released.raw();
        prop_assert_eq!(after.captured.raw() + back + after.held().raw(), 100_000);
        // What goes back is the share of the units that the provider itself calls missing.
        if let Some(done) = parts.filter(|_| back > 0) {
            let missing = remains.filter(|left| *left > 0).unwrap_or((10 - done) * 30);
            let share = 100_000 - (100_000 * (300 - missing) + 299) / 300;
            prop_assert_eq!(back, share);
        }
    }
}

#[test]
fn parts_are_done_that_what_was_delivered_fills() {
    let runs = Passed::runs(100, 5).unwrap();
    for (remains, done) in [(100, 0), (81, 0), (80, 1), (45, 2), (1, 4), (0, 5), (-7, 5), (900, 0)]
    {
        assert_eq!(runs.done(remains), done, "{remains}");
    }
    assert_eq!(Passed::posts(60, 5, 20).unwrap().done(20), 2);
}
