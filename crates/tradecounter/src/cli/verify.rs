//! `verify`.

use super::Desk;
use crate::failure::Failure;
use crate::output::say;
use serde_json::json;
use std::io::{IsTerminal, Write};

pub(super) async fn run(desk: &Desk) -> Result<(), Failure> {
    // Progress is for a person who watches; a log file gets the result.
    let watched = std::io::stderr().is_terminal();
    let mut told: u64 = 0;
    let mut progress = |rule: &'static str, rows: u64| {
        if watched && rows.abs_diff(told) >= 100_000 {
            told = rows;
            let short: String = rule.chars().take(60).collect();
            eprint!("\r{rows:>12} rows: {short:<60}");
            // A terminal that cannot be written to is no reason to stop checking.
            drop(std::io::stderr().flush());
        }
    };
    let report = desk.counter.verify(&mut progress).await?;
    if watched && told > 0 {
        eprintln!();
    }
    let broken = report.checks.iter().filter(|check| !check.findings.is_empty()).count();
    if desk.output.json {
        let checks: Vec<_> = report
            .checks
            .iter()
            .map(|check| {
                json!({
                    "rule": check.rule,
                    "rows": check.rows,
                    "findings": check.findings,
                    "more": check.more,
                })
            })
            .collect();
        let database = &desk.database;
        let told = json!({ "database": database, "clean": report.clean(), "checks": checks });
        say(&told.to_string());
    } else {
        for check in &report.checks {
            let verdict = if check.findings.is_empty() { "ok  " } else { "FAIL" };
            say(&format!("{verdict} {:>10} rows  {}", check.rows, check.rule));
            for finding in &check.findings {
                say(&format!("       {finding}"));
            }
            if check.more > 0 {
                say(&format!("       and {} more", check.more));
            }
        }
        if report.clean() {
            say(&format!("clean: {} rules hold in {}", report.checks.len(), desk.database));
        }
    }
    if broken > 0 { Err(Failure::Violations(broken)) } else { Ok(()) }
}
