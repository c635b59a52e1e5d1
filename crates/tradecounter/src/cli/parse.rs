//! Reads the command line.

use super::Cli;
use clap::{Arg, Command, CommandFactory, FromArgMatches};

/// Reads the command line of this process.
///
/// A negative number is a value wherever there can be one, so that what it is given for refuses it, and
/// not the hint that it is no option.
///
/// # Errors
/// What clap says: it was not understood, or help was asked for.
pub(crate) fn parse() -> Result<Cli, clap::Error> {
    let mut command = taking_negatives(Cli::command());
    let mut matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
}

fn taking_negatives(command: Command) -> Command {
    let take = |arg: Arg| {
        if arg.get_action().takes_values() { arg.allow_negative_numbers(true) } else { arg }
    };
    command.mut_args(take).mut_subcommands(taking_negatives)
}
