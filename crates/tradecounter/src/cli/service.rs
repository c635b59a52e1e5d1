//! `service`.

use super::{Desk, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::catalogue::ServiceChange;
use domain::catalogue::{
    Fulfilment, LinkRule, PartsBy, RefillRule, Service, ServiceKind, WhenUnknown,
};
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
    /// Hours between completion, or the last refill, and the next; 24 unless given.
    #[arg(long)]
    refill_cooldown_hours: Option<i64>,
    /// Whether customers may ask to cancel.
    #[arg(long)]
    cancel: Option<bool>,
    /// Whether a second order on a link is refused while the first is open: `--link-rule one_open`.
    #[arg(long)]
    one_open_per_link: Option<bool>,
    /// What becomes of a second order on a link while the first is open: any (both are delivered),
    /// one_open (it is refused) or queue (it waits for its turn).
    #[arg(long, value_parser = parse_link_rule, conflicts_with = "one_open_per_link")]
    link_rule: Option<LinkRule>,
    /// Who makes the runs of drip-feeds and the posts of subscriptions: ours, or upstream, which
    /// gets them whole.
    #[arg(long, value_parser = parse_parts)]
    parts: Option<PartsBy>,
    /// What becomes of an order of which nobody can tell for long whether a provider has it: hold, or
    /// refund:MOST, where it is expected to cost at most so much in our currency and the day's budget
    /// (write_off_daily) has as much left.
    #[arg(long, value_parser = parse_when_unknown, value_name = "hold|refund:MOST")]
    when_unknown: Option<WhenUnknown>,
    /// Who fulfils its orders: staff, providers by its routes, or executors that pull them.
    #[arg(long, value_parser = parse_fulfilment)]
    fulfilment: Option<Fulfilment>,
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

fn parse_fulfilment(text: &str) -> Result<Fulfilment, String> {
    Fulfilment::from_name(text)
        .ok_or_else(|| String::from("there are staff, providers and executors"))
}

fn parse_link_rule(text: &str) -> Result<LinkRule, String> {
    LinkRule::from_name(text).ok_or_else(|| String::from("there are any, one_open and queue"))
}

fn parse_parts(text: &str) -> Result<PartsBy, String> {
    PartsBy::from_name(text).ok_or_else(|| String::from("there are ours and upstream"))
}

fn parse_when_unknown(text: &str) -> Result<WhenUnknown, String> {
    match text.strip_prefix("refund:") {
        Some(most) => parse_amount(most).map(|most| WhenUnknown::Refund { most }),
        None if text == "hold" => Ok(WhenUnknown::Hold),
        None => Err(String::from("there are hold and refund:MOST, as refund:0.50")),
    }
}

/// Hours between two refills when nobody says otherwise: what the dialect's own text speaks of.
const COOLDOWN_HOURS: i64 = 24;

impl ServiceArgs {
    /// The refill rule that the arguments make of `known`; nothing when they say nothing of it.
    fn refill(&self, known: Option<RefillRule>) -> Result<Option<Option<RefillRule>>, Failure> {
        let cooldown = self.refill_cooldown_hours;
        let cooldown_hours =
            cooldown.or(known.map(|rule| rule.cooldown_hours)).unwrap_or(COOLDOWN_HOURS);
        match (self.refill_days, known, cooldown) {
            (None, _, None) => Ok(None),
            (Some(0), _, _) => Ok(Some(None)),
            (Some(days), _, _) => Ok(Some(Some(RefillRule { days, cooldown_hours }))),
            (None, Some(rule), Some(_)) => Ok(Some(Some(RefillRule { cooldown_hours, ..rule }))),
            (None, None, Some(_)) => Err(Failure::Usage(String::from(
                "refill cooldown: the service has no refills; give --refill-days too",
            ))),
        }
    }

    /// The rule for links that the arguments make of `known`; nothing when they say nothing of it.
    fn link_rule(&self, known: Option<LinkRule>) -> Option<LinkRule> {
        match self.one_open_per_link {
            None => self.link_rule,
            Some(true) => Some(LinkRule::OneOpen),
            Some(false) if known == Some(LinkRule::Queue) => known,
            Some(false) => Some(LinkRule::Any),
        }
    }

    fn change(self, known: Option<&Service>) -> Result<ServiceChange, Failure> {
        let link_rule = self.link_rule(known.map(|service| service.link_rule));
        let refill = self.refill(known.and_then(|service| service.refill))?;
        Ok(ServiceChange {
            category: self.category.map(CategoryId),
            name: self.name,
            description: self.description,
            kind: self.kind,
            rate: self.rate,
            min: self.min,
            max: self.max,
            drip_feed: self.drip_feed,
            refill,
            cancel: self.cancel,
            link_rule,
            parts: self.parts,
            when_unknown: self.when_unknown,
            fulfilment: self.fulfilment,
            position: self.position,
            on_sale: self.on_sale,
        })
    }
}

pub(super) async fn run(command: ServiceCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        ServiceCommand::Add(args) => {
            let id = desk.counter.add_service(args.change(None)?, desk.now).await?;
            desk.output.done(&json!({ "service": id.0 }), &format!("service {id} is there"));
        }
        ServiceCommand::Edit { service, change } => {
            let id = ServiceId(service);
            let services = desk.counter.all_services().await?;
            let change = change.change(services.iter().find(|service| service.id == id))?;
            if change == ServiceChange::default() {
                return Err(Failure::Usage(String::from("nothing to change: give an option")));
            }
            let id = desk.counter.edit_service(id, change, desk.now).await?;
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
                "fulfilment",
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
        "one_open_per_link": service.link_rule == LinkRule::OneOpen,
        "link_rule": service.link_rule.name(),
        "parts": service.parts.name(),
        "refund_unknown_up_to": service.when_unknown.most().map(output::amount),
        "fulfilment": service.fulfilment.name(),
        "position": service.position,
        "on_sale": service.on_sale,
    })
}
