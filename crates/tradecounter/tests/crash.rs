//! The program, killed at any moment under load. `cargo xtask crash` does more of it.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use proof::crash::{Plan, Report, Rush, Watcher, run, rush};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const PLAN: Plan =
    Plan { kills: 50, kills_of_a_life: 10, kills_of_a_verify: 5, clients: 64, seed: 1 };

/// Looks on.
struct Nobody;

impl Watcher for Nobody {}

#[test]
fn nothing_acknowledged_is_lost_doubled_or_wrong() {
    let report = run(Path::new(BINARY), PLAN, &mut Nobody);
    println!("{report:?}");
    assert!(report.clean(), "{:#?} {:#?}", report.findings, report.broken_rules);
    assert!(report.kills == PLAN.kills && report.kills_while_starting > 0);
    assert!(report.acknowledged > 1_000, "too little was asked: {}", report.acknowledged);
    assert!(report.unanswered > 0, "no kill came between a request and its answer");
}

#[test]
fn a_stock_is_sold_once_to_the_last_item() {
    let buyers = 500;
    let plan = Rush { items: 100, buyers, kills: 5, clients: 64, seed: 1 };
    let report = rush(Path::new(BINARY), plan);
    println!("{report:?}");
    assert!(report.clean(), "{:#?} {:#?}", report.findings, report.broken_rules);
    assert_eq!(report.kills, plan.kills);
}

/// Puts an older copy of the database in its place, as a disk does that lied about what it had
/// written.
struct OlderCopy {
    kept: tempfile::TempDir,
}

fn copy(from: &Path, to: &Path) {
    for name in ["tradecounter.db", "tradecounter.db-wal"] {
        drop(std::fs::remove_file(to.join(name)));
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
    drop(std::fs::remove_file(to.join("tradecounter.db-shm")));
}

impl Watcher for OlderCopy {
    fn down(&mut self, kill: u32, folder: &Path) {
        if kill == 1 {
            copy(folder, self.kept.path());
        } else {
            copy(self.kept.path(), folder);
        }
    }
}

#[test]
fn a_loss_is_found() {
    let plan = Plan { kills: 2, ..PLAN };
    let mut watcher = OlderCopy { kept: tempfile::tempdir().unwrap() };
    let report = run(Path::new(BINARY), plan, &mut watcher);
    let lost = &report.findings.lost;
    assert!(lost.iter().any(|text| text.starts_with("order ")), "{:?}", report.findings);
    assert!(lost.iter().any(|text| text.starts_with("product order ")), "{lost:?}");
}

/// Writes into the database what nobody asked for.
struct Forger {
    statements: &'static [&'static str],
    folder: PathBuf,
}
