//! Measures the counter: the released program under load, beside bare ceilings, in one run.
//!
//! `bench --program PATH [--seconds N] [--rounds N] [--orders N] [--followed N] [--only TEXT] [--json FILE]
//! [--document FILE]`; `bench seed FOLDER ORDERS` makes a database and no more. The load generator (wrk), the program and the ceilings share the machine, so
//! absolute figures are lower bounds; the ratios are what to compare.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is its result")]
#![expect(
    clippy::float_arithmetic,
    clippy::disallowed_methods,
    reason = "rates and ratios of measurements, never money; a benchmark reads the clock"
)]

mod ceilings;
mod goals;
mod load;
mod options;
mod place;
mod program;
mod providers;
mod report;
mod scripts;
mod seed;
mod stages;

use options::{Call, Options};
use std::error::Error;

/// Why a measurement is worth nothing.
type Failed = Box<dyn Error>;

fn main() -> Result<(), Failed> {
    match options::read(std::env::args().skip(1))? {
        Call::Ceilings(place) => ceilings::serve(&place),
        Call::Seed(folder, orders) => {
            std::fs::create_dir_all(&folder)?;
            let runtime = tokio::runtime::Runtime::new()?;
            let place = place::Place::sqlite(folder);
            runtime.block_on(seed::fill(&place, orders, 100_000)).map(|_| ())
        }
        Call::Measure(options) => measure(&options),
    }
}

fn measure(options: &Options) -> Result<(), Failed> {
    let figures = stages::run(options)?;
    let rows = goals::rows(&figures);
    report::print(&rows);
    if let Some(path) = &options.json {
        std::fs::write(path, report::json(&rows))?;
    }
    if let Some(path) = &options.document {
        let text = std::fs::read_to_string(path)?;
        std::fs::write(path, report::into_document(&text, &rows, options)?)?;
    }
    Ok(())
}
