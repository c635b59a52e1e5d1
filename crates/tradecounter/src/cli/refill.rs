//! `refill`.

use super::Desk;
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::requests::RefillDecision;
use domain::RefillId;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum RefillCommand {
    /// Lists the open refills, oldest first; with --before all of them, newest first.
    List {
        /// All refills below this id, newest first.
        #[arg(long)]
        before: Option<i64>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Reports that work on a refill has begun.
    Begin(Decided),
    /// Reports that a refill was delivered.
    Complete(Decided),
    /// Refuses a refill.
    Reject(Decided),
}

#[derive(Debug, Args)]
pub(super) struct Decided {
    /// The refill.
    refill: i64,
    /// A note for staff.
    #[arg(long)]
    note: Option<String>,
}

pub(super) async fn run(command: RefillCommand, desk: &Desk) -> Result<(), Failure> {
    let (decided, decision) = match command {
        RefillCommand::List { before, limit } => {
            let refills = desk.counter.list_refills(before.map(RefillId), limit).await?;
            let rows: Vec<Value> = refills.iter().map(output::refill).collect();
            let columns = ["refill", "order", "account", "state", "created", "note"];
            desk.output.list(&rows, &columns);
            return Ok(());
        }
        RefillCommand::Begin(decided) => (decided, RefillDecision::Begin),
        RefillCommand::Complete(decided) => (decided, RefillDecision::Complete),
        RefillCommand::Reject(decided) => (decided, RefillDecision::Reject),
    };
    let (id, note) = (RefillId(decided.refill), decided.note);
    let after = desk.counter.decide_refill(id, decision, note, &desk.actor, desk.now).await?;
    let sentence = format!("refill {id} is {}", after.state.name());
    desk.output.done(&output::refill(&after), &sentence);
    Ok(())
}
