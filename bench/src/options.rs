//! The command line.

use crate::Failed;
use std::path::PathBuf;

/// What is asked for.
#[derive(Debug)]
pub(crate) enum Call {
    /// To be the server of the ceilings, in a process of its own, with its rows in this folder, or at
    /// this URL of PostgreSQL.
    Ceilings(String),
    /// To make a SQLite database in this folder, with so many orders, for measuring by hand.
    Seed(PathBuf, i64),
    /// To measure.
    Measure(Options),
}

/// What to measure, and how long.
#[derive(Debug)]
pub(crate) struct Options {
    /// The released program.
    pub(crate) program: PathBuf,
    /// Seconds of each measurement.
    pub(crate) seconds: u32,
    /// Measurements of each load.
    pub(crate) rounds: usize,
    /// Orders in the large database; nothing is measured there when it is 0.
    pub(crate) orders: i64,
    /// Orders that are followed at a provider; none are when it is 0.
    pub(crate) followed: i64,
    /// Only loads whose name contains this.
    pub(crate) only: Option<String>,
    /// Where to write the table as JSON.
    pub(crate) json: Option<String>,
    /// Document whose table to replace.
    pub(crate) document: Option<String>,
}

/// Reads the command line.
///
/// # Errors
/// When it is not understood.
pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Call, Failed> {
    let mut options = Options {
        program: PathBuf::new(),
        seconds: 4,
        rounds: 3,
        orders: 10_000_000,
        followed: 1_000_000,
        only: None,
        json: None,
        document: None,
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name}: a value is missing"))?;
        match name.as_str() {
            "ceilings" => return Ok(Call::Ceilings(value)),
            "seed" => {
                let orders = arguments.next().ok_or("seed FOLDER ORDERS: how many orders?")?;
                return Ok(Call::Seed(PathBuf::from(value), orders.parse()?));
            }
            "--program" => options.program = PathBuf::from(value),
            "--seconds" => options.seconds = value.parse()?,
            "--rounds" => options.rounds = value.parse()?,
            "--orders" => options.orders = value.parse()?,
            "--followed" => options.followed = value.parse()?,
            "--only" => options.only = Some(value),
            "--json" => options.json = Some(value),
            "--document" => options.document = Some(value),
            _ => return Err(format!("{name}: is not an option").into()),
        }
    }
    if options.program.as_os_str().is_empty() {
        return Err("--program: name the released program".into());
    }
    Ok(Call::Measure(options))
}
