use super::*;
use crate::orders::apply;
use crate::{AccountId, OrderId, ServiceId};

#[path = "reading_properties.rs"]
mod properties;

const NOW: Timestamp = Timestamp(3_600_000_000);
const TERMS: ReportTerms =
    ReportTerms { counted: true, not_found: 0, not_found_max: 5, correct_hours: 24 };

/// 300 units that were charged 0.1.
fn order(state: State) -> Order {
    let mut order = Order {
        id: OrderId(1),
        account: AccountId(1),
        service: ServiceId(1),
        parent: None,
        shape: OrderShape::Single,
        state: State::Submitted,
        fence: 1,
        link: String::from("https://example.com/a"),
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
    };
    let event = match state {
        State::InProgress => Event::Progress { start_count: Some(7), remains: Some(120) },
        State::Completed => Event::Completed { start_count: None, remains: None },
        State::Partial => Event::Partial { remains: 100 },
        State::Canceled => Event::Canceled,
        State::Review => Event::Doubted(Doubt::StatusUnknown),
        other => {
            order.state = other;
            return order;
        }
    };
    apply(&order, &event, Timestamp(0)).unwrap().order
}

fn said(word: UpstreamWord, remains: impl Into<Option<i64>>) -> Reading {
    Reading {
        word,
        charge: Said::Absent,
        start_count: Said::Absent,
        remains: remains.into().map_or(Said::Absent, Said::Value),
        parts: Said::Absent,
    }
}

fn means(state: State, reading: Reading) -> Meaning {
    read_report(&order(state), &Report::Says(reading), &TERMS, NOW)
}

fn step(event: Event) -> Meaning {
    Meaning::Steps(vec![event])
}

const fn progress_to(remains: i64) -> Event {
    Event::Progress { start_count: None, remains: Some(remains) }
}

const fn completed(remains: Option<i64>) -> Event {
    Event::Completed { start_count: None, remains }
}

#[test]
fn an_open_order_goes_on_and_ends() {
    use State as S;
    use UpstreamWord as W;
    for (state, word, remains, meaning) in [
        (S::Submitted, W::Pending, None, Meaning::Nothing),
        (S::Submitted, W::Processing, Some(300), Meaning::Nothing),
        (S::Submitted, W::Pending, Some(0), Meaning::Nothing),
        (S::Submitted, W::Processing, Some(299), step(progress_to(299))),
        (S::Submitted, W::InProgress, Some(300), step(progress_to(300))),
        (S::Submitted, W::InProgress, Some(-2), step(progress_to(-2))),
        (S::InProgress, W::InProgress, Some(120), Meaning::Nothing),
        (S::InProgress, W::InProgress, None, Meaning::Nothing),
        (S::InProgress, W::InProgress, Some(130), step(progress_to(130))),
        (S::InProgress, W::Pending, Some(0), Meaning::Nothing),
        (S::InProgress, W::Paused, Some(119), step(progress_to(119))),
        (S::InProgress, W::Completed, None, step(completed(None))),
        (S::Submitted, W::Completed, Some(-12), step(completed(Some(-12)))),
        (S::InProgress, W::Partial, Some(1), step(Event::Partial { remains: 1 })),
        (S::InProgress, W::Partial, Some(299), step(Event::Partial { remains: 299 })),
        (S::InProgress, W::Partial, Some(300), step(Event::Canceled)),
        (S::InProgress, W::Canceled, Some(300), step(Event::Canceled)),
        (S::Submitted, W::Refunded, Some(300), step(Event::Canceled)),
    ] {
        assert_eq!(means(state, said(word, remains)), meaning, "{state:?} {word:?} {remains:?}");
    }
}

#[test]
fn what_cannot_be_true_is_put_before_a_person() {
    use UpstreamWord as W;
    let impossible = Doubt::FiguresImpossible;
    for (word, remains, doubt) in [
        (W::Pending, Some(301), impossible),
        (W::InProgress, Some(301), impossible),
        (W::InProgress, Some(i64::MIN), impossible),
        (W::Completed, Some(301), impossible),
        (W::Completed, Some(1), Doubt::EvidenceContradicts),
        (W::Partial, None, impossible),
        (W::Partial, Some(0), impossible),
        (W::Partial, Some(-1), impossible),
        (W::Partial, Some(301), impossible),
        (W::Canceled, Some(-1), impossible),
        (W::Canceled, Some(301), impossible),
        (W::Canceled, Some(0), Doubt::EvidenceContradicts),
        (W::Canceled, Some(120), Doubt::EvidenceContradicts),
        (W::Canceled, None, Doubt::StatusUnknown),
        (W::Refunded, None, Doubt::StatusUnknown),
        (W::Refunded, Some(120), Doubt::StatusUnknown),
        (W::Failed, None, Doubt::StatusUnknown),
        (W::Expired, None, Doubt::StatusUnknown),
        (W::Unknown, Some(300), Doubt::StatusUnknown),
    ] {
        for state in [State::Submitted, State::InProgress] {
            let meaning = means(state, said(word, remains));
            assert_eq!(meaning, Meaning::Doubted(doubt), "{state:?} {word:?} {remains:?}");
        }
        let meaning = means(State::Completed, said(word, remains));
        assert_eq!(meaning, Meaning::Contradicted(doubt), "{word:?} {remains:?}");
        assert_eq!(means(State::Review, said(word, remains)), Meaning::Nothing);
    }
    let nonsense = Reading { remains: Said::Nonsense, ..said(W::Partial, None) };
    assert_eq!(means(State::InProgress, nonsense), Meaning::Doubted(impossible));
}

#[test]
fn the_charge_helps_where_the_word_does_not_say_enough() {
    use UpstreamWord as W;
    let with = |word, remains, charge| {
        let charge = Said::Value(Micros::new(charge));
        means(State::InProgress, Reading { charge, ..said(word, remains) })
    };
    let contradicts = Meaning::Doubted(Doubt::EvidenceContradicts);
    assert_eq!(with(W::Partial, Some(300), 5), contradicts, "all back, and money kept");
    assert_eq!(with(W::Partial, Some(300), 0), step(Event::Canceled));
    assert_eq!(with(W::Refunded, None, 0), step(Event::Canceled));
    assert_eq!(with(W::Refunded, None, 5), Meaning::Doubted(Doubt::StatusUnknown));
    for remains in [None, Some(0), Some(120), Some(300)] {
        assert_eq!(with(W::Canceled, remains, 0), step(Event::Canceled), "{remains:?}");
    }
    for remains in [None, Some(0), Some(120)] {
        assert_eq!(with(W::Canceled, remains, 5), contradicts, "money kept: {remains:?}");
    }
    // Some leave the price as it was on what they cancel: every unit is left, so nothing is kept.
    assert_eq!(with(W::Canceled, Some(300), 5), step(Event::Canceled));
}

#[test]
fn the_start_count_is_kept_with_the_end() {
    use UpstreamWord as W;
    let start = |state, word, remains, count| {
        let reading = Reading { start_count: count, ..said(word, remains) };
        means(state, reading)
    };
    let first = Event::Progress { start_count: Some(50), remains: None };
    assert_eq!(
        start(State::Submitted, W::Partial, Some(9), Said::Value(50)),
        Meaning::Steps(vec![first, Event::Partial { remains: 9 }])
    );
    assert_eq!(
        start(State::InProgress, W::Canceled, Some(300), Said::Value(7)),
        step(Event::Canceled),
        "known already"
    );
    let done = Event::Completed { start_count: Some(50), remains: None };
    assert_eq!(start(State::Submitted, W::Completed, None, Said::Value(50)), step(done));
    for bad in [Said::Value(-1), Said::Value(i64::MAX), Said::Nonsense, Said::Absent] {
        assert_eq!(start(State::Submitted, W::Completed, None, bad), step(completed(None)));
    }
}

#[test]
fn corrections_are_in_the_customers_favour_and_in_time() {
    use State as S;
    use UpstreamWord as W;
    let late = Meaning::Contradicted(Doubt::EvidenceContradicts);
    for (state, word, remains, meaning) in [
        (S::Completed, W::Completed, Some(0), Meaning::Nothing),
        (S::Completed, W::Partial, Some(50), step(Event::Partial { remains: 50 })),
        (S::Completed, W::Canceled, Some(300), step(Event::Canceled)),
        (S::Partial, W::Partial, Some(100), Meaning::Nothing),
        (S::Partial, W::Partial, Some(101), step(Event::Partial { remains: 101 })),
        (S::Partial, W::Canceled, Some(300), step(Event::Canceled)),
        (S::Canceled, W::Canceled, Some(300), Meaning::Nothing),
        (S::Canceled, W::Canceled, Some(0), Meaning::Nothing),
        (S::Canceled, W::Canceled, None, Meaning::Nothing),
        (S::Canceled, W::Refunded, Some(300), Meaning::Nothing),
        // Against the customer.
        (S::Partial, W::Partial, Some(99), late.clone()),
        (S::Partial, W::Completed, Some(0), late.clone()),
        (S::Canceled, W::Completed, Some(0), late.clone()),
        (S::Canceled, W::Partial, Some(50), late.clone()),
        // Going backwards.
        (S::Completed, W::InProgress, Some(0), late.clone()),
        (S::Canceled, W::Pending, None, late.clone()),
    ] {
        let ended = order(state);
        let reading = Report::Says(said(word, remains));
        assert_eq!(
            read_report(&ended, &reading, &TERMS, NOW),
            meaning,
            "{state:?} {word:?} {remains:?}"
        );
        let last = Timestamp(0).plus_hours(24);
        assert_eq!(read_report(&ended, &reading, &TERMS, last), meaning);
        let after = read_report(&ended, &reading, &TERMS, Timestamp(last.0.saturating_add(1)));
        let expected = if matches!(meaning, Meaning::Steps(_)) { late.clone() } else { meaning };
        assert_eq!(after, expected, "a day later: {state:?} {word:?}");
    }
}

#[test]
fn an_order_that_is_not_found_is_asked_for_again_and_then_looked_at() {
    let after = |not_found, state| {
        read_report(&order(state), &Report::NotFound, &ReportTerms { not_found, ..TERMS }, NOW)
    };
    assert_eq!(after(0, State::InProgress), Meaning::Wait);
    assert_eq!(after(3, State::Submitted), Meaning::Wait);
    assert_eq!(after(4, State::InProgress), Meaning::Doubted(Doubt::OrderMissing));
    assert_eq!(after(4, State::Completed), Meaning::Nothing, "panels forget what has ended");
    assert_eq!(after(4, State::Review), Meaning::Nothing);
}

#[test]
fn a_package_is_not_counted_in_its_own_units() {
    use UpstreamWord as W;
    let package = Order { quantity: 1, remains: 1, ..order(State::Submitted) };
    let terms = ReportTerms { counted: false, ..TERMS };
    let means =
        |word, remains| read_report(&package, &Report::Says(said(word, remains)), &terms, NOW);
    let going = Event::Progress { start_count: None, remains: None };
    assert_eq!(means(W::InProgress, Some(5_000)), step(going));
    assert_eq!(means(W::Completed, Some(5_000)), step(completed(None)));
    assert_eq!(means(W::Canceled, Some(5_000)), step(Event::Canceled));
    let unclear = Meaning::Doubted(Doubt::FiguresImpossible);
    assert_eq!(means(W::Partial, Some(1)), unclear, "of how much?");
}

#[test]
fn what_is_not_delivered_by_a_provider_is_left_alone() {
    let cancel = Report::Says(said(UpstreamWord::Canceled, None));
    for state in [State::Pending, State::Dispatching, State::Unknown, State::Review] {
        assert_eq!(read_report(&order(state), &cancel, &TERMS, NOW), Meaning::Nothing, "{state:?}");
    }
    let parent = Order { shape: OrderShape::DripFeed, ..order(State::InProgress) };
    assert_eq!(read_report(&parent, &cancel, &TERMS, NOW), Meaning::Nothing);
}
