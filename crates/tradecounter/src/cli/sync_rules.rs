//! `sync rules`.

use super::Desk;
use super::offers::MarkupArgs;
use crate::failure::Failure;
use crate::output;
use clap::Args;
use counter::sync::RulesChange;
use domain::providers::offers::{RateRule, Taking};
use domain::{Micros, ProviderId};
use serde_json::{Value, json};
use store::tables::sync_rules::Rules;

/// What may be said of the rules.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// How often the list is looked at; 0 for only when asked.
    #[arg(long)]
    minutes: Option<i64>,
    /// A cost that moves by at most so many percent is taken over.
    #[arg(long)]
    small_percent: Option<i64>,
    /// One that moves by more than so many percent is a spike.
    #[arg(long)]
    spike_percent: Option<i64>,
    /// What becomes of rates when costs move: follow, raise (when they would be under cost) or
    /// `take_off` (off sale then).
    #[arg(long, value_parser = parse_rates)]
    rates: Option<RateRule>,
    #[command(flatten)]
    markup: MarkupArgs,
    /// New limits: apply or propose.
    #[arg(long, value_parser = parse_taking)]
    limits: Option<Taking>,
    /// Services that are gone: apply (out of use) or propose.
    #[arg(long, value_parser = parse_taking)]
    gone: Option<Taking>,
    /// Services that are back: apply (into use) or propose.
    #[arg(long, value_parser = parse_taking)]
    back: Option<Taking>,
    /// In how many whole lists in a row a service must be missing to be gone.
    #[arg(long)]
    gone_after: Option<i64>,
    /// A list that lacks more than so many percent of the services that have routes is not believed.
    #[arg(long)]
    lost_percent: Option<i64>,
    /// Nor is one of which more than so many percent cannot be read.
    #[arg(long)]
    broken_percent: Option<i64>,
}

fn parse_rates(text: &str) -> Result<RateRule, String> {
    RateRule::from_name(text).ok_or_else(|| String::from("there are follow, raise and take_off"))
}

fn parse_taking(text: &str) -> Result<Taking, String> {
    Taking::from_name(text).ok_or_else(|| String::from("there are apply and propose"))
}

impl RulesArgs {
    fn change(&self) -> RulesChange {
        RulesChange {
            minutes: self.minutes,
            small_percent: self.small_percent,
            spike_percent: self.spike_percent,
            rates: self.rates,
            points: self.markup.percent,
            fixed: self.markup.fixed,
            least: self.markup.least,
            step: self.markup.step,
            limits: self.limits,
            gone: self.gone,
            back: self.back,
            gone_after: self.gone_after,
            lost_percent: self.lost_percent,
            broken_percent: self.broken_percent,
        }
    }
}

/// Shows the rules, or changes them when something is said of them.
pub(super) async fn run(id: ProviderId, args: &RulesArgs, desk: &Desk) -> Result<(), Failure> {
    let change = args.change();
    let after = if change == RulesChange::default() {
        desk.counter.sync_rules(id).await?
    } else {
        desk.counter.set_sync_rules(id, change, &desk.actor, desk.now).await?
    };
    desk.output.one(&rules(&after));
    Ok(())
}

fn rules(of: &Rules) -> Value {
    let Rules { provider, minutes, rules } = of;
    json!({
        "provider": provider.0,
        "minutes": minutes,
        "small_percent": rules.small_percent,
        "spike_percent": rules.spike_percent,
        "rates": rules.rates.name(),
        "percent": Micros::new(rules.markup.points.saturating_mul(10_000)).to_string(),
        "fixed": output::amount(rules.markup.fixed),
        "least": output::amount(rules.markup.least),
        "step": output::amount(rules.markup.step),
        "limits": rules.limits.name(),
        "gone": rules.gone.name(),
        "back": rules.back.name(),
        "gone_after": rules.gone_after,
        "lost_percent": rules.lost_percent,
        "broken_percent": rules.broken_percent,
    })
}
