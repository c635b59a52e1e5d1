//! `price`.

use super::find::find_account;
use super::{Desk, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::prices::{PriceList, Priced};
use domain::{Micros, ProductId, ServiceId};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum PriceCommand {
    /// Sets an account's own price; it holds from the next order on.
    Set {
        /// The account's id or name.
        account: String,
        #[command(flatten)]
        of: PricedArgs,
        /// The price per 1,000 of a service, of a package, or of one piece of a product.
        #[arg(value_parser = parse_amount)]
        rate: Micros,
    },
    /// Takes an account's own price away.
    Clear {
        /// The account's id or name.
        account: String,
        #[command(flatten)]
        of: PricedArgs,
    },
    /// Lists what makes an account's prices differ from the list.
    List {
        /// The account's id or name.
        account: String,
    },
}

/// What a price is of.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct PricedArgs {
    /// A service's id.
    #[arg(long)]
    service: Option<i64>,
    /// A product's id.
    #[arg(long)]
    product: Option<i64>,
}

impl PricedArgs {
    fn priced(&self) -> Result<Priced, Failure> {
        let service = self.service.map(|id| Priced::Service(ServiceId(id)));
        let product = self.product.map(|id| Priced::Product(ProductId(id)));
        let wanted = || Failure::Usage(String::from("give --service or --product"));
        service.or(product).ok_or_else(wanted)
    }
}

pub(super) async fn run(command: PriceCommand, desk: &Desk) -> Result<(), Failure> {
    let (counter, actor, now) = (&desk.counter, desk.actor.as_str(), desk.now);
    match command {
        PriceCommand::Set { account, of, rate } => {
            let id = find_account(desk, &account).await?;
            counter.set_price(id, of.priced()?, rate, actor, now).await?;
            show(desk, &counter.price_list(id).await?);
        }
        PriceCommand::Clear { account, of } => {
            let id = find_account(desk, &account).await?;
            counter.clear_price(id, of.priced()?, actor, now).await?;
            show(desk, &counter.price_list(id).await?);
        }
        PriceCommand::List { account } => {
            let id = find_account(desk, &account).await?;
            show(desk, &counter.price_list(id).await?);
        }
    }
    Ok(())
}

fn show(desk: &Desk, list: &PriceList) {
    let row = |kind: &str, id: i64, name: &str, rate: Micros, listed: Micros| {
        json!({
            "of": kind,
            "id": id,
            "name": name,
            "rate": output::amount(rate),
            "list_rate": output::amount(listed),
        })
    };
    let services = list.services.iter();
    let services = services.map(|(s, rate)| row("service", s.id.0, &s.name, *rate, s.rate));
    let products = list.products.iter();
    let products = products.map(|(p, rate)| row("product", p.id.0, &p.name, *rate, p.rate));
    let prices: Vec<Value> = services.chain(products).collect();
    desk.output.one(&json!({
        "tier": list.tier.as_ref().map(|tier| tier.name.clone()),
        "tier_discount": list.tier.as_ref().map(|tier| tier.discount.to_string()),
        "discount": list.discount.map(|discount| discount.to_string()),
        "prices": prices,
    }));
}
