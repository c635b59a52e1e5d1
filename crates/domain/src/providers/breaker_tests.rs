use super::*;

const MS: i64 = 1_000;
const SECOND: i64 = 1_000_000;

fn at(us: i64) -> Timestamp {
    Timestamp(us)
}

/// Makes a call that comes to `outcome`; false when it may not be made.
fn call(breaker: &mut Breaker, call: Call, outcome: Outcome, now: i64) -> bool {
    let ticket = breaker.begin(call, at(now));
    if let Some(ticket) = ticket {
        breaker.record(ticket, outcome, at(now), 0);
    }
    ticket.is_some()
}

fn dead() -> Breaker {
    let mut breaker = Breaker::new();
    for _ in 0..BREAKER_FAILURES {
        assert!(call(&mut breaker, Call::Place, Outcome::NotSent, 0));
    }
    breaker
}

#[test]
fn a_dead_provider_is_noticed_within_two_seconds_and_few_calls() {
    for between in [0, 1, 50, 300, 499, 500, 900, 1_000, 1_500, 2_000] {
        for kind in [Call::Place, Call::Ask, Call::Balance] {
            let mut breaker = Breaker::new();
            let (mut now, mut made) = (0, 0);
            while call(&mut breaker, kind, Outcome::NotSent, now) && breaker.may_ask(at(now)) {
                made += 1;
                now += between * MS;
                assert!(made < 10);
            }
            assert!(now <= 2 * SECOND, "every {between} ms: noticed after {now} µs");
            assert!(made < BREAKER_FAILURES, "every {between} ms: {made} calls");
            assert!(!breaker.may_place(at(now)) && !breaker.may_ask(at(now)));
        }
    }
}

#[test]
fn one_answer_between_failures_keeps_it_closed() {
    let mut breaker = Breaker::new();
    for n in 0..100 {
        let outcome = if n % 4 == 0 { Outcome::Answered } else { Outcome::NotSent };
        assert!(call(&mut breaker, Call::Ask, outcome, n * 10 * MS));
    }
    assert!(breaker.may_place(at(SECOND)));
}

#[test]
fn it_opens_again_by_one_balance_and_one_order() {
    let mut breaker = dead();
    let until = breaker.open_until().unwrap();
    assert!(!breaker.may_ask(at(until.0 - 1)));
    assert!(breaker.begin(Call::Balance, at(until.0 - 1)).is_none());
    // Then one balance, and nothing beside it.
    let probe = breaker.begin(Call::Balance, until).unwrap();
    assert!(breaker.begin(Call::Balance, until).is_none());
    assert!(!breaker.may_place(until) && !breaker.may_ask(until));
    breaker.record(probe, Outcome::Answered, until, 0);
    // Then one order; statuses may be read.
    assert!(breaker.may_ask(until));
    let probe = breaker.begin(Call::Place, until).unwrap();
    assert!(!breaker.may_place(until));
    breaker.record(probe, Outcome::Answered, until, 0);
    assert!(breaker.may_place(until));
    assert_eq!(breaker.open_until(), None);
}

#[test]
fn a_probe_that_nobody_reports_does_not_close_the_way_for_ever() {
    let mut breaker = dead();
    let until = breaker.open_until().unwrap();
    assert!(breaker.begin(Call::Balance, until).is_some());
    assert!(breaker.begin(Call::Balance, at(until.0 + BREAKER_PROBE_US - 1)).is_none());
    assert!(breaker.begin(Call::Balance, at(until.0 + BREAKER_PROBE_US)).is_some());
}

#[test]
fn answers_to_calls_from_before_change_nothing() {
    let mut breaker = Breaker::new();
    let early = breaker.begin(Call::Place, at(0)).unwrap();
    for _ in 0..BREAKER_FAILURES {
        call(&mut breaker, Call::Place, Outcome::NotSent, 0);
    }
    breaker.record(early, Outcome::Answered, at(1), 0);
    assert!(!breaker.may_place(at(1)));
}

#[test]
fn waits_double_up_to_the_cap_and_begin_anew_after_a_success() {
    let mut breaker = dead();
    let (mut opened, mut waits) = (0, Vec::new());
    for _ in 0..10 {
        let until = breaker.open_until().unwrap().0;
        waits.push(until - opened);
        opened = until;
        assert!(call(&mut breaker, Call::Balance, Outcome::NotSent, opened));
    }
    // With no jitter it is half of the doubled wait.
    let doubled: Vec<i64> =
        (0..10).map(|n| (BREAKER_WAIT_US << n).min(BREAKER_WAIT_MAX_US) / 2).collect();
    assert_eq!(waits, doubled);
    opened = breaker.open_until().unwrap().0;
    assert!(call(&mut breaker, Call::Balance, Outcome::Answered, opened));
    assert!(call(&mut breaker, Call::Place, Outcome::Answered, opened));
    for _ in 0..BREAKER_FAILURES {
        call(&mut breaker, Call::Place, Outcome::NotSent, opened);
    }
    assert_eq!(breaker.open_until().unwrap().0 - opened, BREAKER_WAIT_US / 2);
    for jitter in [0, 1, u64::MAX / 3, u64::MAX] {
        assert!((BREAKER_WAIT_US / 2..=BREAKER_WAIT_US).contains(&wait(0, jitter)));
        assert!((BREAKER_WAIT_MAX_US / 2..=BREAKER_WAIT_MAX_US).contains(&wait(99, jitter)));
    }
}

#[test]
fn three_unclear_orders_in_a_minute_stop_orders_but_not_questions() {
    let mut breaker = Breaker::new();
    for now in [0, 30, 59] {
        assert!(breaker.may_place(at(now * SECOND)));
        assert!(call(&mut breaker, Call::Place, Outcome::Unclear, now * SECOND));
    }
    let now = at(59 * SECOND);
    assert!(!breaker.may_place(now));
    assert!(breaker.may_ask(now), "orders that are there are followed");
    assert!(breaker.begin(Call::Balance, now).is_some(), "and evidence is looked for");
    // When nothing can be asked either, it is dead.
    for _ in 0..BREAKER_FAILURES {
        call(&mut breaker, Call::Ask, Outcome::Unclear, 59 * SECOND);
    }
    assert!(!breaker.may_ask(now));
}

#[test]
fn unclear_orders_further_apart_count_by_their_share() {
    let mut breaker = Breaker::new();
    for n in 0..1_000 {
        // One of 25 is 4 %, and never three in a minute.
        let outcome = if n % 25 == 24 { Outcome::Unclear } else { Outcome::Answered };
        assert!(call(&mut breaker, Call::Place, outcome, n * 2 * SECOND), "{n}");
    }
    let mut breaker = Breaker::new();
    let mut placed = 0;
    while call(
        &mut breaker,
        Call::Place,
        if placed % 16 == 15 { Outcome::Unclear } else { Outcome::Answered },
        placed * 2 * SECOND,
    ) {
        placed += 1;
        assert!(placed < 1_000, "6 % is too much");
    }
    assert!(placed >= i64::from(BREAKER_SHARE_SAMPLE));
    assert!(breaker.may_ask(at(placed * 2 * SECOND)));
}

#[test]
fn a_call_that_was_not_made_changes_nothing() {
    let mut breaker = Breaker::new();
    for _ in 0..BREAKER_FAILURES * 10 {
        let ticket = breaker.begin(Call::Place, at(0)).unwrap();
        breaker.give_back(ticket);
    }
    assert!(breaker.may_place(at(0)));
    // A try that was given back is the next one's.
    let mut breaker = dead();
    let until = breaker.open_until().unwrap();
    assert!(call(&mut breaker, Call::Balance, Outcome::Answered, until.0));
    let ticket = breaker.begin(Call::Place, until).unwrap();
    assert!(!breaker.may_place(until));
    breaker.give_back(ticket);
    assert!(call(&mut breaker, Call::Place, Outcome::Answered, until.0));
    assert_eq!(breaker.phase, Phase::Closed);
}
