//! Random sequences: the panel stays sound, and the same again is the same.

use super::*;
use fakepanel::settings::Noise;
use fakepanel::{Outcome, When};

/// A panel of which everything happens: shares of all outcomes, noise, guards, request ids.
fn busy(seed: u64) -> Panel {
    let delivery = Delivery {
        start_us: Span::new(0, 5 * SECOND),
        run_us: Span::new(0, 20 * SECOND),
        partial_per_mille: 150,
        canceled_per_mille: 100,
        over_per_mille: 50,
        corrected_per_mille: 150,
        correct_us: Span::new(SECOND, 50 * SECOND),
        ..Delivery::default()
    };
    let noise = Noise {
        every_us: Span::new(SECOND, 9 * SECOND),
        least: amount("-0.2"),
        most: amount("0.3"),
    };
    let settings = Settings {
        delivery,
        noise: Some(noise),
        latency_us: Span::new(0, SECOND),
        guard_links: seed.is_multiple_of(2),
        request_ids: seed.is_multiple_of(3),
        decimals: [2, 3, 4, 5, 6][usize::try_from(seed).unwrap() % 5],
        ..settings()
    };
    Panel::new(settings, seed).unwrap()
}

/// A few rules of any kind.
fn rules(random: &mut fastrand::Rng) -> Vec<Rule> {
    let mut rules = Vec::new();
    for _ in 0..random.usize(0..4) {
        let fault = random.choice(Fault::ALL).unwrap();
        let mut rule = Rule::new(fault);
        rule.when = match random.u8(0..3) {
            0 => When::Always,
            1 => When::PerMille(random.u16(0..=1_000)),
            _ => When::Every(random.u64(1..5)),
        };
        rule.delay_us = random.bool().then(|| random.u64(0..100 * SECOND));
        if !fault.is_of_connections() && random.bool() {
            rule = rule.on(&Action::ALL);
        }
        rules.push(rule);
    }
    rules
}

/// One thing that happens to a panel.
fn step(panel: &mut Panel, now_us: u64, random: &mut fastrand::Rng) {
    let id = |random: &mut fastrand::Rng| random.u64(23_495..23_560).to_string();
    let two = [id(random), id(random)].join(",");
    let (link, number) = (format!("l-{}", random.u8(0..30)), random.u32(5..500).to_string());
    let service = random.u8(1..4).to_string();
    let request_id = random.u8(0..50).to_string();
    let fields: Vec<(&str, &str)> = match random.u8(0..12) {
        0..5 => vec![
            ("action", "add"),
            ("service", &service),
            ("link", &link),
            ("quantity", &number),
            ("keywords", "k"),
            ("request_id", &request_id),
        ],
        5 => vec![("action", "status"), ("order", &number)],
        6 => vec![("action", "status"), ("orders", &two)],
        7 => vec![("action", "balance")],
        8 => vec![("action", "refill"), ("orders", &two)],
        9 => vec![("action", "cancel"), ("orders", &two)],
        10 => {
            let outcomes = [
                Outcome::Completed,
                Outcome::Canceled,
                Outcome::Partial(random.i64(0..400)),
                Outcome::Over(3),
                Outcome::Corrected(5),
                Outcome::Stuck,
                Outcome::Pending,
            ];
            let outcome = random.choice(outcomes).unwrap();
            // Of orders that are not there or have ended it is refused.
            drop(panel.force(now_us, random.u64(23_495..23_560), outcome));
            return;
        }
        _ => {
            panel.set_faults(rules(random)).unwrap();
            panel.connect(now_us);
            let balance = Amount::new(random.i64(0..50_000_000));
            panel.set_balance(now_us, "main", balance).unwrap();
            return;
        }
    };
    panel.handle(now_us, &form(&fields));
}

/// A sequence of `steps`. With `slices`, time passes in small pieces between them.
fn run(seed: u64, steps: u32, slices: bool) -> Panel {
    let mut panel = busy(seed);
    let mut random = fastrand::Rng::with_seed(seed);
    let mut now_us = random.u64(..1 << 50);
    for _ in 0..steps {
        let next_us = now_us.saturating_add(random.u64(0..3 * SECOND));
        while slices && let Some(due_us) = panel.next_us().filter(|due_us| *due_us < next_us) {
            panel.advance(due_us);
        }
        now_us = next_us;
        step(&mut panel, now_us, &mut random);
    }
    panel.advance(now_us.saturating_add(1_000 * SECOND));
    panel
}

#[test]
fn random_sequences_leave_a_sound_panel() {
    let mut seen = [0_usize; Fault::ALL.len()];
    for seed in 0..60 {
        let panel = run(seed, 300, false);
        assert!(panel.violations().is_empty(), "seed {seed}: {:#?}", panel.violations());
        for (count, fault) in seen.iter_mut().zip(Fault::ALL) {
            *count += usize::try_from(panel.journal().times(fault)).unwrap();
        }
    }
    assert!(seen.iter().all(|count| *count >= 10), "each fault comes: {seen:?}");
}

#[test]
fn the_same_seed_and_calls_give_the_same_journal() {
    for seed in 0..10 {
        let first = run(seed, 200, false);
        let again = run(seed, 200, false);
        assert_eq!(first.journal().hash(), again.journal().hash(), "seed {seed}");
        let sliced = run(seed, 200, true);
        assert_eq!(first.journal().hash(), sliced.journal().hash(), "seed {seed}: time in slices");
        assert_eq!(format!("{:?}", first.journal()), format!("{:?}", sliced.journal()));
    }
    assert_ne!(run(1, 200, false).journal().hash(), run(2, 200, false).journal().hash());
}

#[test]
fn one_call_more_changes_the_hash_and_no_later_order() {
    let plain = |asked: bool| {
        let mut panel = busy(4);
        order(&mut panel, 0, "x");
        if asked {
            ask(&mut panel, 0, &[("action", "balance")]);
        }
        order(&mut panel, 0, "y");
        panel.advance(1_000 * SECOND);
        panel
    };
    let (without, with) = (plain(false), plain(true));
    assert_ne!(without.journal().hash(), with.journal().hash());
    let ends = |panel: &Panel| panel.orders().iter().map(|order| order.state).collect::<Vec<_>>();
    assert_eq!(ends(&without), ends(&with), "what becomes of an order is its own");
}
