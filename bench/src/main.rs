//! Measures the counter beside a bare answer of the same HTTP stack, in one run.
//!
//! `bench [--seconds N] [--rounds N] [--json FILE]`. The load generator (wrk) and the server share
//! the machine, so absolute figures are lower bounds; the ratios are what to compare.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is its result")]
#![expect(
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "rates and ratios of measurements, never money; a benchmark reads the clock"
)]

mod load;
mod report;
mod served;

use report::Row;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&options))
}

/// What to measure, and how long.
#[derive(Debug)]
struct Options {
    seconds: u32,
    rounds: usize,
    json: Option<String>,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Self { seconds: 5, rounds: 3, json: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name}: a value is missing"))?;
            match name.as_str() {
                "--seconds" => options.seconds = value.parse()?,
                "--rounds" => options.rounds = value.parse()?,
                "--json" => options.json = Some(value),
                _ => return Err(format!("{name}: there are --seconds, --rounds, --json").into()),
            }
        }
        Ok(options)
    }
}

/// Connections of the load generator, spread over two threads.
const CONNECTIONS: u32 = 128;

/// Accounts that the load is spread over.
const ACCOUNTS: usize = 1_000;

async fn measure(options: &Options) -> Result<(), Box<dyn Error>> {
    eprintln!("seeding {ACCOUNTS} accounts …");
    let served = served::start(ACCOUNTS).await?;
    let scripts = tempfile::tempdir()?;
    let plain = load::Load::plaintext(&served.plaintext);
    let spread = load::Load::adds(scripts.path(), "spread", &served.api, &served.keys)?;
    let hot_keys = served.keys.get(..1).unwrap_or_default();
    let hot = load::Load::adds(scripts.path(), "hot", &served.api, hot_keys)?;
    let mut rows = [
        Row::new("plaintext", "bare answer of the same HTTP stack"),
        Row::new("add, 1,000 accounts", "durable, everything on"),
        Row::new("add, one account", "durable, everything on"),
    ];
    eprintln!("warming up …");
    for load in [&plain, &spread, &hot] {
        load.run(1, CONNECTIONS)?;
    }
    let before = served.orders().await?;
    let mut answered = 0_u64;
    for round in 1..=options.rounds {
        for (row, load) in rows.iter_mut().zip([&plain, &spread, &hot]) {
            let figures = load.run(options.seconds, CONNECTIONS)?;
            eprintln!("round {round}: {}: {:.0}/s", row.name, figures.per_second);
            if row.name != "plaintext" {
                answered = answered.saturating_add(figures.requests);
            }
            row.figures.push(figures);
        }
    }
    let stored = served.orders().await?.abs_diff(before);
    // wrk counts complete answers only; orders whose answer it did not wait for are stored too.
    if stored < answered {
        return Err(format!("{answered} adds were answered, {stored} orders are stored").into());
    }
    let findings = served.verify().await?;
    report::print(&rows, answered, stored, &findings);
    if let Some(path) = &options.json {
        std::fs::write(path, report::json(&rows))?;
    }
    served.stop().await?;
    if findings.is_empty() { Ok(()) } else { Err("the books do not balance".into()) }
}
