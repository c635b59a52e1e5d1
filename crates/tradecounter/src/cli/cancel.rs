//! `cancel`.

use super::Desk;
use crate::failure::Failure;
use crate::output;
use clap::Subcommand;
use domain::{CancelId, OrderId};
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
    /// Asks whoever has an order to cancel it, as its customer might: a provider is sent the wish, an
    /// executor is told of it. What is not delivered goes back when the order ends there; one that is
    /// before a person ends only by that person's word.
    Ask {
        /// The order.
        order: i64,
        /// Why; it stands in the order's timeline.
        #[arg(long)]
        reason: Option<String>,
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
        CancelCommand::Ask { order, reason } => {
            let (id, reason) = (OrderId(order), reason.as_deref());
            let asked = desk.counter.ask_cancel_by_staff(id, reason, &desk.actor, desk.now).await?;
            let (cancel, waits) = (&asked.cancel, asked.waits.map(|text| format!(". {text}")));
            let waits = waits.unwrap_or_default();
            let sentence =
                format!("cancel {} of order {id} is {}{waits}", cancel.id, cancel.state.name());
            desk.output.done(&output::cancel(cancel), &sentence);
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
