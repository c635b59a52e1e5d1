//! Two servers on one database, asked by many at once. `cargo xtask races` does more of it.

use proof::races::{Engine, Verdict, run_served};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

const ROUNDS: u32 = 4;

fn exact(engine: Engine) {
    let verdicts = run_served(engine, BINARY, ROUNDS, "", |_| {});
    assert!(verdicts.len() >= 10, "use cases have gone: {}", verdicts.len());
    let wrong: Vec<&Verdict> = verdicts.iter().filter(|verdict| verdict.wrong > 0).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn two_servers_on_postgresql_give_exactly_what_there_is() {
    exact(Engine::Postgres);
}

#[test]
fn two_servers_on_sqlite_give_exactly_what_there_is() {
    exact(Engine::Sqlite);
}
