//! `account`.

use super::find::{find_account, find_tier};
use super::tier::parse_discount;
use super::{Desk, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::Subcommand;
use counter::accounts::AccountChange;
use domain::{AccountId, Micros};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Opens an account without money.
    Add {
        /// Its name, unique.
        name: String,
    },
    /// Lists accounts.
    List {
        /// Only accounts above this id.
        #[arg(long, default_value_t = 0)]
        after: i64,
        /// At most so many.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Shows an account.
    Show {
        /// Its id or name.
        account: String,
    },
    /// Shows why the balance is what it is: every movement of money, newest first.
    Statement {
        /// Its id or name.
        account: String,
        /// Only transfers below this number.
        #[arg(long, default_value_t = i64::MAX)]
        before: i64,
        /// At most so many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1000))]
        limit: i64,
    },
    /// Stops an account from ordering. Its orders go on, and their status can be read.
    Suspend {
        /// Its id or name.
        account: String,
    },
    /// Lifts a suspension.
    Resume {
        /// Its id or name.
        account: String,
    },
    /// Changes an account.
    Set {
        /// Its id or name.
        account: String,
        /// How far it may go below zero.
        #[arg(long, value_parser = parse_amount)]
        credit_limit: Option<Micros>,
        /// Whether orders, refills and cancels may come by GET.
        #[arg(long)]
        get_writes: Option<bool>,
        /// The tier it is in, by id or name; `none` for none.
        #[arg(long)]
        tier: Option<String>,
        /// Its own discount in percent, which counts in place of its tier's; `none` for none.
        #[arg(long, value_name = "PERCENT")]
        discount: Option<String>,
    },
}

pub(super) async fn run(command: AccountCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        AccountCommand::Add { name } => {
            let id = desk.counter.open_account(&name, desk.now).await?;
            let value = json!({ "account": id.0, "name": name });
            desk.output.done(&value, &format!("account {id} is open"));
        }
        AccountCommand::List { after, limit } => {
            let accounts = desk.counter.list_accounts(AccountId(after), limit).await?;
            let rows: Vec<Value> = accounts.iter().map(output::account).collect();
            desk.output
                .list(&rows, &["account", "name", "status", "available", "held", "credit_limit"]);
        }
        AccountCommand::Show { account } => {
            let id = find_account(desk, &account).await?;
            desk.output.one(&output::account(&desk.counter.account(id).await?));
        }
        AccountCommand::Statement { account, before, limit } => {
            let id = find_account(desk, &account).await?;
            let transfers = desk.counter.statement(id, before, limit).await?;
            let rows: Vec<Value> = transfers.iter().map(output::transfer).collect();
            let columns = [
                "number",
                "at",
                "kind",
                "amount",
                "from",
                "to",
                "available_after",
                "held_after",
                "order",
                "product_order",
                "actor",
                "reason",
            ];
            desk.output.list(&rows, &columns);
        }
        AccountCommand::Suspend { account } => {
            let change = AccountChange { suspended: Some(true), ..AccountChange::default() };
            set(desk, &account, change).await?;
        }
        AccountCommand::Resume { account } => {
            let change = AccountChange { suspended: Some(false), ..AccountChange::default() };
            set(desk, &account, change).await?;
        }
        AccountCommand::Set { account, credit_limit, get_writes, tier, discount } => {
            let tier = match tier.as_deref() {
                None => None,
                Some("none") => Some(None),
                Some(named) => Some(Some(find_tier(desk, named).await?)),
            };
            let discount = match discount.as_deref() {
                None => None,
                Some("none") => Some(None),
                Some(text) => Some(Some(parse_discount(text).map_err(Failure::Usage)?)),
            };
            let change =
                AccountChange { suspended: None, credit_limit, get_writes, tier, discount };
            if change == AccountChange::default() {
                let text = "nothing to set: give --credit-limit, --get-writes, --tier or \
                            --discount";
                return Err(Failure::Usage(String::from(text)));
            }
            set(desk, &account, change).await?;
        }
    }
    Ok(())
}

async fn set(desk: &Desk, account: &str, change: AccountChange) -> Result<(), Failure> {
    let id = find_account(desk, account).await?;
    let after = desk.counter.change_account(id, change, desk.now).await?;
    desk.output.one(&output::account(&after));
    Ok(())
}
