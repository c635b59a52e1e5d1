//! The program on a cluster of PostgreSQL whose primary is killed. `cargo xtask failover` does more of
//! it, and with another manager.

use proof::failover::{Manager, Plan, control, run};
use std::path::Path;
use std::time::Duration;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

/// No bound on how fast a standby is: without an order for as long, something hangs.
const HANGS: Duration = Duration::from_secs(60);

const PLAN: Plan = Plan { manager: Manager::PgAutoFailover, kills: 1, clients: 64, seed: 1 };

#[test]
fn nothing_acknowledged_is_lost_when_a_standby_takes_over() {
    let report = run(Path::new(BINARY), PLAN, &mut |_| {});
    println!("{report:?}");
    let crash = &report.crash;
    assert!(crash.clean(), "{:#?} {:#?}", crash.findings, crash.broken_rules);
    assert_eq!(crash.kills, PLAN.kills);
    assert_eq!(report.gaps.len(), PLAN.kills as usize);
    assert!(report.gap() < HANGS, "no order for {:?}", report.gap());
    assert!(crash.acknowledged > 200, "too little was asked: {}", crash.acknowledged);
}

#[test]
fn a_cluster_that_waits_for_no_standby_is_seen_to_lose() {
    let control = control(Path::new(BINARY), PLAN);
    let lost = &control.findings.lost;
    assert!(!lost.is_empty(), "nothing of {} was lost", control.acknowledged);
}
