//! The long way of what the tests do a little of.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]

mod flags;
mod matrix;

use flags::{Crash, Failover, Goodput, Proof, ProofCmd, Races};
use proof::crash::{self, Plan, Report, Rush, Watcher};
use proof::failover::{self, Manager};
use proof::goodput;
use proof::races::{self, RACERS, Verdict};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let right = match Proof::from_env_or_exit().subcommand {
        ProofCmd::Races(options) => with_program(|program| race(program, &options)),
        ProofCmd::Goodput(options) => with_program(|program| fail(program, &options)),
        ProofCmd::Crash(options) => with_program(|program| kill(program, &options)),
        ProofCmd::Chain(options) => with_program(|program| matrix::chain(program, &options)),
        ProofCmd::Faults(options) => with_program(|program| matrix::faults(program, &options)),
        ProofCmd::Failover(options) => match manager(&options.manager) {
            Some(manager) => with_program(|program| fail_over(program, manager, &options)),
            None => {
                eprintln!("proof: --manager is paf or patroni");
                false
            }
        },
    };
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn with_program(run: impl FnOnce(&Path) -> bool) -> bool {
    match program() {
        Ok(program) => run(&program),
        Err(complaint) => {
            eprintln!("proof: {complaint}");
            false
        }
    }
}

/// The program that was built with this one.
fn program() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = own.with_file_name("tradecounter");
    if program.exists() { Ok(program) } else { Err(format!("there is no {}", program.display())) }
}

fn race(program: &Path, options: &Races) -> bool {
    let rounds = options.rounds.unwrap_or(1_000);
    let only = options.only.as_deref().unwrap_or("");
    let name = options.engine.as_deref().unwrap_or("sqlite");
    let Some(engine) = races::Engine::named(name) else {
        eprintln!("proof: --engine is sqlite, postgres or serializable, not {name}");
        return false;
    };
    let told = |verdict: &Verdict| {
        let (name, wrong, took) = (verdict.name, verdict.wrong, verdict.took);
        println!("{name}: {rounds} rounds, {wrong} wrong, {took:.1?}");
        for complaint in &verdict.complaints {
            println!("  {complaint}");
        }
    };
    let mut verdicts = races::run(engine, rounds, only, told);
    let program = program.display().to_string();
    verdicts.extend(races::run_served(engine, &program, rounds, only, told));
    let wrong: u32 = verdicts.iter().map(|verdict| verdict.wrong).sum();
    println!("{} use cases on {name}", verdicts.len());
    println!("{rounds} rounds, {RACERS} racers, {wrong} wrong");
    wrong == 0 && !verdicts.is_empty()
}

/// Least goodput that is good enough, in percent.
const GOODPUT: u64 = 40;

fn fail(program: &Path, options: &Goodput) -> bool {
    let (serialization, cuts) = (200, 50);
    let plan = goodput::Plan {
        clients: 64,
        turns: options.turns.unwrap_or(5),
        turn: Duration::from_secs(options.seconds.unwrap_or(4)),
        serialization,
        cuts,
    };
    println!(
        "of 1000 transactions, {serialization} fail with 40001 and {cuts} are cut at COMMIT; \
         {} turns of each kind, {:?} long",
        plan.turns, plan.turn
    );
    let report = goodput::run(&program.display().to_string(), plan);
    let counts = &report.counts;
    println!("{} transactions through the proxy, {} failed", counts.transactions, counts.faults());
    println!(
        "{} acknowledged in clean turns, {} in broken ones, {} without an answer",
        report.clean, report.broken, report.unanswered
    );
    if let Some(text) = &report.broken_rules {
        println!("verify: {text}");
    }
    let (lost, doubled, percent) = (report.lost, report.doubled, report.goodput_percent());
    println!(
        "{} acknowledged, {lost} lost, {doubled} doubled, goodput {percent} %",
        report.acknowledged()
    );
    report.right() && percent >= GOODPUT
}

/// Tells how far it is, every ten kills.
struct Progress;

impl Watcher for Progress {
    fn up(&mut self, report: &Report) {
        if report.kills.is_multiple_of(10) || !report.clean() {
            let (kills, acknowledged) = (report.kills, report.acknowledged);
            let found = &report.findings;
            println!(
                "kill {kills}: {acknowledged} acknowledged, {} lost, {} doubled, {} wrong",
                found.lost.len(),
                found.doubled.len(),
                found.wrong.len()
            );
        }
    }
}

/// Findings of a kind that are printed; the rest is counted.
const TOLD: usize = 20;

fn tell_findings(report: &Report) {
    let Report { findings, broken_rules, .. } = report;
    let all = [
        ("lost", &findings.lost),
        ("doubled", &findings.doubled),
        ("wrong", &findings.wrong),
        ("broken rule", broken_rules),
    ];
    for (kind, texts) in all {
        for text in texts.iter().take(TOLD) {
            println!("  {kind}: {text}");
        }
    }
}

fn tell(report: &Report) {
    let Report { findings, broken_rules, .. } = report;
    tell_findings(report);
    println!(
        "{} kills while starting, {} requests without an answer, {} of them stored",
        report.kills_while_starting, report.unanswered, report.unanswered_and_stored
    );
    println!(
        "restart until the first answer: p50 {:.1?}, p99 {:.1?}, of {}",
        report.restart(50),
        report.restart(99),
        report.restarts.len()
    );
    println!("verify: {} runs, {} broken rules", report.verified, broken_rules.len());
    println!("{} doubled, {} wrong", findings.doubled.len(), findings.wrong.len());
    let (kills, acknowledged) = (report.kills, report.acknowledged);
    println!("{kills} kills, {acknowledged} acknowledged, {} lost", findings.lost.len());
}

fn kill(program: &Path, options: &Crash) -> bool {
    let seed = options.seed.unwrap_or(1);
    println!("seed {seed}");
    let (items, buyers) = (1_000, 5_000);
    println!("rush: {items} items, {buyers} buyers, 20 kills");
    let rush = Rush { items, buyers, kills: 20, clients: 64, seed };
    let rush = crash::rush(program, rush);
    tell(&rush);
    if options.rush {
        return rush.clean();
    }
    println!("load:");
    let kills = options.kills.unwrap_or(200);
    let plan = Plan { kills, kills_of_a_life: 25, kills_of_a_verify: 1, clients: 64, seed };
    let report = crash::run(program, plan, &mut Progress);
    tell(&report);
    rush.clean() && report.clean()
}

fn manager(name: &str) -> Option<Manager> {
    match name {
        "paf" => Some(Manager::PgAutoFailover),
        "patroni" => Some(Manager::Patroni),
        _ => None,
    }
}

fn fail_over(program: &Path, manager: Manager, options: &Failover) -> bool {
    let (kills, seed) = (options.kills.unwrap_or(5), options.seed.unwrap_or(1));
    let plan = failover::Plan { manager, kills, clients: options.clients.unwrap_or(64), seed };
    println!("{manager:?}, {} clients, seed {seed}", plan.clients);
    let control = failover::control(program, plan);
    let (acknowledged, lost) = (control.acknowledged, control.findings.lost.len());
    println!("control, asynchronous: 1 kill, {acknowledged} acknowledged, {lost} lost");
    if lost == 0 {
        println!("the control has to lose and did not: what follows would prove nothing");
        return false;
    }
    let report = failover::run(program, plan, &mut |report| {
        let (kills, acknowledged) = (report.crash.kills, report.crash.acknowledged);
        let gap = report.gaps.last().copied().unwrap_or_default();
        println!("kill {kills}: {acknowledged} acknowledged, gap {:.1} s", gap.as_secs_f64());
    });
    tell_findings(&report.crash);
    let failover::Report { crash, .. } = &report;
    println!(
        "{} requests without an answer, {} of them stored",
        crash.unanswered, crash.unanswered_and_stored
    );
    println!("verify: {} runs, {} broken rules", crash.verified, crash.broken_rules.len());
    let (findings, gap, longest) = (&crash.findings, report.gap(), failover::longest_gap(manager));
    if gap > longest {
        println!("the gap may be {} s at most", longest.as_secs());
    }
    println!(
        "{} kills, {} acknowledged, {} lost, {} doubled, gap {:.1} s",
        crash.kills,
        crash.acknowledged,
        findings.lost.len(),
        findings.doubled.len(),
        gap.as_secs_f64()
    );
    crash.clean() && crash.kills == kills && gap <= longest
}
