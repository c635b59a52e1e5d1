//! `service`.

use super::{Desk, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::catalogue::ServiceChange;
use domain::catalogue::{RefillRule, Service, ServiceKind};
use domain::{CategoryId, Micros, ServiceId};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum ServiceCommand {
    /// Adds a service. Needs --category, --name, --kind, --rate, --min and --max.
    Add(ServiceArgs),
    /// Changes a service. Orders placed before keep the rate they were charged at.
    Edit {
        /// Its id.
        service: i64,
        #[command(flatten)]
        change: ServiceArgs,
    },
    /// Lists services in catalogue order, also those not on sale.
    List,
}

#[derive(Debug, Args)]
pub(super) struct ServiceArgs {
    /// The category's id.
    #[arg(long)]
    category: Option<i64>,
    /// Its name.
    #[arg(long)]
    name: Option<String>,
    /// A longer text for customers.
    #[arg(long)]
    description: Option<String>,
    /// Which parameters its orders carry: default, package, custom_comments, poll, …
    #[arg(long, value_parser = parse_kind)]
    kind: Option<ServiceKind>,
    /// Price per 1,000 units, or of the whole for packages.
    #[arg(long, value_parser = parse_amount)]
    rate: Option<Micros>,
    /// Smallest quantity.
    #[arg(long)]
    min: Option<i64>,
    /// Largest quantity.
    #[arg(long)]
    max: Option<i64>,
    /// Whether orders may be split into runs.
    #[arg(long)]
    drip_feed: Option<bool>,
    /// Days after completion in which refills may be asked for; 0 for no refills.
    #[arg(long)]
    refill_days: Option<i64>,
    /// Hours between completion, or the last refill, and the next.
    #[arg(long, default_value_t = 24)]
    refill_cooldown_hours: i64,
    /// Whether customers may ask to cancel.
    #[arg(long)]
    cancel: Option<bool>,
    /// Whether a second order on a link is refused while the first is open.
    #[arg(long)]
    one_open_per_link: Option<bool>,
    /// Its place within the category, ascending.
    #[arg(long)]
    position: Option<i64>,
    /// Whether it is on sale.
    #[arg(long)]
    on_sale: Option<bool>,
}

fn parse_kind(text: &str) -> Result<ServiceKind, String> {
    ServiceKind::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = ServiceKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("there are {}", names.join(", "))
    })
}

impl From<ServiceArgs> for ServiceChange {
    fn from(args: ServiceArgs) -> Self {
        let rule = |days| RefillRule { days, cooldown_hours: args.refill_cooldown_hours };
        Self {
            category: args.category.map(CategoryId),
            name: args.name,
            description: args.description,
            kind: args.kind,
            rate: args.rate,
            min: args.min,
            max: args.max,
            drip_feed: args.drip_feed,
            refill: args.refill_days.map(|days| (days != 0).then(|| rule(days))),
            cancel: args.cancel,
            one_open_per_link: args.one_open_per_link,
            position: args.position,
            on_sale: args.on_sale,
        }
    }
}

pub(super) async fn run(command: ServiceCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        ServiceCommand::Add(args) => {
            let id = desk.counter.add_service(args.into(), desk.now).await?;
            desk.output.done(&json!({ "service": id.0 }), &format!("service {id} is there"));
        }
        ServiceCommand::Edit { service, change } => {
            let id = ServiceId(service);
            let id = desk.counter.edit_service(id, change.into(), desk.now).await?;
            desk.output.done(&json!({ "service": id.0 }), &format!("service {id} is changed"));
        }
        ServiceCommand::List => {
            let services = desk.counter.all_services().await?;
            let rows: Vec<Value> = services.iter().map(row).collect();
            let columns = [
                "service",
                "category",
                "kind",
                "rate",
                "min",
                "max",
                "refill_days",
                "cancel",
                "drip_feed",
                "on_sale",
                "name",
            ];
            desk.output.list(&rows, &columns);
        }
    }
    Ok(())
}

fn row(service: &Service) -> Value {
    json!({
        "service": service.id.0,
        "category": service.category.0,
        "name": service.name,
        "description": service.description,
        "kind": service.kind.name(),
        "rate": output::amount(service.rate),
        "min": service.min,
        "max": service.max,
        "drip_feed": service.drip_feed,
        "refill_days": service.refill.map(|rule| rule.days),
        "refill_cooldown_hours": service.refill.map(|rule| rule.cooldown_hours),
        "cancel": service.cancel,
        "one_open_per_link": service.one_open_per_link,
        "position": service.position,
        "on_sale": service.on_sale,
    })
}
