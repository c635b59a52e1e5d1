//! `cargo xtask races`, `chain`, `crash`, `failover`, `faults`, `goodput`, `powercut` and `sim`: what the
//! tests do a little of, for as long as one likes. The last line that is printed is the result.

use std::path::Path;

use crate::cargo;
use crate::flags::{Chain, Crash, Failover, Faults, Goodput, Powercut, Races, Sim};
use crate::postgres;
use crate::step::{self, Failure};

pub(crate) fn races(root: &Path, options: &Races) -> Result<(), Failure> {
    let mut words = vec![String::from("races")];
    push(&mut words, "--rounds", options.rounds.map(|rounds| rounds.to_string()));
    push(&mut words, "--only", options.only.clone());
    push(&mut words, "--engine", options.engine.clone());
    run(root, "races", &words)
}

pub(crate) fn goodput(root: &Path, options: &Goodput) -> Result<(), Failure> {
    let mut words = vec![String::from("goodput")];
    push(&mut words, "--turns", options.turns.map(|turns| turns.to_string()));
    push(&mut words, "--seconds", options.seconds.map(|seconds| seconds.to_string()));
    run(root, "goodput", &words)
}

pub(crate) fn crash(root: &Path, options: &Crash) -> Result<(), Failure> {
    let mut words = vec![String::from("crash")];
    push(&mut words, "--kills", options.kills.map(|kills| kills.to_string()));
    push(&mut words, "--seed", options.seed.map(|seed| seed.to_string()));
    words.extend(options.rush.then(|| String::from("--rush")));
    run(root, "crashes", &words)
}

pub(crate) fn chain(root: &Path, options: &Chain) -> Result<(), Failure> {
    let mut words = vec![String::from("chain")];
    push(&mut words, "--orders", options.orders.map(|orders| orders.to_string()));
    push(&mut words, "--seed", options.seed.map(|seed| seed.to_string()));
    run(root, "chain", &words)
}

pub(crate) fn faults(root: &Path, options: &Faults) -> Result<(), Failure> {
    let mut words = vec![String::from("faults")];
    push(&mut words, "--orders", options.orders.map(|orders| orders.to_string()));
    push(&mut words, "--mode", options.mode.clone());
    push(&mut words, "--engine", options.engine.clone());
    run(root, "faults", &words)
}

pub(crate) fn failover(root: &Path, options: &Failover) -> Result<(), Failure> {
    if !["paf", "patroni"].contains(&options.manager.as_str()) {
        return Err(Failure::new("--manager is paf (pg_auto_failover) or patroni"));
    }
    postgres::ready()?;
    let mut words = vec![String::from("failover")];
    push(&mut words, "--manager", Some(options.manager.clone()));
    push(&mut words, "--kills", options.kills.map(|kills| kills.to_string()));
    push(&mut words, "--clients", options.clients.map(|clients| clients.to_string()));
    push(&mut words, "--seed", options.seed.map(|seed| seed.to_string()));
    run(root, "failovers", &words)
}

pub(crate) fn powercut(root: &Path, options: &Powercut) -> Result<(), Failure> {
    let mut words = Vec::new();
    push(&mut words, "--seeds", options.seeds.map(|seeds| seeds.to_string()));
    push(&mut words, "--from", options.from.map(|seed| seed.to_string()));
    words.extend(options.failing.then(|| String::from("--failing")));
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--release", "--package", "powercut", "--"]).args(words);
    step::run_to_its_last_line("power cuts", &mut command)
}

pub(crate) fn sim(root: &Path, options: &Sim) -> Result<(), Failure> {
    let mut words = Vec::new();
    push(&mut words, "--seeds", options.seeds.map(|seeds| seeds.to_string()));
    push(&mut words, "--seed", options.seed.map(|seed| seed.to_string()));
    push(&mut words, "--events", options.events.map(|events| events.to_string()));
    push(&mut words, "--trials", options.trials.map(|trials| trials.to_string()));
    push(&mut words, "--queued", options.queued.map(|queued| queued.to_string()));
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--release", "--package", "sim", "--"]).args(words);
    step::run_to_its_last_line("the simulation", &mut command)
}

fn push(words: &mut Vec<String>, name: &str, value: Option<String>) {
    if let Some(value) = value {
        words.extend([name.to_owned(), value]);
    }
}

fn run(root: &Path, what: &str, words: &[String]) -> Result<(), Failure> {
    let packages = ["--release", "--package", "tradecounter", "--package", "proof"];
    step::run("build the program", cargo(root).arg("build").args(packages))?;
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--release", "--package", "proof", "--"]).args(words);
    step::run_to_its_last_line(what, &mut command)
}
