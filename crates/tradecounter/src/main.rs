//! The `tradecounter` program: command line, configuration, wiring.

#![expect(clippy::print_stderr, reason = "a command line talks to people")]

mod cli;
mod clock;
mod config;
mod demo;
mod failure;
mod fulfilment;
mod jobs;
mod keeper;
mod low_stock;
mod moved;
mod opened;
mod output;
mod randomness;
mod ring_file;
mod secrets;
mod serve;
mod signals;
mod telemetry;
mod upkeep;
mod write_offs;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error),
    };
    let json = cli.json;
    let ran = cli::run(cli);
    // What was said before a failure is printed too: `verify` tells what it found.
    let printed = output::print();
    match ran.and(printed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.to_string(), json);
            failure.exit_code()
        }
    }
}

/// Help and version are asked for; anything else is a command line that was not understood.
fn not_understood(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && json {
        complain(error.to_string().trim_end(), true);
        return ExitCode::from(2);
    }
    // Nobody is left to tell when this cannot be printed.
    drop(error.print());
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// Says on standard error what is wrong; when that is closed, the exit code has to do.
fn complain(text: &str, json: bool) {
    use std::io::Write;
    let line = if json {
        serde_json::json!({ "error": text }).to_string()
    } else {
        format!("error: {text}")
    };
    drop(writeln!(std::io::stderr(), "{}", output::harmless(&line)));
}
