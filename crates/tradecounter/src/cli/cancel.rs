//! `cancel`.

use super::Desk;
use crate::failure::Failure;
use crate::output;
use clap::Subcommand;
use domain::CancelId;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum CancelCommand {
    /// Lists the open cancels, oldest first; with --before all of them, newest first.
    List {
        /// All cancels below this id, newest first.
        #[arg(long)]
        before: Option<i64>,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Refuses a cancel; the order goes on. To carry it out, use `order cancel` or
    /// `order partial`.
    Reject {
        /// The cancel.
        cancel: i64,
        /// A note for staff.
        #[arg(long)]
        note: Option<String>,
    },
}

pub(super) async fn run(command: CancelCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        CancelCommand::List { before, limit } => {
            let cancels = desk.counter.list_cancels(before.map(CancelId), limit).await?;
            let rows: Vec<Value> = cancels.iter().map(output::cancel).collect();
            let columns = ["cancel", "order", "account", "state", "created", "note"];
            desk.output.list(&rows, &columns);
        }
        CancelCommand::Reject { cancel, note } => {
            let id = CancelId(cancel);
            let after = desk.counter.reject_cancel(id, note, &desk.actor, desk.now).await?;
            let sentence = format!("cancel {id} is refused, order {} goes on", after.order);
            desk.output.done(&output::cancel(&after), &sentence);
        }
    }
    Ok(())
}
