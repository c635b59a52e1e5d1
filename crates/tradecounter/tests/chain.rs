//! Three of the program that order from each other. `cargo xtask chain` does more of it.

use proof::chain::{Plan, control, run};
use std::path::Path;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const PLAN: Plan = Plan { orders: 80, kills: 3, cuts: 200, pause_us: 100_000, seed: 1 };

#[test]
fn every_order_arrives_once() {
    let report = run(Path::new(BINARY), PLAN);
    println!("{report:?}");
    assert!(report.findings.clean(), "{:#?}", report.findings);
    assert_eq!((report.accepted, report.kills), (PLAN.orders, PLAN.kills));
    assert!(report.cuts > 10, "nothing was cut: {report:?}");
}

#[test]
fn a_link_that_hides_request_ids_is_found_out() {
    let report = control(Path::new(BINARY), Plan { kills: 0, cuts: 400, ..PLAN });
    assert!(!report.findings.duplicated.is_empty(), "{report:?}");
}
