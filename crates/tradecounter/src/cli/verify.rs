//! `verify`.

use super::Desk;
use super::progress::Watched;
use crate::failure::Failure;
use crate::output::say;
use serde_json::json;

pub(super) async fn run(desk: &Desk) -> Result<(), Failure> {
    let mut watched = Watched::new();
    let mut progress = |rule: &'static str, rows: u64| {
        watched.tell(&format!("{rows:>12} rows: {rule}"), rows);
    };
    let report = desk.counter.verify(&mut progress).await?;
    watched.end();
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
