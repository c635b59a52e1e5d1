//! `executor key`.

use super::Desk;
use super::find::find_executor;
use super::key::parse_networks;
use super::when::parse_moment;
use crate::failure::Failure;
use crate::{clock, output, randomness};
use clap::{Args, Subcommand};
use counter::executors::{ExecutorKeyChange, ExecutorKeyMade};
use domain::access::Networks;
use domain::{ExecutorId, ExecutorKeyId};
use serde_json::{Value, json};
use store::tables::executor_keys::ExecutorKey;

#[derive(Debug, Subcommand)]
pub(super) enum ExecutorKeyCommand {
    /// Makes a key and shows it, this once.
    Add {
        /// The executor's id or name.
        executor: String,
        /// What to call the key; `bot` unless given.
        name: Option<String>,
        #[command(flatten)]
        rules: ExecutorKeyArgs,
    },
    /// Changes a key: what is new holds from the next request on.
    Edit {
        /// The key's id, as `executor key list` shows it.
        key_id: i64,
        /// A new name.
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        rules: ExecutorKeyArgs,
    },
    /// Lists the keys of an executor.
    List {
        /// The executor's id or name.
        executor: String,
    },
    /// Revokes a key: it is refused from the next request on.
    Revoke {
        /// The key's id, as `executor key list` shows it.
        key_id: i64,
    },
}

/// Where and how long a key may be used. A new key may be used from anywhere, for ever.
#[derive(Debug, Args)]
pub(super) struct ExecutorKeyArgs {
    /// Addresses and networks it may be used from, separated by commas; `any` for all.
    #[arg(long, value_name = "ADDRESSES", value_parser = parse_networks)]
    allow: Option<Networks>,
    /// When it ends, as 2027-01-31, 2027-01-31T12:00:00Z or 90d; `never` for never.
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
}

impl ExecutorKeyArgs {
    fn change(self, name: Option<String>, desk: &Desk) -> Result<ExecutorKeyChange, Failure> {
        let expires = match self.expires.as_deref() {
            None => None,
            Some("never") => Some(None),
            Some(text) => {
                let moment = parse_moment(text, desk.now);
                Some(Some(moment.map_err(|error| Failure::Usage(format!("--expires: {error}")))?))
            }
        };
        Ok(ExecutorKeyChange { name, allow: self.allow, expires })
    }
}

pub(super) async fn run(command: ExecutorKeyCommand, desk: &Desk) -> Result<(), Failure> {
    let (counter, now) = (&desk.counter, desk.now);
    match command {
        ExecutorKeyCommand::Add { executor, name, rules } => {
            let id = find_executor(desk, &executor).await?;
            let change = rules.change(name, desk)?;
            let made = counter.make_executor_key(id, change, randomness::bytes(), now).await?;
            made_known(desk, id, &made);
        }
        ExecutorKeyCommand::Edit { key_id, name, rules } => {
            let change = rules.change(name, desk)?;
            if change == ExecutorKeyChange::default() {
                let text = "nothing to change: give --name, --allow or --expires";
                return Err(Failure::Usage(String::from(text)));
            }
            let key = counter.edit_executor_key(ExecutorKeyId(key_id), change, now).await?;
            desk.output.one(&key_row(&key));
        }
        ExecutorKeyCommand::List { executor } => {
            let keys = counter.executor_keys(find_executor(desk, &executor).await?).await?;
            let rows: Vec<Value> = keys.iter().map(key_row).collect();
            let columns = [
                "key_id",
                "name",
                "ends_with",
                "allow",
                "expires",
                "last_used",
                "created",
                "revoked",
            ];
            desk.output.list(&rows, &columns);
        }
        ExecutorKeyCommand::Revoke { key_id } => {
            let key = counter.revoke_executor_key(ExecutorKeyId(key_id), now).await?;
            desk.output.done(&key_row(&key), &format!("key {key_id} is revoked"));
        }
    }
    Ok(())
}

/// Shows a new key, this once.
fn made_known(desk: &Desk, executor: ExecutorId, made: &ExecutorKeyMade) {
    let token = made.token.reveal();
    let value = json!({ "executor": executor.0, "key_id": made.id.0, "key": token });
    let sentence = format!(
        "key {} of executor {executor}; keep it now, it is not shown again:\n{token}",
        made.id
    );
    desk.output.done(&value, &sentence);
}

pub(super) fn key_row(key: &ExecutorKey) -> Value {
    json!({
        "key_id": key.id.0,
        "executor": key.executor.0,
        "name": key.name,
        "ends_with": key.hint,
        "allow": Some(key.rules.allow.to_string()).filter(|allow| !allow.is_empty()),
        "expires": key.rules.expires.map(clock::shown),
        "last_used": key.last_used.map(clock::shown),
        "created": output::time(key.created),
        "revoked": key.revoked.map(clock::shown),
    })
}
