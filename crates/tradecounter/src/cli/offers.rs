//! `provider sync`, `provider offers` and `provider import`.

use super::find::find_provider;
use super::{Desk, parse_amount, sync};
use crate::failure::Failure;
use crate::{fulfilment, output};
use clap::Args;
use counter::Refusal;
use counter::sync::{Import, OfferView, Which};
use domain::catalogue::RefillRule;
use domain::providers::offers::{Found, Markup};
use domain::{CategoryId, ChangeSetId, Micros};
use serde_json::{Value, json};

/// Most items that are printed of a set.
const ITEMS_SHOWN: i64 = 100;

#[derive(Debug, Args)]
pub(super) struct OffersArgs {
    /// The provider's id or name.
    provider: String,
    /// Only those under this heading of the provider's.
    #[arg(long)]
    category: Option<String>,
    /// Only those whose name contains this, whatever the case.
    #[arg(long)]
    name: Option<String>,
    /// Only those that there is no route to.
    #[arg(long)]
    unrouted: bool,
    /// Only those that came with this change set.
    #[arg(long, value_name = "SET")]
    new_in: Option<i64>,
    /// Also those that the last list did not have any more.
    #[arg(long)]
    missing: bool,
    /// Only those behind this one, as the provider calls it; the list is in the order of its ids, as
    /// texts.
    #[arg(long, default_value = "", value_name = "SERVICE")]
    after: String,
    /// At most so many.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=50_000))]
    limit: u32,
}

#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The provider's id or name.
    provider: String,
    /// The category that the services come into.
    #[arg(long)]
    into: i64,
    #[command(flatten)]
    which: WhichArgs,
    #[command(flatten)]
    markup: MarkupArgs,
    /// Days in which refills may be asked for of those that have refills; none unless given.
    #[arg(long, value_name = "DAYS")]
    refill_days: Option<i64>,
    /// Hours between two refills.
    #[arg(long, default_value_t = 24, value_name = "HOURS")]
    refill_cooldown_hours: i64,
    /// Whether they are on sale at once.
    #[arg(long, default_value_t = true, action = clap::ArgAction::Set)]
    on_sale: bool,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct WhichArgs {
    /// These, as the provider calls them; with commas between them.
    #[arg(long, value_delimiter = ',', value_name = "SERVICES")]
    services: Option<Vec<String>>,
    /// Those under this heading of the provider's.
    #[arg(long, value_name = "HEADING")]
    category: Option<String>,
    /// Everything.
    #[arg(long)]
    all: bool,
}

/// How rates are made from costs.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct MarkupArgs {
    /// Added to the cost, in percent with at most two decimals.
    #[arg(long, value_parser = parse_points, value_name = "PERCENT")]
    pub(super) percent: Option<i64>,
    /// Added after that, in our currency.
    #[arg(long, value_parser = parse_amount)]
    pub(super) fixed: Option<Micros>,
    /// The least that is earned, in our currency.
    #[arg(long, value_parser = parse_amount)]
    pub(super) least: Option<Micros>,
    /// Rates are rounded up to a multiple of this.
    #[arg(long, value_parser = parse_amount)]
    pub(super) step: Option<Micros>,
}

/// Micros in a hundredth.
const HUNDREDTH: i64 = 10_000;

fn parse_points(text: &str) -> Result<i64, String> {
    let percent = parse_amount(text)?.raw();
    match (percent.checked_rem(HUNDREDTH), percent.checked_div(HUNDREDTH)) {
        (Some(0), Some(points)) => Ok(points),
        _ => Err(String::from("give a percentage with at most two decimals")),
    }
}

impl MarkupArgs {
    fn over(self, markup: Markup) -> Markup {
        Markup {
            points: self.percent.unwrap_or(markup.points),
            fixed: self.fixed.unwrap_or(markup.fixed),
            least: self.least.unwrap_or(markup.least),
            step: self.step.unwrap_or(markup.step),
        }
    }
}

pub(super) async fn fetch(provider: &str, desk: &Desk) -> Result<(), Failure> {
    let id = find_provider(desk, provider).await?;
    let fetched = fulfilment::lists(&desk.counter, desk.reach)?.fetch(id).await?;
    let taken = desk.counter.take_list(id, fetched, &desk.actor, desk.now).await?;
    if taken.found != Found::Taken {
        let told = taken.told.unwrap_or_default();
        let text = format!("{}: {told}; nothing was changed", taken.found.name());
        return Err(Failure::Refused(Refusal::NotNow(text)));
    }
    let mut value = json!({
        "provider": id.0,
        "set": taken.set.map(|set| set.0),
        "offers": taken.offers,
        "broken": taken.broken,
        "new": taken.fresh,
        "applied": taken.applied,
        "waiting": taken.waiting,
    });
    if let (Some(set), Some(object)) = (taken.set, value.as_object_mut()) {
        let (_, items) = desk.counter.change_set(set, sync::FIRST, ITEMS_SHOWN).await?;
        let items: Vec<Value> = items.iter().map(sync::item).collect();
        object.insert(String::from("items"), items.into());
    }
    desk.output.one(&value);
    Ok(())
}

pub(super) async fn list(args: OffersArgs, desk: &Desk) -> Result<(), Failure> {
    let id = find_provider(desk, &args.provider).await?;
    if let Some(set) = args.new_in {
        desk.counter.change_set(ChangeSetId(set), sync::FIRST, 0).await?;
    }
    let part = args.name.as_ref().map(|name| name.to_lowercase());
    let is_wanted = |view: &OfferView| {
        let offer = &view.offered.offer;
        args.category.as_ref().is_none_or(|category| offer.category == *category)
            && part.as_ref().is_none_or(|part| offer.name.to_lowercase().contains(part))
            && (!args.unrouted || view.routes.is_empty())
            && args.new_in.is_none_or(|set| view.offered.first_set.0 == set)
            && (args.missing || view.offered.missing == 0)
    };
    let mut views = desk.counter.offers(id, &args.after, i64::MAX).await?;
    views.retain(is_wanted);
    views.truncate(usize::try_from(args.limit).unwrap_or(usize::MAX));
    let rows: Vec<Value> = views.iter().map(offer).collect();
    let columns =
        ["service", "category", "name", "type", "cost", "min", "max", "rate", "routes", "missing"];
    desk.output.list(&rows, &columns);
    Ok(())
}

fn offer(view: &OfferView) -> Value {
    let offer = &view.offered.offer;
    json!({
        "service": offer.service,
        "category": offer.category,
        "name": offer.name,
        "type": offer.kind,
        "type_known": view.kind_known,
        "cost": output::amount(offer.rate),
        "min": offer.min,
        "max": offer.max,
        "refill": offer.refill,
        "cancel": offer.cancel,
        "dripfeed": offer.dripfeed,
        "rate": view.rate.map(output::amount),
        "routes": view.routes.iter().map(|route| route.0).collect::<Vec<i64>>(),
        "missing": view.offered.missing,
        "new_in": view.offered.first_set.0,
    })
}

pub(super) async fn import(args: ImportArgs, desk: &Desk) -> Result<(), Failure> {
    let provider = find_provider(desk, &args.provider).await?;
    let which = match (args.which.services, args.which.category) {
        (Some(services), _) => Which::Services(services),
        (None, Some(category)) => Which::Category(category),
        (None, None) => Which::All,
    };
    let rules = desk.counter.sync_rules(provider).await?.rules;
    let refill = args.refill_days.map(|days| {
        let cooldown_hours = args.refill_cooldown_hours;
        RefillRule { days, cooldown_hours }
    });
    let import = Import {
        provider,
        which,
        into: CategoryId(args.into),
        markup: Some(args.markup.over(rules.markup)),
        refill,
        on_sale: args.on_sale,
    };
    let report = desk.counter.import_offers(import, &desk.actor, desk.now).await?;
    let made = report.made.iter();
    let made: Vec<Value> =
        made.map(|(service, route)| json!({ "service": service.0, "route": route.0 })).collect();
    let passed_over = report.passed_over.iter();
    let passed_over: Vec<Value> =
        passed_over.map(|over| json!({ "service": over.service, "why": over.why })).collect();
    desk.output.one(&json!({ "made": made, "passed_over": passed_over }));
    Ok(())
}
