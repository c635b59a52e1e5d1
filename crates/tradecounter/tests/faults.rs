//! The program and providers that misbehave, killed at any moment. `cargo xtask faults` does more of it.

use proof::faults::{Plan, Report, control, modes, run};
use std::path::Path;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const PLAN: Plan =
    Plan { orders: 80, kills: 1, every: 4, pause_us: 50_000, at_once: 4, postgres: false, seed: 1 };

/// Lost before, lost after, and late. Each takes half a minute, so the others are for the command.
const MODES: [&str; 3] = ["hang-before", "reset-after", "accept-late"];

#[test]
fn nothing_is_bought_twice_or_charged_for_nothing() {
    let chosen: Vec<_> = MODES.iter().flat_map(|name| modes(name)).collect();
    let reports = run(Path::new(BINARY), &chosen, PLAN, &|report: &Report| println!("{report:?}"));
    assert_eq!(reports.len(), MODES.len());
    for report in &reports {
        assert!(report.findings.clean(), "{}: {:#?}", report.mode, report.findings);
        assert!(report.accepted > PLAN.orders / 2, "{report:?}");
        assert_eq!(report.kills, PLAN.kills);
    }
    let unknown: i64 = reports.iter().map(|report| report.unknown).sum();
    assert!(unknown > 10, "nothing went wrong: {reports:?}");
}

#[test]
fn a_provider_that_does_not_know_request_ids_though_it_should_is_found_out() {
    let report = control(Path::new(BINARY), PLAN);
    assert!(!report.findings.duplicated.is_empty(), "{report:?}");
}
