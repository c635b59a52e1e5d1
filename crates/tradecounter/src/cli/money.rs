//! `credit` and `debit`.

use super::find::find_account;
use super::{Desk, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::Args;
use counter::accounts::Adjustment;
use domain::Micros;
use domain::ledger::Wallet;
use serde_json::json;

#[derive(Debug, Args)]
pub(super) struct MoneyArgs {
    /// The account's id or name.
    account: String,
    /// How much, as 12.50.
    #[arg(value_parser = parse_amount)]
    amount: Micros,
    /// Why; it stands in the statement for ever.
    #[arg(long)]
    reason: String,
}

pub(super) async fn credit(args: MoneyArgs, desk: &Desk) -> Result<(), Failure> {
    let adjustment = adjustment(args, desk).await?;
    let wallet = desk.counter.credit(adjustment, &desk.actor, desk.now).await?;
    told(desk, &wallet);
    Ok(())
}

pub(super) async fn debit(args: MoneyArgs, desk: &Desk) -> Result<(), Failure> {
    let adjustment = adjustment(args, desk).await?;
    let wallet = desk.counter.debit(adjustment, &desk.actor, desk.now).await?;
    told(desk, &wallet);
    Ok(())
}

async fn adjustment(args: MoneyArgs, desk: &Desk) -> Result<Adjustment, Failure> {
    let account = find_account(desk, &args.account).await?;
    Ok(Adjustment { account, amount: args.amount, reason: args.reason })
}

fn told(desk: &Desk, wallet: &Wallet) {
    let value = json!({
        "account": wallet.account.0,
        "available": output::amount(wallet.available),
        "held": output::amount(wallet.held),
        "transfer": wallet.sequence,
    });
    let sentence = format!(
        "account {} has {} {} available and {} held (transfer {})",
        wallet.account,
        wallet.available,
        desk.counter.currency(),
        wallet.held,
        wallet.sequence
    );
    desk.output.done(&value, &sentence);
}
