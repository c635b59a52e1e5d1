//! `move`: to another database, on whichever engine.

use super::progress::Watched;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{Output, say};
use crate::{clock, randomness};
use counter::Refusal;
use counter::upkeep::{Report, verify};
use serde_json::{Value, json};
use std::io::Read;
use std::path::{Path, PathBuf};
use store::{Begun, Comparison, Move, MoveError, Step, Undone};

/// Arguments of `move`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("way").required(true)))]
pub(crate) struct MoveArgs {
    /// Where to: an empty database, as sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE. A
    /// dash reads it from standard input, so that its password is in no list of processes.
    #[arg(long, value_name = "URL", group = "way")]
    to: Option<String>,
    /// Gives the move of this database up: it takes orders again.
    #[arg(long, group = "way")]
    undo: bool,
    /// With --undo: also when the move is finished, or nearly. The other database lives on apart from
    /// this one.
    #[arg(long, requires = "undo")]
    finished: bool,
}

/// Runs the command. Synchronous: it works alone, and for long.
pub(crate) fn run(args: &MoveArgs, config: &Config, output: Output) -> Result<(), Failure> {
    match &args.to {
        Some(to) => {
            let to = if to == "-" { read_url()? } else { to.clone() };
            carry_out(config, &to, output)
        }
        None => undo(config, args.finished, output),
    }
}

fn read_url() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(Failure::io("standard input"))?;
    Ok(text.trim().to_owned())
}

impl From<MoveError> for Failure {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Open(error) => Self::Open(error),
            MoveError::Refused(_) | MoveError::InUse { .. } => {
                Self::Refused(Refusal::NotNow(error.to_string()))
            }
            MoveError::Schema(_) | MoveError::Broken { .. } | MoveError::Db(_) => {
                Self::Other(error.to_string())
            }
        }
    }
}

fn carry_out(config: &Config, to: &str, output: Output) -> Result<(), Failure> {
    let (from, shown_to) = (store::Store::shown(&config.database_url)?, store::Store::shown(to)?);
    let start = clock::now();
    let id: [u8; 16] = randomness::bytes();
    let id: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut watched = Watched::new();
    let moved = match Move::begin(&config.database_url, to, &id)? {
        Begun::Finished => None,
        Begun::Move(moved) => Some(move_and_look(*moved, &mut watched, output)?),
    };
    watched.end();
    let seconds = clock::now().0.saturating_sub(start.0).checked_div(1_000_000).unwrap_or(0);
    let files = files(config, to);
    if output.json {
        let mut told = json!({
            "from": from,
            "to": shown_to,
            "finished": true,
            "seconds": seconds,
            "files": files.iter().map(File::json).collect::<Vec<_>>(),
        });
        if let (Some((compared, report)), Value::Object(told)) = (&moved, &mut told) {
            told.insert(String::from("rows"), compared.rows().into());
            told.insert(String::from("tables"), tables_json(compared));
            told.insert(String::from("rules"), report.checks.len().into());
        }
        say(&told.to_string());
        return Ok(());
    }
    match &moved {
        Some((compared, report)) => say(&format!(
            "moved in {seconds} s: {} rows in {} tables are the same on both ends, and {} rules \
             hold in {shown_to}",
            compared.rows(),
            compared.tables.len(),
            report.checks.len()
        )),
        None => say(&format!("an earlier run has finished the move to {shown_to}")),
    }
    say(&format!("{from} takes nothing any more, and says where everything is now."));
    say("");
    say("Next:");
    for file in &files {
        say(&format!("- {}", file.told()));
    }
    say(&format!("- set database_url to {shown_to}, with user and password where it needs them;"));
    say("- start the server.");
    Ok(())
}

/// Copies, compares, verifies, and opens the target only when nothing was found.
fn move_and_look(
    mut moved: Move,
    watched: &mut Watched,
    output: Output,
) -> Result<(Comparison, Report), Failure> {
    let mut progress = |now: store::Progress<'_>| {
        let step = match now.step {
            Step::Copy => "copying",
            Step::Compare => "comparing",
        };
        watched.tell(&format!("{step} {}: {} of {} rows", now.table, now.rows, now.of), now.rows);
    };
    moved.copy(&mut progress)?;
    let compared = moved.compare(&mut progress)?;
    if !compared.equal() {
        watched.end();
        return Err(differ(&compared, output));
    }
    let report = moved.read_target(|tx| {
        verify(tx, &mut |rule, rows| watched.tell(&format!("verifying: {rule}"), rows))
    })?;
    if !report.clean() {
        watched.end();
        for check in report.checks.iter().filter(|check| !check.findings.is_empty()) {
            say(&format!("FAIL {:>10} rows  {}", check.rows, check.rule));
            for finding in &check.findings {
                say(&format!("       {finding}"));
            }
        }
        let broken = report.checks.iter().filter(|check| !check.findings.is_empty()).count();
        return Err(Failure::Moved(format!(
            "the copy is the same as the source, and {broken} rules do not hold in it; the target \
             stays closed. Give the move up with `tradecounter move --undo`, and see what \
             `tradecounter verify` says of the source"
        )));
    }
    moved.finish(&compared)?;
    Ok((compared, report))
}

/// Says what is not the same on both ends.
fn differ(compared: &Comparison, output: Output) -> Failure {
    if output.json {
        say(&json!({ "finished": false, "tables": tables_json(compared) }).to_string());
    } else {
        for table in compared.tables.iter().filter(|table| table.source != table.target) {
            let (here, there) = (table.source.rows, table.target.rows);
            say(&format!("FAIL {}: {here} rows on the source, {there} on the target", table.table));
            if let Some(difference) = &table.difference {
                say(&format!("       {} {}", difference.key, difference.what));
            }
        }
    }
    Failure::Moved(String::from(
        "the two databases are not the same; see above. The target stays closed: remove it, give \
         the move up with `tradecounter move --undo`, and move to a new one",
    ))
}

fn tables_json(compared: &Comparison) -> Value {
    let tables = compared.tables.iter().map(|table| {
        json!({
            "table": table.table,
            "rows": table.source.rows,
            "rows_there": table.target.rows,
            "digest": table.source.digest,
            "same": table.source == table.target,
            "difference": table.difference.as_ref().map(|it| format!("{} {}", it.key, it.what)),
        })
    });
    tables.collect()
}

/// A file of secrets, which is not moved.
struct File {
    what: &'static str,
    setting: &'static str,
    now: PathBuf,
    looked_for: PathBuf,
}

/// The files of secrets: a database without them opens nothing.
fn files(config: &Config, to: &str) -> Vec<File> {
    let then = Config { database_url: to.to_owned(), ..config.clone() };
    let file = |what, setting, now: PathBuf, looked_for| {
        let now = std::path::absolute(&now).unwrap_or(now);
        File { what, setting, now, looked_for }
    };
    let keys = ("key secret", "key_secret_file");
    let mut files = vec![file(keys.0, keys.1, config.key_secret_path(), then.key_secret_path())];
    if config.stock_keys.is_empty() {
        let stock = ("stock keys", "stock_key_file");
        files.push(file(stock.0, stock.1, config.stock_key_path(), then.stock_key_path()));
    }
    files
}

impl File {
    fn stays(&self) -> bool {
        let resolved = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        resolved(&self.looked_for) == self.now
    }

    fn told(&self) -> String {
        let Self { what, setting, now, looked_for } = self;
        let (now, looked_for) = (now.display(), looked_for.display());
        if self.stays() {
            return format!("keep the {what}, {now}: the file is found there;");
        }
        let instead =
            if self.looked_for.exists() { ", in place of the other one there" } else { "" };
        format!(
            "take the {what} along, {now}: set {setting} to that, or bring the file to \
             {looked_for}, where it is looked for{instead};"
        )
    }

    fn json(&self) -> Value {
        let (now, looked_for) = (self.now.display(), self.looked_for.display());
        json!({
            "setting": self.setting,
            "file": now.to_string(),
            "looked_for": looked_for.to_string(),
            "stays": self.stays(),
        })
    }
}

fn undo(config: &Config, finished: bool, output: Output) -> Result<(), Failure> {
    let Undone { other, finished } = store::undo_move(&config.database_url, finished)?;
    let here = store::Store::shown(&config.database_url)?;
    let then = if finished {
        format!(
            "{other} may be in use too, and what is ordered there is not here: serve one of them"
        )
    } else {
        format!("what was copied to {other} is of no use any more: remove it")
    };
    let value = json!({ "database": here, "was_moved_to": other, "was_finished": finished });
    output.done(&value, &format!("{here} takes orders again; {then}"));
    Ok(())
}
