//! The program on a PostgreSQL whose transactions fail. `cargo xtask goodput` does more of it, and
//! compares how much gets done.

use proof::goodput::{Plan, run};
use std::time::Duration;

const PLAN: Plan =
    Plan { clients: 64, turns: 1, turn: Duration::from_secs(2), serialization: 200, cuts: 50 };

#[test]
fn transactions_that_fail_lose_and_double_nothing() {
    let report = run(env!("CARGO_BIN_EXE_tradecounter"), PLAN);
    println!("{report:?}");
    assert!(report.right(), "{report:#?}");
    assert!(report.clean > 100 && report.broken > 100, "too little was asked: {report:?}");
    let (unanswered, acknowledged) = (report.unanswered, report.acknowledged());
    assert!(unanswered < acknowledged / 10, "{unanswered} of {acknowledged} had no answer");
    assert!(report.counts.faults() > 10, "too little went wrong: {report:?}");
}
