//! `tier`.

use super::Desk;
use super::find::find_tier;
use crate::failure::Failure;
use crate::output;
use clap::Subcommand;
use counter::prices::TierChange;
use domain::pricing::Discount;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(super) enum TierCommand {
    /// Adds a tier: accounts with the same discount.
    Add {
        /// Its name, unique.
        name: String,
        /// What its accounts get off the list rates, in percent, like 7.5.
        #[arg(long, value_parser = parse_discount, value_name = "PERCENT")]
        discount: Discount,
    },
    /// Changes a tier; its accounts pay the new prices from the next order on.
    Edit {
        /// Its id or name.
        tier: String,
        /// A new name.
        #[arg(long)]
        name: Option<String>,
        /// Another discount, in percent.
        #[arg(long, value_parser = parse_discount, value_name = "PERCENT")]
        discount: Option<Discount>,
    },
    /// Lists tiers.
    List,
}

pub(super) async fn run(command: TierCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        TierCommand::Add { name, discount } => {
            let tier = desk.counter.add_tier(&name, discount, desk.now).await?;
            desk.output.done(&output::tier(&tier), &format!("tier {} is there", tier.id));
        }
        TierCommand::Edit { tier, name, discount } => {
            if name.is_none() && discount.is_none() {
                let text = "nothing to change: give --name or --discount";
                return Err(Failure::Usage(String::from(text)));
            }
            let id = find_tier(desk, &tier).await?;
            let change = TierChange { name, discount };
            desk.output.one(&output::tier(&desk.counter.edit_tier(id, change, desk.now).await?));
        }
        TierCommand::List => {
            let rows: Vec<Value> = desk.counter.tiers().await?.iter().map(output::tier).collect();
            desk.output.list(&rows, &["tier", "name", "discount"]);
        }
    }
    Ok(())
}

/// Reads a discount argument.
pub(super) fn parse_discount(text: &str) -> Result<Discount, String> {
    Discount::parse(text).map_err(|error| error.to_string())
}
