//! `executor`.

use super::Desk;
use super::executor_key::{self, ExecutorKeyCommand, key_row};
use super::find::find_executor;
use super::when::parse_while;
use crate::failure::Failure;
use crate::{clock, output};
use clap::{Args, Subcommand};
use counter::executors::ExecutorChange;
use domain::ServiceId;
use domain::executors::{Executor, ExecutorServices, ExecutorState, OrderLease};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum ExecutorCommand {
    /// Adds an executor: a private supplier that pulls orders by itself.
    Add {
        /// What to call it; unique, and not a number.
        name: String,
        #[command(flatten)]
        executor: ExecutorArgs,
    },
    /// Changes an executor.
    Edit {
        /// Its id or name.
        executor_id: String,
        /// A new name.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        executor: ExecutorArgs,
    },
    /// Lists executors, and how many orders each has.
    List,
    /// Shows an executor with its keys and the newest orders in its hands.
    Show {
        /// Its id or name.
        executor: String,
    },
    /// Gives orders to an executor again that is held since a restore (`restored`). Ask first what it has
    /// of the orders that wait for you.
    Release {
        /// Its id or name.
        executor: String,
        /// What was asked.
        #[arg(long)]
        reason: String,
    },
    /// Keys of executors.
    #[command(subcommand)]
    Key(ExecutorKeyCommand),
}

/// What may be said of an executor.
#[derive(Debug, Args)]
pub(super) struct ExecutorArgs {
    /// active, paused (it reports on what it has and pulls nothing) or off (its keys open nothing).
    #[arg(long, value_parser = parse_state)]
    state: Option<ExecutorState>,
    /// The services that it may pull, separated by commas; `all` for every service that executors
    /// fulfil. All unless given.
    #[arg(long, value_parser = parse_services, value_name = "SERVICES")]
    services: Option<ExecutorServices>,
    /// How long it keeps an order without a word, as 30m, 24h or 30d; 24h unless given.
    #[arg(long, value_parser = parse_while, value_name = "WHILE")]
    lease: Option<i64>,
    /// Most orders that it has at once; 1000 unless given.
    #[arg(long)]
    at_once: Option<i64>,
}

fn parse_state(text: &str) -> Result<ExecutorState, String> {
    ExecutorState::from_name(text).ok_or_else(|| String::from("there are active, paused and off"))
}

fn parse_services(text: &str) -> Result<ExecutorServices, String> {
    if text == "all" {
        return Ok(ExecutorServices::All);
    }
    let id = |text: &str| text.trim().parse().map(ServiceId);
    let ids: Result<Vec<ServiceId>, _> = text.split(',').map(id).collect();
    let wrong = |_| String::from("write ids of services separated by commas, or all");
    ids.map(ExecutorServices::Only).map_err(wrong)
}

impl ExecutorArgs {
    fn change(self, name: Option<String>) -> ExecutorChange {
        ExecutorChange {
            name,
            state: self.state,
            services: self.services,
            lease_minutes: self.lease,
            at_once: self.at_once,
        }
    }
}

pub(super) async fn run(command: ExecutorCommand, desk: &Desk) -> Result<(), Failure> {
    let (counter, now) = (&desk.counter, desk.now);
    match command {
        ExecutorCommand::Add { name, executor } => {
            let added = counter.add_executor(executor.change(Some(name)), now).await?;
            let sentence = format!(
                "executor {} is there; make it a key with `executor key add {}`",
                added.id, added.id
            );
            desk.output.done(&row(&added), &sentence);
        }
        ExecutorCommand::Edit { executor_id, name, executor } => {
            let change = executor.change(name);
            if change == ExecutorChange::default() {
                return Err(Failure::Usage(String::from("nothing to change: give an option")));
            }
            let id = find_executor(desk, &executor_id).await?;
            let changed = counter.edit_executor(id, change, now).await?;
            desk.output.one(&row(&changed));
        }
        ExecutorCommand::List => {
            let executors = counter.executors().await?;
            let rows: Vec<Value> =
                executors.iter().map(|(known, open)| with(row(known), "open", *open)).collect();
            let columns =
                ["executor", "name", "state", "services", "lease_minutes", "at_once", "open"];
            desk.output.list(&rows, &columns);
        }
        ExecutorCommand::Show { executor } => {
            let view = counter.show_executor(find_executor(desk, &executor).await?).await?;
            let value = with(row(&view.executor), "open", view.open);
            let keys: Vec<Value> = view.keys.iter().map(key_row).collect();
            let leases: Vec<Value> = view.leases.iter().map(lease_row).collect();
            let value = with(with(value, "keys", keys), "orders", leases);
            desk.output.one(&value);
        }
        ExecutorCommand::Release { executor, reason } => {
            let id = find_executor(desk, &executor).await?;
            counter.release_executor(id, &desk.actor, &reason, now).await?;
            let sentence = format!("executor {id} is given orders again");
            desk.output.done(&json!({ "executor": id.0 }), &sentence);
        }
        ExecutorCommand::Key(command) => executor_key::run(command, desk).await?,
    }
    Ok(())
}

fn row(executor: &Executor) -> Value {
    let services = match &executor.services {
        ExecutorServices::All => String::from("all"),
        ExecutorServices::Only(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            ids.join(",")
        }
    };
    json!({
        "executor": executor.id.0,
        "name": executor.name,
        "state": executor.state.name(),
        "services": services,
        "lease_minutes": executor.lease_minutes,
        "at_once": executor.at_once,
        "held_since": executor.restored.map(clock::shown),
        "created": output::time(executor.created),
    })
}

/// The same with one more member.
fn with(mut value: Value, name: &str, more: impl Into<Value>) -> Value {
    if let Value::Object(members) = &mut value {
        members.insert(name.to_owned(), more.into());
    }
    value
}

/// A lease, as it stands beside its order.
pub(super) fn lease_row(lease: &OrderLease) -> Value {
    json!({
        "order": lease.order.0,
        "executor": lease.executor.0,
        "state": lease.state.name(),
        "taken": output::time(lease.taken),
        "until": output::time(lease.until),
    })
}
