//! `route`.

use super::find::{find_provider, find_service};
use super::{Desk, OrNone, parse_amount};
use crate::failure::Failure;
use crate::output;
use clap::{Args, Subcommand};
use counter::fulfilment::RouteChange;
use domain::{Micros, RouteId, ServiceId};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(super) enum RouteCommand {
    /// Adds a route: a service's way to a provider.
    Add {
        /// The service that is fulfilled.
        service: i64,
        /// Who fulfils it: the provider's id or name.
        provider: String,
        /// What the provider calls the service.
        upstream_service: String,
        #[command(flatten)]
        route: RouteArgs,
    },
    /// Changes a route.
    Edit {
        /// The route.
        route_id: i64,
        /// Another service of the same provider.
        #[arg(long)]
        upstream_service: Option<String>,
        #[command(flatten)]
        route: RouteArgs,
    },
    /// Lists routes.
    List {
        /// Only those of this service.
        #[arg(long)]
        service: Option<i64>,
        /// Only those to this provider (id or name).
        #[arg(long)]
        provider: Option<String>,
    },
}

/// What may be said of a route.
#[derive(Debug, Args)]
pub(super) struct RouteArgs {
    /// What the provider charges per 1,000 units, or for a package, in its currency.
    #[arg(long, value_parser = parse_amount)]
    cost: Option<Micros>,
    /// Smallest quantity that the provider takes; the service's own unless given.
    #[arg(long)]
    min: Option<i64>,
    /// Largest quantity that the provider takes; the service's own unless given.
    #[arg(long)]
    max: Option<i64>,
    /// Lower is tried first; 0 unless given.
    #[arg(long)]
    priority: Option<i64>,
    /// Its share among routes of the same priority; 100 unless given.
    #[arg(long)]
    weight: Option<i64>,
    /// Most units in a UTC day; `none` for no cap.
    #[arg(long, value_name = "UNITS")]
    daily_cap: Option<OrNone>,
    /// Whether it is used.
    #[arg(long)]
    on: Option<bool>,
}

impl RouteArgs {
    fn change(self) -> RouteChange {
        RouteChange {
            cost: self.cost,
            min: self.min,
            max: self.max,
            priority: self.priority,
            weight: self.weight,
            daily_cap: self.daily_cap.map(|OrNone(cap)| cap),
            on: self.on,
            ..RouteChange::default()
        }
    }
}

pub(super) async fn run(command: RouteCommand, desk: &Desk) -> Result<(), Failure> {
    match command {
        RouteCommand::Add { service, provider, upstream_service, route } => {
            let change = RouteChange {
                service: Some(ServiceId(service)),
                provider: Some(find_provider(desk, &provider).await?),
                upstream_service: Some(upstream_service),
                ..route.change()
            };
            let id = desk.counter.add_route(change, desk.now).await?;
            desk.output.done(&json!({ "route": id.0 }), &format!("route {id} is there"));
        }
        RouteCommand::Edit { route_id, upstream_service, route } => {
            let change = RouteChange { upstream_service, ..route.change() };
            if change == RouteChange::default() {
                return Err(Failure::Usage(String::from("nothing to change: give an option")));
            }
            let after = desk.counter.edit_route(RouteId(route_id), change, desk.now).await?;
            desk.output.one(&output::route(&after));
        }
        RouteCommand::List { service, provider } => {
            let provider = match provider {
                Some(named) => Some(find_provider(desk, &named).await?),
                None => None,
            };
            let service = match service {
                Some(id) => Some(find_service(desk, id).await?),
                None => None,
            };
            let mut routes = desk.counter.routes().await?;
            routes.retain(|route| {
                service.is_none_or(|service| route.service == service)
                    && provider.is_none_or(|provider| route.provider == provider)
            });
            let rows: Vec<Value> = routes.iter().map(output::route).collect();
            let columns = [
                "route",
                "service",
                "provider",
                "upstream_service",
                "cost",
                "min",
                "max",
                "priority",
                "weight",
                "daily_cap",
                "on",
                "off_for",
            ];
            desk.output.list(&rows, &columns);
        }
    }
    Ok(())
}
