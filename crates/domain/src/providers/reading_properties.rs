//! Whatever is read in whatever state: no step is refused, nothing impossible moves money, and
//! nobody gets back more than was charged.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

type Reader = fn(&Order, &Report, &ReportTerms, Timestamp) -> Meaning;

const WORDS: [UpstreamWord; 11] = [
    UpstreamWord::Pending,
    UpstreamWord::Processing,
    UpstreamWord::InProgress,
    UpstreamWord::Paused,
    UpstreamWord::Completed,
    UpstreamWord::Partial,
    UpstreamWord::Canceled,
    UpstreamWord::Refunded,
    UpstreamWord::Failed,
    UpstreamWord::Expired,
    UpstreamWord::Unknown,
];

fn figure() -> impl Strategy<Value = Said<i64>> {
    prop_oneof![
        1 => Just(Said::Absent),
        1 => Just(Said::Nonsense),
        2 => any::<i64>().prop_map(Said::Value),
        9 => (-30_i64..340).prop_map(Said::Value),
        3 => prop_oneof![Just(0_i64), Just(1), Just(299), Just(300), Just(301), Just(-1)]
            .prop_map(Said::Value),
    ]
}

fn report() -> impl Strategy<Value = Report> {
    let charge = prop_oneof![
        Just(Said::Absent),
        Just(Said::Nonsense),
        Just(Said::Value(Micros::ZERO)),
        (-5_i64..200_000).prop_map(|raw| Said::Value(Micros::new(raw))),
    ];
    let says = (prop::sample::select(&WORDS[..]), charge, figure(), figure()).prop_map(
        |(word, charge, start_count, remains)| {
            Report::Says(Reading { word, charge, start_count, remains, parts: Said::Absent })
        },
    );
    prop_oneof![2 => says, 1 => Just(Report::NotFound)]
}

/// Written from what a figure can be, not from the rule: whether money may not move by this.
fn must_not_pay(report: &Report) -> bool {
    use UpstreamWord as W;
    let Report::Says(reading) = report else { return true };
    let remains = reading.remains.value();
    let above = remains.is_some_and(|left| left > 300);
    let wrong = match reading.word {
        W::Completed => remains.is_some_and(|left| left > 0),
        W::Partial => remains.is_none_or(|left| left <= 0),
        W::Canceled | W::Refunded => {
            let kept = reading.charge != Said::Value(Micros::ZERO) && remains != Some(300);
            kept || remains.is_some_and(|left| left < 0)
        }
        _ => true,
    };
    above || wrong
}

/// Reads reports one after the other, and does what they mean.
fn history(reader: Reader, reports: &[(Report, i64)]) -> Result<(), TestCaseError> {
    let mut now = order(State::Submitted);
    let (mut hour, mut not_found) = (0_i64, 0_i64);
    for (report, later) in reports {
        hour = hour.saturating_add(*later);
        let time = Timestamp(0).plus_hours(hour);
        let terms = ReportTerms { not_found, ..TERMS };
        let meaning = reader(&now, report, &terms, time);
        not_found = if meaning == Meaning::Wait { not_found.saturating_add(1) } else { 0 };
        let events = match &meaning {
            Meaning::Steps(events) => events.clone(),
            Meaning::Doubted(doubt) => vec![Event::Doubted(*doubt)],
            Meaning::Nothing | Meaning::Wait | Meaning::Contradicted(_) => Vec::new(),
        };
        let mut moved = false;
        for event in &events {
            let change = apply(&now, event, time)
                .map_err(|refused| TestCaseError::fail(format!("{event:?}: {refused}")))?;
            moved |= !change.postings.is_empty();
            now = change.order;
        }
        prop_assert!(!moved || !must_not_pay(report), "{report:?} paid: {events:?}");
        prop_assert!(now.released <= now.charge, "{now:?}");
        prop_assert_eq!(crate::invariants::order_money(&now), Ok(()));
        prop_assert_eq!(crate::invariants::order_delivery(&now), Ok(()));
        if matches!(meaning, Meaning::Steps(_)) {
            let again = reader(&now, report, &terms, time);
            prop_assert_eq!(again, Meaning::Nothing, "the same once more: {:?}", report);
        }
    }
    Ok(())
}

fn check(reader: Reader, cases: u32) -> Result<(), String> {
    let reports = prop::collection::vec((report(), 0_i64..10), 1..12);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&reports, |reports| history(reader, &reports))
        .map_err(|failure| failure.to_string())
}

#[test]
fn no_history_pays_what_it_must_not() {
    check(read_report, 3_000).unwrap();
}

/// What shops of this kind do: clamp the figure, and refund.
fn clamps(order: &Order, report: &Report, terms: &ReportTerms, now: Timestamp) -> Meaning {
    match report {
        Report::Says(reading @ Reading { word: UpstreamWord::Partial, .. })
            if order.state == State::InProgress =>
        {
            let remains = reading.remains.value().unwrap_or(0).clamp(1, 299);
            step(Event::Partial { remains })
        }
        _ => read_report(order, report, terms, now),
    }
}

/// Ends an order that is not found.
fn gives_up(order: &Order, report: &Report, terms: &ReportTerms, now: Timestamp) -> Meaning {
    match read_report(order, report, terms, now) {
        Meaning::Doubted(Doubt::OrderMissing) => step(Event::Canceled),
        meaning => meaning,
    }
}

/// Gives everything back for the word alone.
fn believes(order: &Order, report: &Report, terms: &ReportTerms, now: Timestamp) -> Meaning {
    match (read_report(order, report, terms, now), report) {
        (Meaning::Doubted(_), Report::Says(Reading { word: UpstreamWord::Canceled, .. })) => {
            step(Event::Canceled)
        }
        (meaning, _) => meaning,
    }
}

/// Takes money back from the customer when a provider has second thoughts.
fn takes_back(order: &Order, report: &Report, terms: &ReportTerms, now: Timestamp) -> Meaning {
    match read_report(order, report, terms, now) {
        Meaning::Contradicted(_) if order.state == State::Partial => step(completed(None)),
        meaning => meaning,
    }
}

#[test]
fn planted_bugs_are_found() {
    let bugs: [(&str, Reader); 4] = [
        ("clamps", clamps),
        ("gives up", gives_up),
        ("believes", believes),
        ("takes back", takes_back),
    ];
    for (bug, reader) in bugs {
        assert!(check(reader, 20_000).is_err(), "{bug} was not found");
    }
}
