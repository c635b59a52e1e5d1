//! The `tradecounter` program: command line, configuration, wiring.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to people")]

mod cli;
mod clock;
mod config;
mod demo;
mod failure;
mod opened;
mod output;
mod randomness;
mod serve;
mod signals;
mod telemetry;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let json = cli.json;
    match cli::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if json {
                eprintln!("{}", serde_json::json!({ "error": failure.to_string() }));
            } else {
                eprintln!("error: {failure}");
            }
            failure.exit_code()
        }
    }
}
