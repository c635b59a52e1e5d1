//! `key`.

use super::{Desk, find_account};
use crate::failure::Failure;
use crate::{output, randomness};
use clap::Subcommand;
use domain::KeyId;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
    /// Makes a key and shows it, this once.
    Add {
        /// The account's id or name.
        account: String,
        /// What to call the key.
        #[arg(default_value = "api")]
        name: String,
    },
    /// Lists the keys of an account.
    List {
        /// The account's id or name.
        account: String,
    },
    /// Revokes a key: it is refused from the next request on.
    Revoke {
        /// The key's id, as `key list` shows it.
        key_id: i64,
    },
}

pub(super) async fn run(command: KeyCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        KeyCommand::Add { account, name } => {
            let id = find_account(desk, &account).await?;
            let made = desk.counter.make_key(id, &name, randomness::bytes()?, desk.now).await?;
            let token = made.token.reveal();
            let value = json!({ "key_id": made.id.0, "account": id.0, "name": name, "key": token });
            let sentence = format!(
                "key {} of account {id}; keep it now, it is not shown again:\n{token}",
                made.id
            );
            desk.output.done(&value, &sentence);
        }
        KeyCommand::List { account } => {
            let id = find_account(desk, &account).await?;
            let rows: Vec<Value> = desk.counter.keys(id).await?.iter().map(output::key).collect();
            desk.output.list(&rows, &["key_id", "name", "ends_with", "created", "revoked"]);
        }
        KeyCommand::Revoke { key_id } => {
            let key = desk.counter.revoke_key(KeyId(key_id), desk.now).await?;
            desk.output.done(&output::key(&key), &format!("key {key_id} is revoked"));
        }
    }
    Ok(())
}
