//! `proof faults` and `proof chain`.

use crate::flags::{Chain, Faults};
use proof::chain;
use proof::faults::{self, Plan, Report};
use std::path::Path;
use std::time::Duration;

/// Findings of a mode that are printed; the rest is counted.
const TOLD: usize = 20;

/// How long it may take until an order goes elsewhere that was surely not sent.
const REROUTE: Duration = Duration::from_secs(2);

/// Least share of orders beside the others, in percent of a clean run.
const BESIDE: u64 = 95;

pub(crate) fn faults(program: &Path, options: &Faults) -> bool {
    let postgres = match options.engine.as_deref() {
        None | Some("sqlite") => false,
        Some("postgres") => true,
        Some(other) => {
            eprintln!("proof: --engine is sqlite or postgres, not {other}");
            return false;
        }
    };
    let control = Plan { orders: 60, kills: 1, every: 5, ..Plan::whole(0, postgres) };
    let control = faults::control(program, control);
    let doubled = control.findings.duplicated.len();
    println!("control, request ids that are not known: {doubled} duplicated");
    if doubled == 0 {
        println!("the control has to double and did not: what follows would prove nothing");
        return false;
    }
    let plan = Plan::whole(options.orders.unwrap_or(2_000), postgres);
    let modes = faults::modes(options.mode.as_deref().unwrap_or(""));
    println!(
        "{:<16}{:>8}{:>10}{:>9}{:>8}{:>8}{:>7}{:>11}{:>7}{:>10}{:>10}",
        "mode",
        "orders",
        "accepted",
        "unknown",
        "itself",
        "person",
        "kills",
        "duplicates",
        "wrong",
        "reroute",
        "beside/s"
    );
    let reports = faults::run(program, &modes, plan, &tell);
    let clean = reports.iter().find(|report| report.mode == "clean").map(|report| report.beside);
    let mut right = !reports.is_empty();
    for report in &reports {
        if report.slowest_reroute > REROUTE {
            println!("{}: an order went elsewhere after {:?}", report.mode, report.slowest_reroute);
            right = false;
        }
        let least = clean.unwrap_or(0).saturating_mul(BESIDE).div_euclid(100);
        if report.beside < least {
            println!("{}: {} beside the others, of {least}", report.mode, report.beside);
            right = false;
        }
        right &= report.findings.clean();
    }
    let sum = |count: fn(&Report) -> usize| reports.iter().map(count).sum::<usize>();
    println!(
        "{} modes, {} orders, {} duplicated, {} refunded but accepted, {} accepted but not",
        reports.len(),
        sum(|report| report.orders),
        sum(|report| report.findings.duplicated.len()),
        sum(|report| report.findings.refunded.len()),
        sum(|report| report.findings.absent.len())
    );
    right
}

fn tell(report: &Report) {
    let alone = report.unknown.saturating_sub(i64::try_from(report.by_person).unwrap_or(0));
    let (findings, reroute) = (&report.findings, report.slowest_reroute.as_secs_f64());
    println!(
        "{:<16}{:>8}{:>10}{:>9}{:>8}{:>8}{:>7}{:>11}{:>7}{:>10}{:>10}",
        report.mode,
        report.orders,
        report.accepted,
        report.unknown,
        alone.max(0),
        report.by_person.saturating_add(report.ended_by_person),
        report.kills,
        findings.duplicated.len(),
        findings.count().saturating_sub(findings.duplicated.len()),
        if report.rerouted == 0 { String::from("-") } else { format!("{reroute:.2} s") },
        format!("{}.{}", report.beside / 1_000, report.beside % 1_000 / 100)
    );
    if report.misread > 0 {
        println!("  {} ended by what was said of another order of their id", report.misread);
    }
    for text in findings.told().take(TOLD) {
        println!("  {text}");
    }
}

pub(crate) fn chain(program: &Path, options: &Chain) -> bool {
    let seed = options.seed.unwrap_or(1);
    let orders = options.orders.unwrap_or(1_000);
    println!("seed {seed}");
    let plan = chain::Plan { orders, kills: 12, cuts: 100, pause_us: 60_000, seed };
    let control = chain::control(program, chain::Plan { orders: 100, kills: 1, cuts: 300, ..plan });
    let doubled = control.findings.duplicated.len();
    println!("control, links that hide request ids: {doubled} duplicated");
    if doubled == 0 {
        println!("the control has to double and did not: what follows would prove nothing");
        return false;
    }
    let report = chain::run(program, plan);
    for text in report.findings.told().take(TOLD) {
        println!("  {text}");
    }
    let chain::Report { orders, accepted, kills, cuts, findings } = &report;
    println!("{kills} kills, {cuts} connections cut, {accepted} taken at the end of the chain");
    println!(
        "{orders} orders, {} duplicated, {} refunded but accepted, {} accepted but not, {} wrong",
        findings.duplicated.len(),
        findings.refunded.len(),
        findings.absent.len(),
        findings.wrong.len()
    );
    findings.clean()
}
